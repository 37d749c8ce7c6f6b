import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';

/** What was quoted in one option when a bar closed. Prices in its own quote currency. */
export interface BarQuote {
  readonly instrument: Instrument;
  /** Null where nobody quoted the side; its amount is then 0. */
  readonly bid: number | null;
  /** Canonical units. */
  readonly bidAmount: number;
  readonly ask: number | null;
  readonly askAmount: number;
  readonly mark: number;
  /** Future or forward the option is priced from, USD. */
  readonly underlyingPrice: number;
  /** Fraction: 0.45 is 45 %. */
  readonly iv: number | null;
  readonly delta: number | null;
}

/** One coin at the close of a bar: its index in USD, and DVOL in percent. */
export interface BarCoin {
  readonly index: number;
  readonly volatilityIndex: number;
}

/**
 * A closed frame of the market: what stood at `at`, epoch ms, and nothing that came later. What it
 * does not name was not quoted then.
 */
export interface Bar {
  readonly at: number;
  readonly coins: Readonly<Record<string, BarCoin>>;
  readonly quotes: readonly BarQuote[];
}

/** The bar of that time: the last one closed by then; -1 before the first. */
export function barIndexAt(bars: readonly Bar[], now: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.at ?? Infinity) <= now) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Whole ticks of a price, at least one; null where there is none. */
export function ticksOf({ tickE8 }: Instrument, price: number | null): number | null {
  if (price === null) return null;
  const ticks = Math.round((price * E8) / tickE8);
  return ticks > 0 ? ticks : null;
}

/** Whole steps of an amount, rounded down: no more is offered than was. */
export function stepsOf({ amountStepE8 }: Instrument, amount: number): number {
  return Math.floor(Math.round(amount * E8) / amountStepE8);
}
