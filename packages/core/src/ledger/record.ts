import type { TradingMode } from '../guard/mode.ts';
import type { ModeReasonCode, OpenPermissionReasonCode } from '../guard/codes.ts';
import type { EquityMarkName, LossLimit } from '../position/losses.ts';
import type { Side } from '../intent/intent.ts';
import type { OrderTerms } from '../order/order.ts';
import type {
  AmountE8,
  CoinE8,
  Currency,
  InstrumentName,
  Label,
  MicroUsd,
  PriceE8,
  RunId,
  StrategyId,
  TradeId,
  VenueOrderId,
  WallMs,
} from '../values/index.ts';
import type { CashAcknowledged, CashBegun, CashMismatched, CashRecorded } from './cash-records.ts';
import type {
  AtomicNakedEventRecorded,
  ContainmentPlanned,
  GroupRecorded,
  GroupStateChanged,
  ReductionTakenOver,
} from './group-records.ts';

/**
 * Facts in the past tense. Live state and recovered state are the same fold over these
 * (architecture §2). Self-contained: prices and amounts are exact decimals, so a later change of a
 * tick or a step never re-reads an old record. `orderSending` is the one deliberate present tense:
 * it may be happening.
 */
export type LedgerRecord =
  | SessionStarted
  | PolicyActivated
  | IntentRecorded
  | OrderSending
  | OrderAbandoned
  | OrderAcked
  | OrderClosed
  | FillRecorded
  | SettlementRecorded
  | LatchSet
  | LatchCleared
  | OperatorCommandRecorded
  | InstrumentClosed
  | AnomalyRecorded
  | LedgerProbed
  | EquityMarked
  | LossLatched
  | LossLatchReset
  | PresenceRecorded
  | GroupRecorded
  | GroupStateChanged
  | ContainmentPlanned
  | AtomicNakedEventRecorded
  | CashBegun
  | CashRecorded
  | CashMismatched
  | CashAcknowledged
  | ReductionTakenOver;

/** What a pass over the venue's truth may find missing: a closed list (contract-2 section 7.3). */
export type Correction =
  | FillRecorded
  | SettlementRecorded
  | OrderAcked
  | OrderClosed
  | AnomalyRecorded;

/** One process took the ledger. The first record of every run. */
export interface SessionStarted {
  readonly type: 'sessionStarted';
  readonly at: WallMs;
  readonly runId: RunId;
  readonly epoch: number;
  readonly buildId: string;
  readonly runtimeConfigHash: string;
  readonly contractVersion: string;
}

export interface PolicyActivated {
  readonly type: 'policyActivated';
  readonly at: WallMs;
  readonly policyId: string;
  readonly policyVersion: string;
  readonly policyHash: string;
}

/** What was known when the decision was made: the truth capsule, on disk before the wire. */
export interface DecisionContext {
  readonly tradingMode: TradingMode;
  /** Null: a reduction left while no policy was known. */
  readonly policyHash: string | null;
  readonly bookAgeMs: number;
  readonly bestBidE8: PriceE8 | null;
  readonly bestAskE8: PriceE8 | null;
  readonly indexPriceE8: PriceE8 | null;
  readonly fairPriceE8: PriceE8 | null;
  readonly grossEdge: MicroUsd | null;
  readonly fee: MicroUsd;
  readonly expectedSlippage: MicroUsd;
  readonly minEdge: MicroUsd | null;
  readonly slippageBps: number;
  readonly marginUtilization: number | null;
  /** Per underlying of this order, before it: position and pending, coin at 1e-8. */
  readonly currentDeltaE8: CoinE8;
  readonly pendingDeltaE8: CoinE8;
}

/** The intent passed every gate. Durable before anything leaves. */
export interface IntentRecorded {
  readonly type: 'intentRecorded';
  readonly at: WallMs;
  readonly terms: OrderTerms;
  readonly deltaE8: CoinE8;
  readonly notional: MicroUsd;
  readonly context: DecisionContext;
}

/** Durable before the wire (D-8): an order with this marker is never sent again. */
export interface OrderSending {
  readonly type: 'orderSending';
  readonly at: WallMs;
  readonly label: Label;
}

/** Recorded, never sent, and never will be. */
export interface OrderAbandoned {
  readonly type: 'orderAbandoned';
  readonly at: WallMs;
  readonly label: Label;
  readonly cause: AbandonCause;
}

export type AbandonCause =
  | 'mode_fell_before_dispatch'
  /** The commit took so long that the book behind the decision is no longer fresh. */
  | 'decision_too_old'
  | 'gates_refused_after_restart'
  | 'not_sent_before_restart';

export interface OrderAcked {
  readonly type: 'orderAcked';
  readonly at: WallMs;
  readonly label: Label;
  readonly venueOrderId: VenueOrderId;
  readonly source: ObservationSource;
}

/** How we learned it: the reply, the account feed, or a snapshot taken by reconciliation. */
export type ObservationSource = 'reply' | 'feed' | 'reconciliation';

/**
 * The venue will do nothing more with this order. `Filled` is never recorded: it is the sum of
 * fills.
 */
export interface OrderClosed {
  readonly type: 'orderClosed';
  readonly at: WallMs;
  readonly label: Label;
  readonly outcome: 'Canceled' | 'Failed';
  readonly cause: CloseCause;
  /** The venue's error code when it refused, else null. */
  readonly venueCode: number | null;
  readonly source: ObservationSource;
}

export type CloseCause =
  | 'canceled_by_venue'
  | 'canceled_by_us'
  | 'venue_reject'
  | 'proven_never_existed';

/**
 * One trade of ours, once (contract-1 section 29). `label` is null for a trade no intent explains.
 */
export interface FillRecorded {
  readonly type: 'fillRecorded';
  readonly at: WallMs;
  readonly tradeId: TradeId;
  readonly label: Label | null;
  readonly venueOrderId: VenueOrderId | null;
  readonly strategyId: StrategyId | null;
  readonly instrument: InstrumentName;
  readonly side: Side;
  readonly amountE8: AmountE8;
  readonly priceE8: PriceE8;
  /** Paid when positive, in `feeCurrency`. */
  readonly feeE8: CoinE8;
  readonly feeCurrency: Currency;
  /**
   * Signed change of cash in `feeCurrency`, without the fee: premium paid or received, futures
   * cost.
   */
  readonly cashE8: CoinE8;
  readonly indexPriceE8: PriceE8;
  readonly tradedAt: WallMs;
  readonly source: ObservationSource;
}

/** The venue settled a position at expiry; it is gone and `cashE8` was paid. */
export interface SettlementRecorded {
  readonly type: 'settlementRecorded';
  readonly at: WallMs;
  readonly settlementId: TradeId;
  readonly instrument: InstrumentName;
  /** Signed position that was settled. */
  readonly amountE8: AmountE8;
  readonly settlementPriceE8: PriceE8;
  readonly indexPriceE8: PriceE8;
  readonly cashE8: CoinE8;
  readonly currency: Currency;
}

export interface LatchSet {
  readonly type: 'latchSet';
  readonly at: WallMs;
  readonly reasons: readonly OpenPermissionReasonCode[];
}

/** A full reconciliation found ledger and venue equal. The only thing that opens the latch. */
export interface LatchCleared {
  readonly type: 'latchCleared';
  readonly at: WallMs;
  readonly reasons: readonly OpenPermissionReasonCode[];
  readonly openOrders: number;
  readonly positions: number;
  readonly trades: number;
}

export type OperatorCommand = 'reduce_only' | 'kill' | 'release';

/**
 * The watchdog is no person: its stop is the emergency flag, which ends with its cooldown and a
 * reconciliation (contract-1 section 36), and no standing order of the operator.
 */
export const WATCHDOG = 'watchdog';

/** A caller of the emergency endpoint is recorded as this and the name of its token. */
export const ENDPOINT = 'endpoint:';

/**
 * Whether a command under this name raises the emergency flag and is no order of the operator: the
 * watchdog's, and those that came through the emergency endpoint. Neither can loosen anything.
 */
export function callsEmergency(operator: string): boolean {
  return operator === WATCHDOG || operator.startsWith(ENDPOINT);
}

export interface OperatorCommandRecorded {
  readonly type: 'operatorCommandRecorded';
  readonly at: WallMs;
  readonly command: OperatorCommand;
  readonly reason: string;
  readonly operator: string;
  readonly modeReasons: readonly ModeReasonCode[];
}

/** The venue no longer trades it (contract-1 section 8). */
export interface InstrumentClosed {
  readonly type: 'instrumentClosed';
  readonly at: WallMs;
  readonly instrument: InstrumentName;
}

/** Something out of order that was accepted and must not be forgotten (contract-1 section 27). */
export interface AnomalyRecorded {
  readonly type: 'anomalyRecorded';
  readonly at: WallMs;
  readonly anomaly: Anomaly;
  readonly label: Label | null;
  readonly instrument: InstrumentName | null;
}

export type Anomaly =
  | 'ack_before_send'
  | 'fill_before_send'
  | 'fill_before_ack'
  | 'fill_after_terminal'
  | 'fill_beyond_quantity'
  | 'fill_without_order'
  | 'reject_after_fill'
  | 'label_hash_mismatch'
  | 'ghost_order'
  /** A code came up that no catalogue names: this build is not to be trusted. */
  | 'unmapped_reason_code';

/** Written after a refused append, to learn whether the ledger takes records again (AT-906). */
export interface LedgerProbed {
  readonly type: 'ledgerProbed';
  readonly at: WallMs;
}

/** What losses are measured from; survives restarts (phases section 1.3). */
export interface EquityMarked {
  readonly type: 'equityMarked';
  readonly at: WallMs;
  readonly mark: EquityMarkName;
  /** 00:00 UTC of its day, or of the Monday of its week. */
  readonly period: WallMs;
  readonly equity: MicroUsd;
}

/** A loss reached its limit: it holds, through restarts too, until it is reset. */
export interface LossLatched {
  readonly type: 'lossLatched';
  readonly at: WallMs;
  readonly limit: LossLimit;
  /** What equity was measured from, and what it was. */
  readonly baseline: MicroUsd;
  readonly equity: MicroUsd;
  /** The loss at which it latches. */
  readonly allowed: MicroUsd;
}

/** A person took a latch back, with an approval others signed. */
export interface LossLatchReset {
  readonly type: 'lossLatchReset';
  readonly at: WallMs;
  readonly limit: LossLimit;
  readonly operator: string;
  readonly reason: string;
  /** SHA-256 of the approval, hex, and who signed it. */
  readonly approval: string;
  readonly approvers: readonly string[];
}

/** Somebody signed to be watching until then; counts for this process alone. */
export interface PresenceRecorded {
  readonly type: 'presenceRecorded';
  readonly at: WallMs;
  readonly person: string;
  readonly until: WallMs;
  /** SHA-256 of the statement, hex. */
  readonly statement: string;
}
