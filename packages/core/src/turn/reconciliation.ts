import type { AccountEvent, VenueSnapshotObserved } from '../event.ts';
import { reconcile, type ReconcilePlan } from '../reconcile/reconcile.ts';
import type { State } from '../state.ts';
import { type Label, type MonoMs, monoMs, wallMs } from '../values/index.ts';
import { fillRecord } from './account.ts';
import { dueCash, isCashBehind, takeCash, watchAccounting } from './accounting.ts';
import { isBeingPutRight, putRight } from './corrections.ts';
import { noteLimitsFailure } from './limits.ts';
import { takeEnded } from './market.ts';
import { nextRequestId } from './request-id.ts';
import { onTradesUnanswered } from './public-trades.ts';
import {
  awaitsReconciliation,
  block,
  loosenAfterReconciliation,
  noteThrottled,
  openableReasons,
  raiseRisk,
} from './safety.ts';
import type { Output } from './output.ts';

/**
 * While something waits for a clean pass we ask again sooner than the timer of contract-1 section
 * 46.
 */
const RECONCILE_RETRY_MS = 1_000;
/** An answer that has not come by then will not be waited for. */
const RECONCILE_TIMEOUT_MS = 5_000;
/**
 * Trades may carry the venue's clock: ask from a little before the oldest order they could belong
 * to.
 */
const LOOKBACK_MARGIN_MS = 5_000;
/**
 * A recovered intent is worth this long after its reconciliation; then it is abandoned (AMB-22).
 */
const UNSENT_WORTH_MS = 5_000;
/** So long trading may go on without the positions being compared. */
const COMPARED_WITHIN_MS = 60_000;
const DEFAULT_LOOKBACK_S = 300;

/** Asks for the venue's truth when it is time, and stops waiting for an answer that never came. */
export function scheduleReconciliation(state: State, at: MonoMs, output: Output): void {
  const { observations, session } = state;
  const { reconciliation } = observations;
  reconciliation.startedAt ??= at;
  watchAccounting(state, output);
  if (at - reconciliation.startedAt < session.settleMs) return;
  if (reconciliation.requestId !== null) {
    if (at - reconciliation.requestedAt < RECONCILE_TIMEOUT_MS) return;
    reconciliation.requestId = null;
    // The question that may open what this shuts is a younger one.
    if (shutsUnanswered(state, output)) return;
  }
  if (at < reconciliation.nextAt || observations.listings.size === 0) return;
  // Without a session nobody answers.
  if (!observations.connected || isBeingPutRight(state)) return;
  reconciliation.requestId = nextRequestId(state);
  reconciliation.requestedAt = at;
  output.add({
    kind: 'fetch',
    requestId: reconciliation.requestId,
    what: 'reconciliation',
    since: lookback(state, at),
    cash: dueCash(state, at),
  });
}

/**
 * That question was in vain. Positions that nobody answers for are not known to be equal: when that
 * has gone on for long since the first such question, what opens stops, and a clean pass ends it.
 * Only questions count, however far apart passes are; and never one alone, which may have been out
 * while the process slept. @returns whether this one shut it.
 */
function shutsUnanswered(state: State, output: Output): boolean {
  const { latch, reconciliation, riskCauses } = state.observations;
  if (reconciliation.uncomparedSince === null) {
    reconciliation.uncomparedSince = reconciliation.requestedAt;
    return false;
  }
  if (uncomparedMs(state) <= COMPARED_WITHIN_MS) return false;
  const isShut = latch.reasons.includes('INVENTORY_MISMATCH_RECONCILE_REQUIRED');
  if (isShut && riskCauses.has('inventory_mismatch')) return false;
  const subject = `${uncomparedMs(state)} ms`;
  output.report({ kind: 'fault', fault: 'positions_not_compared', subject });
  raiseRisk(state, 'inventory_mismatch', output);
  block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  return true;
}

/** What the last pass found is on the disk: nothing to wait a tick for. */
export function askAgain(state: State, output: Output): void {
  const { now, reconciliation } = state.observations;
  reconciliation.nextAt = now;
  scheduleReconciliation(state, now, output);
}

function lookback(state: State, at: MonoMs): MonoMs {
  const seconds =
    state.observations.policy?.parameters.reconcileTradeLookbackSec ?? DEFAULT_LOOKBACK_S;
  const since = Math.min(at - seconds * 1_000, completeUntil(state, at));
  return monoMs(since - LOOKBACK_MARGIN_MS);
}

/**
 * Until when every trade of ours is known. A clean pass of this process says so for all orders,
 * however long they rest; before the first one, the oldest of them is where a trade could be
 * missing.
 */
function completeUntil(state: State, at: MonoMs): number {
  const { lastCleanAt } = state.observations.reconciliation;
  if (lastCleanAt !== null) return lastCleanAt;
  let since: number = state.facts.lastReconciledAt ?? at;
  for (const label of state.facts.working) {
    const order = state.facts.orders.get(label);
    if (order !== undefined) since = Math.min(since, order.createdAt);
  }
  return since;
}

export function onVenueSnapshot(state: State, event: VenueSnapshotObserved, output: Output): void {
  const { observations, facts } = state;
  const { reconciliation } = observations;
  if (event.requestId !== reconciliation.requestId) return;
  reconciliation.requestId = null;
  takeEnded(state, event.ended ?? [], event.at);
  const { containment } = observations;
  const plan = reconcile({
    facts,
    snapshot: event,
    now: event.at,
    requestedAt: reconciliation.requestedAt,
    unresolved: stillOut(state, event.at),
    leftAt: observations.leftAt,
    quiet: isQuiet(state),
    positionEpsilon: observations.policy?.parameters.positionReconcileEpsilon ?? 0,
    isKnownTrade: (id) => facts.seenTrades.has(id) || observations.pendingTrades.has(id),
    recordOf: (fill) => fillRecord(state, fill, 'reconciliation'),
  });
  // What the venue holds where it is not the sum of our trades; else our trades say it.
  containment.venuePositions = plan.inventoryMismatch
    ? new Map(event.positions.map(({ instrument, amountE8 }) => [instrument, amountE8]))
    : null;
  carryOut(state, plan, event, output);
}

/** Answers older than the settle time will not come: the snapshot may judge those orders. */
function stillOut(state: State, at: MonoMs): ReadonlySet<Label> {
  const labels = new Set<Label>();
  for (const [label, since] of state.observations.unresolved) {
    if (at - since < RECONCILE_TIMEOUT_MS) labels.add(label);
  }
  for (const label of state.observations.pendingIntents.keys()) labels.add(label);
  return labels;
}

function isQuiet(state: State): boolean {
  const { observations } = state;
  const { requestedAt } = observations.reconciliation;
  return observations.lastActivityAt < requestedAt && observations.pendingTrades.size === 0;
}

function carryOut(
  state: State,
  plan: ReconcilePlan,
  snapshot: VenueSnapshotObserved,
  output: Output,
): void {
  const { observations, session } = state;
  const { reconciliation } = observations;
  const blocked = awaitsReconciliation(state);
  putRight(state, plan.corrections, output);
  const differences = [...plan.differences, ...takeCash(state, snapshot, output)];
  const clean = plan.clean && differences.length === 0;
  const isSoon = blocked || !clean || isCashBehind(state);
  reconciliation.nextAt = monoMs(
    snapshot.at + (isSoon ? RECONCILE_RETRY_MS : session.reconcileIntervalMs),
  );
  for (const cancel of plan.cancels) {
    output.append({
      type: 'anomalyRecorded',
      at: wallMs(snapshot.at),
      anomaly: 'ghost_order',
      label: cancel.label,
      instrument: cancel.instrument,
    });
    output.add(cancel);
  }
  if (plan.compared) reconciliation.uncomparedSince = null;
  else reconciliation.uncomparedSince ??= snapshot.at;
  const isLongUncompared = uncomparedMs(state) > COMPARED_WITHIN_MS;
  if (plan.cancels.length > 0 || plan.inventoryMismatch || isLongUncompared) {
    raiseRisk(state, 'inventory_mismatch', output);
    block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  }
  if (plan.ambiguous.length > 0) {
    raiseRisk(state, 'label_match_ambiguous', output);
    block(state, 'INVENTORY_MISMATCH_RECONCILE_REQUIRED', output);
  }
  if (clean) passed(state, plan, snapshot, output);
  if (blocked || differences.length > 0) {
    output.report({ kind: 'reconciled', clean, differences });
  }
}

/**
 * Something of ours moves whenever we ask, or nobody answers: positions that are never compared are
 * not known to be equal. What opens stops, and the next pass compares.
 */
function uncomparedMs({ observations }: State): number {
  const { uncomparedSince } = observations.reconciliation;
  return uncomparedSince === null ? 0 : observations.now - uncomparedSince;
}

function passed(
  state: State,
  plan: ReconcilePlan,
  snapshot: VenueSnapshotObserved,
  output: Output,
): void {
  const { containment, reconciliation } = state.observations;
  const startedAt = reconciliation.requestedAt;
  reconciliation.lastCleanAt = startedAt;
  // All that was traded until then is on record: what is only heard was not a trade of ours.
  for (const [id, { at }] of containment.heard) if (at < startedAt) containment.heard.delete(id);
  if (reconciliation.clearing !== null || !awaitsReconciliation(state)) return;
  reconciliation.clearing = startedAt;
  reconciliation.unsent = plan.unsent.map((label) => ({
    label,
    expiresAt: monoMs(snapshot.at + UNSENT_WORTH_MS),
  }));
  output.append({
    type: 'latchCleared',
    at: wallMs(snapshot.at),
    reasons: openableReasons(state, startedAt),
    openOrders: snapshot.openOrders.length,
    positions: snapshot.positions.length,
    trades: snapshot.trades.length,
  });
}

/**
 * Loosening waits for its record (D-11), and goes no further than the snapshot behind it could see.
 */
export function onLatchCleared(state: State, output: Output): void {
  const { reconciliation } = state.observations;
  if (reconciliation.clearing === null) return;
  const startedAt = reconciliation.clearing;
  reconciliation.clearing = null;
  loosenAfterReconciliation(state, startedAt, output);
}

/**
 * A question the venue did not answer. A lost snapshot is asked for again; a lost poll waits for
 * its timer.
 */
export function onFetchFailed(
  state: State,
  event: Extract<AccountEvent, { kind: 'fetchFailed' }>,
  output: Output,
): void {
  const { reconciliation } = state.observations;
  output.report({ kind: 'fault', fault: `fetch_failed: ${event.fault}`, subject: null });
  const { polls } = state.observations;
  if (event.requestId === polls.account) {
    polls.account = null;
    noteLimitsFailure(state, output);
  }
  onTradesUnanswered(state, event.requestId);
  noteThrottled(state, event.fault, output);
  if (event.requestId !== reconciliation.requestId) return;
  reconciliation.requestId = null;
  shutsUnanswered(state, output);
  reconciliation.nextAt = monoMs(state.observations.now + RECONCILE_RETRY_MS);
}
