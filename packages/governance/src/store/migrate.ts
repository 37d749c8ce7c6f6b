/**
 * The tables as this program needs them. Each step is recorded with the change it made; a database
 * with a step this program does not know was made by a later one and is left alone.
 */
import type { Kysely } from 'kysely';
import { asking, type StoreDatabase } from './database.ts';
import { governanceEvent } from './migrations/governance-event.ts';
import type { Migration } from './migrations/migration.ts';
import type { StoreTables } from './schema.ts';
import { StoreError } from './store.ts';

/** In order, numbered from one. */
const MIGRATIONS: readonly Migration[] = [governanceEvent];
const TURN = 'migration';

/** Does what is missing, and nothing where nothing is. Throws `store_schema_unknown`. */
export async function migrate(
  database: StoreDatabase,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await asking(database, async () => {
    const { kysely } = database;
    if ((await recorded(database, kysely, migrations)) === migrations.length) return;
    await database.transact(TURN, async (tx) => {
      // Another may have done it while we waited for our turn.
      const done = await recorded(database, tx, migrations);
      await createRecord(tx);
      for (const [index, migration] of migrations.entries()) {
        if (index < done) continue;
        await migration.up(tx.schema);
        const row = { number: index + 1, name: migration.name };
        await tx.insertInto('governance_migration').values(row).execute();
      }
    });
  });
}

function createRecord(tx: Kysely<StoreTables>): Promise<void> {
  return tx.schema
    .createTable('governance_migration')
    .ifNotExists()
    .addColumn('number', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .execute();
}

/** How many steps were done: the first so many of ours, in our order. */
async function recorded(
  database: StoreDatabase,
  within: Kysely<StoreTables>,
  migrations: readonly Migration[],
): Promise<number> {
  const tables = await database.tables(within);
  if (!tables.includes('governance_migration')) {
    if (!tables.includes('governance_event')) return 0;
    throw unknown('a table governance_event that nobody here made');
  }
  const rows = await within
    .selectFrom('governance_migration')
    .selectAll()
    .orderBy('number')
    .execute();
  for (const [index, { number, name }] of rows.entries()) {
    if (number !== index + 1 || name !== migrations[index]?.name) {
      throw unknown(`step ${number} ${name} is not known here`);
    }
  }
  return rows.length;
}

function unknown(detail: string): StoreError {
  return new StoreError('store_schema_unknown', detail);
}
