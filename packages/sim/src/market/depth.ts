import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import { type Levels, NO_LEVELS } from '../exchange/levels.ts';
import { priceAboveE8, priceBelowE8 } from '../exchange/tick-ladder.ts';
import type { Prng } from '../prng.ts';
import type { LiveQuote } from './market-model.ts';

/** Levels of a side; fewer only where a bid has no more prices above zero. */
const LEVELS = 6;
/** Share of the spread between two levels, at least one tick. */
const GAP_SHARE = 0.35;
/** Deeper levels are larger by this much of the first. */
const DEEPER = 0.4;
const MEANS_MAX = 6;

/** One instrument's book as its quoters keep it. Arrays are new where a side changed. */
export interface Depth {
  bids: Levels;
  asks: Levels;
}

export const NO_DEPTH: Readonly<Depth> = { bids: NO_LEVELS, asks: NO_LEVELS };

/**
 * The next book of an instrument: prices from the quote, further levels behind it, sizes invented.
 * Where a side's prices stand, its sizes do too but for one, which is drawn anew: an unchanged
 * book is no news, and a wholly changed one is no market.
 */
export function nextDepth(before: Depth, quote: LiveQuote, prng: Prng): Depth {
  const { instrument, bidTicks, askTicks } = quote;
  const bidPrices = pricesFrom(instrument, bidTicks, gapTicks(quote, -1), -1);
  const askPrices = pricesFrom(instrument, askTicks, gapTicks(quote, 1), 1);
  const redrawn = prng.int(0, 2 * LEVELS - 1);
  const turn = bidTicks === null ? 1 : askTicks === null ? 0 : redrawn % 2;
  const level = redrawn >> 1;
  const mean = meanSteps(instrument, quote);
  return {
    bids: nextSide(before.bids, bidPrices, turn === 0 ? level : -1, mean, prng),
    asks: nextSide(before.asks, askPrices, turn === 1 ? level : -1, mean, prng),
  };
}

function nextSide(
  before: Levels,
  prices: readonly number[],
  redrawn: number,
  mean: number,
  prng: Prng,
): Levels {
  if (prices.length === 0) return NO_LEVELS;
  const chosen = redrawn < 0 ? -1 : redrawn % prices.length;
  let isSame = before.length === 2 * prices.length && chosen < 0;
  const levels: number[] = [];
  for (const [at, price] of prices.entries()) {
    const known = before[2 * at + 1];
    const keeps = known !== undefined && at !== chosen;
    const fresh = keeps ? known : drawSteps(mean * (1 + DEEPER * at), prng);
    // The same size again would be no change.
    const steps = !keeps && fresh === known ? fresh + 1 : fresh;
    isSame &&= before[2 * at] === price;
    levels.push(price, steps);
  }
  return isSame ? before : levels;
}

function pricesFrom(
  instrument: Instrument,
  bestTicks: number | null,
  gap: number,
  sign: 1 | -1,
): readonly number[] {
  if (bestTicks === null) return [];
  const { tickE8 } = instrument;
  const prices = [bestTicks];
  let priceE8 = bestTicks * tickE8;
  for (let level = 1; level < LEVELS; level += 1) {
    for (let step = 0; step < gap && priceE8 > 0; step += 1) {
      priceE8 = sign === 1 ? priceAboveE8(instrument, priceE8) : priceBelowE8(instrument, priceE8);
    }
    if (!(priceE8 > 0)) break;
    prices.push(priceE8 / tickE8);
  }
  return prices;
}

/** Ladder steps between two levels of a side. */
function gapTicks({ instrument, bidTicks, askTicks }: LiveQuote, sign: 1 | -1): number {
  if (bidTicks === null || askTicks === null) return 1;
  const bestE8 = (sign === 1 ? askTicks : bidTicks) * instrument.tickE8;
  const stepE8 = priceAboveE8(instrument, bestE8) - bestE8;
  const spreadE8 = (askTicks - bidTicks) * instrument.tickE8;
  return Math.max(1, Math.round((GAP_SHARE * spreadE8) / stepE8));
}

function drawSteps(mean: number, prng: Prng): number {
  return Math.max(1, Math.ceil(Math.min(prng.exponential(mean), MEANS_MAX * mean)));
}

/** Mean size in amount steps: USD count themselves, coins are worth the underlying. */
function meanSteps(instrument: Instrument, { meanUsd, underlyingE8 }: LiveQuote): number {
  const step = instrument.amountStepE8 / E8;
  const stepUsd = instrument.amountUnit === 'usd' ? step : step * (underlyingE8 / E8);
  return Math.max(1, meanUsd / stepUsd);
}
