import {
  type InstrumentName,
  type MonoMs,
  type Price,
  price,
  type Quantity,
  quantity,
} from '../values/index.ts';
import { BookSide } from './book-side.ts';

/** Order book of one instrument, best first. Mutable observation, owned by the core (D-32). */
export interface Book {
  readonly instrument: InstrumentName;
  /**
   * False before the first snapshot, after a gap, and when crossed or malformed: then there is no
   * book.
   */
  readonly usable: boolean;
  readonly changeId: number;
  readonly updatedAt: MonoMs | null;
  readonly bidCount: number;
  readonly askCount: number;
  bidPrice(level: number): Price;
  bidQuantity(level: number): Quantity;
  askPrice(level: number): Price;
  askQuantity(level: number): Quantity;
}

/**
 * `gap`: the change does not follow what is held. `malformed`: it cannot be believed. Both void the
 * book.
 */
export type BookUpdate = 'applied' | 'gap' | 'malformed';

/** Sides are flat pairs as in `BookChanged`: price in ticks, quantity in steps. */
export interface MutableBook extends Book {
  /**
   * Each side best first, without repetition and without zero quantities: a book is never sorted
   * for anyone.
   */
  applySnapshot(
    changeId: number,
    at: MonoMs,
    bids: readonly number[],
    asks: readonly number[],
  ): BookUpdate;
  /** Nothing of it counts any more until the next snapshot: the feed it came from is gone. */
  void(): void;
  /**
   * In any order; quantity 0 deletes, also what is not held: either way there is nothing left at
   * that price.
   */
  applyChange(
    changeId: number,
    prevChangeId: number,
    at: MonoMs,
    bids: readonly number[],
    asks: readonly number[],
  ): BookUpdate;
}

/**
 * An empty book, not usable until its first snapshot. At most `LEVELS_MAX` levels a side
 * (`book-side.ts`).
 */
export function createBook(instrument: InstrumentName): MutableBook {
  return new OrderBook(instrument);
}

class OrderBook implements MutableBook {
  readonly instrument: InstrumentName;
  readonly #bids = new BookSide(1);
  readonly #asks = new BookSide(-1);
  #usable = false;
  #changeId = 0;
  #updatedAt: MonoMs | null = null;

  constructor(instrument: InstrumentName) {
    this.instrument = instrument;
  }

  get usable(): boolean {
    return this.#usable;
  }

  get changeId(): number {
    return this.#changeId;
  }

  get updatedAt(): MonoMs | null {
    return this.#updatedAt;
  }

  get bidCount(): number {
    return this.#bids.count;
  }

  get askCount(): number {
    return this.#asks.count;
  }

  bidPrice(level: number): Price {
    return price(this.#bids.priceAt(level));
  }

  bidQuantity(level: number): Quantity {
    return quantity(this.#bids.quantityAt(level));
  }

  askPrice(level: number): Price {
    return price(this.#asks.priceAt(level));
  }

  askQuantity(level: number): Quantity {
    return quantity(this.#asks.quantityAt(level));
  }

  applySnapshot(
    changeId: number,
    at: MonoMs,
    bids: readonly number[],
    asks: readonly number[],
  ): BookUpdate {
    this.void();
    if (!isReadable(changeId, at)) return 'malformed';
    if (!this.#bids.load(bids) || !this.#asks.load(asks)) return this.#refuse('malformed');
    return this.#accept(changeId, at);
  }

  applyChange(
    changeId: number,
    prevChangeId: number,
    at: MonoMs,
    bids: readonly number[],
    asks: readonly number[],
  ): BookUpdate {
    if (!this.#usable || prevChangeId !== this.#changeId) return this.#refuse('gap');
    if (!isReadable(changeId, at) || changeId <= prevChangeId) return this.#refuse('malformed');
    if (!this.#bids.change(bids) || !this.#asks.change(asks)) return this.#refuse('malformed');
    return this.#accept(changeId, at);
  }

  /** Equal touches are a valid top of book (contract-1 section 2.5); crossed ones are not. */
  #accept(changeId: number, at: MonoMs): BookUpdate {
    const isCrossed = this.#bids.count > 0 && this.#bids.priceAt(0) > this.#asks.priceAt(0);
    if (isCrossed) return this.#refuse('malformed');
    this.#usable = true;
    this.#changeId = changeId;
    this.#updatedAt = at;
    return 'applied';
  }

  #refuse(update: 'gap' | 'malformed'): BookUpdate {
    this.void();
    return update;
  }

  void(): void {
    this.#usable = false;
    this.#bids.clear();
    this.#asks.clear();
  }
}

function isReadable(changeId: number, at: MonoMs): boolean {
  return Number.isSafeInteger(changeId) && changeId >= 0 && Number.isFinite(at);
}
