import type { StatsFs } from 'node:fs';
import { type FileHandle, open, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskMeasurement, DiskProbe } from '../ports.ts';
import type { Opinion } from './byte-accounting.ts';
import { combineOpinions } from './opinions.ts';

/** One page: what a record costs the disk. */
const PAGE = Buffer.alloc(4_096, 1);
/** A disk that needs longer than this for one page has no second opinion to give. */
const PROBE_TIMEOUT_MS = 2_000;

/**
 * How full the ledger's mount is, more than once and independently (contract-1 section 47,
 * AT-1067). The first opinion is the file system's count of blocks. The second writes a page
 * beside the ledger, syncs it within a time limit, and only then counts what is left to us, so that
 * a full, read-only, failing or stuck disk shows even when the counters look fine. Its file stays:
 * 4 KiB, overwritten in place. `books`, where given, is the third: what we ourselves have written;
 * the measurement is then made of all three by `combineOpinions`.
 */
export function createDiskProbe(folder: string, books: Opinion | null = null): DiskProbe {
  const page = new ProbePage(join(folder, '.disk-probe'));
  let isRunning = false;
  return {
    measure(done) {
      // The last one is still stuck: asking again would only queue behind it.
      if (isRunning) return done({ used: null, secondary: null });
      isRunning = true;
      void Promise.all([
        usedShare(folder),
        secondOpinion(folder, page),
        books === null ? null : withinLimit(books(), null),
      ]).then(([used, secondary, counted]) => {
        isRunning = false;
        done(books === null ? { used, secondary } : combineOpinions(used, secondary, counted));
      });
    },
    close: () => page.close(),
  };
}

/** Null when the file system does not say. */
async function blocksOf(folder: string): Promise<StatsFs | null> {
  try {
    return await statfs(folder);
  } catch {
    return null;
  }
}

async function usedShare(folder: string): Promise<DiskMeasurement['used']> {
  const blocks = await blocksOf(folder);
  return blocks === null ? null : share(blocks.blocks - blocks.bfree, blocks.blocks);
}

async function secondOpinion(
  folder: string,
  page: ProbePage,
): Promise<DiskMeasurement['secondary']> {
  const outcome = await withinLimit(page.writeAndSync(), 'stuck');
  if (outcome === 'full') return 1;
  const blocks = outcome === 'written' ? await blocksOf(folder) : null;
  if (blocks === null) return null;
  const used = blocks.blocks - blocks.bfree;
  // What the system keeps for itself is not ours to write: full means full for this process.
  return share(used, used + blocks.bavail);
}

type Outcome = 'written' | 'full' | 'failed' | 'stuck';

/** The page that is written again and again; after any trouble, from a freshly opened file. */
class ProbePage {
  readonly #path: string;
  #file: FileHandle | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async writeAndSync(): Promise<Outcome> {
    try {
      this.#file ??= await open(this.#path, 'w', 0o600);
      await this.#file.write(PAGE, 0, PAGE.length, 0);
      await this.#file.datasync();
      return 'written';
    } catch (error) {
      void this.#file?.close().catch(() => undefined);
      this.#file = null;
      const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
      return isFull ? 'full' : 'failed';
    }
  }
}

function withinLimit<T>(work: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), PROBE_TIMEOUT_MS);
    void work.then((outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
  });
}

function share(part: number, whole: number): number | null {
  return whole > 0 && part >= 0 ? Math.min(1, part / whole) : null;
}
