import type { OpenPermissionReasonCode } from '../guard/codes.ts';
import { callEmergency, noteReconciled } from '../guard/emergency.ts';
import { clearLatch, setLatch } from '../guard/latch.ts';
import { clockFindings } from '../guard/monitors/clock-drift.ts';
import {
  clearCause,
  clearCooledDown,
  clearReconciled,
  currentRiskState,
  type RiskCause,
  RISK_CAUSES,
  raiseCause,
  standingCauses,
} from '../guard/risk-state.ts';
import { clearSessionKill, note10028 } from '../guard/session-kill.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import { isFresh, type MonoMs, wallMs } from '../values/index.ts';
import { breakContract, isKnownCause, isKnownReason } from './contract.ts';
import type { Output } from './output.ts';
import { recentTrips } from './smile-trips.ts';
import { isTradeFeedStale } from './trade-feed.ts';

/**
 * Everything that tightens or loosens what the system may do passes through here, and is reported.
 */

export function raiseRisk(state: State, cause: RiskCause, output: Output): void {
  const { observations } = state;
  if (!isKnownCause(cause)) return breakContract(state, cause, output);
  if (raiseCause(observations.riskCauses, cause, observations.now)) reportRisk(state, output);
}

export function clearRisk(
  state: State,
  cause: RiskCause,
  by: 'fresh_input' | 'operator',
  output: Output,
): void {
  if (clearCause(state.observations.riskCauses, cause, by)) reportRisk(state, output);
}

function reportRisk(state: State, output: Output): void {
  const { riskCauses } = state.observations;
  output.report({
    kind: 'riskStateChanged',
    riskState: currentRiskState(riskCauses),
    causes: standingCauses(riskCauses),
  });
}

/**
 * What a snapshot asked for at `startedAt` can open: not what came later, nor what still stands.
 */
export function openableReasons(
  state: State,
  startedAt: MonoMs,
): readonly OpenPermissionReasonCode[] {
  const { reasons } = state.observations.latch;
  return reasons.filter((reason) => !isUnresolved(state, reason, startedAt));
}

/**
 * Shuts OPEN now and records it beside; a standing reason raised again is remembered as new (D-11).
 */
export function block(state: State, reason: OpenPermissionReasonCode, output: Output): void {
  const { observations } = state;
  if (!isKnownReason(reason)) return breakContract(state, reason, output);
  observations.latchedAt.set(reason, observations.now);
  if (!setLatch(observations.latch, reason)) return;
  // The next pass need not wait for its timer.
  observations.reconciliation.nextAt = observations.now;
  const { reasons } = observations.latch;
  output.append({ type: 'latchSet', at: wallMs(observations.now), reasons });
  output.report({ kind: 'latchSet', reasons });
}

/** A clean pass whose snapshot was asked for at `startedAt`: what came later, it did not see. */
export function loosenAfterReconciliation(state: State, startedAt: MonoMs, output: Output): void {
  const { observations } = state;
  const unresolved = observations.latch.reasons.filter((reason) =>
    isUnresolved(state, reason, startedAt),
  );
  const proof = { ordersMatch: true, positionsMatch: true, tradesComplete: true };
  const opened = clearLatch(observations.latch, proof, unresolved);
  clearSessionKill(observations.sessionKill, startedAt);
  noteReconciled(observations.emergency, startedAt);
  const stillAtFault = faultsThatStand(state);
  const cleared = clearReconciled(observations.riskCauses, startedAt, stillAtFault);
  if (cleared.length > 0) reportRisk(state, output);
  if (opened.length > 0) output.report({ kind: 'latchCleared', reasons: opened });
}

/** What no reconciliation ends: the feed itself must be whole again. */
function faultsThatStand(state: State): readonly RiskCause[] {
  const faults: RiskCause[] = [];
  if (state.observations.brokenBooks.size > 0) faults.push('ws_book_gap');
  if (isSilent(state)) faults.push('ws_data_stale');
  if (state.observations.publicTrades.holes.length > 0) faults.push('ws_trades_gap');
  if (isTradeFeedStale(state.observations)) faults.push('public_trades_stale');
  return faults;
}

/** No market has been heard since the feed was found stale. */
function isSilent({ observations }: State): boolean {
  const staleAt = observations.latchedAt.get('WS_DATA_STALE_RECONCILE_REQUIRED');
  return staleAt !== undefined && observations.marketAt <= staleAt;
}

function isUnresolved(state: State, reason: OpenPermissionReasonCode, startedAt: MonoMs): boolean {
  const { observations } = state;
  const setAt = observations.latchedAt.get(reason);
  if (setAt !== undefined && setAt >= startedAt) return true;
  if (reason === 'WS_BOOK_GAP_RECONCILE_REQUIRED') return observations.brokenBooks.size > 0;
  if (reason === 'WS_DATA_STALE_RECONCILE_REQUIRED') return isSilent(state);
  if (reason === 'WS_TRADES_GAP_RECONCILE_REQUIRED') {
    return observations.publicTrades.holes.length > 0 || isTradeFeedStale(observations);
  }
  return reason === 'SESSION_TERMINATION_RECONCILE_REQUIRED' && !observations.connected;
}

/** Whether a clean pass would loosen anything, and so must be recorded first. */
export function awaitsReconciliation(state: State): boolean {
  const { latch, sessionKill, emergency, riskCauses } = state.observations;
  if (latch.reasons.length > 0 || sessionKill.active || emergency.needsReconciliation) return true;
  for (const cause of riskCauses.keys()) {
    if (RISK_CAUSES[cause].clears === 'reconciliation') return true;
  }
  return false;
}

/** Raises and clears the causes that are a matter of age or level, from the inputs of this tick. */
export function refreshRisk(state: State, output: Output): void {
  const { observations } = state;
  if (clearCooledDown(observations.riskCauses, observations.now).length > 0) {
    reportRisk(state, output);
  }
  hold(state, 'instrument_metadata_stale', isMetadataStale(state), output);
  hold(state, 'fee_model_hard_stale', isFeeModelStale(state), output);
  refreshClock(state, output);
  endSmileTrips(state, output);
  holdDisk(state, output);
}

function hold(state: State, cause: RiskCause, stands: boolean, output: Output): void {
  if (stands === state.observations.riskCauses.has(cause)) return;
  if (stands) raiseRisk(state, cause, output);
  else clearRisk(state, cause, 'fresh_input', output);
}

/** Drift, or nobody knows of any, until a fresh measurement says otherwise (AMB-45). */
export function refreshClock(state: State, output: Output): void {
  const { monitors, now, policy } = state.observations;
  const parameters = policy?.parameters ?? DEFAULT_PARAMETERS;
  hold(state, 'clock_drift', clockFindings(monitors.clock, parameters, now).length > 0, output);
}

/** A surface that broke is trusted again once nothing of it has broken for the whole window. */
function endSmileTrips(state: State, output: Output): void {
  if (!state.observations.riskCauses.has('svi_guard_trips')) return;
  if (recentTrips(state.observations) > 0) return;
  clearRisk(state, 'svi_guard_trips', 'fresh_input', output);
}

/** The oldest partition of what may be traded; one that never came is stale (AMB-49). */
function isMetadataStale(state: State): boolean {
  const { metadataAt, now, policy } = state.observations;
  if (policy === null) return true;
  const ttlMs = policy.parameters.instrumentCacheTtlS * 1_000;
  return policy.universe.underlyings.some((underlying) => {
    const at = metadataAt.get(underlying);
    return !isFresh(now, at ?? null, ttlMs);
  });
}

function isFeeModelStale(state: State): boolean {
  const { feeModelCachedAt, now, policy } = state.observations;
  if (policy === null) return true;
  return !isFresh(now, feeModelCachedAt, policy.parameters.feeCacheHardS * 1_000);
}

/** Degraded at 0.85, and not healthy again until below 0.80 (contract-1 section 47). */
function holdDisk(state: State, output: Output): void {
  const { diskUsed, policy, riskCauses } = state.observations;
  if (diskUsed === null || policy === null) return;
  const { diskDegradedPct, diskPauseArchivesPct } = policy.parameters;
  if (diskUsed.value >= diskDegradedPct) hold(state, 'disk_degraded', true, output);
  else if (riskCauses.has('disk_degraded') && diskUsed.value < diskPauseArchivesPct) {
    hold(state, 'disk_degraded', false, output);
  }
}

export const TOO_MANY_REQUESTS = 10_028;

/**
 * 10028 ends the session and its subscriptions (D-18); one is ReduceOnly, three are Kill (D-12).
 */
export function noteTooManyRequests(state: State, output: Output): void {
  const { observations } = state;
  note10028(observations.sessionKill, observations.now);
  raiseRisk(state, 'session_terminated', output);
  block(state, 'SESSION_TERMINATION_RECONCILE_REQUIRED', output);
}

/** How a question ends, or a connection begins, that the venue answered with HTTP 429. */
const THROTTLED: ReadonlySet<string> = new Set(['http_429', 'too_many_requests']);

/** The venue told us to slow down: Degraded for a while (contract-2 section 6.4). */
export function noteThrottled(state: State, fault: string, output: Output): void {
  if (THROTTLED.has(fault)) raiseRisk(state, 'rate_limited', output);
}

/**
 * A command heard back. What it loosens counts now, but no further than a stop that was given after
 * it and whose own record is still on its way: that one acts already (D-11).
 */
export function onCommandRecorded(state: State, output: Output): void {
  const { facts, observations } = state;
  const { pendingCommands } = observations;
  pendingCommands.shift();
  let stop = facts.operatorStop;
  if (stop !== 'kill' && pendingCommands.includes('reduce_only')) stop = 'reduce_only';
  if (pendingCommands.includes('kill')) stop = 'kill';
  observations.operatorStop = stop;
  stopByOperator(state, output);
}

/** The operator's standing order, from this process or recovered from an earlier one. */
export function stopByOperator(state: State, output: Output): void {
  const { observations } = state;
  const stop = observations.operatorStop;
  if (stop === 'kill') raiseRisk(state, 'operator_kill', output);
  else clearRisk(state, 'operator_kill', 'operator', output);
  if (stop === 'reduce_only') callEmergency(observations.emergency, observations.now, true);
}
