import type { Instrument } from '../../instrument/instrument.ts';
import type { Book } from '../../market/book.ts';
import type { Currency, InstrumentName, MonoMs } from '../../values/index.ts';
import { ageMs, isFresh } from '../../values/index.ts';
import type { Reading } from '../inputs.ts';
import { createLevelWatch, type LevelWatch } from './level-watch.ts';
import { RiseWindow } from './rise-window.ts';

/**
 * One coin as its market monitors remember it: the figures of its reference instrument through
 * time. An observation, updated in place; bounded.
 */
export interface ReferenceWatch {
  readonly coin: Currency;
  /** Of the policy; null: the policy names none, and nothing is ever guessed (AMB-33). */
  readonly name: InstrumentName | null;
  readonly spread: LevelWatch;
  readonly depth: LevelWatch;
  readonly dvol: {
    readonly window: RiseWindow;
    /** The rise that tripped last, when, and how high the index was then. */
    rise: number;
    trippedAt: MonoMs | null;
    highest: number;
  };
  readonly basisMarkLast: LevelWatch;
  readonly basisMarkIndex: LevelWatch;
  /** Last public trade in the instrument. */
  lastTrade: Reading<number> | null;
}

export function createReferenceWatch(coin: Currency, name: InstrumentName | null): ReferenceWatch {
  return {
    coin,
    name,
    spread: createLevelWatch(),
    depth: createLevelWatch(),
    dvol: { window: new RiseWindow(), rise: 0, trippedAt: null, highest: 0 },
    basisMarkLast: createLevelWatch(),
    basisMarkIndex: createLevelWatch(),
    lastTrade: null,
  };
}

/** What is known of a reference instrument at one moment; null is missing. */
export interface ReferenceInputs {
  readonly listing: {
    readonly instrument: Pick<
      Instrument,
      'kind' | 'tickE8' | 'amountStepE8' | 'amountUnit' | 'quote'
    >;
    readonly book: Book;
    /** USD per coin at 1e-8, and when the venue said it. */
    readonly mark: Reading<number> | null;
  } | null;
  readonly index: Reading<number> | null;
  readonly dvol: Reading<number> | null;
}

export type Trouble = 'missing' | 'stale';

/**
 * A positive number of a known age, or what is wrong with it. A time in the future is no time
 * (section 32).
 */
export function troubleOf(
  reading: Reading<number> | null,
  now: MonoMs,
  maxAgeMs: number,
): Trouble | null {
  if (reading === null || !(reading.value > 0) || !Number.isFinite(reading.value)) return 'missing';
  if (ageMs(now, reading.at) === null) return 'missing';
  return isFresh(now, reading.at, maxAgeMs) ? null : 'stale';
}

/** A book from before its first snapshot, or after a gap, is no book. */
export function bookTrouble(book: Book, now: MonoMs, maxAgeMs: number): Trouble | null {
  if (!book.usable || ageMs(now, book.updatedAt) === null) return 'missing';
  return isFresh(now, book.updatedAt, maxAgeMs) ? null : 'stale';
}

/** Priced in USD as its index is: the mark of an option is coin, and compares with nothing here. */
export function isReferenceKind({ kind, quote }: Pick<Instrument, 'kind' | 'quote'>): boolean {
  return kind !== 'option' && quote === 'usd';
}
