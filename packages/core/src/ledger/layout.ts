import {
  KILL_REASON_CODES,
  type ModeReasonCode,
  OPEN_PERMISSION_REASON_CODES,
  type OpenPermissionReasonCode,
  REDUCE_ONLY_REASON_CODES,
} from '../guard/codes.ts';
import { LOSS_LIMITS, type LossLimit } from '../position/losses.ts';
import type { ContainmentPurpose, GroupCause } from '../order/group.ts';
import type { OrderTerms } from '../order/order.ts';
import { CASH_LAYOUTS } from './cash-layout.ts';
import {
  bit,
  count,
  e8,
  flag,
  float,
  hash64,
  id,
  integer,
  type Kind,
  list,
  nullable,
  oneOf,
  text,
  usd,
} from './kind.ts';
import type { GroupLegTerms, NakedEventCause, ReductionCause } from './group-records.ts';
import type { DecisionContext, LedgerRecord, ObservationSource } from './record.ts';

/**
 * The table: every field of every record, its contract name and its kind (contract-1 section 28.2).
 * A field added to a record and not to this table does not compile. Names and kinds of a released
 * version never change.
 */
export type Layouts = {
  readonly [T in LedgerRecord['type']]: Layout<Extract<LedgerRecord, { type: T }>>;
};

export type Layout<R> = { readonly [K in Exclude<keyof R, 'type'>]-?: Entry<R[K]> };

export type Entry<T> = Field<T> | Flat<T> | Nested<T>;

/** One JSON member. */
export type Field<T> = readonly [wire: string, kind: Kind<T>];

/** A part whose fields are members of the record itself. */
export interface Flat<T> {
  readonly spread: Layout<T>;
}

/** A part that is a JSON object of its own. */
export interface Nested<T> {
  readonly wire: string;
  readonly nested: Layout<T>;
}

const words = <T extends string>(codes: readonly T[]): Readonly<Record<T, true>> =>
  Object.fromEntries(codes.map((code) => [code, true])) as Readonly<Record<T, true>>;

const side = oneOf({ buy: true, sell: true });
const source = oneOf<ObservationSource>({ reply: true, feed: true, reconciliation: true });
const latchReasons = list(oneOf<OpenPermissionReasonCode>(words(OPEN_PERMISSION_REASON_CODES)));
const modeReasons = list(
  oneOf<ModeReasonCode>({ ...words(KILL_REASON_CODES), ...words(REDUCE_ONLY_REASON_CODES) }),
);

const lossLimit = oneOf<LossLimit>(words(LOSS_LIMITS));

const mode = oneOf({ Active: true, ReduceOnly: true, Kill: true });

const GROUP_LEG: Layout<GroupLegTerms> = {
  label: ['label', id()],
  instrument: ['instrument', id()],
  side: ['side', side],
  amountE8: ['qty', e8()],
  unit: ['unit', oneOf({ coin: true, usd: true })],
};

const groupCause = oneOf<GroupCause>({
  all_filled: true,
  no_trade: true,
  rescued: true,
  leg_failed: true,
  leg_partial: true,
  legs_mismatch: true,
  leg_unresolved: true,
  emergency_close: true,
  closed: true,
  hedged: true,
  late_fill_closed: true,
});

const TERMS: Layout<OrderTerms> = {
  label: ['label', id()],
  intentHash: ['intent_hash', hash64()],
  groupId: ['group_id', id()],
  legIndex: ['leg_idx', bit()],
  strategyId: ['strategy_id', id()],
  intentClass: ['intent_class', oneOf({ OPEN: true, CLOSE: true, HEDGE: true })],
  instrument: ['instrument', id()],
  side: ['side', side],
  amountE8: ['qty', e8()],
  limitPriceE8: ['limit_price', e8()],
  timeInForce: ['time_in_force', oneOf({ immediate_or_cancel: true, good_til_cancelled: true })],
  postOnly: ['post_only', flag()],
  reduceOnly: ['reduce_only', flag()],
};

const CONTEXT: Layout<DecisionContext> = {
  tradingMode: ['trading_mode', mode],
  policyHash: ['policy_hash', nullable(id())],
  bookAgeMs: ['book_age_ms', float()],
  bestBidE8: ['best_bid', nullable(e8())],
  bestAskE8: ['best_ask', nullable(e8())],
  indexPriceE8: ['index_price', nullable(e8())],
  fairPriceE8: ['fair_price', nullable(e8())],
  grossEdge: ['gross_edge_usd', nullable(usd())],
  fee: ['fee_usd', usd()],
  expectedSlippage: ['expected_slippage_usd', usd()],
  minEdge: ['min_edge_usd', nullable(usd())],
  slippageBps: ['slippage_bps', float()],
  marginUtilization: ['margin_utilization', nullable(float())],
  currentDeltaE8: ['current_delta', e8()],
  pendingDeltaE8: ['pending_delta', e8()],
};

export const LAYOUTS: Layouts = {
  sessionStarted: {
    at: ['recorded_ts', count()],
    runId: ['run_id', id()],
    epoch: ['epoch', count()],
    buildId: ['build_id', id()],
    runtimeConfigHash: ['runtime_config_hash', id()],
    contractVersion: ['contract_version', id()],
  },
  policyActivated: {
    at: ['recorded_ts', count()],
    policyId: ['policy_id', id()],
    policyVersion: ['policy_version', id()],
    policyHash: ['policy_hash', id()],
  },
  intentRecorded: {
    at: ['created_ts', count()],
    terms: { spread: TERMS },
    deltaE8: ['delta', e8()],
    notional: ['notional_usd', usd()],
    context: { wire: 'context', nested: CONTEXT },
  },
  orderSending: { at: ['sent_ts', count()], label: ['label', id()] },
  orderAbandoned: {
    at: ['recorded_ts', count()],
    label: ['label', id()],
    cause: [
      'cause',
      oneOf({
        mode_fell_before_dispatch: true,
        decision_too_old: true,
        gates_refused_after_restart: true,
        not_sent_before_restart: true,
      }),
    ],
  },
  orderAcked: {
    at: ['ack_ts', count()],
    label: ['label', id()],
    venueOrderId: ['exchange_order_id', id()],
    source: ['source', source],
  },
  orderClosed: {
    at: ['recorded_ts', count()],
    label: ['label', id()],
    outcome: ['tls_state', oneOf({ Canceled: true, Failed: true })],
    cause: [
      'cause',
      oneOf({
        canceled_by_venue: true,
        canceled_by_us: true,
        venue_reject: true,
        proven_never_existed: true,
      }),
    ],
    venueCode: ['venue_code', nullable(integer())],
    source: ['source', source],
  },
  fillRecorded: {
    at: ['recorded_ts', count()],
    tradeId: ['trade_id', id()],
    label: ['label', nullable(id())],
    venueOrderId: ['exchange_order_id', nullable(id())],
    strategyId: ['strategy_id', nullable(id())],
    instrument: ['instrument', id()],
    side: ['side', side],
    amountE8: ['qty', e8()],
    priceE8: ['price', e8()],
    feeE8: ['fee', e8()],
    feeCurrency: ['fee_currency', id()],
    cashE8: ['cash', e8()],
    indexPriceE8: ['index_price', e8()],
    tradedAt: ['trade_ts', count()],
    source: ['source', source],
  },
  settlementRecorded: {
    at: ['recorded_ts', count()],
    settlementId: ['settlement_id', id()],
    instrument: ['instrument', id()],
    amountE8: ['qty', e8()],
    settlementPriceE8: ['settlement_price', e8()],
    indexPriceE8: ['index_price', e8()],
    cashE8: ['cash', e8()],
    currency: ['currency', id()],
  },
  latchSet: { at: ['recorded_ts', count()], reasons: ['reason_codes', latchReasons] },
  latchCleared: {
    at: ['recorded_ts', count()],
    reasons: ['reason_codes', latchReasons],
    openOrders: ['open_orders', count()],
    positions: ['positions', count()],
    trades: ['trades', count()],
  },
  operatorCommandRecorded: {
    at: ['recorded_ts', count()],
    command: ['command', oneOf({ reduce_only: true, kill: true, release: true })],
    reason: ['reason', text()],
    operator: ['operator', text()],
    modeReasons: ['mode_reasons', modeReasons],
  },
  instrumentClosed: { at: ['recorded_ts', count()], instrument: ['instrument', id()] },
  anomalyRecorded: {
    at: ['recorded_ts', count()],
    anomaly: [
      'anomaly',
      oneOf({
        ack_before_send: true,
        fill_before_send: true,
        fill_before_ack: true,
        fill_after_terminal: true,
        fill_beyond_quantity: true,
        fill_without_order: true,
        reject_after_fill: true,
        label_hash_mismatch: true,
        ghost_order: true,
        unmapped_reason_code: true,
      }),
    ],
    label: ['label', nullable(id())],
    instrument: ['instrument', nullable(id())],
  },
  ledgerProbed: { at: ['recorded_ts', count()] },
  equityMarked: {
    at: ['recorded_ts', count()],
    mark: ['mark', oneOf({ day_start: true, week_start: true, week_peak: true })],
    period: ['period_ts', count()],
    equity: ['equity_usd', usd()],
  },
  lossLatched: {
    at: ['recorded_ts', count()],
    limit: ['limit', lossLimit],
    baseline: ['baseline_usd', usd()],
    equity: ['equity_usd', usd()],
    allowed: ['allowed_loss_usd', usd()],
  },
  lossLatchReset: {
    at: ['recorded_ts', count()],
    limit: ['limit', lossLimit],
    operator: ['operator', text()],
    reason: ['reason', text()],
    approval: ['approval_sha256', id()],
    approvers: ['approvers', list(id())],
  },
  presenceRecorded: {
    at: ['recorded_ts', count()],
    person: ['person', id()],
    until: ['until_ts', count()],
    statement: ['statement_sha256', id()],
  },
  groupRecorded: {
    at: ['recorded_ts', count()],
    groupId: ['group_id', id()],
    strategyId: ['strategy_id', id()],
    structure: ['structure_fingerprint', id()],
    first: { wire: 'leg_0', nested: GROUP_LEG },
    second: { wire: 'leg_1', nested: GROUP_LEG },
  },
  groupStateChanged: {
    at: ['recorded_ts', count()],
    groupId: ['group_id', id()],
    state: [
      'group_state',
      oneOf({ MixedFailed: true, Flattening: true, Complete: true, Flattened: true }),
    ],
    cause: ['cause', groupCause],
  },
  containmentPlanned: {
    at: ['recorded_ts', count()],
    parentGroupId: ['parent_group_id', id()],
    groupId: ['group_id', id()],
    purpose: ['purpose', oneOf<ContainmentPurpose>({ rescue: true, close: true, hedge: true })],
    round: ['round', count()],
    attempt: ['attempt', count()],
    legIndex: ['leg_idx', bit()],
    label: ['label', id()],
  },
  atomicNakedEventRecorded: {
    at: ['recorded_ts', count()],
    groupId: ['group_id', id()],
    strategyId: ['strategy_id', id()],
    incidentAt: ['incident_ts_ms', count()],
    exposureBefore: ['exposure_usd_before', usd()],
    exposureAfter: ['exposure_usd_after', usd()],
    timeToDeltaNeutralMs: ['time_to_delta_neutral_ms', count()],
    closeAttempts: ['close_attempts', count()],
    hedgeUsed: ['hedge_used', flag()],
    cause: [
      'cause',
      oneOf<NakedEventCause>({
        atomic_legging_failure: true,
        emergency_close_exhausted: true,
        hedge_fallback: true,
        kill_containment: true,
      }),
    ],
    tradingMode: ['trading_mode_at_event', mode],
    evidenceChain: ['evidence_chain_state_at_event', nullable(oneOf({ GREEN: true, RED: true }))],
  },
  ...CASH_LAYOUTS,
  reductionTakenOver: {
    at: ['recorded_ts', count()],
    groupId: ['group_id', id()],
    strategyId: ['strategy_id', id()],
    instrument: ['instrument', id()],
    side: ['side', side],
    amountE8: ['qty', e8()],
    cause: [
      'cause',
      oneOf<ReductionCause>({
        LiquidityGateNoL2: true,
        ExpectedSlippageTooHigh: true,
        close_out: true,
      }),
    ],
  },
};
