import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_CHAIN, type Fact } from './event.ts';
import { projectionFault, withChainHead } from './projection.ts';
import { readAll } from './read-all.fixture.ts';
import { openSqliteStore, STORE_FILE } from './sqlite.ts';
import { patiently } from './sqlite-driver.ts';
import { type GovernanceStore, StoreError } from './store.ts';

const AT = Date.UTC(2026, 2, 1, 9);
const FACT: Fact = { type: 'told', subject: 'alpha', actor: 'ana', payload: { a: 1 }, refs: {} };

let root = '';
let path = '';
const opened: { close(): unknown }[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
  path = join(root, STORE_FILE);
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
  rmSync(root, { recursive: true });
});

async function open(waitMs?: number): Promise<GovernanceStore> {
  const store = await openSqliteStore(root, waitMs);
  opened.push(store);
  return store;
}

function beside(): DatabaseSync {
  const database = new DatabaseSync(path);
  opened.push({ close: () => database.isOpen && database.close() });
  return database;
}

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(join('/proc/self/fd', descriptor));
  } catch {
    return 'closed meanwhile';
  }
}

const codeOf = (doing: Promise<unknown>): Promise<string> =>
  doing.then(
    () => 'none',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );

describe('the file of a store', () => {
  it('is one, beside which SQLite keeps its log while it is open', async () => {
    const store = await open();
    await store.append('ledger', EMPTY_CHAIN, [FACT], AT);
    expect(readdirSync(root).toSorted()).toEqual([
      STORE_FILE,
      `${STORE_FILE}-shm`,
      `${STORE_FILE}-wal`,
    ]);
    await store.close();
    expect(readdirSync(root)).toEqual([STORE_FILE]);
    const database = beside();
    const ask = (text: string): unknown => Object.values(database.prepare(text).get() ?? {})[0];
    expect(ask('pragma application_id')).toBe(0x48_46_67_73);
    expect(ask('pragma journal_mode')).toBe('wal');
    expect(ask('select name from governance_migration')).toBe('0001-governance-event');
    const again = await open();
    expect(await again.head('ledger')).toMatchObject({ seq: 0 });
  });

  it('is made by all who open it at once', async () => {
    const stores = await Promise.all([open(), open(), open()]);
    for (const store of stores) expect(await store.head('ledger')).toEqual(EMPTY_CHAIN);
  });

  it.each([
    ['before anything was in it', () => writeFileSync(path, '')],
    ['before it was marked', () => beside().exec('pragma journal_mode = wal')],
    [
      'before it had its tables',
      () => beside().exec('pragma journal_mode = wal; pragma application_id = 0x48466773'),
    ],
  ])('is made to its end where its making was ended %s', async (_, make) => {
    make();
    const store = await open();
    expect(await store.append('ledger', EMPTY_CHAIN, [FACT], AT)).toMatchObject({ ok: true });
  });

  it.each([
    ['that is no database', () => writeFileSync(path, 'what somebody wrote')],
    ['that is hardly a file', () => writeFileSync(path, 'x')],
    ['that is shorter than a head', () => writeFileSync(path, 'x'.repeat(511))],
    ['that is as long as a head', () => writeFileSync(path, 'x'.repeat(512))],
    ['of a program without a mark', () => beside().exec('create table notes (text)')],
    [
      'of a program with its mark',
      () => beside().exec('pragma application_id = 7; create table notes (text)'),
    ],
    ['with the mark of a program and nothing else', () => beside().exec('pragma application_id=7')],
  ])('%s is refused and left as it is', async (_, make) => {
    make();
    for (const each of opened.splice(0)) await each.close();
    const before = readFileSync(path);
    expect(await codeOf(open())).toBe('store_schema_unknown');
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(root)).toEqual([STORE_FILE]);
    const held = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === realpathSync(path));
    expect(held).toEqual([]);
  });

  it('of a later program is refused, and so is one whose steps are others', async () => {
    await (await open()).close();
    const steps = (change: string): void => {
      const database = beside();
      database.exec(change);
      database.close();
    };
    steps(`insert into governance_migration values (2, '0002-later')`);
    expect(await codeOf(open())).toBe('store_schema_unknown');
    steps(`delete from governance_migration where number = 1`);
    expect(await codeOf(open())).toBe('store_schema_unknown');
    steps(`update governance_migration set number = 1`);
    expect(await codeOf(open())).toBe('store_schema_unknown');
    steps(`update governance_migration set name = '0001-governance-event'`);
    expect(await codeOf(open())).toBe('none');
    steps('drop table governance_migration');
    expect(await codeOf(open())).toBe('store_schema_unknown');
  });

  it('that is no file is not waited for', async () => {
    mkdirSync(path);
    expect(await codeOf(open())).toBe('store_unavailable');
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    expect(await codeOf(open())).toBe('store_unavailable');
    rmSync(path);
    symlinkSync(join(root, 'elsewhere'), path);
    expect(await codeOf(open())).toBe('store_unavailable');
    expect(existsSync(join(root, 'elsewhere'))).toBe(false);
  });

  it('cannot be in a folder that is a file', async () => {
    writeFileSync(join(root, 'file'), '');
    const doing = openSqliteStore(join(root, 'file'));
    await expect(doing).rejects.toThrow(/^store_unavailable: .*file/);
  });
});

describe('a busy file', () => {
  it('is asked again until it is free', async () => {
    const store = await open();
    const database = beside();
    database.exec('begin immediate');
    const appended = store.append('ledger', EMPTY_CHAIN, [FACT], AT);
    let isDone = false;
    void appended.then(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 50; turn += 1) await new Promise((done) => setImmediate(done));
    expect(isDone).toBe(false);
    // Nobody has to wait to read.
    expect(await (await open()).head('ledger')).toEqual(EMPTY_CHAIN);
    database.exec('commit');
    expect(await appended).toMatchObject({ ok: true });
  });

  it('is unavailable in the end, and nothing is written', async () => {
    const store = await open(10);
    const database = beside();
    database.exec('begin immediate');
    expect(await codeOf(store.append('ledger', EMPTY_CHAIN, [FACT], AT))).toBe('store_unavailable');
    database.exec('rollback');
    expect(await store.head('ledger')).toEqual(EMPTY_CHAIN);
    expect(await store.append('ledger', EMPTY_CHAIN, [FACT], AT)).toMatchObject({ ok: true });
  });

  it('is not what any other trouble is', async () => {
    let calls = 0;
    const act = (): never => {
      calls += 1;
      throw new Error('no space');
    };
    await expect(patiently(act)).rejects.toThrow('no space');
    expect(calls).toBe(1);
  });
});

describe('a byte of the file', () => {
  it('that is another is found by reading, or by a projection', async () => {
    const writer = await open();
    let head = EMPTY_CHAIN;
    for (let n = 0; n < 40; n += 1) {
      const appended = await writer.append('ledger', head, [{ ...FACT, payload: { n } }], AT);
      if (!appended.ok) throw new Error(appended.code);
      head = appended.events[0] ?? head;
    }
    await writer.close();
    const view = withChainHead({}, head);
    const whole = readFileSync(path);
    const place = fc.record({ at: fc.nat({ max: whole.length - 1 }), bit: fc.nat({ max: 7 }) });
    await fc.assert(
      fc.asyncProperty(place, async ({ at, bit }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        writeFileSync(path, bytes);
        const found = await codeOf(readWhole(view));
        expect([
          'none',
          'store_chain_broken',
          'store_schema_unknown',
          'store_unavailable',
        ]).toContain(found);
        for (const name of readdirSync(root)) if (name !== STORE_FILE) rmSync(join(root, name));
      }),
      { numRuns: 120 },
    );
  });

  /** Resolves only where the 40 events are there, as they were written. */
  async function readWhole(view: unknown): Promise<void> {
    const store = await openSqliteStore(root);
    try {
      const events = await readAll(store, 'ledger');
      const wrong = projectionFault(view, events.at(-1) ?? EMPTY_CHAIN);
      if (wrong !== null) throw new StoreError('store_chain_broken', wrong.code);
      expect(events.map(({ payload }) => payload['n'])).toEqual([...Array(40).keys()]);
      expect(await store.head('ledger')).toMatchObject({ seq: 39 });
    } finally {
      await store.close();
    }
  }
});
