/**
 * PostgreSQL at 127.0.0.1:5432, as its superuser without a password; without it skipped, and with
 * `HOLDFAST_REQUIRE_SERVICES=1` a failure.
 */
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linkFacts } from '../src/store/chain-link.ts';
import { EMPTY_CHAIN } from '../src/store/event.ts';
import { openStore } from '../src/store/open.ts';
import { openPostgresStore } from '../src/store/postgres.ts';
import { readAll } from '../src/store/read-all.fixture.ts';
import type { EventRow } from '../src/store/schema.ts';
import type { GovernanceStore } from '../src/store/store.ts';
import {
  asking,
  createDatabase,
  isPostgresHere,
  type OwnDatabase,
} from './postgres-database.fixture.ts';
import { type Column, describeStore, fact, insist, type Place } from './store.contract.ts';

const AT = Date.UTC(2026, 2, 1, 9);

it('PostgreSQL is there when it is required', () => {
  expect(isPostgresHere || process.env['HOLDFAST_REQUIRE_SERVICES'] !== '1').toBe(true);
});

/** One database for the whole suite: each place is a schema of its own that stores find first. */
let shared: OwnDatabase;
let places = 0;

async function postgresPlace(): Promise<Place> {
  places += 1;
  const schema = `place_${places}`;
  const role = `${new URL(shared.url).pathname.slice(1)}_${places}`;
  await asking(shared.url, `CREATE ROLE ${role} LOGIN`);
  await asking(shared.url, `ALTER ROLE ${role} SET search_path = ${schema}`);
  await asking(shared.url, `CREATE SCHEMA ${schema} AUTHORIZATION ${role}`);
  const url = shared.url.replace('postgres@', `${role}@`);
  const table = `${schema}.governance_event`;
  const where = 'where domain = $1 and seq = $2';
  const change = async (query: string, values: readonly unknown[]): Promise<void> => {
    await asking(shared.url, query, values);
  };
  return {
    open: () => openStore(url),
    cell: async (domain, seq, column: Column) => {
      const query = `select ${column} as cell from ${table} ${where}`;
      return String((await asking(shared.url, query, [domain, seq]))[0]?.['cell']);
    },
    setCell: (domain, seq, column, value) =>
      change(`update ${table} set ${column} = $3 ${where}`, [domain, seq, value]),
    moveRow: (domain, seq, to) =>
      change(`update ${table} set seq = $3 ${where}`, [domain, seq, to]),
    dropRow: (domain, seq) => change(`delete from ${table} ${where}`, [domain, seq]),
    drop: async () => {
      await asking(shared.url, `DROP SCHEMA ${schema} CASCADE`);
      await asking(shared.url, `DROP ROLE ${role}`);
    },
  };
}

describe.skipIf(!isPostgresHere)('with PostgreSQL', () => {
  beforeAll(async () => {
    shared = await createDatabase();
  });
  afterAll(() => shared.drop());

  describeStore('a store in PostgreSQL', postgresPlace, 40);
});

async function trouble(doing: Promise<unknown>): Promise<string> {
  return doing.then(
    () => 'none',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

describe.skipIf(!isPostgresHere)('a database of PostgreSQL', () => {
  let own: OwnDatabase;
  const opened: GovernanceStore[] = [];
  const open = async (url: string = own.url, statementMs = 5_000): Promise<GovernanceStore> => {
    const store = await openPostgresStore(url, { statementMs });
    opened.push(store);
    return store;
  };
  beforeEach(async () => {
    own = await createDatabase();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await own.drop();
  });

  /** A writer that knows nothing of turns: its row is there before its commit. */
  async function beginBeside(store: GovernanceStore): Promise<{ client: Client; row: EventRow }> {
    const client = new Client({ connectionString: own.url });
    await client.connect();
    await client.query('BEGIN');
    const [link] = linkFacts('ledger', await store.head('ledger'), [fact(7)], AT);
    if (link === undefined) throw new Error('no row');
    const names = Object.keys(link.row);
    const marks = names.map((_, index) => `$${index + 1}`);
    const query = `INSERT INTO governance_event (${names.join()}) VALUES (${marks.join()})`;
    await client.query(query, Object.values(link.row));
    return { client, row: link.row };
  }

  it('is not forked by a writer that waits for no turn', async () => {
    const store = await open();
    await insist(store, 'ledger', [fact(0)]);
    const after = await store.head('ledger');
    const { client, row } = await beginBeside(store);
    const appended = store.append('ledger', after, [fact(1)], AT);
    const waits = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await asking(own.url, waits)).length === 0);
    await client.query('COMMIT');
    await client.end();
    const head = { seq: 1, hash: row.hash };
    expect(await appended).toEqual({ ok: false, code: 'head_moved', head });
    expect(await readAll(store, 'ledger')).toHaveLength(2);
    expect(await store.append('ledger', head, [fact(2)], AT)).toMatchObject({ ok: true });
  });

  it('is unavailable while a turn does not end, and whole afterwards', async () => {
    const store = await open(own.url, 200);
    const { client } = await beginBeside(store);
    const message = await trouble(store.append('ledger', EMPTY_CHAIN, [fact(1)], AT));
    expect(message).toMatch(/^store_unavailable: PostgreSQL at 127\.0\.0\.1:5432\/\w+: 57014 /);
    await client.query('ROLLBACK');
    await client.end();
    expect(await store.head('ledger')).toEqual(EMPTY_CHAIN);
    expect(await insist(store, 'ledger', [fact(1)])).toHaveLength(1);
  });

  it('is unavailable where its connections are cut, and goes on with new ones', async () => {
    const store = await open();
    await insist(store, 'ledger', [fact(0)]);
    const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const { client } = await beginBeside(store);
    client.on('error', () => undefined);
    const after = await store.head('ledger');
    const appended = trouble(store.append('ledger', after, [fact(1)], AT));
    const waits = `SELECT 1 FROM pg_stat_activity
      WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await asking(own.url, waits)).length === 0);
    await asking(own.url, others);
    expect(await appended).toContain('store_unavailable: PostgreSQL at 127.0.0.1:5432/');
    expect(await store.head('ledger')).toEqual(after);
    expect(await insist(store, 'ledger', [fact(1)])).toMatchObject([{ seq: 1 }]);
  });

  it('is made once by all who open it at once', async () => {
    await Promise.all([open(), open(), open()]);
    const steps = await asking(own.url, 'SELECT number, name FROM governance_migration');
    expect(steps).toEqual([{ number: 1, name: '0001-governance-event' }]);
    const keys = await asking(
      own.url,
      `SELECT indexdef FROM pg_indexes WHERE tablename = 'governance_event' ORDER BY indexname`,
    );
    expect(keys.map(({ indexdef }) => String(indexdef).replace(/.* USING /, ''))).toEqual([
      'btree (domain, hash)',
      'btree (domain, seq)',
      'btree (domain, subject, seq)',
    ]);
  });

  it('of a later program, or with a table of another, is left alone', async () => {
    await (await open()).close();
    await asking(own.url, `INSERT INTO governance_migration VALUES (2, '0002-later')`);
    expect(await trouble(open())).toMatch(/^store_schema_unknown: step 2 0002-later/);
    await asking(own.url, 'DROP TABLE governance_migration');
    expect(await trouble(open())).toMatch(/^store_schema_unknown: a table governance_event/);
    await asking(own.url, 'DROP TABLE governance_event');
    await asking(own.url, 'CREATE TABLE something_else (n int)');
    expect(await (await open()).head('ledger')).toEqual(EMPTY_CHAIN);
  });

  it.each([
    ['synchronous_commit', 'off', 'store_unavailable: PostgreSQL has synchronous_commit = off'],
    ['synchronous_commit', 'local', 'none'],
    ['synchronous_commit', 'on', 'none'],
  ])('with %s = %s answers %s', async (name, value, wanted) => {
    const database = new URL(own.url).pathname.slice(1);
    await asking(own.url, `ALTER DATABASE ${database} SET ${name} = ${value}`);
    expect(await trouble(open())).toBe(wanted);
  });

  it('that keeps no UTF-8 is refused', async () => {
    const latin = await createDatabase(`ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'
      TEMPLATE template0`);
    const message = await trouble(open(latin.url));
    await latin.drop();
    expect(message).toBe('store_unavailable: PostgreSQL has server_encoding = LATIN1');
  });

  it('that is not there is told without the password', async () => {
    const url = own.url.replace('postgres@', 'postgres:s3cret@').replace(/\/\w+$/, '/no_s3cret');
    const message = await trouble(open(url));
    expect(message).toBe(
      'store_unavailable: PostgreSQL at 127.0.0.1:5432/no_***: ' +
        '3D000 database "no_***" does not exist',
    );
  });
});
