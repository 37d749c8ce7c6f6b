/**
 * The lock beside the view of the ledger (specification 2.11): one file, made by whoever makes it
 * first. Removing it, by its owner or because it is stale, is done under a lock of the kernel: so
 * nobody ever removes a file other than the one that was looked at.
 */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { takeWriterLock } from '@holdfast/runtime/ledger';
import { messageOf } from '@holdfast/runtime/proof';

const POLL_MS = 50;
/** How often a removal asks for its turn; another removal takes milliseconds. */
const TURNS_MAX = 40;

export interface LockOptions {
  /** `lock_timeout`. */
  readonly timeoutS?: number;
  /** `stale_lock_timeout`. */
  readonly staleS?: number;
  /** Epoch ms, of the clock that dates files. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface LedgerLock {
  /** False once somebody took it for stale: then nothing more may be written. */
  isHeld(): boolean;
  release(): Promise<void>;
}

export type LockAnswer =
  | { readonly ok: true; readonly lock: LedgerLock }
  | {
      readonly ok: false;
      readonly code: 'lock_timeout' | 'lock_disabled' | 'lock_unwritable';
      readonly detail: string;
    };

export function lockPathOf(ledgerPath: string): string {
  return `${ledgerPath}.lock`;
}

/** Waits for its turn; what is left of a dead owner is removed after that. */
export async function takeLedgerLock(
  ledgerPath: string,
  options: LockOptions,
): Promise<LockAnswer> {
  const { timeoutS = 5, now, sleep } = options;
  if (!(timeoutS > 0)) {
    const detail = `Policy ledger locking disabled via lock_timeout=${timeoutS}`;
    return { ok: false, code: 'lock_disabled', detail };
  }
  const path = lockPathOf(ledgerPath);
  const deadline = now() + timeoutS * 1_000;
  try {
    for (;;) {
      const descriptor = createLock(path);
      if (descriptor !== null) return { ok: true, lock: ownLock(path, descriptor, options) };
      if (now() < deadline) await sleep(POLL_MS);
      else if (!(await removeStale(path, options))) break;
    }
  } catch (error) {
    return { ok: false, code: 'lock_unwritable', detail: messageOf(error) };
  }
  const detail = `Failed to acquire policy ledger lock within ${seconds(timeoutS)}s`;
  return { ok: false, code: 'lock_timeout', detail };
}

/** `5` is told as `5.0`. */
const seconds = (value: number): string =>
  Number.isInteger(value) ? value.toFixed(1) : String(value);

/** Null where there is one. */
function createLock(path: string): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o644);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  }
  writeSync(descriptor, `pid=${process.pid}`);
  return descriptor;
}

/** As long as the file is open no other can get its number. */
function ownLock(path: string, descriptor: number, options: LockOptions): LedgerLock {
  const own = fstatSync(descriptor);
  let isOpen = true;
  const isHeld = (): boolean => {
    const there = isOpen ? statOf(path) : null;
    return there !== null && there.ino === own.ino && there.dev === own.dev;
  };
  return {
    isHeld,
    release: async () => {
      if (!isOpen) return;
      try {
        await inTurn(path, options, () => {
          if (isHeld()) rmSync(path);
        });
      } catch {
        // What cannot be removed is stale soon, and the next one tells what is wrong there.
      }
      isOpen = false;
      closeSync(descriptor);
    },
  };
}

/** Whether there is a reason to try once more. */
async function removeStale(path: string, options: LockOptions): Promise<boolean> {
  const { staleS = 30, now } = options;
  const removed = await inTurn(path, options, () => {
    const there = statOf(path);
    if (there === null) return true;
    if (now() - there.mtimeMs <= staleS * 1_000) return false;
    rmSync(path);
    return true;
  });
  return removed ?? false;
}

function statOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Does it while nobody else removes anything; null where the turn did not come. */
async function inTurn<T>(
  path: string,
  { now, sleep }: LockOptions,
  act: () => T,
): Promise<T | null> {
  const folder = `${path}.removal`;
  mkdirSync(folder, { recursive: true });
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    const answer = takeWriterLock(folder, 'policy-ledger', now());
    if (answer.taken) {
      try {
        return act();
      } finally {
        answer.lock.release();
      }
    }
    await sleep(POLL_MS);
  }
  return null;
}
