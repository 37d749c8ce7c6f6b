import type { Decision } from '@holdfast/core';
import { renderReject } from '@holdfast/core/reasons';

/** One event of the stream. `data` is JSON on one line. */
export interface StreamEvent {
  /** Counts every event of the run, those that were lost on the way as well. */
  readonly sequence: number;
  readonly name: string;
  readonly data: string;
}

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
  // What goes well is in the decision log and the metrics.
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
