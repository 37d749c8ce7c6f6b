import type { Decision } from '@holdfast/core';
import { renderReject } from '@holdfast/core/reasons';
import { formatE8 } from '@holdfast/core/values';

/** One event of the stream. `data` is JSON on one line. */
export interface StreamEvent {
  /** Counts every event of the run, those that were lost on the way as well. */
  readonly sequence: number;
  readonly name: string;
  readonly data: string;
}

const MICRO = 1_000_000;
const COIN = 100_000_000;

type Told = { readonly name: string; readonly data: Readonly<Record<string, unknown>> };
type Teller<Kind extends Decision['kind']> = (
  decision: Extract<Decision, { readonly kind: Kind }>,
) => Told | null;

/**
 * What the stream tells of each decision; null: nothing. A kind of decision without a line here
 * does not compile.
 */
const TELLERS: { readonly [Kind in Decision['kind']]: Teller<Kind> } = {
  modeChanged: ({ from, to, reasons, details }) => ({
    name: 'mode',
    data: { from, to, mode_reasons: reasons, details },
  }),
  latchSet: ({ reasons }) => ({ name: 'latch', data: { latched: true, reason_codes: reasons } }),
  latchCleared: ({ reasons }) => ({
    name: 'latch',
    data: { latched: false, reason_codes: reasons },
  }),
  riskStateChanged: ({ riskState, causes }) => ({
    name: 'risk',
    data: { risk_state: riskState, causes },
  }),
  intentRejected: ({ intentId, strategyId, intentClass, instrument, reject }) => ({
    name: 'refusal',
    data: {
      intent_id: intentId,
      strategy_id: strategyId,
      intent_class: intentClass,
      instrument,
      code: reject.code,
      text: renderReject(reject),
    },
  }),
  orderAbandoned: ({ label, cause }) => ({ name: 'order_abandoned', data: { label, cause } }),
  reconciled: ({ clean, differences }) => ({ name: 'reconciled', data: { clean, differences } }),
  anomaly: ({ anomaly, label, instrument }) => ({
    name: 'anomaly',
    data: { anomaly, label, instrument },
  }),
  fault: ({ fault, subject }) => ({ name: 'fault', data: { fault, subject } }),
  strategyFailed: ({ strategyId, message }) => ({
    name: 'fault',
    data: { fault: 'strategy_failed', subject: strategyId, message },
  }),
  groupAborted: ({ groupId, cause }) => ({
    name: 'group',
    data: { group_id: groupId, state: 'Aborted', cause },
  }),
  groupMoved: ({ groupId, state, cause }) => ({
    name: 'group',
    data: { group_id: groupId, state, cause },
  }),
  containmentPlanned: ({ groupId, purpose, round, attempt, label, instrument, priceSource }) => ({
    name: 'containment',
    data: {
      group_id: groupId,
      purpose,
      round,
      attempt,
      label,
      instrument,
      price_source: priceSource,
    },
  }),
  containmentRefused: ({ groupId, purpose, instrument, reject }) => ({
    name: 'containment_refused',
    data: { group_id: groupId, purpose, instrument, code: reject.code, text: renderReject(reject) },
  }),
  reductionTakenOver: ({ groupId, strategyId, instrument, side, amountE8, cause }) => ({
    name: 'reduction_taken_over',
    data: {
      group_id: groupId,
      strategy_id: strategyId,
      instrument,
      side,
      amount: formatE8(amountE8),
      cause,
    },
  }),
  atomicNakedEvent: (event) => ({
    name: 'atomic_naked_event',
    data: {
      group_id: event.groupId,
      strategy_id: event.strategyId,
      incident_ts_ms: event.incidentAt,
      exposure_usd_before: event.exposureBefore / MICRO,
      exposure_usd_after: event.exposureAfter / MICRO,
      time_to_delta_neutral_ms: event.timeToDeltaNeutralMs,
      close_attempts: event.closeAttempts,
      hedge_used: event.hedgeUsed,
      cause: event.cause,
      trading_mode_at_event: event.tradingMode,
      ...(event.evidenceChain === null
        ? {}
        : { evidence_chain_state_at_event: event.evidenceChain }),
    },
  }),
  staleOrderCanceled: ({ label, ageMs }) => ({
    name: 'stale_order_canceled',
    data: { label, age_ms: ageMs },
  }),
  churnBreakerTrip: ({ key }) => ({ name: 'churn_breaker', data: { key } }),
  lossLatched: ({ limit, loss, allowed }) => ({
    name: 'loss_latch',
    data: { limit, latched: true, loss_usd: loss / MICRO, allowed_usd: allowed / MICRO },
  }),
  lossLatchReset: ({ limit, operator }) => ({
    name: 'loss_latch',
    data: { limit, latched: false, operator },
  }),
  cashMismatch: ({ currency, rowId, fault, instrument, tradeId, expectedE8, toldE8 }) => ({
    name: 'cash_mismatch',
    data: {
      currency,
      row_id: rowId,
      fault,
      instrument,
      trade_id: tradeId,
      expected: expectedE8 / COIN,
      told: toldE8 / COIN,
    },
  }),
  cashAcknowledged: ({ currency, rowId, operator }) => ({
    name: 'cash_acknowledged',
    data: { currency, row_id: rowId, operator },
  }),
  lossResetRefused: ({ limit, cause }) => ({ name: 'loss_reset_refused', data: { limit, cause } }),
  presenceChanged: ({ person, until }) => ({ name: 'presence', data: { person, until_ms: until } }),
  // What goes well, and what a strategy left alone, is in the decision log and the metrics.
  smileGuardTripped: ({ strategyId, slice, trip, measured, limit, recent }) => ({
    name: 'smile_guard',
    data: { strategy_id: strategyId, slice, trip, measured, limit, recent },
  }),
  strategyAbstained: () => null,
  intentAdmitted: () => null,
  intentDuplicate: () => null,
};

/** Longer lists are cut: the decision log has them whole. */
const LIST_MAX = 64;

/** Null where the stream tells nothing. `at` is when it was said, epoch ms. */
export function streamEventOf(
  decision: Decision,
  at: number,
  sequence: number,
): StreamEvent | null {
  const tell = TELLERS[decision.kind] as (decision: Decision) => Told | null;
  const told = tell(decision);
  if (told === null) return null;
  const data = { ts_ms: Math.floor(at), ...told.data };
  return { sequence, name: told.name, data: JSON.stringify(data, shorten) };
}

function shorten(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  return Array.isArray(value) && value.length > LIST_MAX ? value.slice(0, LIST_MAX) : value;
}
