import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LOCK_FILE = 'writer.lock';
const HOLDER_FILE = 'writer.json';
const SQLITE_BUSY = 5;

/** Who holds a ledger, for the one who is refused it. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Wall clock, epoch ms. */
  readonly since: number;
  readonly runId: string;
  readonly epoch: number;
}

export type LockAnswer =
  | { readonly taken: true; readonly lock: WriterLock }
  /** Somebody lives and writes. `holder` is null when it has not yet said who it is. */
  | { readonly taken: false; readonly holder: LockHolder | null };

export interface WriterLock {
  readonly epoch: number;
  /**
   * Makes the epoch greater than `seen`, durably, should the lock file be younger than the ledger.
   */
  raise(seen: number): number;
  release(): void;
}

/**
 * The one writer of a folder (D-27). SQLite in exclusive locking mode keeps the kernel's lock from
 * the commit that counts the epoch up until the connection or the process is gone, whatever kills
 * it. The lock is process-wide and any close of the file would drop it: nothing else here may open
 * `writer.lock`.
 */
export function takeWriterLock(folder: string, runId: string, since: number): LockAnswer {
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    const epoch = countUp(database, 0);
    return { taken: true, lock: hold(database, folder, { runId, since, epoch }) };
  } catch (error) {
    database.close();
    if (isBusy(error)) return { taken: false, holder: readHolder(folder) };
    throw error;
  }
}

function hold(
  database: DatabaseSync,
  folder: string,
  claim: { readonly runId: string; readonly since: number; readonly epoch: number },
): WriterLock {
  let { epoch } = claim;
  const sign = (): void => {
    const holder: LockHolder = { ...claim, epoch, pid: process.pid, host: hostname() };
    const path = join(folder, HOLDER_FILE);
    writeFileSync(`${path}.tmp`, `${JSON.stringify(holder)}\n`);
    renameSync(`${path}.tmp`, path);
  };
  sign();
  return {
    get epoch() {
      return epoch;
    },
    raise: (seen) => {
      if (seen < epoch) return epoch;
      epoch = countUp(database, seen);
      sign();
      return epoch;
    },
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** One durable transaction; exclusive locking mode keeps its lock. */
function countUp(database: DatabaseSync, seen: number): number {
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;',
  );
  database.exec('BEGIN EXCLUSIVE');
  database.exec(
    `CREATE TABLE IF NOT EXISTS writer
       (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL) STRICT`,
  );
  database.exec('INSERT INTO writer VALUES (1, 0) ON CONFLICT DO NOTHING');
  const row = database
    .prepare('UPDATE writer SET epoch = max(epoch, ?) + 1 WHERE id = 1 RETURNING epoch')
    .get(seen);
  database.exec('COMMIT');
  return Number(row?.['epoch']);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

/**
 * What the holder wrote about itself; null when it cannot be read. Never a reason to take the lock.
 */
export function readHolder(folder: string): LockHolder | null {
  try {
    const json: unknown = JSON.parse(readFileSync(join(folder, HOLDER_FILE), 'utf8'));
    return isHolder(json) ? json : null;
  } catch {
    return null;
  }
}

function isHolder(json: unknown): json is LockHolder {
  if (typeof json !== 'object' || json === null) return false;
  const { pid, host, since, runId, epoch } = json as Partial<Record<keyof LockHolder, unknown>>;
  return (
    Number.isSafeInteger(pid) &&
    typeof host === 'string' &&
    Number.isSafeInteger(since) &&
    typeof runId === 'string' &&
    Number.isSafeInteger(epoch)
  );
}
