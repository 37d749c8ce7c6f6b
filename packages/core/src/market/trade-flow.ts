import { type MicroUsd, microUsd, type MonoMs } from '../values/index.ts';

/** Longer than any window a policy may ask for. */
const KEPT_MS = 120_000;
/** Trades remembered of one market; past it the oldest goes, which can only make us look larger. */
const TRADES_KEPT = 8_192;

/**
 * What everybody traded lately in one market, in USD: trades come in roughly the order they were
 * made, and some are heard late. Updated in place (D-32).
 */
export class TradeFlow {
  readonly #at: number[] = [];
  readonly #notional: number[] = [];

  /** A worth that is not known counts for nothing: the others' part must not be guessed high. */
  add(at: MonoMs, notional: MicroUsd, now: MonoMs): void {
    this.#forget(now);
    if (!(notional > 0)) return;
    this.#at.push(at);
    this.#notional.push(notional);
  }

  /** Of the trades less than `windowMs` old. */
  sum(now: MonoMs, windowMs: number): MicroUsd {
    let total = 0;
    for (const [index, at] of this.#at.entries()) {
      if (now - at < windowMs) total += this.#notional[index] ?? 0;
    }
    return microUsd(total);
  }

  #forget(now: MonoMs): void {
    let old = Math.max(0, this.#at.length - TRADES_KEPT + 1);
    while (old < this.#at.length && now - (this.#at[old] ?? 0) >= KEPT_MS) old += 1;
    if (old === 0) return;
    this.#at.splice(0, old);
    this.#notional.splice(0, old);
  }
}
