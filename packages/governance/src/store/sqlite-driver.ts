/**
 * Kysely over SQLite as Node has it. Who finds the file busy looks again later, in a turn of its
 * own: a wait inside SQLite would stop the very writer it waits for, where both are one process.
 */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

const WAIT_MS = 10_000;
const LOOK_AGAIN_MS = 3;
const SQLITE_BUSY = 5;

/** The primary code of an error of SQLite; null of any other. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error && 'errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Does it once the file is not busy; gives up after ten seconds, or `waitMs`. */
export async function patiently<T>(act: () => T, waitMs: number = WAIT_MS): Promise<T> {
  const begun = performance.now();
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || performance.now() - begun >= waitMs) throw error;
    }
    await setTimeout(LOOK_AGAIN_MS);
  }
}

/** A transaction takes the write lock as it begins: what it reads stays true until it ends. */
export function sqliteDialect(database: DatabaseSync, waitMs?: number): Dialect {
  return {
    createDriver: () => createDriver(database, waitMs),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  };
}

function createDriver(database: DatabaseSync, waitMs: number | undefined): Driver {
  const connection = new Connection(database, waitMs);
  const say = async (sql: string): Promise<void> => {
    await connection.executeQuery(CompiledQuery.raw(sql));
  };
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: () => say('begin immediate'),
    commitTransaction: () => say('commit'),
    rollbackTransaction: () => say('rollback'),
    releaseConnection: () => Promise.resolve(),
    destroy: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

class Connection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #waitMs: number | undefined;

  constructor(database: DatabaseSync, waitMs: number | undefined) {
    this.#database = database;
    this.#waitMs = waitMs;
  }

  executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    return patiently(() => {
      const statement = this.#database.prepare(sql);
      const rows: Record<string, SQLOutputValue>[] = statement.all(
        ...(parameters as readonly SQLInputValue[]),
      );
      return { rows: rows as R[] };
    }, this.#waitMs);
  }

  /** Chains are read in pages. */
  streamQuery(): never {
    throw new Error('nothing is streamed');
  }
}
