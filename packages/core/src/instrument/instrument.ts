import type {
  AmountE8,
  Currency,
  InstrumentName,
  MonoMs,
  PriceE8,
  Quantity,
} from '../values/index.ts';

/**
 * What an instrument is to us (contract-1 section 6.1). A linear perpetual is a `linear_future`.
 */
export type InstrumentKind = 'option' | 'linear_future' | 'inverse_future' | 'perpetual';

/** Recognised and refused by code: these kinds have no sizing rule here. */
export type UnsupportedKind = 'spot' | 'future_combo' | 'option_combo';

export type InstrumentState = 'Active' | 'DelistingSoon' | 'ExpiredOrDelisted';

/** From `abovePrice` (exclusive) upward, prices are multiples of `step`. Both in 1e-8. */
export interface TickStep {
  readonly abovePriceE8: PriceE8;
  readonly stepE8: PriceE8;
}

export interface OptionTerms {
  readonly type: 'call' | 'put';
  /** Strike in USD at 1e-8; decimal strikes (`0d82`) are exact. */
  readonly strikeE8: PriceE8;
}

/**
 * Metadata of one tradable instrument, from `public/get_instruments`. Nothing here has a default.
 */
export interface Instrument {
  readonly name: InstrumentName;
  readonly kind: InstrumentKind;
  /** The coin risk is in: `BTC`, `ETH`. */
  readonly underlying: Currency;
  /** Currency that fees, premium and profit are paid in. */
  readonly settlement: Currency;
  /**
   * `coin`: the price counts the underlying coin (inverse options). `usd`: USD or USDC per coin.
   */
  readonly quote: 'coin' | 'usd';
  /** `coin`: the amount counts coin. `usd`: it counts USD (inverse futures and perpetuals). */
  readonly amountUnit: 'coin' | 'usd';
  /** The smallest tick of the ladder: what `Price` counts. */
  readonly tickE8: PriceE8;
  /** Coarser ticks above a price, ascending; a validity rule on top of `tickE8` (D-3). */
  readonly tickLadder: readonly TickStep[];
  /** What `Quantity` counts; Deribit's `min_trade_amount` is both minimum and step. */
  readonly amountStepE8: AmountE8;
  readonly minAmount: Quantity;
  /** Contract size: USD per contract for inverse futures, coin per contract otherwise. */
  readonly contractMultiplierE8: AmountE8;
  /** `null` for perpetuals. */
  readonly expiry: MonoMs | null;
  readonly option: OptionTerms | null;
  readonly isActive: boolean;
  /** Fractions at 1e-8: 0.0003 is 30_000. */
  readonly makerFeeE8: number;
  readonly takerFeeE8: number;
}
