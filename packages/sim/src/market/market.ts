import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';

/** What was quoted in one instrument at one moment. One-sided and unquoted rows are ordinary. */
export interface MarketRow {
  readonly instrument: Instrument;
  /** Best prices in ticks; null where nobody quoted. */
  readonly bidTicks: number | null;
  readonly askTicks: number | null;
  /** At 1e-8, in the currency the instrument is quoted in. */
  readonly markE8: number;
  /** Future the option is priced from, USD at 1e-8. */
  readonly underlyingE8: number;
  /** Its name: a listed future, or `SYN.…` for a forward that nobody trades. */
  readonly underlyingName?: string;
  /** Fraction: 0.45 is 45 %. */
  readonly iv: number | null;
  /** Per unit of the underlying, as Deribit publishes them: vega in USD per volatility point. */
  readonly delta: number | null;
  readonly vega: number | null;
}

/** A whole market at one instant. */
export interface MarketSnapshot {
  /** Epoch ms. */
  readonly at: number;
  /** USD per coin at 1e-8. */
  readonly indexes: ReadonlyMap<Currency, number>;
  readonly rows: readonly MarketRow[];
}

/**
 * Snapshots in ascending time, made or read one by one as they are asked for, and always a finite
 * number.
 */
export interface MarketSource {
  readonly name: string;
  readonly data: 'recorded' | 'synthetic';
  /** What a reader of results must know about this data, in sentences. */
  readonly notes: readonly string[];
  /** Begins anew at every call, and gives the same each time. */
  snapshots(): Iterable<MarketSnapshot>;
}
