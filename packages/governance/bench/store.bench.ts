/**
 * What the chains cost over SQLite alone: the same rows in the same table by prepared statements
 * of `node:sqlite`, in turns of one run, on one disk. An append is one durable commit in both. A
 * read hands out every event, and has parsed it and checked its hash and its link; alone it only
 * hands out the row.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { linkFacts } from '../src/store/chain-link.ts';
import { type ChainHead, EMPTY_CHAIN, type Fact } from '../src/store/event.ts';
import { openSqliteStore, STORE_FILE } from '../src/store/sqlite.ts';
import type { EventRow } from '../src/store/schema.ts';
import type { GovernanceStore } from '../src/store/store.ts';

interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string | null;
  readonly pass: boolean;
}

const AT = Date.UTC(2026, 2, 1);
const SINGLE_APPENDS = 2_000;
const ROUNDS = 4;
const BATCH = 256;
const READ_EVENTS = 1_000_000;
const FILL = 4_096;
const APPEND_TARGET = 3;
const READ_TARGET = 10;

/** About what an entry of the diary is, 700 bytes. */
function fact(n: number): Fact {
  const payload = {
    entry: `dd-20260301T090000Z-${n.toString(16).padStart(16, '0')}`,
    stage: 'paper',
    drift: { allowed: true, severity: 'normal', blocked: [], evaluated_at: AT + n },
    execution: { route: 'paper', forced: true, reasons: ['release_stage_paper'] },
    outcomes: { pnl: n / 7, fills: n % 5, notes: 'x'.repeat(120) },
  };
  return { type: 'decided', subject: 'alpha', actor: 'loop', payload, refs: { run_id: 'r1' } };
}

/** The same table and settings, and nothing else. */
class Bare {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #head = EMPTY_CHAIN;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#database = new DatabaseSync(join(folder, STORE_FILE));
    const columns = ['domain', 'seq', 'ts', 'type', 'subject', 'body', 'prev_hash', 'hash'];
    this.#database.exec(`
      pragma journal_mode = wal; pragma synchronous = full;
      create table if not exists governance_event (
        domain text not null, seq bigint not null, ts text not null, type text not null,
        subject text not null, body text not null, prev_hash text not null, hash text not null,
        primary key (domain, seq), unique (domain, hash));
      create index if not exists governance_event_subject
        on governance_event (domain, subject, seq)`);
    const marks = columns.map((name) => `:${name}`).join();
    this.#insert = this.#database.prepare(
      `insert into governance_event (${columns.join()}) values (${marks})`,
    );
  }

  /** Made beforehand: what a row costs to make is not SQLite's. */
  rows(count: number): readonly EventRow[] {
    const rows: EventRow[] = [];
    for (let n = 0; n < count; n += 1) {
      for (const { row } of linkFacts('diary', this.#head, [fact(n)], AT)) {
        rows.push(row);
        this.#head = row;
      }
    }
    return rows;
  }

  append(rows: readonly EventRow[]): void {
    this.#database.exec('begin immediate');
    for (const row of rows) this.#insert.run({ ...row });
    this.#database.exec('commit');
  }

  /** @returns how many rows there are. */
  read(): number {
    const all = this.#database.prepare(
      `select * from governance_event where domain = 'diary' order by seq`,
    );
    let count = 0;
    for (const row of all.iterate()) if (typeof row['body'] === 'string') count += 1;
    return count;
  }

  close(): void {
    this.#database.close();
  }
}

async function append(
  store: GovernanceStore,
  after: ChainHead,
  facts: readonly Fact[],
): Promise<ChainHead> {
  const appended = await store.append('diary', after, facts, AT);
  if (!appended.ok) throw new Error(appended.code);
  return appended.events.at(-1) ?? after;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function figure(name: string, value: number, unit: string): BenchResult {
  return { name, value, unit, target: null, pass: true };
}

function ratio(name: string, value: number, most: number): BenchResult {
  return { name, value, unit: 'x', target: `<= ${most}`, pass: value <= most };
}

/** Milliseconds of each append, of `size` facts. */
async function times(
  store: GovernanceStore,
  bare: Bare,
  appends: number,
  size: number,
): Promise<{ readonly kept: number; readonly alone: number }> {
  const [kept, alone]: [number[], number[]] = [[], []];
  let head = await store.head('diary');
  for (let round = 0; round < ROUNDS; round += 1) {
    const count = appends / ROUNDS;
    const rows = bare.rows(count * size);
    for (let n = 0; n < count; n += 1) {
      const begun = performance.now();
      bare.append(rows.slice(n * size, (n + 1) * size));
      const between = performance.now();
      const facts = Array.from({ length: size }, (_, each) => fact(n * size + each));
      head = await append(store, head, facts);
      kept.push(performance.now() - between);
      alone.push(between - begun);
    }
  }
  return { kept: median(kept), alone: median(alone) };
}

async function benchAppends(folder: string): Promise<BenchResult[]> {
  const store = await openSqliteStore(join(folder, 'kept'));
  const bare = new Bare(join(folder, 'alone'));
  await times(store, bare, 400, 1);
  const single = await times(store, bare, SINGLE_APPENDS, 1);
  const many = await times(store, bare, 80, BATCH);
  await store.close();
  bare.close();
  return [
    figure('append of one event, SQLite alone p50', single.alone * 1_000, 'us'),
    figure('append of one event p50', single.kept * 1_000, 'us'),
    figure('appends of one event', 1_000 / single.kept, 'appends/s'),
    ratio('append of one event / SQLite alone', single.kept / single.alone, APPEND_TARGET),
    figure(`events appended, ${BATCH} at once`, (BATCH * 1_000) / many.kept, 'events/s'),
    figure(`append of ${BATCH} events / SQLite alone`, many.kept / many.alone, 'x'),
  ];
}

async function benchRead(folder: string): Promise<BenchResult[]> {
  const place = join(folder, 'read');
  await (await openSqliteStore(place)).close();
  const bare = new Bare(place);
  for (let n = 0; n < READ_EVENTS; n += FILL) {
    bare.append(bare.rows(Math.min(FILL, READ_EVENTS - n)));
  }
  const begun = performance.now();
  const rows = bare.read();
  const alone = performance.now() - begun;
  bare.close();
  const store = await openSqliteStore(place);
  let count = 0;
  const start = performance.now();
  for await (const event of store.read('diary')) if (event.seq === count) count += 1;
  const kept = performance.now() - start;
  await store.close();
  if (rows !== READ_EVENTS || count !== READ_EVENTS) throw new Error(`read ${rows} and ${count}`);
  return [
    figure('events read and checked', count, 'events'),
    figure('read of all, SQLite alone', alone / 1_000, 's'),
    figure('read of all', kept / 1_000, 's'),
    figure('events read', (count * 1_000) / kept, 'events/s'),
    ratio('read of all / SQLite alone', kept / alone, READ_TARGET),
  ];
}

export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-bench-'));
  try {
    return [...(await benchAppends(folder)), ...(await benchRead(folder))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
