import type { Instrument } from '../instrument/instrument.ts';
import type { Side } from '../intent/intent.ts';
import { type AmountE8, amountE8, type MonoMs, type PriceE8 } from '../values/index.ts';
import { bestPrice, type PriceSources, throughTouch } from './price.ts';

/** Attempts of one run (contract-1 section 24.2). */
export const CLOSE_ATTEMPTS_MAX = 3;

/** One immediate-or-cancel, reduce-only limit order of an emergency close. */
export interface PlannedClose {
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly limitPriceE8: PriceE8;
  readonly source: 'l2' | 'l1';
}

/** Ticks through the touch: 5, 10, 20 with the contract's buffer. */
export function bufferTicks(closeBufferTicks: number, attempt: number): number {
  let ticks = closeBufferTicks;
  for (let doubled = 1; doubled < attempt; doubled += 1) ticks *= 2;
  return ticks;
}

/** What of an amount can be traded: whole steps, and not less than the least; else nothing. */
export function tradable({ amountStepE8, minAmount }: Instrument, wantedE8: number): AmountE8 {
  const amount = wantedE8 - (wantedE8 % amountStepE8);
  return amountE8(amount >= minAmount * amountStepE8 ? amount : 0);
}

/** Too little to be traded: neutral, and written off as dust (AMB-47). */
export function isDust(instrument: Instrument, heldE8: number, epsilon: number): boolean {
  return heldE8 <= epsilon * 100_000_000 || tradable(instrument, heldE8) === 0;
}

/**
 * The one emergency close (contract-1 section 24.2), whoever needs it. It asks for no liquidity, no
 * edge, no evidence and no ledger: only for a price that is one. Null: there is none.
 *
 * @param heldE8 what is to be closed, absolute: long where `side` is `sell`.
 */
export function planClose(
  sources: PriceSources,
  side: Side,
  heldE8: number,
  attempt: number,
  at: { readonly now: MonoMs; readonly maxAgeMs: number; readonly closeBufferTicks: number },
): PlannedClose | null {
  const best = bestPrice(sources, side, at.now, at.maxAgeMs);
  if (best === null) return null;
  const { instrument } = sources;
  const ticks = bufferTicks(at.closeBufferTicks, attempt);
  const limitPriceE8 = throughTouch(instrument, side, best.priceE8, ticks);
  if (limitPriceE8 === null) return null;
  const amount = tradable(instrument, heldE8);
  return { side, amountE8: amount, limitPriceE8, source: best.source };
}
