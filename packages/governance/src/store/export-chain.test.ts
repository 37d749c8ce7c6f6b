import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineOf, NO_HASH, readChain } from '@holdfast/runtime/proof';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_CHAIN } from './event.ts';
import { chainFileFault, chainFileOf, chainLineOf, writeChainFile } from './export-chain.ts';
import { importChain } from './import-chain.ts';
import { createMemoryStore, type MemoryChains } from './memory.fixture.ts';
import { readAll } from './read-all.fixture.ts';
import { type GovernanceStore, StoreError } from './store.ts';

const AT = Date.UTC(2026, 2, 1, 9);
const LENGTH = 5;

let root = '';
let path = '';
let chains: MemoryChains = new Map();
let store: GovernanceStore;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-export-'));
  path = join(root, 'ledger.events.jsonl');
  chains = new Map();
  store = createMemoryStore(chains);
  for (let n = 0; n < LENGTH; n += 1) await tell({ n, é: '\u0000😀' }, AT + Math.floor(n / 2));
});
afterEach(() => rmSync(root, { recursive: true }));

async function tell(payload: Record<string, unknown>, at: number): Promise<void> {
  const fact = { type: 'told', subject: 'alpha', actor: 'ana', payload, refs: {} };
  const appended = await store.append('ledger', await store.head('ledger'), [fact], at);
  expect(appended.ok).toBe(true);
}

const fault = (): Promise<unknown> => chainFileFault(store, 'ledger', root);

describe('the file of a domain', () => {
  it('is what readChain verifies, byte for byte', async () => {
    expect(await writeChainFile(store, 'ledger', root)).toEqual(await store.head('ledger'));
    const events = await readAll(store, 'ledger');
    const read = readChain(readFileSync(path));
    expect(read).toMatchObject({ faults: [], records: events });
    expect(read.torn).toHaveLength(0);
    expect(readFileSync(path, 'utf8')).toBe(events.map(chainLineOf).join(''));
    expect(readdirSync(root)).toEqual([chainFileOf('ledger')]);
    expect(await fault()).toBeNull();
  });

  it('of an empty domain is empty', async () => {
    expect(await writeChainFile(store, 'diary', root)).toEqual(EMPTY_CHAIN);
    expect(readFileSync(join(root, 'diary.events.jsonl'), 'utf8')).toBe('');
    expect(await chainFileFault(store, 'diary', root)).toBeNull();
  });

  it('is longer than one piece, and replaced as a whole', async () => {
    for (let n = 0; n < 3; n += 1) await tell({ text: 'x'.repeat(50_000) }, AT);
    writeFileSync(path, 'what was there before');
    const head = await writeChainFile(store, 'ledger', root);
    expect(head.seq).toBe(LENGTH + 2);
    expect(await fault()).toBeNull();
  });

  it('that is behind, torn or ahead is told from one that differs', async () => {
    await writeChainFile(store, 'ledger', root);
    await tell({ n: LENGTH }, AT);
    expect(await fault()).toMatchObject({ ok: false, code: 'chain_file_behind', at: LENGTH });
    const [last] = await readAll(store, 'ledger', LENGTH);
    const line = last === undefined ? '' : chainLineOf(last);
    appendFileSync(path, line.slice(0, -1));
    expect(await fault()).toMatchObject({ ok: false, code: 'chain_file_torn', at: LENGTH });
    appendFileSync(path, '\n');
    expect(await fault()).toBeNull();
    appendFileSync(path, 'x');
    expect(await fault()).toEqual({
      ok: false,
      code: 'chain_file_ahead',
      at: LENGTH + 1,
      detail: `ledger ${LENGTH + 1}: is not in the chain`,
    });
  });

  it('with any other byte differs at the line of that byte', async () => {
    await writeChainFile(store, 'ledger', root);
    const whole = readFileSync(path);
    const place = fc.record({ at: fc.nat({ max: whole.length - 1 }), bit: fc.nat({ max: 7 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, bit }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, bytes);
        const line = whole.subarray(0, at).filter((byte) => byte === 0x0a).length;
        expect(await fault()).toMatchObject({ code: 'chain_file_differs', at: line });
      }),
      { numRuns: 50 },
    );
  });

  it('cut anywhere is behind or torn', async () => {
    await writeChainFile(store, 'ledger', root);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length));
      const isWhole = length === 0 || whole[length - 1] === 0x0a;
      const at = whole.subarray(0, length).filter((byte) => byte === 0x0a).length;
      const code = isWhole ? 'chain_file_behind' : 'chain_file_torn';
      expect(await fault()).toMatchObject({ code, at });
    }
  });

  it('that cannot be read is no file, and none is waited for', async () => {
    expect(await fault()).toMatchObject({ ok: false, code: 'chain_file_unreadable', at: -1 });
    execFileSync('mkfifo', [path]);
    expect(await fault()).toMatchObject({
      code: 'chain_file_unreadable',
      detail: `${path}: not a regular file`,
    });
  });

  it('is not written from a chain that is broken, nor into nowhere', async () => {
    writeFileSync(path, 'what was there before');
    const rows = chains.get('ledger') ?? [];
    chains.set('ledger', rows.toSpliced(2, 1));
    const broken = writeChainFile(createMemoryStore(chains), 'ledger', root);
    await expect(broken).rejects.toThrow('store_chain_broken: ledger 2: ');
    expect(readFileSync(path, 'utf8')).toBe('what was there before');
    expect(readdirSync(root)).toEqual([chainFileOf('ledger')]);
    const nowhere = writeChainFile(store, 'diary', join(root, 'nowhere'));
    await expect(nowhere).rejects.toThrow(StoreError);
    await expect(nowhere).rejects.toThrow(/^store_unavailable: .*diary.events.jsonl: ENOENT/);
  });
});

describe('an import', () => {
  const bytes = async (): Promise<Buffer> => {
    await writeChainFile(store, 'ledger', root);
    return readFileSync(path);
  };

  it('goes on behind what was imported before', async () => {
    const whole = await bytes();
    const rows = chains.get('ledger') ?? [];
    for (let length = 0; length <= LENGTH; length += 1) {
      const begun: MemoryChains = new Map([['ledger', rows.slice(0, length)]]);
      const copy = createMemoryStore(begun);
      const head = await store.head('ledger');
      expect(await importChain(copy, 'ledger', whole)).toEqual({ ok: true, head });
      expect(begun).toEqual(chains);
    }
  });

  it('is not made over other events, or more of them', async () => {
    const whole = await bytes();
    const other = createMemoryStore();
    await other.append(
      'ledger',
      EMPTY_CHAIN,
      [{ type: 'x', subject: 'y', actor: 'z', payload: {}, refs: {} }],
      AT,
    );
    const differs = { ok: false, code: 'import_differs' };
    expect(await importChain(other, 'ledger', whole)).toMatchObject(differs);
    await tell({}, AT);
    expect(await importChain(store, 'ledger', whole)).toMatchObject(differs);
  });

  it.each<[string, (lines: string[]) => string, string]>([
    ['a line is gone', (lines) => lines.toSpliced(2, 1).join(''), 'ledger 2: chain_broken'],
    ['the first is gone', (lines) => lines.slice(1).join(''), 'ledger 0: chain_broken'],
    ['a line is another', (lines) => lines.join('').replace('"n":3', '"n":4'), 'ledger 3: record_'],
    ['the end is torn', (lines) => lines.join('').slice(0, -1), 'ledger 4: its line has no end'],
    ['it is no chain', () => 'no chain\n', 'ledger 0: record_malformed'],
  ])('is refused before anything is written where %s', async (_, change, detail) => {
    const lines = (await bytes()).toString().split(/(?<=\n)/);
    const copies: MemoryChains = new Map();
    const copy = createMemoryStore(copies);
    const imported = await importChain(copy, 'ledger', Buffer.from(change(lines)));
    expect(imported).toMatchObject({ ok: false, code: 'import_invalid' });
    expect(imported).toMatchObject({ detail: expect.stringContaining(detail) as string });
    expect(copies.size).toBe(0);
  });

  it('takes more events of one time than go into one append', async () => {
    for (let n = 0; n < 3; n += 1) {
      const fact = { type: 'told', subject: 'a', actor: 'b', payload: {}, refs: {} };
      const facts = Array.from({ length: 200 }, () => fact);
      await store.append('ledger', await store.head('ledger'), facts, AT);
    }
    const copies: MemoryChains = new Map();
    const imported = await importChain(createMemoryStore(copies), 'ledger', await bytes());
    expect(imported).toEqual({ ok: true, head: await store.head('ledger') });
    expect(copies).toEqual(chains);
  });

  it.each<[string, object, string]>([
    ['no event', { note: 1 }, 'ledger 0: /note unknown key "note"'],
    ['an event too large', { payload: { a: 'x'.repeat(1 << 18) } }, 'fact_malformed: ledger 0: '],
    ['an event of no day', { ts: '2026-13-01T00:00:00.000Z' }, 'fact_malformed: ledger 0: NaN'],
    ['an event of a day that is another', { ts: '2026-02-30T00:00:00.000Z' }, 'ledger 0: '],
  ])('is refused where a whole chain holds %s', async (_, change, detail) => {
    const [event] = await readAll(store, 'ledger');
    const { hash: __, ...body } = { ...event, ...change, seq: 0, prev_hash: NO_HASH };
    const imported = await importChain(
      createMemoryStore(),
      'ledger',
      Buffer.from(lineOf(body).line),
    );
    expect(imported).toMatchObject({
      code: 'import_invalid',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('is of its own domain', async () => {
    expect(await importChain(createMemoryStore(), 'diary', await bytes())).toMatchObject({
      code: 'import_invalid',
      detail: expect.stringContaining('diary 0: would become') as string,
    });
  });

  it('that meets another writer ends', async () => {
    const whole = await bytes();
    const copy = createMemoryStore();
    const moving: GovernanceStore = {
      head: () => Promise.resolve(EMPTY_CHAIN),
      append: () => Promise.resolve({ ok: false, code: 'head_moved', head: { seq: 7, hash: '' } }),
      read: (domain) => copy.read(domain),
      close: () => copy.close(),
    };
    expect(await importChain(moving, 'ledger', whole)).toEqual({
      ok: false,
      code: 'head_moved',
      detail: 'ledger ends with 7 by now',
    });
  });
});
