import type { Worker } from '../crew.ts';
import type { Batch, BatchResult, ShrunkFinding } from './batch.ts';
import { NO_WORLDS, sumOf, type SwarmTotals } from './totals.ts';

/** Runs one batch at a time. */
export type SwarmWorker = Worker<Batch, BatchResult>;

export interface SwarmOptions {
  readonly workers: readonly SwarmWorker[];
  readonly from: number;
  readonly seeds: number;
  readonly keepGoing: boolean;
  /** Looked at before every batch: false ends the run. */
  readonly goesOn: () => boolean;
  readonly onBatch: (totals: SwarmTotals) => void;
  readonly onFinding: (finding: ShrunkFinding) => void;
}

/** Seeds dealt out at once; some tenths of a second of work. */
const BATCH_SEEDS = 8;

/**
 * Deals the seeds out until there are no more, it has been long enough, or something was found.
 * @throws what a worker that died has to say.
 */
export async function runSwarm(options: SwarmOptions): Promise<SwarmTotals> {
  const { workers, from, seeds, keepGoing, goesOn, onBatch, onFinding } = options;
  let totals = NO_WORLDS;
  let next = from;
  const deal = (): Batch | null => {
    const left = from + seeds - next;
    const isEnough = totals.failed > 0 && !keepGoing;
    if (left <= 0 || isEnough || !goesOn()) return null;
    const batch = { from: next, seeds: Math.min(left, BATCH_SEEDS) };
    next += batch.seeds;
    return batch;
  };
  const work = async (worker: SwarmWorker): Promise<void> => {
    for (let batch = deal(); batch !== null; batch = deal()) {
      const { totals: added, findings } = await worker.run(batch);
      totals = sumOf(totals, added);
      findings.forEach(onFinding);
      onBatch(totals);
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    for (const worker of workers) worker.dismiss();
  }
  return totals;
}
