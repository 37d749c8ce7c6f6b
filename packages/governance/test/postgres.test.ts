/**
 * PostgreSQL at 127.0.0.1:5432, as its superuser without a password; without it skipped, and with
 * `HOLDFAST_REQUIRE_SERVICES=1` a failure.
 */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionPostgres, type PostgresReader } from '../src/operations/backend/postgres.ts';

const URL = 'postgres://postgres@127.0.0.1:5432/postgres';

async function asAdmin(query: string): Promise<readonly unknown[]> {
  const client = new Client({ connectionString: URL, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}

const isHere = await asAdmin('SELECT 1').then(
  () => true,
  () => false,
);
if (!isHere) console.warn('PostgreSQL is not here: its tests are skipped');

it('PostgreSQL is there when it is required', () => {
  expect(isHere || process.env['HOLDFAST_REQUIRE_SERVICES'] !== '1').toBe(true);
});

describe.skipIf(!isHere)('a query of PostgreSQL', () => {
  const table = `holdfast_test_${randomBytes(6).toString('hex')}`;
  const roles = `SELECT rolname FROM pg_roles WHERE rolname LIKE 'opsgov%' ORDER BY 1`;
  let reader: PostgresReader;
  let before: readonly unknown[];

  beforeAll(async () => {
    before = await asAdmin(roles);
    await asAdmin(`CREATE TABLE ${table} AS SELECT generate_series(1, 3) AS n`);
    reader = await provisionPostgres(URL, 1_000);
  });
  afterAll(async () => {
    await reader.close();
    await asAdmin(`DROP TABLE ${table}`);
    expect(await asAdmin(roles)).toEqual(before);
  });

  it('9.14 answers with its first value, as text', async () => {
    expect(await reader.first(`SELECT count(*) FROM ${table}`)).toBe('3');
    expect(await reader.first(`SELECT n > 2, n FROM ${table} ORDER BY n DESC`)).toBe('t');
    expect(await reader.first('SELECT NULL')).toBeNull();
    expect(await reader.first(`SELECT n FROM ${table} WHERE n > 9`)).toBeUndefined();
    expect(await reader.first('SELECT current_user')).toMatch(/^opsgov_/);
    expect(await reader.first('SELECT generate_series(1, 100000000)')).toBe('1');
  });

  it.each([
    ['DELETE FROM $', 'syntax'],
    ['SELECT 1; DELETE FROM $', 'multiple commands'],
    ['SELECT 1; COMMIT; DELETE FROM $', 'multiple commands'],
    ['WITH gone AS (DELETE FROM $ RETURNING 1) SELECT * FROM gone', 'data-modifying'],
    ['SELECT 1 INTO holdfast_new', 'INTO'],
    ['SELECT * FROM $ FOR UPDATE', 'permission denied|FOR UPDATE|read-only'],
    [`SELECT set_config('transaction_read_only', 'off', true)`, 'read-write'],
    [`SELECT pg_read_file('/etc/passwd')`, 'permission denied'],
    [`SELECT lo_import('/etc/passwd')`, 'permission denied|read-only'],
    ['SELECT pg_reload_conf()', 'permission denied'],
    ['SELECT pg_sleep(60)', 'timeout'],
    ['no query at all', 'syntax'],
  ])(
    '9.14 %s changes nothing',
    async (query, why) => {
      const asked = reader.first(query.replace('$', table));
      await expect(asked).rejects.toThrow(new RegExp(why));
      expect(await asAdmin(`SELECT count(*)::int AS n FROM ${table}`)).toEqual([{ n: 3 }]);
    },
    20_000,
  );

  it.each(['postgres://10.0.0.1/x', 'http://127.0.0.1/x', 'postgres://127.0.0.1/x?host=10.0.0.1'])(
    '9.14 %s is not asked',
    (url) => expect(provisionPostgres(url)).rejects.toThrow(/loopback|options/),
  );
});
