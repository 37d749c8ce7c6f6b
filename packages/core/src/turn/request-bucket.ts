import type { RequestBudget } from '../event.ts';
import type { RequestView } from '../gates/gate.ts';

/** The least Deribit grants any account's matching engine; until the account has said its own. */
const LEAST: RequestBudget = { ratePerSecond: 5, burst: 20 };
/** Kept for cancels and reductions: nothing opens with the last quarter of the burst. */
const RESERVED_SHARE = 0.25;

/**
 * The venue's bucket of matching-engine requests as we believe it to be: filled at its rate up to
 * its burst, emptied by every order and cancel of ours (contract-1 section 45). Only what opens is
 * ever refused by it, so it may run below zero.
 */
export class RequestBucket implements RequestView {
  #budget = LEAST;
  #tokens = LEAST.burst;
  #at = 0;

  get available(): number {
    return this.#tokens;
  }

  get reserved(): number {
    return Math.ceil(this.#budget.burst * RESERVED_SHARE);
  }

  /** What the account may; a bucket that got smaller loses what no longer fits. */
  allow(budget: RequestBudget): void {
    if (!(budget.ratePerSecond > 0) || !(budget.burst >= 1)) return;
    const grown = budget.burst - this.#budget.burst;
    this.#budget = budget;
    this.#tokens = Math.min(this.#tokens + Math.max(grown, 0), budget.burst);
  }

  advance(now: number): void {
    const elapsed = now - this.#at;
    this.#at = now;
    const { burst, ratePerSecond } = this.#budget;
    this.#tokens = Math.min(this.#tokens + (elapsed * ratePerSecond) / 1_000, burst);
  }

  spend(): void {
    this.#tokens -= 1;
  }
}
