import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface ByteAccountingOptions {
  /** Everything this run writes lies below it. */
  readonly folder: string;
  /** `disk.budget_bytes`: what it may fill. */
  readonly budgetBytes: number;
  /** Bytes each writer of this process has put out since it began; they never fall. */
  readonly counters: readonly (() => number)[];
}

/** A share of the budget in [0, 1]; null when it cannot be told. */
export type Opinion = () => Promise<number | null>;

/** More files than any run of ours leaves; who looks on for ever knows nothing. */
const FILES_MAX = 20_000;
/** What `stat` calls a block, whatever the file system's own are. */
const BLOCK_BYTES = 512;

/**
 * The third opinion about the disk (decision 0012): our own books. What was in the folder when we
 * came, plus every byte our writers say they put out, or what the folder is found to hold; the
 * greater. It asks the file system's free-space counter nothing, so it also sees a disk whose
 * counter lies, and a run that fills a disk still far from full.
 */
export function createByteAccounting(options: ByteAccountingOptions): Opinion {
  const { folder, budgetBytes, counters } = options;
  let baseline: number | null = null;
  let counted = 0;
  return async () => {
    const held = await bytesBelow(folder);
    if (held === null) return null;
    let written = 0;
    for (const count of counters) {
      const bytes = count();
      if (!Number.isFinite(bytes) || bytes < 0) return null;
      written += bytes;
    }
    // What was written before the first look is in the folder already.
    if (baseline === null) {
      baseline = held;
      counted = written;
    }
    return Math.min(1, Math.max(held, baseline + written - counted) / budgetBytes);
  };
}

/** Bytes the files below really take. Null when one of them cannot be asked. */
async function bytesBelow(folder: string): Promise<number | null> {
  let bytes = 0;
  let files = 0;
  const pending = [folder];
  try {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const entry of await readdir(next, { withFileTypes: true })) {
        files += 1;
        if (files > FILES_MAX) return null;
        const path = join(next, entry.name);
        if (entry.isDirectory()) pending.push(path);
        else if (entry.isFile()) bytes += await bytesOf(path);
      }
    }
    return bytes;
  } catch {
    return null;
  }
}

/** 0 for one that went while we looked: a rotated log, a finished temporary file. */
async function bytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).blocks * BLOCK_BYTES;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}
