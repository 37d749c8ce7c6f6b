import type { IntentClass, Side, TimeInForce } from '../intent/intent.ts';
import type {
  AmountE8,
  CoinE8,
  GroupId,
  InstrumentName,
  IntentHash,
  Label,
  MicroUsd,
  PriceE8,
  StrategyId,
  TradeId,
  VenueOrderId,
  WallMs,
} from '../values/index.ts';

/** Trade lifecycle (contract-1 section 27). `Filled`, `Canceled`, `Failed` are terminal. */
export type OrderState =
  | 'Created'
  | 'Sent'
  | 'Acked'
  | 'PartiallyFilled'
  | 'Filled'
  | 'Canceled'
  | 'Failed';

/** Identity and terms of an order: everything the venue needs, nothing that changes. */
export interface OrderTerms {
  readonly label: Label;
  readonly intentHash: IntentHash;
  readonly groupId: GroupId;
  readonly legIndex: 0 | 1;
  readonly strategyId: StrategyId;
  readonly intentClass: Exclude<IntentClass, 'CANCEL'>;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly limitPriceE8: PriceE8;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

/** A fold of the ledger. Written only by `apply`. */
export interface Order {
  readonly terms: OrderTerms;
  state: OrderState;
  /** The `sending` marker is durable: from here on the order may exist at the venue. */
  sendingRecorded: boolean;
  /** A terminal order that was abandoned before the wire: provably never sent. */
  abandoned: boolean;
  readonly createdAt: WallMs;
  sentAt: WallMs | null;
  ackAt: WallMs | null;
  lastFillAt: WallMs | null;
  /** When we took in what made it terminal. */
  endedAt: WallMs | null;
  venueOrderId: VenueOrderId | null;
  lastTradeId: TradeId | null;
  filledE8: AmountE8;
  /** Signed worst-case delta of the unfilled order, in coin at 1e-8, as reserved at admission. */
  readonly deltaE8: CoinE8;
  readonly notional: MicroUsd;
  /**
   * What the edge was worth when it was decided: a recovered intent is judged by it again (AT-935).
   */
  readonly decision: { readonly fairPriceE8: PriceE8 | null; readonly grossEdge: MicroUsd | null };
}

/** An order that may add risk: leaves only on a receipt. */
export interface RiskOrder {
  readonly terms: OrderTerms & { readonly reduceOnly: false };
}

/** An order the venue itself holds to reducing: the only kind a waiver can release (D-9). */
export interface ReduceOnlyOrder {
  readonly terms: OrderTerms & { readonly reduceOnly: true };
}

export type OutboundOrder = RiskOrder | ReduceOnlyOrder;

export function isTerminal(state: OrderState): boolean {
  return state === 'Filled' || state === 'Canceled' || state === 'Failed';
}
