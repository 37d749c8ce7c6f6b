import type { RequestBudget, RequestLimits } from '@holdfast/core';
import { TokenBucket } from './token-bucket.ts';

/**
 * Deribit's credit pools (phases section 7.2): the matching engine, everything else, and two kinds
 * of request with tighter limits of their own.
 */
export type Pool = 'matching' | 'non_matching' | 'instruments' | 'subscriptions';

/** What has to be sent, and what it may overtake. */
export interface Errand<Job> {
  readonly pool: Pool;
  /** Cancels and orders that only reduce; questions the session lives by. They go first. */
  readonly urgent: boolean;
  readonly job: Job;
}

/** Errands waiting for one pool; the next one is refused. */
const WAITING_MAX = 256;

/**
 * Of a pool, the part we use: requests bunch up on their way, and the venue counts them as they
 * come in.
 */
const USED_SHARE = 0.9;

/** Until the account has said more: the lowest tier of every limit. */
const DEFAULTS: Readonly<Record<Pool, RequestBudget>> = Object.freeze({
  matching: { ratePerSecond: 5, burst: 20 },
  non_matching: { ratePerSecond: 20, burst: 100 },
  instruments: { ratePerSecond: 0.1, burst: 5 },
  subscriptions: { ratePerSecond: 3.3, burst: 10 },
});

const POOLS = ['matching', 'non_matching', 'subscriptions', 'instruments'] as const;

interface Line<Job> {
  readonly bucket: TokenBucket;
  readonly urgent: Job[];
  readonly ordinary: Job[];
}

/**
 * Lets requests out no faster than the account may send them, the urgent first. Pools do not wait
 * for each other, so a cancel never waits for data. Time is passed in.
 */
export class Pacer<Job> {
  readonly #lines: Readonly<Record<Pool, Line<Job>>>;

  constructor(now: number) {
    const line = (pool: Pool): Line<Job> => ({
      bucket: new TokenBucket(used(DEFAULTS[pool]), now),
      urgent: [],
      ordinary: [],
    });
    this.#lines = {
      matching: line('matching'),
      non_matching: line('non_matching'),
      instruments: line('instruments'),
      subscriptions: line('subscriptions'),
    };
  }

  /** `limits` of the account's own answer. */
  limit({ matching, nonMatching }: RequestLimits, now: number): void {
    this.#lines.matching.bucket.limit(used(matching), now);
    this.#lines.non_matching.bucket.limit(used(nonMatching), now);
  }

  /** @returns false when too many wait already. */
  add({ pool, urgent, job }: Errand<Job>): boolean {
    const line = this.#lines[pool];
    if (line.urgent.length + line.ordinary.length >= WAITING_MAX) return false;
    (urgent ? line.urgent : line.ordinary).push(job);
    return true;
  }

  /** What may leave now, and is paid for by being taken; undefined when nothing may. */
  next(now: number): Job | undefined {
    for (const pool of POOLS) {
      const { bucket, urgent, ordinary } = this.#lines[pool];
      if (urgent.length + ordinary.length === 0 || !bucket.take(now)) continue;
      return urgent.shift() ?? ordinary.shift();
    }
    return undefined;
  }

  /** It is not to leave any more, and costs nothing. */
  drop({ pool, urgent, job }: Errand<Job>): void {
    const line = urgent ? this.#lines[pool].urgent : this.#lines[pool].ordinary;
    const at = line.indexOf(job);
    if (at >= 0) line.splice(at, 1);
  }

  /** When something waiting may leave; null when nothing waits. */
  readyAt(now: number): number | null {
    let at: number | null = null;
    for (const pool of POOLS) {
      const { bucket, urgent, ordinary } = this.#lines[pool];
      if (urgent.length + ordinary.length === 0) continue;
      const ready = bucket.readyAt(now);
      if (at === null || ready < at) at = ready;
    }
    return at;
  }

  /** Whoever waited is told by the caller; the credits stay as they are. */
  clear(): void {
    for (const pool of POOLS) {
      this.#lines[pool].urgent.length = 0;
      this.#lines[pool].ordinary.length = 0;
    }
  }
}

function used({ ratePerSecond, burst }: RequestBudget): RequestBudget {
  return {
    ratePerSecond: ratePerSecond * USED_SHARE,
    burst: Math.max(1, Math.floor(burst * USED_SHARE)),
  };
}
