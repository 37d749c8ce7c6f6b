import type { Side } from '../intent/intent.ts';
import { type AmountE8, type CoinE8, coinE8 } from '../values/index.ts';
import { tradable } from './close.ts';
import type { Instrument } from '../instrument/instrument.ts';

/** The future that hedges a coin: linear, without expiry, counted in the coin itself. */
export function isHedge(instrument: Instrument, underlying: Instrument['underlying']): boolean {
  const { kind, expiry, amountUnit } = instrument;
  const isPerpetual = kind === 'linear_future' && expiry === null && amountUnit === 'coin';
  return isPerpetual && instrument.underlying === underlying;
}

export interface PlannedHedge {
  readonly side: Side;
  readonly amountE8: AmountE8;
}

/**
 * What brings a delta to zero, and never past it: rounded down, so that what is left over keeps its
 * sign. Null where less than the future's least amount is open.
 */
export function planHedge(perpetual: Instrument, openDeltaE8: number): PlannedHedge | null {
  const amount = tradable(perpetual, Math.abs(openDeltaE8));
  if (amount === 0) return null;
  return { side: openDeltaE8 > 0 ? 'sell' : 'buy', amountE8: amount };
}

/** Signed delta of a hedge order, coin at 1e-8. */
export function hedgeDeltaE8({ side, amountE8 }: PlannedHedge): CoinE8 {
  return coinE8(side === 'buy' ? amountE8 : 0 - amountE8);
}

/**
 * D-15: a hedge that is not held to reducing may only make |net delta| smaller, whatever is still
 * on its way: `lowE8` and `highE8` are the ends of where the net delta may come to lie.
 */
export function shrinksNetDelta(lowE8: number, highE8: number, hedgeE8: number): boolean {
  const shrinks = (netE8: number): boolean => Math.abs(netE8 + hedgeE8) < Math.abs(netE8);
  return shrinks(lowE8) && shrinks(highE8);
}
