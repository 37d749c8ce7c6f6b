const BUCKET_MS = 300_000;
/** Twenty-four hours. */
const BUCKETS = 288;

interface Bucket {
  readonly index: number;
  steps: number;
  /** Traded value at 1e-8 of a coin or USD: a statistic, never money. */
  turnover: number;
  first: number;
  high: number;
  low: number;
}

export interface DayStats {
  readonly steps: number;
  readonly turnover: number;
  /** Ticks; null when nobody traded. */
  readonly first: number | null;
  readonly high: number | null;
  readonly low: number | null;
}

/** What traded in the last 24 hours, to five minutes. */
export class RollingStats {
  #buckets: Bucket[] = [];

  /** @param turnover what the trade was worth in the unit the caller counts volume in. */
  add(now: number, ticks: number, steps: number, turnover: number): void {
    const index = Math.floor(now / BUCKET_MS);
    const last = this.#buckets.at(-1);
    if (last === undefined || last.index !== index) {
      this.#buckets = this.#buckets.filter((bucket) => bucket.index > index - BUCKETS);
      this.#buckets.push({ index, steps, turnover, first: ticks, high: ticks, low: ticks });
      return;
    }
    last.steps += steps;
    last.turnover += turnover;
    last.high = Math.max(last.high, ticks);
    last.low = Math.min(last.low, ticks);
  }

  read(now: number): DayStats {
    const from = Math.floor(now / BUCKET_MS) - BUCKETS;
    let steps = 0;
    let turnover = 0;
    let first: number | null = null;
    let high: number | null = null;
    let low: number | null = null;
    for (const bucket of this.#buckets) {
      if (bucket.index <= from) continue;
      steps += bucket.steps;
      turnover += bucket.turnover;
      first ??= bucket.first;
      high = Math.max(high ?? bucket.high, bucket.high);
      low = Math.min(low ?? bucket.low, bucket.low);
    }
    return { steps, turnover, first, high, low };
  }
}
