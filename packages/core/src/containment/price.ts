import type { Instrument } from '../instrument/instrument.ts';
import { quantizePriceE8 } from '../instrument/quantize.ts';
import type { Side } from '../intent/intent.ts';
import type { Book } from '../market/book.ts';
import { isBookFresh } from '../market/freshness.ts';
import { isFresh, type MonoMs, priceE8, type PriceE8 } from '../values/index.ts';

/** Whatever tells a price of one instrument. */
export interface PriceSources {
  readonly instrument: Instrument;
  readonly book: Book;
  readonly touch: {
    readonly at: MonoMs;
    readonly bidE8: PriceE8 | null;
    readonly askE8: PriceE8 | null;
  } | null;
}

/** The best price a reduction would meet, and who told it. */
export interface Best {
  readonly source: 'l2' | 'l1';
  readonly priceE8: PriceE8;
}

/**
 * The best price on the side an order of `side` would take: of a fresh sound book, else of a fresh
 * ticker, else nothing (contract-2 section 4.2). A side nobody quotes in the book is asked of the
 * ticker too. Never a stale one.
 */
export function bestPrice(
  { instrument, book, touch }: PriceSources,
  side: Side,
  now: MonoMs,
  maxAgeMs: number,
): Best | null {
  if (isBookFresh(book, now, maxAgeMs)) {
    const ticks = levelOf(book, side);
    if (ticks !== null) return { source: 'l2', priceE8: priceE8(ticks * instrument.tickE8) };
  }
  if (touch === null || !isFresh(now, touch.at, maxAgeMs)) return null;
  const { bidE8, askE8 } = touch;
  if (bidE8 !== null && askE8 !== null && bidE8 > askE8) return null;
  const best = side === 'buy' ? askE8 : bidE8;
  return best !== null && best > 0 ? { source: 'l1', priceE8: best } : null;
}

function levelOf(book: Book, side: Side): number | null {
  if (side === 'buy') return book.askCount === 0 ? null : book.askPrice(0);
  return book.bidCount === 0 ? null : book.bidPrice(0);
}

/**
 * So many ticks of the venue's ladder through the touch: up for a buy, down for a sale, which ends
 * at the lowest price there is. Null where the ladder itself is not known.
 */
export function throughTouch(
  instrument: Instrument,
  side: Side,
  fromE8: PriceE8,
  ticks: number,
): PriceE8 | null {
  // A price between two ticks is first brought to the nearer one on the far side.
  let at = nextTick(instrument, side, side === 'buy' ? fromE8 - 1 : fromE8 + 1);
  for (let tick = 0; tick < ticks && at !== null; tick += 1) {
    const next = nextTick(instrument, side, at);
    if (next === null && side === 'sell') return at;
    at = next;
  }
  return at;
}

/** The next price of the ladder beyond `fromE8` in the direction an order of `side` reaches. */
function nextTick(instrument: Instrument, side: Side, fromE8: number): PriceE8 | null {
  // Rounding is away from the market, so the other side's rounding goes on through it.
  const quantized =
    side === 'buy'
      ? quantizePriceE8(instrument, 'sell', fromE8 + 1)
      : quantizePriceE8(instrument, 'buy', fromE8 - 1);
  return quantized.ok ? quantized.priceE8 : null;
}
