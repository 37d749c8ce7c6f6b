import type {
  CoinE8,
  Currency,
  InstrumentName,
  MonoMs,
  PriceE8,
  TradeId,
  WallMs,
} from './values/index.ts';

/** Up to where the venue's account of one currency has been agreed on. */
export interface CashCursor {
  readonly currency: Currency;
  /** Id and time of the last agreed row, by the venue. */
  readonly rowId: number;
  readonly rowAt: WallMs;
}

/**
 * What the venue told of one currency: its rows from the cursor on, oldest first, or why it could
 * not be had or read. Without a cursor: at least its newest row and all since the last settlement.
 */
export type CashAnswer =
  | { readonly currency: Currency; readonly ok: true; readonly rows: readonly CashRow[] }
  | { readonly currency: Currency; readonly ok: false; readonly fault: string };

/**
 * Why cash moved. `transfer`: deposits, withdrawals, transfers and swaps, which people make and
 * which explain themselves; `other`: a word this build does not know.
 */
export type CashCause = 'trade' | 'settlement' | 'delivery' | 'transfer' | 'other';

/** One row of the venue's transaction log. Amounts in its currency, at 1e-8. */
export interface CashRow {
  readonly id: number;
  readonly at: WallMs;
  readonly cause: CashCause;
  readonly instrument: InstrumentName | null;
  readonly tradeId: TradeId | null;
  /** Paid when positive. */
  readonly feeE8: CoinE8;
  /** Funding of the session that a settlement closes; received when positive. */
  readonly fundingE8: CoinE8;
  /** Of the trade, the settlement or the delivery. */
  readonly priceE8: PriceE8 | null;
  /** What the row did to the balance, and what the balance was after it. */
  readonly changeE8: CoinE8;
  readonly balanceE8: CoinE8;
}

/** A person takes a mismatch for explained: that row is adopted as it was told. */
export interface CashAcknowledgeCommanded {
  readonly kind: 'cashAcknowledgeCommanded';
  readonly at: MonoMs;
  readonly currency: Currency;
  readonly rowId: number;
  readonly operator: string;
  readonly reason: string;
}
