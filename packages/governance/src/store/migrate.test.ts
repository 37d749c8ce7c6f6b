import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StoreDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { governanceEvent } from './migrations/governance-event.ts';
import type { Migration } from './migrations/migration.ts';
import type { StoreTables } from './schema.ts';
import { sqliteDialect } from './sqlite-driver.ts';
import { StoreError } from './store.ts';

const later: Migration = {
  name: '0002-later',
  up: (schema) => schema.createTable('later').addColumn('n', 'integer').execute(),
};
const failing: Migration = {
  name: '0003-failing',
  async up(schema) {
    await schema.createTable('half').addColumn('n', 'integer').execute();
    throw new Error('no space');
  },
};

let turns: string[] = [];
let database: StoreDatabase;
beforeEach(() => {
  turns = [];
  const kysely = new Kysely<StoreTables>({ dialect: sqliteDialect(new DatabaseSync(':memory:')) });
  database = {
    kysely,
    transact: (turn, work) => {
      turns.push(turn);
      return kysely.transaction().execute(work);
    },
    tables: async (within) => {
      const query = sql<{ name: string }>`select name from sqlite_schema where type = 'table'`;
      return (await query.execute(within)).rows.map(({ name }) => name).toSorted();
    },
    isTaken: () => false,
    faultOf: (error) =>
      error instanceof StoreError ? error : new StoreError('store_unavailable', String(error)),
  };
});

const steps = (): Promise<unknown> =>
  database.kysely.selectFrom('governance_migration').selectAll().orderBy('number').execute();

describe('the steps of the tables', () => {
  it('are taken once, in order, and recorded', async () => {
    await migrate(database);
    expect(await steps()).toEqual([{ number: 1, name: '0001-governance-event' }]);
    await migrate(database);
    expect(turns).toEqual(['migration']);
    await migrate(database, [governanceEvent, later]);
    expect(turns).toEqual(['migration', 'migration']);
    expect(await steps()).toEqual([
      { number: 1, name: '0001-governance-event' },
      { number: 2, name: '0002-later' },
    ]);
    expect(await database.tables(database.kysely)).toContain('later');
  });

  it('all go back where one fails', async () => {
    await migrate(database);
    const all = [governanceEvent, later, failing];
    await expect(migrate(database, all)).rejects.toThrow('store_unavailable: Error: no space');
    expect(await steps()).toHaveLength(1);
    expect(await database.tables(database.kysely)).toEqual([
      'governance_event',
      'governance_migration',
    ]);
  });

  it('that are not known here, or not ours, are not gone behind', async () => {
    await migrate(database, [governanceEvent, later]);
    const before = turns.length;
    const message = 'store_schema_unknown: step 2 0002-later is not known here';
    await expect(migrate(database)).rejects.toThrow(message);
    await expect(migrate(database, [governanceEvent, failing])).rejects.toThrow(message);
    await sql`delete from governance_migration where number = 2`.execute(database.kysely);
    await sql`update governance_migration set number = 2`.execute(database.kysely);
    await expect(migrate(database)).rejects.toThrow('store_schema_unknown: step 2 0001-');
    expect(turns).toHaveLength(before);
  });

  it('are not taken over a table of somebody else', async () => {
    await sql`create table governance_event (n integer)`.execute(database.kysely);
    await expect(migrate(database)).rejects.toThrow('store_schema_unknown: a table');
    expect(await database.tables(database.kysely)).toEqual(['governance_event']);
  });

  it('are left to another who took them while we waited', async () => {
    const other = { ...database };
    const waiting: StoreDatabase = {
      ...database,
      transact: async (turn, work) => {
        await migrate(other);
        return database.transact(turn, work);
      },
    };
    await migrate(waiting);
    expect(await steps()).toHaveLength(1);
  });
});
