/** Chains in PostgreSQL, for more than one machine (D-26). */
import { isLoopbackHost } from '@holdfast/runtime/config';
import { messageOf } from '@holdfast/runtime/proof';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool } from 'pg';
import { ChainStore } from './chain-store.ts';
import { asking, type StoreDatabase } from './database.ts';
import { createDatabaseRows } from './database-rows.ts';
import { migrate } from './migrate.ts';
import type { StoreTables } from './schema.ts';
import { type GovernanceStore, StoreError } from './store.ts';

const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const IDLE_MS = 30_000;
/** `Hold`: the class of the advisory locks that are ours. */
const LOCK_CLASS = 0x48_6f_6c_64;
const UNIQUE_VIOLATION = '23505';
/** What an address may say beside host, database and who asks. */
const OPTIONS: ReadonlySet<string> = new Set(['sslmode', 'sslrootcert', 'sslcert', 'sslkey']);

export interface PostgresLimits {
  /** For how long one statement may run, and wait for another writer's turn to end. */
  readonly statementMs: number;
}

/** The store in a database of PostgreSQL, its tables made in the current schema where missing. */
export async function openPostgresStore(
  url: string,
  { statementMs }: PostgresLimits = { statementMs: STATEMENT_MS },
): Promise<GovernanceStore> {
  const address = parseAddress(url);
  const pool = new Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementMs,
    // A server that is no longer heard ends no statement of its own accord.
    query_timeout: statementMs * 2,
    keepAlive: true,
    application_name: 'holdfast-governance',
  });
  // A connection lost between two questions must not end the process; nor one lost within.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const database = createDatabase(pool, address);
  try {
    await asking(database, () => refuseForgetful(database.kysely));
    await migrate(database);
    return new ChainStore(createDatabaseRows(database));
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function parseAddress(url: string): URL {
  const address = URL.parse(url);
  if (address === null || address.hostname === '' || !isDecodable(url)) {
    throw new StoreError('store_unavailable', 'no address of PostgreSQL');
  }
  for (const option of address.searchParams.keys()) {
    if (!OPTIONS.has(option)) {
      throw new StoreError('store_unavailable', `an address of PostgreSQL has no ${option} here`);
    }
  }
  const isVerified = address.searchParams.get('sslmode') === 'verify-full';
  if (!isVerified && !isLoopbackHost(address.hostname)) {
    const detail = `${address.host} is not this machine: sslmode=verify-full is missing`;
    throw new StoreError('store_unavailable', detail);
  }
  return address;
}

/** Whether the driver, which decodes it, can read it. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

function createDatabase(pool: Pool, address: URL): StoreDatabase {
  const kysely = new Kysely<StoreTables>({ dialect: new PostgresDialect({ pool }) });
  return {
    kysely,
    // Each statement sees what was committed before it: what is read after the lock is the end.
    transact: (turn, work) =>
      kysely
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (tx) => {
          await sql`select pg_advisory_xact_lock(${LOCK_CLASS}::int4, hashtext(${turn}))`.execute(
            tx,
          );
          return work(tx);
        }),
    tables: async (within) => {
      const query = sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = current_schema()`;
      return (await query.execute(within)).rows.map(({ name }) => name);
    },
    isTaken: (error) => codeOf(error) === UNIQUE_VIOLATION,
    faultOf: (error) => faultOf(error, address),
  };
}

/** Whether what it says is written is on its disk (D-30), and is kept as it was spelled. */
async function refuseForgetful(kysely: Kysely<StoreTables>): Promise<void> {
  const settings = { fsync: 'on', full_page_writes: 'on', server_encoding: 'UTF8' } as const;
  for (const [name, wanted] of Object.entries(settings)) {
    refuseUnless(name, await setting(kysely, name), (value) => value === wanted);
  }
  const name = 'synchronous_commit';
  refuseUnless(name, await setting(kysely, name), (value) => value !== 'off');
}

function refuseUnless(name: string, value: string, isGood: (value: string) => boolean): void {
  if (isGood(value)) return;
  throw new StoreError('store_unavailable', `PostgreSQL has ${name} = ${value}`);
}

async function setting(kysely: Kysely<StoreTables>, name: string): Promise<string> {
  const { rows } = await sql<{ value: string }>`select current_setting(${name}) as value`.execute(
    kysely,
  );
  return rows[0]?.value ?? 'unknown';
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error && 'code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

function faultOf(error: unknown, { host, pathname, password }: URL): StoreError {
  if (error instanceof StoreError) return error;
  const said = [codeOf(error), messageOf(error)].filter((part) => part !== null && part !== '');
  const detail = `PostgreSQL at ${host}${pathname}: ${said.join(' ')}`;
  const secrets = [password, decodeURIComponent(password)].filter((each) => each !== '');
  const told = secrets.reduce((text, secret) => text.replaceAll(secret, '***'), detail);
  return new StoreError('store_unavailable', told);
}
