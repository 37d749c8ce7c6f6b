import type { Instrument } from '../../instrument/instrument.ts';
import type { Book } from '../../market/book.ts';
import { E8 } from '../../values/index.ts';

/** Levels of a side that count as its depth (contract-1 section 40). */
const DEPTH_LEVELS = 5;
const BPS = 10_000;

type Terms = Pick<Instrument, 'tickE8' | 'amountStepE8' | 'amountUnit'>;

/**
 * Distance of the touches in basis points of their middle. Without one of them it is endless. Exact
 * wherever the quotient is: whole ticks are divided once.
 */
export function spreadBps(book: Book): number {
  if (book.bidCount === 0 || book.askCount === 0) return Number.POSITIVE_INFINITY;
  const [bid, ask] = [book.bidPrice(0), book.askPrice(0)];
  return (2 * BPS * (ask - bid)) / (ask + bid);
}

/**
 * USD resting in the first five levels of the thinner side, each at its own price. Amounts of
 * inverse futures and perpetuals are USD already. Rounded down: less depth is the safe error.
 */
export function depthUsd(book: Book, terms: Terms): number {
  const bids = sideUsd(
    book.bidCount,
    (level) => book.bidPrice(level),
    (level) => book.bidQuantity(level),
    terms,
  );
  const asks = sideUsd(
    book.askCount,
    (level) => book.askPrice(level),
    (level) => book.askQuantity(level),
    terms,
  );
  return Math.min(bids, asks);
}

const MICRO = 1_000_000;

function sideUsd(
  count: number,
  priceAt: (level: number) => number,
  quantityAt: (level: number) => number,
  { tickE8, amountStepE8, amountUnit }: Terms,
): number {
  let usd = 0;
  for (let level = 0; level < count && level < DEPTH_LEVELS; level += 1) {
    const amount = (quantityAt(level) * amountStepE8) / E8;
    usd += amountUnit === 'usd' ? amount : amount * ((priceAt(level) * tickE8) / E8);
  }
  return Math.floor(usd * MICRO) / MICRO;
}
