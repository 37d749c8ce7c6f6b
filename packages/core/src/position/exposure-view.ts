import type {
  AmountE8,
  CoinE8,
  Currency,
  InstrumentName,
  MicroUsd,
  PriceE8,
} from '../values/index.ts';

/** A signed amount of one instrument. */
export interface HeldAmount {
  readonly instrument: InstrumentName;
  readonly amountE8: AmountE8;
}

/** The unfilled rest of an order that opens, signed, with its limit. */
export interface PendingAmount extends HeldAmount {
  readonly limitPriceE8: PriceE8;
}

/**
 * Position and pending (reserved, unfilled) exposure; coin deltas at 1e-8, notionals in micro-USD.
 */
export interface ExposureView {
  positionE8(instrument: InstrumentName): AmountE8;
  currentDeltaE8(underlying: Currency): CoinE8;
  /**
   * Reservations that raise delta, and those that lower it: the worst case uses one side
   * (contract-1 section 17).
   */
  pendingLongDeltaE8(underlying: Currency): CoinE8;
  pendingShortDeltaE8(underlying: Currency): CoinE8;
  positionNotional(underlying: Currency): MicroUsd;
  pendingNotional(underlying: Currency): MicroUsd;
  readonly underlyings: Iterable<Currency>;
  /** What is held, in whatever instruments; never of nothing. */
  readonly held: Iterable<HeldAmount>;
  /** What is reserved and unfilled. */
  readonly pending: Iterable<PendingAmount>;
}
