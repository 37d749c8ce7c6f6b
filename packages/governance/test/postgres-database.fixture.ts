/**
 * PostgreSQL at 127.0.0.1:5432, as its superuser without a password, and databases of our own.
 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

const ADMIN = 'postgres://postgres@127.0.0.1:5432/postgres';

const urlOf = (database: string): string => `postgres://postgres@127.0.0.1:5432/${database}`;

export async function asking(
  url: string,
  query: string,
  values: readonly unknown[] = [],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query, [...values])).rows;
  } finally {
    await client.end();
  }
}

export const isPostgresHere = await asking(ADMIN, 'SELECT 1').then(
  () => true,
  () => false,
);
if (!isPostgresHere) console.warn('PostgreSQL is not here: its tests are skipped');

export interface OwnDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export async function createDatabase(options = ''): Promise<OwnDatabase> {
  const name = `holdfast_test_${randomBytes(6).toString('hex')}`;
  await asking(ADMIN, `CREATE DATABASE ${name} ${options}`);
  return {
    url: urlOf(name),
    drop: async () => {
      await asking(ADMIN, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}
