import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Domain } from '../src/store/event.ts';
import { createMemoryStore, type MemoryChains } from '../src/store/memory.fixture.ts';
import { openStore } from '../src/store/open.ts';
import type { EventRow } from '../src/store/schema.ts';
import { STORE_FILE } from '../src/store/sqlite.ts';
import { type Column, describeStore, type Place } from './store.contract.ts';

function memoryPlace(): Promise<Place> {
  const chains: MemoryChains = new Map();
  const change = (domain: Domain, seq: number, to: (row: EventRow) => EventRow[]): void => {
    const rows = (chains.get(domain) ?? []).flatMap((row) => (row.seq === seq ? to(row) : [row]));
    chains.set(
      domain,
      rows.toSorted((one, other) => one.seq - other.seq),
    );
  };
  return Promise.resolve({
    open: () => Promise.resolve(createMemoryStore(chains)),
    cell: (domain, seq, column) => {
      const row = chains.get(domain)?.find((each) => each.seq === seq);
      return Promise.resolve(String(row?.[column]));
    },
    setCell: async (domain, seq, column, value) =>
      change(domain, seq, (row) => [{ ...row, [column]: value }]),
    moveRow: async (domain, seq, to) => change(domain, seq, (row) => [{ ...row, seq: to }]),
    dropRow: async (domain, seq) => change(domain, seq, () => []),
    drop: () => Promise.resolve(),
  });
}

function sqlitePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  const ask = (query: string, ...values: (string | number)[]): unknown => {
    const database = new DatabaseSync(join(folder, STORE_FILE), { timeout: 5_000 });
    const row = database.prepare(query).get(...values);
    database.close();
    return Object.values(row ?? {})[0];
  };
  const where = 'where domain = ? and seq = ?';
  return Promise.resolve({
    open: () => openStore(folder),
    cell: async (domain, seq, column: Column) =>
      String(ask(`select ${column} from governance_event ${where}`, domain, seq)),
    setCell: async (domain, seq, column, value) => {
      ask(`update governance_event set ${column} = ? ${where}`, value, domain, seq);
    },
    moveRow: async (domain, seq, to) => {
      ask(`update governance_event set seq = ? ${where}`, to, domain, seq);
    },
    dropRow: async (domain, seq) => {
      ask(`delete from governance_event ${where}`, domain, seq);
    },
    drop: async () => rmSync(folder, { recursive: true }),
  });
}

describeStore('a store in memory', memoryPlace, 200);
describeStore('a store in SQLite', sqlitePlace, 60);
