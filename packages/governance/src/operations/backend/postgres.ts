/**
 * Reading PostgreSQL: one query, in a read-only transaction that is always rolled back, as a role
 * that may only read. The query is declared as a cursor, which PostgreSQL allows for queries alone.
 */
import { randomBytes } from 'node:crypto';
import { Client, type QueryConfig } from 'pg';
import { isLoopbackAddress } from './loopback.ts';

const TIMEOUT_MS = 5_000;

export interface PostgresReader {
  /** The first value of the first row, as text; undefined where there is no row. */
  first(query: string): Promise<string | null | undefined>;
  /** Takes the role away. */
  close(): Promise<void>;
}

/** A role of its own that may read everything and write nothing, made over `url`. */
export async function provisionPostgres(
  url: string,
  timeoutMs: number = TIMEOUT_MS,
): Promise<PostgresReader> {
  const role = `opsgov_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(24).toString('hex');
  const address = new URL(url);
  if (!['postgres:', 'postgresql:'].includes(address.protocol) || address.search !== '') {
    throw new Error('an address of PostgreSQL, without options');
  }
  if (!isLoopbackAddress(address.hostname)) throw new Error('only the loopback is asked');
  await withClient(url, timeoutMs, async (client) => {
    const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4';
    await client.query(`CREATE ROLE ${role} ${rights} PASSWORD '${password}'`);
    await client.query(`GRANT pg_read_all_data TO ${role}`);
  });
  address.username = role;
  address.password = password;
  return {
    first: (query) => withClient(address.href, timeoutMs, (client) => readFirst(client, query)),
    close: () =>
      withClient(url, timeoutMs, async (client) => {
        await client.query(`DROP ROLE ${role}`);
      }),
  };
}

async function readFirst(client: Client, query: string): Promise<string | null | undefined> {
  await client.query('BEGIN TRANSACTION READ ONLY');
  try {
    // In the extended protocol a text is one statement only.
    const declare: QueryConfig & { readonly queryMode: 'extended' } = {
      text: `DECLARE answer CURSOR FOR ${query}`,
      queryMode: 'extended',
    };
    await client.query(declare);
    const { rows } = await client.query<(string | null)[]>({
      text: 'FETCH 1 FROM answer',
      rowMode: 'array',
      types: { getTypeParser: () => (text: string) => text },
    });
    return rows[0]?.[0];
  } finally {
    await client.query('ROLLBACK');
  }
}

async function withClient<T>(
  url: string,
  timeoutMs: number,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    statement_timeout: timeoutMs,
    query_timeout: TIMEOUT_MS * 2,
    ssl: false,
    application_name: 'holdfast-ops',
  });
  // A connection lost between two questions must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
