import type { AmountE8, CoinE8, Currency, InstrumentName } from '../values/index.ts';

/**
 * What we hold in one instrument: the exact sum of our fills and settlements, nothing inferred
 * (D-14).
 */
export interface Position {
  readonly instrument: InstrumentName;
  readonly currency: Currency;
  /** Signed: long is positive. */
  amountE8: AmountE8;
  /**
   * Net cash of all fills, without fees, in `currency`. With the mark value this is the profit so
   * far.
   */
  cashE8: CoinE8;
}

/** Running totals of one settlement currency. */
export interface CashTotal {
  /** Net cash of fills and settlements, without fees. */
  cashE8: CoinE8;
  /** Paid fees, positive. */
  feesE8: CoinE8;
  /** The same fees in micro-USD at each fill's index, rounded up fill by fill. */
  feesMicroUsd: number;
  /** Received from funding when positive; from the venue's account alone. */
  fundingE8: CoinE8;
}
