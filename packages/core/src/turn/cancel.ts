import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { CancelFailed } from '../event.ts';
import type { Order } from '../order/order.ts';
import type { State } from '../state.ts';
import { type InstrumentName, type Label, wallMs } from '../values/index.ts';
import { endInstrument, isEnded } from './expiry.ts';
import { currentMode } from './mode.ts';
import type { Output } from './output.ts';
import { noteTooManyRequests, TOO_MANY_REQUESTS } from './safety.ts';

/** A cancel without an answer for this long is not on its way any more. */
const CANCEL_TIMEOUT_MS = 5_000;
/** A cancel the venue refused or never heard is asked for again no sooner: it costs credits. */
const CANCEL_RETRY_MS = 1_000;

export function askToCancel(state: State, order: Order, output: Output): void {
  const { label, instrument } = order.terms;
  state.observations.canceling.set(label, { at: state.observations.now, failed: false });
  state.observations.requests.spend();
  output.add({ kind: 'cancel', label, venueOrderId: order.venueOrderId, instrument });
}

/**
 * Nothing would come of asking again: the order is finished, its cancel is on its way, or it went
 * with its instrument (AMB-51, AT-960).
 */
export function isCancelMoot(state: State, label: Label, instrument: InstrumentName): boolean {
  const asked = state.observations.canceling.get(label);
  const pending = asked !== undefined && !asked.failed && isYoung(state, asked.at);
  return pending || !state.facts.working.has(label) || isEnded(state, instrument);
}

function isYoung(state: State, at: number, limitMs = CANCEL_TIMEOUT_MS): boolean {
  return state.observations.now - at < limitMs;
}

/**
 * Outside Active nothing that could open rests at the venue: what is not reduce-only is cancelled,
 * at most `cancel_open_batch_max` a tick, until none is left (AT-1065). The batch is the time
 * budget as well: asking is one effect, and nothing here waits.
 */
export function cancelRestingOpens(state: State, output: Output): void {
  const { facts, observations } = state;
  // Without a session a cancel reaches nobody.
  if (facts.working.size === 0 || !observations.connected) return;
  if (currentMode(state).mode === 'Active') return;
  let left = (observations.policy?.parameters ?? DEFAULT_PARAMETERS).cancelOpenBatchMax;
  for (const label of facts.working) {
    if (left === 0) return;
    const order = facts.orders.get(label);
    if (order === undefined || order.terms.reduceOnly || !mayRest(state, order)) continue;
    // Containment's own orders cannot rest, and are what brings us out of here.
    if (isContainment(state, label)) continue;
    if (isCancelMoot(state, label, order.terms.instrument)) continue;
    const failed = observations.canceling.get(label);
    if (failed?.failed === true && isYoung(state, failed.at, CANCEL_RETRY_MS)) continue;
    askToCancel(state, order, output);
    left -= 1;
  }
}

function isContainment({ facts }: State, label: Label): boolean {
  const purpose = facts.roles.get(label)?.purpose;
  return purpose === 'rescue' || purpose === 'hedge';
}

/**
 * Known to the venue, sent by us, or marked by an earlier process; not what stayed at home and only
 * waits for the record that says so.
 */
export function mayRest(state: State, order: Order): boolean {
  const { reconciliation, unresolved } = state.observations;
  if (order.venueOrderId !== null || unresolved.has(order.terms.label)) return true;
  const { startedAt } = reconciliation;
  return order.sentAt !== null && startedAt !== null && order.sentAt < startedAt;
}

/**
 * An order that died with its instrument is a cancel that succeeded (AT-949). One the venue no
 * longer has ended some other way, which reconciliation tells (AT-966). Anything else is asked for
 * again.
 */
export function onCancelFailed(state: State, event: CancelFailed, output: Output): void {
  const { facts, observations } = state;
  const { label, instrument, venueCode } = event;
  if (endInstrument(state, instrument, event, output)) {
    if (!facts.working.has(label)) return;
    output.append({
      type: 'orderClosed',
      at: wallMs(observations.now),
      label,
      outcome: 'Canceled',
      cause: 'canceled_by_venue',
      venueCode,
      source: 'reply',
    });
    return;
  }
  if (event.outcome === 'nothing_to_cancel') {
    observations.reconciliation.nextAt = observations.now;
    return;
  }
  if (venueCode === TOO_MANY_REQUESTS) noteTooManyRequests(state, output);
  output.report({ kind: 'fault', fault: `cancel_failed: ${event.fault}`, subject: label });
  const asked = observations.canceling.get(label);
  if (asked === undefined) return;
  asked.failed = true;
  asked.at = observations.now;
}
