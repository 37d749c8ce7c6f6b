import type { Instrument } from '../instrument/instrument.ts';
import type { MonoMs } from '../values/index.ts';
import type { Book } from './book.ts';

/**
 * Of one unit of a long position; null where the venue gives none. `gamma`: change of delta per USD
 * of the underlying. `vega`: USD per point of volatility. Floats, never money.
 */
export interface Greeks {
  gamma: number | null;
  vega: number | null;
  at: MonoMs;
}

/** An instrument as observed: metadata with its age, the book, the last analytics. */
export interface Listing {
  readonly instrument: Instrument;
  readonly fetchedAt: MonoMs;
  readonly book: Book;
  /** Venue delta per unit of a long position; null when unknown. */
  readonly delta: number | null;
  /** The venue's other analytics, and when it told them; null before it has. */
  readonly greeks: Readonly<Greeks> | null;
  /** The venue said it is gone (contract-1 section 8). */
  readonly closed: boolean;
}
