import type { CashMismatched } from '../ledger/cash-records.ts';
import {
  type AmountE8,
  type CoinE8,
  coinE8,
  type InstrumentName,
  type TradeId,
  type WallMs,
  wallMs,
} from '../values/index.ts';

/** Ours and the venue's account of one currency, as far as they have been compared. */
export interface CashBook {
  /** Where the comparison began; null: nobody has read the venue's account yet. */
  begun: { readonly rowAt: WallMs; readonly balanceE8: CoinE8 } | null;
  /** The last agreed row: its id, its time by the venue, and the balance after it. */
  rowId: number;
  rowAt: WallMs;
  balanceE8: CoinE8;
  /** What we have on record and the venue's account has not told yet, by trade or delivery. */
  readonly awaited: Map<TradeId, AwaitedCash>;
  /** Futures: what they have moved since their last daily settlement. */
  readonly sessions: Map<InstrumentName, CashSession>;
  /** Where the two parted; null where they have not. */
  mismatch: CashMismatched | null;
  /** The row that a person has acknowledged and that is still to be adopted. */
  acknowledged: number | null;
}

/** A trade or a delivery on record. */
export interface AwaitedCash {
  readonly id: TradeId;
  readonly kind: 'trade' | 'delivery';
  readonly instrument: InstrumentName;
  /** When it was put on record. */
  readonly at: WallMs;
  /** By the venue. */
  readonly tradedAt: WallMs;
  readonly amountE8: AmountE8;
  /** Signed, without the fee. */
  readonly cashE8: CoinE8;
  readonly feeE8: CoinE8;
}

/** One future between two daily settlements. */
export interface CashSession {
  /** Cash of its trades, and what its position was worth at the last settlement, negated. */
  readonly cashE8: CoinE8;
  /** Amounts that were rounded to get there: each may be off by 1e-8. */
  readonly roundings: number;
  /** False: it began before anybody here looked, and its first settlement explains itself. */
  readonly isWhole: boolean;
}

export function createCashBook(): CashBook {
  return {
    begun: null,
    rowId: 0,
    rowAt: wallMs(0),
    balanceE8: coinE8(0),
    awaited: new Map(),
    sessions: new Map(),
    mismatch: null,
    acknowledged: null,
  };
}
