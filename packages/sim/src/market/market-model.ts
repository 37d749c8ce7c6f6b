import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';
import type { MarketRow } from './market.ts';

/** One instrument's quote and analytics at the model's time. */
export interface LiveQuote extends MarketRow {
  /** Change of delta per USD of the underlying. */
  readonly gamma: number | null;
  /** USD per calendar day, of one coin. */
  readonly theta: number | null;
  /** USD per percentage point of interest, of one coin. */
  readonly rho: number | null;
  /** Mean size at the best price, USD of underlying. */
  readonly meanUsd: number;
  /** How often somebody requotes it: `silent` says nothing at all, and its book grows old. */
  readonly pace: 'fast' | 'slow' | 'silent';
}

/** What one look at the market brought beside quotes. */
export interface MarketTurn {
  readonly listed: readonly Instrument[];
  /** Coins whose every book and ticker is to be told now. */
  readonly sweep: ReadonlySet<Currency>;
  /** The model has nothing more to say; quotes are to be withdrawn. */
  readonly over: boolean;
}

/**
 * A market as a function of time and a seed. It owns no clock: `advance` moves it, never back, and
 * `quote` is read between two moves.
 */
export interface MarketModel {
  /** Before this instant nothing is quoted; null: it begins whenever it is asked. */
  readonly startAt: number | null;
  /** The next instant it must be moved to exactly; null when any will do. */
  readonly nextAt: number | null;
  /** USD per coin at 1e-8. */
  readonly indexes: ReadonlyMap<Currency, number>;
  /** Public trades per second, in the whole market. */
  readonly tradesPerSecond: number;
  advance(now: number): MarketTurn;
  /** Null where nothing can be said: not of this market, or too near its expiry. */
  quote(instrument: Instrument): LiveQuote | null;
  /** The 30-day volatility index of a coin, percent; null where the chain is too thin for one. */
  volatilityIndex(coin: Currency): number | null;
  /**
   * Somebody has taken of an instrument's quotes.
   * @returns whether what is quoted in its expiry has changed by that, and is to be told now.
   */
  taken(instrument: Instrument, now: number): boolean;
  /** Facts for the report. */
  counts(): Readonly<Record<string, number>>;
}
