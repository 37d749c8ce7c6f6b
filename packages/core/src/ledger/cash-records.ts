import type { CashCause } from '../cash-event.ts';
import type { CoinE8, Currency, InstrumentName, TradeId, WallMs } from '../values/index.ts';

/**
 * From here on the venue's account of one currency is compared with ours; what came before is taken
 * as it stands. Once in the life of a ledger, for each currency.
 */
export interface CashBegun {
  readonly type: 'cashBegun';
  readonly at: WallMs;
  readonly currency: Currency;
  /** The newest row there was; 0 where there was none. */
  readonly rowId: number;
  readonly rowAt: WallMs;
  readonly balanceE8: CoinE8;
  /** Futures that were traded or held before, in a session whose start nobody here has seen. */
  readonly halfSeen: readonly InstrumentName[];
}

/** One row of the venue's account that our records explain, once. A trade in two rows is one. */
export interface CashRecorded {
  readonly type: 'cashRecorded';
  readonly at: WallMs;
  readonly currency: Currency;
  readonly rowId: number;
  readonly rowAt: WallMs;
  readonly cause: CashCause;
  readonly instrument: InstrumentName | null;
  readonly tradeId: TradeId | null;
  readonly changeE8: CoinE8;
  readonly feeE8: CoinE8;
  /** Received when positive; a fact we have from the venue alone. */
  readonly fundingE8: CoinE8;
  readonly balanceE8: CoinE8;
  /** What a settlement took an open future to be worth; the next one pays what changed since. */
  readonly valueE8: CoinE8;
}

/** What of a row is not as our records have it. */
export type CashFault =
  /** The balance is not the one before and the change. */
  | 'balance'
  /** Another fee than the trade was told with. */
  | 'fee'
  /** Another amount of cash than the trade, the delivery or the settled position explains. */
  | 'change'
  /** A trade or a delivery that nothing else ever told of. */
  | 'unknown_trade'
  /** Of a sort that nobody here can explain. */
  | 'unexplained'
  /** Of our record there is no row; told is 0, and the row named is the last agreed one. */
  | 'row_missing';

/** Ours and the venue's account part here. It holds, through restarts, until it is acknowledged. */
export interface CashMismatched {
  readonly type: 'cashMismatched';
  readonly at: WallMs;
  readonly currency: Currency;
  readonly rowId: number;
  readonly fault: CashFault;
  readonly instrument: InstrumentName | null;
  readonly tradeId: TradeId | null;
  readonly expectedE8: CoinE8;
  readonly toldE8: CoinE8;
}

/** A person looked at it: the row is adopted as it was told, and the next one is compared. */
export interface CashAcknowledged {
  readonly type: 'cashAcknowledged';
  readonly at: WallMs;
  readonly currency: Currency;
  readonly rowId: number;
  readonly operator: string;
  readonly reason: string;
}

export type RecordOfCash = CashBegun | CashRecorded | CashMismatched | CashAcknowledged;
