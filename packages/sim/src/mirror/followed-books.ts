import { levelsOnGrid, type WireTicker } from '@holdfast/deribit/protocol';
import type { Instrument } from '@holdfast/core/instrument';
import { createBook, type MutableBook } from '@holdfast/core/market';
import { type InstrumentName, monoMs } from '@holdfast/core/values';
import { type Levels, NO_LEVELS } from '../exchange/levels.ts';

/** A book as its message has it: flat pairs at 1e-8, of which the first so many numbers count. */
export interface ToldBook {
  readonly instrument: InstrumentName;
  readonly changeId: number;
  /** Null of a snapshot. */
  readonly prevChangeId: number | null;
  readonly timestamp: number;
  readonly bids: ArrayLike<number>;
  readonly bidsLength: number;
  readonly asks: ArrayLike<number>;
  readonly asksLength: number;
}

/** One book of the source, kept as the core keeps its own: change by change, or not at all. */
export interface Followed {
  readonly instrument: Instrument;
  readonly book: MutableBook;
  /** When the source said it last, by its own clock. */
  saidAt: number;
  /** When it was asked for anew; null while it is known. */
  askedAt: number | null;
  lastTradeSeq: number | null;
  /** The latest, whether or not it could be told. */
  ticker: WireTicker | null;
}

export function follow(instrument: Instrument): Followed {
  const book = createBook(instrument.name);
  return { instrument, book, saidAt: 0, askedAt: null, lastTradeSeq: null, ticker: null };
}

export type BookOutcome = 'applied' | 'chain' | 'malformed';

/** `chain`: it does not follow what is held. Then, as after `malformed`, nothing is held. */
export function applyTold({ instrument, book }: Followed, told: ToldBook): BookOutcome {
  const bids = levelsOnGrid(told.bids, told.bidsLength, instrument);
  const asks = levelsOnGrid(told.asks, told.asksLength, instrument);
  if (bids === null || asks === null) {
    book.void();
    return 'malformed';
  }
  const at = monoMs(told.timestamp);
  const update =
    told.prevChangeId === null
      ? book.applySnapshot(told.changeId, at, bids, asks)
      : book.applyChange(told.changeId, told.prevChangeId, at, bids, asks);
  return update === 'gap' ? 'chain' : update;
}

export function bidsOf({ book }: Followed): Levels {
  const levels: number[] = [];
  for (let level = 0; level < book.bidCount; level += 1) {
    levels.push(book.bidPrice(level), book.bidQuantity(level));
  }
  return levels.length === 0 ? NO_LEVELS : levels;
}

export function asksOf({ book }: Followed): Levels {
  const levels: number[] = [];
  for (let level = 0; level < book.askCount; level += 1) {
    levels.push(book.askPrice(level), book.askQuantity(level));
  }
  return levels.length === 0 ? NO_LEVELS : levels;
}
