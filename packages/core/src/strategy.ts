/**
 * The strategy contract: all a strategy may import, and all it may do is propose. It sees a
 * read-only view of the market and of its own standing, keeps a memory of its own, and returns
 * intents. It cannot reach the venue, the clock, randomness, or the guard.
 */
import type { Instrument } from './instrument/instrument.ts';
import type { IntentProposal } from './intent/intent.ts';
import type { TradingMode } from './guard/mode.ts';
import type { SmileDesk } from './market/smile-desk.ts';
import type { InstrumentName, MonoMs, StrategyId } from './values/index.ts';

export type { OptionTerms } from './instrument/instrument.ts';
export type { IntentProposal, LegProposal, Side } from './intent/intent.ts';
export { limitLeg } from './intent/limit-leg.ts';
export type { TradingMode } from './guard/mode.ts';
export type { Instrument, InstrumentName, MonoMs, StrategyId };
export { E8, strategyId } from './values/index.ts';

/** Pricing a strategy may use: pure functions of their arguments, all in USD per coin. */
export type { OptionGreeks, OptionType } from './market/black76.ts';
export {
  coinFromUsd,
  MS_PER_YEAR,
  optionGreeks,
  optionPriceUsd,
  premiumAdjustedDelta,
  usdFromCoin,
} from './market/black76.ts';
export { impliedVol } from './market/implied-vol.ts';
export type {
  SmileCriteria,
  SmilePoint,
  SmileRefusal,
  SmileRefusalCode,
  SmileSlice,
} from './market/smile.ts';
export { leaveOneOutVol, prepareSlice, SMILE_CRITERIA, smileVol } from './market/smile.ts';
export type { SmileAnswer, SmileDesk, SmileTerms } from './market/smile-desk.ts';
/** Made by `StrategyView.smiles` alone: what a strategy prices by has passed the guard. */
export type { ValidSmile } from './market/svi-guard.ts';
export type { SviShape } from './market/svi.ts';
export { sviDensitySign, sviVariance } from './market/svi.ts';

/**
 * Top of book in quote-currency decimals and amounts in canonical units; null when a side is empty
 * or the book unusable. `ageMs` alone says how old it is.
 */
export interface Quote {
  readonly instrument: Instrument;
  readonly bid: number | null;
  readonly bidAmount: number;
  readonly ask: number | null;
  readonly askAmount: number;
  /** Age of the book, ms. */
  readonly ageMs: number;
  readonly markPrice: number | null;
  /** Future or forward the option is priced from, USD. */
  readonly underlyingPrice: number | null;
  readonly delta: number | null;
}

export interface StrategyPosition {
  readonly instrument: InstrumentName;
  /** Signed amount in canonical units. */
  readonly amount: number;
}

export interface StrategyView {
  readonly now: MonoMs;
  readonly mode: TradingMode;
  readonly quotes: Iterable<Quote>;
  quote(instrument: InstrumentName): Quote | null;
  /** USD per coin; null when unknown. */
  index(underlying: string): number | null;
  /**
   * DVOL, the venue's thirty-day implied volatility, per square root of a year (0.4 is 40 %); null
   * when unknown or no longer fresh.
   */
  volatilityIndex(underlying: string): number | null;
  /** The one way to a smile: it fits, and its guard judges what it has fitted. */
  readonly smiles: SmileDesk;
  readonly positions: readonly StrategyPosition[];
  /** Instruments in which an order of this strategy is still working or unresolved. */
  readonly working: ReadonlySet<InstrumentName>;
  /** Taker fee of a trade in USD, capped for an option by its price; null when unknown. */
  feeUsd(instrument: InstrumentName, amount: number, price: number): number | null;
}

/** Why a strategy left something alone: a code, and what was measured against which limit. */
export interface Abstention {
  /** What was left alone: an expiry, or the strategy as a whole. */
  readonly subject: string;
  readonly code: string;
  readonly measured: number;
  readonly limit: number;
}

export interface Strategy<Memory> {
  readonly id: StrategyId;
  /** The memory a fresh process starts with. */
  remember(): Memory;
  /** Pure in (memory, view). May update `memory` in place. A throw suspends the strategy. */
  propose(memory: Memory, view: StrategyView): readonly IntentProposal[];
  /** Why the last look led to no more than it did, by subject. A strategy may be silent. */
  abstentions?(memory: Memory): readonly Abstention[];
}
