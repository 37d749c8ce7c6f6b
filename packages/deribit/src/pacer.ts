import type { RequestBudget, RequestLimits } from '@holdfast/core';
import { TokenBucket } from './token-bucket.ts';

/**
 * Deribit's credit pools (phases section 7.2): the matching engine, everything else, and three
 * kinds of request with tighter limits of their own.
 */
export type Pool = 'matching' | 'non_matching' | 'instruments' | 'subscriptions' | 'transactions';

/**
 * What a request is for, in the order in which a pool serves them (contract-1 section 45). `VITAL`
 * is ours: questions the session lives by, and reconciliation.
 */
const CLASSES = ['EMERGENCY_CLOSE', 'CANCEL', 'HEDGE', 'VITAL', 'OPEN', 'DATA'] as const;
export type RequestClass = (typeof CLASSES)[number];

/** Never shed, never blocked: what takes risk away. */
const PRESERVED: ReadonlySet<RequestClass> = new Set(['EMERGENCY_CLOSE', 'CANCEL', 'HEDGE']);

/** What has to be sent, and what it may overtake. */
export interface Errand<Job> {
  readonly pool: Pool;
  readonly requestClass: RequestClass;
  readonly job: Job;
}

/**
 * `blocked`: an opening order that would have to wait, which none ever does; `full`: too many wait.
 */
export type Taken = 'taken' | 'blocked' | 'full';

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
  // The document names the rate and no burst: as few at once as there are currencies.
  transactions: { ratePerSecond: 1, burst: 4 },
});

const POOLS = ['matching', 'non_matching', 'subscriptions', 'transactions', 'instruments'] as const;

interface Line<Job> {
  readonly bucket: TokenBucket;
  readonly waiting: Readonly<Record<RequestClass, Job[]>>;
}

/**
 * Lets requests out no faster than the account may send them, by class. Pools do not wait for each
 * other, so a cancel never waits for data; and in its own pool it goes first. While something that
 * takes risk away has to wait for credits, it is a brownout: waiting data is shed, and nothing that
 * opens waits at all. Nothing here throws, and time is passed in.
 */
export class Pacer<Job> {
  readonly #lines: Readonly<Record<Pool, Line<Job>>>;
  readonly #onShed: (job: Job) => void;

  /** @param onShed hears of each job that will not leave after all. */
  constructor(now: number, onShed: (job: Job) => void = () => {}) {
    this.#onShed = onShed;
    const line = (pool: Pool): Line<Job> => ({
      bucket: new TokenBucket(used(DEFAULTS[pool]), now),
      waiting: { EMERGENCY_CLOSE: [], CANCEL: [], HEDGE: [], VITAL: [], OPEN: [], DATA: [] },
    });
    this.#lines = {
      matching: line('matching'),
      non_matching: line('non_matching'),
      instruments: line('instruments'),
      subscriptions: line('subscriptions'),
      transactions: line('transactions'),
    };
  }

  /** `limits` of the account's own answer. */
  limit({ matching, nonMatching }: RequestLimits, now: number): void {
    this.#lines.matching.bucket.limit(used(matching), now);
    this.#lines.non_matching.bucket.limit(used(nonMatching), now);
  }

  add({ pool, requestClass, job }: Errand<Job>, now: number): Taken {
    const line = this.#lines[pool];
    const isDrained = line.bucket.readyAt(now) > now;
    const mustWait = isDrained || countOf(line) > line.waiting.DATA.length;
    if (requestClass === 'OPEN' && mustWait) return 'blocked';
    if (isDrained && PRESERVED.has(requestClass)) this.#shed(line);
    if (countOf(line) >= WAITING_MAX) return 'full';
    line.waiting[requestClass].push(job);
    return 'taken';
  }

  /** What may leave now, and is paid for by being taken; undefined when nothing may. */
  next(now: number): Job | undefined {
    for (const pool of POOLS) {
      const line = this.#lines[pool];
      const first = CLASSES.find((each) => line.waiting[each].length > 0);
      if (first === undefined || !line.bucket.take(now)) continue;
      return line.waiting[first].shift();
    }
    return undefined;
  }

  /** It is not to leave any more, and costs nothing. */
  drop({ pool, requestClass, job }: Errand<Job>): void {
    const line = this.#lines[pool].waiting[requestClass];
    const at = line.indexOf(job);
    if (at >= 0) line.splice(at, 1);
  }

  /** When something waiting may leave; null when nothing waits. */
  readyAt(now: number): number | null {
    let at: number | null = null;
    for (const pool of POOLS) {
      const line = this.#lines[pool];
      if (countOf(line) === 0) continue;
      const ready = line.bucket.readyAt(now);
      if (at === null || ready < at) at = ready;
    }
    return at;
  }

  /** Whoever waited is told by the caller; the credits stay as they are. */
  clear(): void {
    for (const pool of POOLS) {
      for (const requestClass of CLASSES) this.#lines[pool].waiting[requestClass].length = 0;
    }
  }

  #shed({ waiting }: Line<Job>): void {
    for (const job of waiting.DATA.splice(0)) this.#onShed(job);
  }
}

function countOf<Job>({ waiting }: Line<Job>): number {
  let count = 0;
  for (const requestClass of CLASSES) count += waiting[requestClass].length;
  return count;
}

function used({ ratePerSecond, burst }: RequestBudget): RequestBudget {
  return {
    ratePerSecond: ratePerSecond * USED_SHARE,
    burst: Math.max(1, Math.floor(burst * USED_SHARE)),
  };
}
