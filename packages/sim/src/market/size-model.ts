import type { Prng } from '../prng.ts';
import type { MarketRow } from './market.ts';

/**
 * Sizes of quotes that were recorded without them. Invented, and named so that every report can say
 * so.
 */
export interface SizeModel {
  readonly name: string;
  readonly description: string;
  /** Size of a fresh quote, in amount steps, at least 1. */
  draw(row: MarketRow): number;
  /** The next size of the same quote; always another one, because an unchanged quote is no news. */
  redraw(row: MarketRow, steps: number): number;
}

/** Mean quote at the money, USD of underlying. */
const MEAN_USD = 500_000;
/** Share of the mean that is left far from the money. */
const WING_SHARE = 0.3;
/** No quote is larger than this many means. */
const MEANS_MAX = 6;

/** Exponential sizes, largest at the money. Depends on the seed and the order of calls only. */
export function createSizeModel(prng: Prng): SizeModel {
  const draw = (row: MarketRow): number => {
    const mean = meanSteps(row);
    const steps = Math.ceil(Math.min(prng.exponential(mean), mean * MEANS_MAX));
    return Math.max(1, steps);
  };
  return {
    name: 'exponential-by-delta-v1',
    description:
      `quote sizes are invented: exponential, mean ${MEAN_USD} USD of underlying at the money ` +
      `falling to ${WING_SHARE * 100} % of it in the wings`,
    draw,
    redraw(row, steps) {
      const next = draw(row);
      return next === steps ? steps + 1 : next;
    },
  };
}

function meanSteps(row: MarketRow): number {
  const stepUsd = (row.underlyingE8 / 1e8) * (row.instrument.amountStepE8 / 1e8);
  const delta = Math.abs(row.delta ?? 0);
  const nearness = 1 - Math.abs(2 * Math.min(delta, 1) - 1);
  return Math.max(1, (MEAN_USD / stepUsd) * (WING_SHARE + (1 - WING_SHARE) * nearness));
}
