import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import type { AccountId } from './trader.ts';
import type { WireOrder, WirePublicTrade, WireTrade } from './wire.ts';

/**
 * Everything the exchange tells unasked. Orders and trades are Deribit's JSON objects. Books,
 * tickers and indexes are exact integers, because they are the hot path; `toBookData` and
 * `toTickerData` make Deribit's objects of them.
 */
export interface Notices {
  readonly instruments: InstrumentsNotice;
  readonly book: BookNotice;
  readonly ticker: TickerNotice;
  readonly index: IndexNotice;
  readonly order: WireOrder;
  readonly trade: WireTrade;
  readonly publicTrade: WirePublicTrade;
  readonly settlement: SettlementNotice;
  readonly portfolio: PortfolioNotice;
  readonly volatilityIndex: VolatilityIndexNotice;
  readonly platform: PlatformNotice;
}

/** `order`, `trade`, `settlement` and `portfolio` are private: they name their account. */
export type Notice = {
  [K in keyof Notices]: [kind: K, payload: Notices[K], account?: AccountId | undefined];
}[keyof Notices];

/** Called inside the call that caused it, before its answer. `switch (kind)` narrows `payload`. */
export type NotificationListener = (...notice: Notice) => void;

export interface InstrumentsNotice {
  readonly timestamp: number;
  readonly listed: readonly Instrument[];
  /** Expired and settled: no longer in `public/get_instruments`. */
  readonly gone: readonly InstrumentName[];
}

/**
 * A snapshot (`prevChangeId` null) or a change. Sides are flat pairs, price in ticks and quantity
 * in steps; quantity 0 deletes. From `newBidsFrom` and `newAsksFrom` on, levels were not there
 * before.
 */
export interface BookNotice {
  readonly instrument: Instrument;
  readonly timestamp: number;
  readonly changeId: number;
  readonly prevChangeId: number | null;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
  readonly newBidsFrom: number;
  readonly newAsksFrom: number;
}

/**
 * Mark and underlying at 1e-8; `iv` as a fraction; greeks per unit of the underlying, as Deribit
 * publishes them. What is left out is computed where it can be.
 */
export interface TickerNotice {
  readonly instrument: Instrument;
  readonly timestamp: number;
  readonly markPriceE8: number;
  readonly underlyingPriceE8: number;
  readonly iv: number | null;
  readonly delta: number | null;
  readonly vega: number | null;
  /** Change of delta per USD of the underlying. */
  readonly gamma?: number | null;
  /** USD per calendar day. */
  readonly theta?: number | null;
  /** USD per percentage point of interest. */
  readonly rho?: number | null;
  /** Amount that others hold, in the instrument's own unit. */
  readonly openInterest?: number | null;
  /** Of a followed market: when its source said so. */
  readonly saidAt?: number;
}

export interface IndexNotice {
  readonly underlying: Currency;
  readonly timestamp: number;
  readonly priceE8: number;
}

/** A position that was delivered. `cashE8` is what reached the account: the payoff less `feeE8`. */
export interface SettlementNotice {
  readonly settlementId: string;
  readonly instrument: Instrument;
  readonly currency: Currency;
  readonly timestamp: number;
  /** Signed position in canonical units. */
  readonly amountE8: number;
  /** Payoff of one unit for an option; the delivery price for a future. */
  readonly settlementPriceE8: number;
  /** The delivery price of the underlying. */
  readonly indexPriceE8: number;
  readonly cashE8: number;
  readonly feeE8: number;
}

/** Money or margin of one currency has changed; `private/get_account_summary` says to what. */
export interface PortfolioNotice {
  readonly currency: Currency;
}

/** DVOL of a coin, in percent. */
export interface VolatilityIndexNotice {
  readonly underlying: Currency;
  readonly timestamp: number;
  readonly value: number;
}

/** Books of an underlying take no orders, or do so again. */
export interface PlatformNotice {
  readonly underlying: Currency;
  readonly timestamp: number;
  readonly locked: boolean;
}
