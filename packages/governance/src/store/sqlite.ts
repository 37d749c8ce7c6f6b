/** Chains in one file of SQLite, for one machine (D-26). Several processes may have it open. */
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { syncFolder } from '@holdfast/runtime/ledger';
import { messageOf } from '@holdfast/runtime/proof';
import { Kysely, sql } from 'kysely';
import { ChainStore } from './chain-store.ts';
import { asking, type StoreDatabase } from './database.ts';
import { createDatabaseRows } from './database-rows.ts';
import { migrate } from './migrate.ts';
import type { StoreTables } from './schema.ts';
import { patiently, sqliteCode, sqliteDialect } from './sqlite-driver.ts';
import { type GovernanceStore, StoreError } from './store.ts';

export const STORE_FILE = 'governance.sqlite';
/** `HFgs`: what the file says it is. */
const APPLICATION_ID = 0x48_46_67_73;
/** The least a file of SQLite has. */
const HEAD_BYTES = 512;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/**
 * The store in `folder`, which is made where it is missing. A file that another program made is
 * refused and left as it is. `waitMs`: for how long a busy file is asked again.
 */
export async function openSqliteStore(folder: string, waitMs?: number): Promise<GovernanceStore> {
  const path = join(folder, STORE_FILE);
  const file = openFile(folder, path);
  const database = createDatabase(file, path, waitMs);
  try {
    await asking(database, () => prepare(file, path, waitMs));
    await migrate(database);
    syncFolder(folder);
    return new ChainStore(createDatabaseRows(database));
  } catch (error) {
    file.close();
    throw database.faultOf(error);
  }
}

function openFile(folder: string, path: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    // SQLite would wait for ever at a pipe.
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there !== undefined && !there.isFile()) {
      throw new StoreError('store_unavailable', `${path} is not a regular file`);
    }
    // And it would take what is shorter than its head for nothing, and write over it.
    if (there !== undefined && there.size > 0 && there.size < HEAD_BYTES) {
      throw new StoreError('store_schema_unknown', `${path} is no database`);
    }
    return new DatabaseSync(path);
  } catch (error) {
    throw faultOf(error, path);
  }
}

function createDatabase(
  file: DatabaseSync,
  path: string,
  waitMs: number | undefined,
): StoreDatabase {
  const kysely = new Kysely<StoreTables>({ dialect: sqliteDialect(file, waitMs) });
  return {
    kysely,
    transact: (_turn, work) => kysely.transaction().execute(work),
    tables: async (within) => {
      const query = sql<{ name: string }>`select name from sqlite_schema where type = 'table'`;
      return (await query.execute(within)).rows.map(({ name }) => name);
    },
    // Whoever writes waits for its turn here.
    isTaken: () => false,
    faultOf: (error) => faultOf(error, path),
  };
}

/** Nothing is changed before it is known that the file is ours, or nobody's yet. */
async function prepare(
  file: DatabaseSync,
  path: string,
  waitMs: number | undefined,
): Promise<void> {
  const ask = (text: string): Promise<unknown> =>
    patiently(() => Object.values(file.prepare(text).get() ?? {})[0], waitMs);
  const id = await ask('pragma application_id');
  const objects = await ask('select count(*) from sqlite_schema');
  if (id !== APPLICATION_ID && !(id === 0 && objects === 0)) {
    throw new StoreError('store_schema_unknown', `${path} belongs to another program`);
  }
  const mode = await ask('pragma journal_mode = wal');
  if (mode !== 'wal') {
    throw new StoreError(
      'store_unavailable',
      `${path} keeps no log beside it, but ${String(mode)}`,
    );
  }
  for (const each of ['synchronous = full', 'trusted_schema = off', 'cell_size_check = on']) {
    await ask(`pragma ${each}`);
  }
  if (id !== APPLICATION_ID) await ask(`pragma application_id = ${APPLICATION_ID}`);
}

function faultOf(error: unknown, path: string): StoreError {
  if (error instanceof StoreError) return error;
  const detail = `${path}: ${messageOf(error)}`;
  const code = sqliteCode(error);
  if (code === SQLITE_NOTADB) return new StoreError('store_schema_unknown', detail);
  if (code === SQLITE_CORRUPT) return new StoreError('store_chain_broken', detail);
  return new StoreError('store_unavailable', detail);
}
