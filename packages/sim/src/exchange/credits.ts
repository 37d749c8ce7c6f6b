import { isMethod, METHODS } from '@holdfast/deribit/protocol';

/**
 * Deribit's credit model (phases section 7.2): every call costs credits of a pool that refills at a
 * constant rate. The matching engine has pools of its own, by the account's tier.
 */
export interface RateBurst {
  /** Requests per second in the long run; whole. */
  readonly rate: number;
  /** Requests at once from a full pool; whole. */
  readonly burst: number;
}

export interface CreditLimits {
  readonly nonMatching: RateBurst;
  /** Orders, edits and single cancels. */
  readonly trading: RateBurst;
  /** `private/cancel_all*`, and `private/cancel_by_label` without a currency. */
  readonly cancelAll: RateBurst;
  readonly spot: RateBurst;
}

/** 500 credits a call, pool 50,000, refill 10,000/s. */
const NON_MATCHING: RateBurst = { rate: 20, burst: 100 };

/** Matching engine by seven-day volume, lowest first: up to 1 M USD, over 1 M, 5 M, 25 M. */
const TIERS: readonly RateBurst[] = [
  { rate: 5, burst: 20 },
  { rate: 10, burst: 30 },
  { rate: 20, burst: 50 },
  { rate: 30, burst: 100 },
];

/** @param tier 1 to 4, 1 being up to 1 M USD of seven-day volume. */
export function tierLimits(tier: 1 | 2 | 3 | 4): CreditLimits {
  const matching = TIERS[tier - 1];
  if (matching === undefined) throw new RangeError(`there is no tier ${tier}`);
  return { nonMatching: NON_MATCHING, trading: matching, cancelAll: matching, spot: matching };
}

export const LOWEST_TIER: CreditLimits = tierLimits(1);

/** More than one client can ask: what an account is told where nothing is ever refused for rate. */
const PLENTY: RateBurst = { rate: 10_000, burst: 10_000 };
export const WITHOUT_LIMITS: CreditLimits = Object.freeze({
  nonMatching: PLENTY,
  trading: PLENTY,
  cancelAll: PLENTY,
  spot: PLENTY,
});

/** `limits` of an account summary. */
export function toWireLimits(limits: CreditLimits): Readonly<Record<string, unknown>> {
  return {
    limits_per_currency: false,
    non_matching_engine: limits.nonMatching,
    matching_engine: {
      trading: { total: limits.trading },
      spot: limits.spot,
      cancel_all: limits.cancelAll,
    },
  };
}

const CANCEL_ALL: ReadonlySet<string> = new Set([
  'private/cancel_all',
  'private/cancel_all_by_currency',
  'private/cancel_all_by_instrument',
  'private/cancel_all_by_kind_or_type',
]);

export interface CreditPool {
  /**
   * Pays for one call. False: credits are exhausted; the session that asked is answered 10028 and
   * ended. Time never goes back.
   */
  spend(method: string, now: number): boolean;
}

/** The pools of one account, full. */
export function createCreditPool(limits: CreditLimits = LOWEST_TIER): CreditPool {
  const nonMatching = new Bucket(limits.nonMatching);
  const trading = new Bucket(limits.trading);
  const cancelAll = new Bucket(limits.cancelAll);
  return {
    spend(method, now) {
      if (CANCEL_ALL.has(method)) return cancelAll.spend(now);
      const matching = isMethod(method) && METHODS[method].engine === 'matching';
      return (matching ? trading : nonMatching).spend(now);
    },
  };
}

/** Credits of one call: a rate per second then refills whole credits per millisecond. */
const CALL = 1_000;

class Bucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #credits: number;
  #at: number | null = null;

  constructor({ rate, burst }: RateBurst) {
    const whole = Number.isSafeInteger(rate) && Number.isSafeInteger(burst);
    if (!whole || rate < 1 || burst < 1) {
      throw new RangeError(`a rate of ${rate} and a burst of ${burst} are no whole requests`);
    }
    this.#capacity = burst * CALL;
    this.#perMs = rate;
    this.#credits = this.#capacity;
  }

  spend(now: number): boolean {
    const since = now - (this.#at ?? now);
    if (!(since >= 0)) throw new RangeError(`time would go back to ${now}`);
    this.#at = now;
    this.#credits = Math.min(this.#capacity, this.#credits + Math.floor(since) * this.#perMs);
    if (this.#credits < CALL) return false;
    this.#credits -= CALL;
    return true;
  }
}
