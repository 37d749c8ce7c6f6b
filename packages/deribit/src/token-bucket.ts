import type { RequestBudget } from '@holdfast/core';

/** What is lost to rounding when a fraction of a token is waited for. */
const EPSILON = 1e-9;

/**
 * Credits of one pool, refilled with time. Time is passed in and never goes back; what cannot be
 * paid for waits (contract-1 section 45: an empty bucket is an ordinary thing, never an error).
 */
export class TokenBucket {
  #budget: RequestBudget;
  #tokens: number;
  #at: number;

  /** Full at the start: a new session has its whole burst. */
  constructor(budget: RequestBudget, now: number) {
    this.#budget = budget;
    this.#tokens = budget.burst;
    this.#at = now;
  }

  /** New limits from the account; what was spent stays spent. */
  limit(budget: RequestBudget, now: number): void {
    this.#refill(now);
    this.#budget = budget;
    this.#tokens = Math.min(this.#tokens, budget.burst);
  }

  /** Whether one request could be paid for now; if so, it is. */
  take(now: number): boolean {
    this.#refill(now);
    if (this.#tokens < 1 - EPSILON) return false;
    this.#tokens = Math.max(0, this.#tokens - 1);
    return true;
  }

  /** The first millisecond at which a request can be paid for. */
  readyAt(now: number): number {
    this.#refill(now);
    if (this.#tokens >= 1 - EPSILON) return now;
    return now + Math.ceil(((1 - this.#tokens) / this.#budget.ratePerSecond) * 1_000);
  }

  #refill(now: number): void {
    if (now <= this.#at) return;
    const { burst, ratePerSecond } = this.#budget;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * ratePerSecond) / 1_000);
    this.#at = now;
  }
}
