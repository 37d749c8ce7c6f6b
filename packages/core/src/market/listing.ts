import type { Instrument } from '../instrument/instrument.ts';
import type { MonoMs } from '../values/index.ts';
import type { Book } from './book.ts';

/** An instrument as observed: metadata with its age, the book, the last analytics. */
export interface Listing {
  readonly instrument: Instrument;
  readonly fetchedAt: MonoMs;
  readonly book: Book;
  /** Venue delta per unit of a long position; null when unknown. */
  readonly delta: number | null;
  /** The venue said it is gone (contract-1 section 8). */
  readonly closed: boolean;
}
