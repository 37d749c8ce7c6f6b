import type { Side } from '../intent/intent.ts';
import { type Price, price, type Quantity, quantity } from '../values/index.ts';
import type { Book } from './book.ts';

const BPS = 10_000;
/** 2^27 + 1: splits a double into two halves whose products are exact. */
const SPLITTER = 134_217_729;
/**
 * A little over half of 2^-52: added to a double by multiplication it rounds to the next one,
 * whatever the digits.
 */
const ULP_SHARE = (Number.EPSILON / 2) * (1 + Number.EPSILON);

/** What taking `quantity` from a book would cost (contract-1 section 13). */
export interface Walk {
  /** Best price of the side walked; NaN when that side is empty. */
  readonly best: Price;
  /** The last level touched: an order limited there fills as walked. NaN when nothing fills. */
  readonly worst: Price;
  /** What the book holds of the asked quantity. */
  readonly filled: Quantity;
  /** False: the book is too thin for the whole quantity (AMB-10). */
  readonly isComplete: boolean;
  /** Weighted average price of what was filled, in ticks; analytics. NaN when nothing fills. */
  readonly wapTicks: number;
  /**
   * (WAP - best) / best in bps, worse is positive, rounded up to the next double: `> limit` is then
   * exactly the comparison of the true ratio. Infinity when the book is too thin, so that no limit
   * lets it pass.
   */
  readonly slippageBps: number;
}

/**
 * Asks for a buy, bids for a sell. Null: no usable book, or a quantity that is none. Staleness is
 * asked elsewhere.
 */
export function walkBook(book: Book, side: Side, wanted: Quantity): Walk | null {
  if (!book.usable || !Number.isSafeInteger(wanted) || wanted <= 0) return null;
  const buys = side === 'buy';
  const levels = buys ? book.askCount : book.bidCount;
  const best = buys ? book.askPrice(0) : book.bidPrice(0);
  let worst = price(Number.NaN);
  let left: number = wanted;
  // Tick-steps paid beyond the best price: whole numbers, so the sum is exact.
  let excess = 0;
  for (let level = 0; level < levels && left > 0; level += 1) {
    worst = buys ? book.askPrice(level) : book.bidPrice(level);
    const offered = buys ? book.askQuantity(level) : book.bidQuantity(level);
    const taken = offered < left ? offered : left;
    excess += (buys ? worst - best : best - worst) * taken;
    left -= taken;
  }
  const filled = wanted - left;
  const perStep = excess / filled;
  return {
    best,
    worst,
    filled: quantity(filled),
    isComplete: left === 0,
    wapTicks: buys ? best + perStep : best - perStep,
    slippageBps: left === 0 ? ratioUp(excess * BPS, best * filled) : Number.POSITIVE_INFINITY,
  };
}

/**
 * Whether a resting limit would trade at once: BUY at or above the best ask, SELL at or below the
 * best bid (contract-1 section 12). A book that cannot be read, an empty side and a limit that is
 * no price count as crossing, because nothing shows that the order would rest (AMB-09).
 */
export function wouldCross(book: Book, side: Side, limit: Price): boolean {
  if (!book.usable) return true;
  return side === 'buy' ? !(limit < book.askPrice(0)) : !(limit > book.bidPrice(0));
}

/**
 * The smallest double not below a / b, for whole a >= 0 and b > 0; Infinity past the exact range.
 */
function ratioUp(a: number, b: number): number {
  if (!Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return Number.POSITIVE_INFINITY;
  const quotient = a / b;
  // quotient * b = product + error, exactly (Dekker); so this compares the quotient with the true
  // ratio.
  const product = quotient * b;
  const quotientHigh = highHalf(quotient);
  const quotientLow = quotient - quotientHigh;
  const divisorHigh = highHalf(b);
  const divisorLow = b - divisorHigh;
  const error =
    quotientHigh * divisorHigh -
    product +
    quotientHigh * divisorLow +
    quotientLow * divisorHigh +
    quotientLow * divisorLow;
  return product - a + error < 0 ? quotient + quotient * ULP_SHARE : quotient;
}

function highHalf(value: number): number {
  const spread = value * SPLITTER;
  return spread - (spread - value);
}
