import { apply } from '../apply.ts';
import { isOfCash } from '../apply-cash.ts';
import type { RecordOfCash } from '../ledger/cash-records.ts';
import { attemptKey } from '../intent/attempt.ts';
import type { LedgerEvent } from '../event.ts';
import type { LedgerReceipt } from '../ledger/receipt.ts';
import { churnKey } from '../order/churn.ts';
import type {
  AtomicNakedEventRecorded,
  GroupRecorded,
  GroupStateChanged,
} from '../ledger/group-records.ts';
import type { AbandonCause, IntentRecorded, LedgerRecord } from '../ledger/record.ts';
import { type AppendRefusal, waive } from '../ledger/waiver.ts';
import {
  isTerminal,
  type Order,
  type OutboundOrder,
  type ReduceOnlyOrder,
} from '../order/order.ts';
import type { State } from '../state.ts';
import { type Label, type MonoMs, wallMs } from '../values/index.ts';
import { onCashRecorded, onCashRefused } from './accounting.ts';
import { onGroupRecorded, onGroupRefused } from './groups.ts';
import { openingHedgeRefusal } from './hedge-permission.ts';
import { forgetHeard } from './held.ts';
import { currentMode } from './mode.ts';
import { abandonCorrections, continueCorrections } from './corrections.ts';
import { onLossLatchReset, refuseOfLosses } from './losses.ts';
import { onPresenceRecorded } from './presence.ts';
import { onEventRecorded, onEventRefused } from './naked-event.ts';
import { askAgain, onLatchCleared } from './reconciliation.ts';
import { onReductionRecorded } from './reduction.ts';
import { mayRescue } from './rescue-permission.ts';
import { block, clearRisk, raiseRisk, onCommandRecorded } from './safety.ts';
import type { Output } from './output.ts';

type Recorded = Extract<LedgerEvent, { kind: 'recorded' }>;
type AppendRefused = Extract<LedgerEvent, { kind: 'appendRefused' }>;
type LedgerMeasured = Extract<LedgerEvent, { kind: 'ledgerMeasured' }>;

export function onLedgerMeasured(state: State, event: LedgerMeasured): void {
  const { ledger } = state.observations;
  ledger.depth = event.depth;
  ledger.capacity = event.capacity;
}

/**
 * Our own records, durable. The only event that changes Facts and the only one that can release an
 * order.
 */
export function onRecorded(state: State, event: Recorded, output: Output): void {
  const { ledger } = state.observations;
  if (ledger.refusal !== null || ledger.stalled) {
    ledger.refusal = null;
    ledger.stalled = false;
    clearRisk(state, 'ledger_unavailable', 'fresh_input', output);
  }
  for (const record of event.records) {
    apply(state.facts, record);
    follow(state, record, event.receipt, output);
  }
  if (continueCorrections(state, event.records, output)) askAgain(state, output);
}

/**
 * What a durable record sets in motion. Recovery applies the same records and follows none of them.
 */
function follow(state: State, record: LedgerRecord, receipt: LedgerReceipt, output: Output): void {
  if (isOfCash(record)) return onCashRecorded(state, record, output);
  const { observations } = state;
  switch (record.type) {
    case 'intentRecorded':
      return forgetPending(state, record);
    case 'orderSending':
      return send(state, record.label, receipt, output);
    case 'fillRecorded':
      observations.pendingTrades.delete(record.tradeId);
      forgetHeard(state, record);
      if (record.label !== null) settleReservation(state, record.label);
      return;
    case 'settlementRecorded':
      observations.pendingTrades.delete(record.settlementId);
      return;
    case 'orderAbandoned':
    case 'orderClosed':
      return settleReservation(state, record.label);
    case 'policyActivated':
      if (observations.offeredPolicy?.hash !== record.policyHash) return;
      observations.policy = observations.offeredPolicy.policy;
      observations.policyHash = record.policyHash;
      return;
    case 'latchCleared':
      return onLatchCleared(state, output);
    case 'operatorCommandRecorded':
      return onCommandRecorded(state, output);
    case 'ledgerProbed':
      observations.ledger.probing = false;
      return;
    case 'equityMarked':
      observations.losses.pendingMarks.delete(record.mark);
      return;
    case 'lossLatched':
      observations.losses.pendingLatches.delete(record.limit);
      return;
    case 'lossLatchReset':
      return onLossLatchReset(state, record, output);
    case 'presenceRecorded':
      return onPresenceRecorded(state, record, output);
    case 'groupStateChanged':
      return onStepRecorded(state, record, output);
    case 'atomicNakedEventRecorded':
      return onEventRecorded(state, record, output);
    case 'reductionTakenOver':
      return onReductionRecorded(state, record);
    default:
      return;
  }
}

/** A group's step: and where it was one flatten too many of its kind, that is said once. */
function onStepRecorded(state: State, record: GroupStateChanged, output: Output): void {
  onGroupRecorded(state, record);
  const group = state.facts.groups.get(record.groupId);
  if (group === undefined || record.state !== 'Flattening') return;
  const key = churnKey(group.strategyId, group.structure);
  if (state.facts.churn.get(key)?.trippedAt !== record.at) return;
  output.report({ kind: 'churnBreakerTrip', key });
}

function forgetPending(state: State, { terms }: IntentRecorded): void {
  const { pendingAttempts, pendingIntents } = state.observations;
  pendingIntents.delete(terms.label);
  pendingAttempts.delete(attemptKey(terms.groupId, terms.legIndex));
}

/**
 * The last look before the wire: the mode is computed again, and an old decision is not sent
 * (AT-931).
 */
function send(state: State, label: Label, receipt: LedgerReceipt, output: Output): void {
  const order = state.facts.orders.get(label);
  if (order === undefined || isTerminal(order.state)) return;
  const { observations } = state;
  // A stalled commit already let it go on a waiver: the record came late, the order is on the wire.
  if (observations.waived.delete(label)) return;
  const cause = reasonToStay(state, order);
  if (cause !== null) {
    output.append({ type: 'orderAbandoned', at: wallMs(observations.now), label, cause });
    output.report({ kind: 'orderAbandoned', label, cause });
    return;
  }
  observations.unresolved.set(label, observations.now);
  observations.leftAt.set(label, observations.now);
  observations.lastActivityAt = observations.now;
  output.add({ kind: 'submit', order: outbound(order), receipt });
}

/**
 * What only reduces is never kept home. A rescue and a hedge that may open are asked for their own
 * permission: the mode is down because of what they are to mend (AMB-19, D-15).
 */
function reasonToStay(state: State, order: Order): AbandonCause | null {
  const { terms } = order;
  if (terms.reduceOnly) return null;
  const role = state.facts.roles.get(terms.label);
  const may =
    role?.purpose === 'rescue'
      ? mayRescue(state, role.parent)
      : role?.purpose === 'hedge'
        ? openingHedgeRefusal(state) === null
        : currentMode(state).mode === 'Active';
  if (!may) return 'mode_fell_before_dispatch';
  return isTooOld(state, order) ? 'decision_too_old' : null;
}

/** A recovered intent is judged again before its marker, so its age is counted from there. */
function isTooOld(state: State, order: Order): boolean {
  const { now, policy, readmitted } = state.observations;
  const age = now - (readmitted.get(order.terms.label) ?? order.createdAt);
  return policy === null || age > policy.parameters.l2BookSnapshotMaxAgeMs;
}

function outbound(order: Order): OutboundOrder {
  return Object.freeze({ terms: order.terms }) as OutboundOrder;
}

/**
 * The reservation follows the order: the unfilled share while it works; nothing is open once it is
 * terminal.
 */
function settleReservation(state: State, label: Label): void {
  const { canceling, leftAt, readmitted, reservations, unresolved } = state.observations;
  const order = state.facts.orders.get(label);
  if (order !== undefined && !isTerminal(order.state)) {
    reservations.fill(label, 1 - order.filledE8 / order.terms.amountE8);
    return;
  }
  reservations.release(label);
  unresolved.delete(label);
  leftAt.delete(label);
  canceling.delete(label);
  readmitted.delete(label);
}

/**
 * The ledger did not take these. What could add risk is dropped; what can only reduce it leaves on
 * a waiver while we are exposed, and is learned again from the venue under a set latch (D-9).
 */
export function onAppendRefused(state: State, event: AppendRefused, output: Output): void {
  const { observations } = state;
  observations.ledger.refusal = event.cause;
  raiseRisk(state, 'ledger_unavailable', output);
  abandonCorrections(state);
  for (const record of event.records) {
    if (isOfCash(record)) onCashRefused(state);
    else refuseRecord(state, record, event.cause, output);
  }
}

function refuseRecord(
  state: State,
  record: Exclude<LedgerRecord, RecordOfCash>,
  cause: AppendRefusal,
  output: Output,
): void {
  const { observations } = state;
  switch (record.type) {
    case 'intentRecorded':
      refuseIntent(state, record, output);
      break;
    case 'ledgerProbed':
      observations.ledger.probing = false;
      break;
    case 'fillRecorded':
    case 'settlementRecorded':
      observations.pendingTrades.delete(
        record.type === 'fillRecorded' ? record.tradeId : record.settlementId,
      );
      block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
      break;
    case 'latchCleared':
      observations.reconciliation.clearing = null;
      break;
    case 'policyActivated':
      // Never recorded, so it never ruled: the next offer tries again.
      observations.offeredPolicy = null;
      break;
    case 'orderSending':
      refuseSending(state, record.label, output);
      break;
    case 'groupRecorded':
    case 'groupStateChanged':
    case 'atomicNakedEventRecorded':
      refuseOfGroup(state, record, cause, output);
      break;
    case 'containmentPlanned':
    case 'latchSet':
    case 'reductionTakenOver':
      // What becomes of the order is its intent's business; a latch stands without its record.
      break;
    case 'equityMarked':
    case 'lossLatched':
    case 'lossLatchReset':
      refuseOfLosses(state, record);
      break;
    case 'presenceRecorded':
      // Nobody watches who is not on record.
      observations.pendingPresences.delete(record.statement);
      break;
    case 'operatorCommandRecorded':
      // A stop stands without its record; a release never was.
      observations.pendingCommands.shift();
      break;
    default:
      block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  }
}

function refuseOfGroup(
  state: State,
  record: GroupRecorded | GroupStateChanged | AtomicNakedEventRecorded,
  cause: AppendRefusal,
  output: Output,
): void {
  if (record.type === 'groupStateChanged') onGroupRefused(state, record);
  else if (record.type === 'atomicNakedEventRecorded') onEventRefused(state, record);
  // Its intents are refused with it, and no leg has left (AT-939).
  else output.report({ kind: 'groupAborted', groupId: record.groupId, cause });
}

/**
 * Never sent, and provably so. Its intent, when that is on record from an earlier process, waits
 * for the next clean pass to be judged again (AT-935).
 */
function refuseSending(state: State, label: Label, output: Output): void {
  if (!state.facts.working.has(label)) return;
  state.observations.readmitted.delete(label);
  block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
}

function refuseIntent(state: State, record: IntentRecorded, output: Output): void {
  const { observations } = state;
  const { label } = record.terms;
  forgetPending(state, record);
  observations.reservations.release(label);
  if (observations.waived.delete(label)) {
    observations.unresolved.delete(label);
    observations.leftAt.delete(label);
    rememberAttempt(state, record);
    return;
  }
  if (sendOnWaiver(state, record, observations.ledger.refusal, output)) {
    rememberAttempt(state, record);
    return;
  }
  forgetFlight(state, label);
  output.report({ kind: 'fault', fault: 'intent_not_recorded', subject: label });
}

/** It stayed home, so nothing is expected of it. */
function forgetFlight({ observations }: State, label: Label): void {
  const { runs, positions } = observations.containment;
  for (const run of runs.values()) run.flying.delete(label);
  for (const run of positions.values()) run.flying.delete(label);
}

/** On the wire and in no record: nothing else would know the same intent again (AT-928). */
function rememberAttempt({ observations }: State, { terms }: IntentRecorded): void {
  observations.pendingAttempts.add(attemptKey(terms.groupId, terms.legIndex));
}

/** @returns false when the order could add risk, or nothing is exposed: then it stays home. */
function sendOnWaiver(
  state: State,
  record: IntentRecorded,
  refusal: AppendRefusal | null,
  output: Output,
): boolean {
  const waiver = waive(refusal, isExposed(state));
  if (!record.terms.reduceOnly || waiver === null) return false;
  block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  const order = Object.freeze({ terms: record.terms }) as ReduceOnlyOrder;
  state.observations.lastActivityAt = state.observations.now;
  output.add({ kind: 'submit', order, waiver });
  return true;
}

/**
 * Exposure that is unknown counts as exposure: before the first reconciliation nothing is known
 * flat.
 */
function isExposed(state: State): boolean {
  if (state.facts.positions.size > 0 || state.observations.containment.heard.size > 0) return true;
  const { venuePositions } = state.observations.containment;
  return (venuePositions?.size ?? 0) > 0 || state.observations.reconciliation.lastCleanAt === null;
}

/** OPEN stops; what reduces risk does not wait for a broken disk (D-9, D-30). */
export function onLedgerStalled(state: State, output: Output): void {
  const { observations } = state;
  observations.ledger.stalled = true;
  raiseRisk(state, 'ledger_unavailable', output);
  for (const record of observations.pendingIntents.values()) hurry(state, record, output);
}

/** While a commit is stuck, what only reduces does not queue behind it (D-9). */
export function hurry(state: State, record: IntentRecorded, output: Output): void {
  const { ledger, leftAt, now, unresolved, waived } = state.observations;
  const { label } = record.terms;
  if (!ledger.stalled || waived.has(label)) return;
  if (!sendOnWaiver(state, record, 'deadline_passed', output)) return;
  waived.add(label);
  unresolved.set(label, now);
  leftAt.set(label, now);
}

/** While the ledger refuses, one probe at a time asks whether it takes records again. */
export function probeLedger(state: State, at: MonoMs, output: Output): void {
  const { ledger } = state.observations;
  if (ledger.refusal === null || ledger.refusal === 'closed' || ledger.refusal === 'write_failed')
    return;
  if (ledger.probing) return;
  ledger.probing = true;
  output.append({ type: 'ledgerProbed', at: wallMs(at) });
}
