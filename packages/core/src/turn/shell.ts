import type { ShellEvent } from '../event.ts';
import { callEmergency } from '../guard/emergency.ts';
import { callsEmergency } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { monoMs, wallMs } from '../values/index.ts';
import { cancelRestingOpens } from './cancel.ts';
import { containPositions } from './containment.ts';
import { probeLedger } from './ledger.ts';
import { rebuildBooks } from './market.ts';
import { nextRequestId } from './request-id.ts';
import { noteLimitsFailure } from './limits.ts';
import { currentMode } from './mode.ts';
import { scheduleReconciliation } from './reconciliation.ts';
import { watchSilence } from './silence.ts';
import { sweepStaleOrders } from './sweep.ts';
import { watchPublicTrades } from './trade-proof.ts';
import { nextHealthPoll, refreshMaintenance } from './venue-health.ts';
import {
  block,
  clearRisk,
  noteThrottled,
  raiseRisk,
  refreshRisk,
  stopByOperator,
} from './safety.ts';
import { retryUnsent } from './unsent.ts';
import { breakContract, UNMAPPED } from './contract.ts';
import type { Output } from './output.ts';

/**
 * Fees and margin are polled well inside their 30 s and 300 s limits (contract-1 sections 14 and
 * 19).
 */
const ACCOUNT_INTERVAL_MS = 10_000;
/** Metadata may be an hour old; asking six times as often survives five lost answers. */
const INSTRUMENTS_INTERVAL_MS = 600_000;
/** Without metadata nothing trades: a lost first answer is not waited for that long. */
const INSTRUMENTS_RETRY_MS = 5_000;

export function onTicked(state: State, output: Output): void {
  const { observations } = state;
  const { now } = observations;
  refreshRisk(state, output);
  refreshMaintenance(state, output);
  pollVenue(state, output);
  watchSilence(state, output);
  rebuildBooks(state, output);
  watchPublicTrades(state, output);
  probeLedger(state, now, output);
  scheduleReconciliation(state, now, output);
  retryUnsent(state, output);
  cancelRestingOpens(state, output);
  sweepStaleOrders(state, output);
  containPositions(state, output);
  // Last: until the whole turn is done, this tick has not completed (AMB-50).
  observations.tickAt = now;
  output.add({ kind: 'wake', at: monoMs(now + state.session.tickIntervalMs) });
}

function pollVenue(state: State, output: Output): void {
  const { now, polls, riskCauses } = state.observations;
  const missing = riskCauses.has('instrument_metadata_stale');
  const intervalMs = missing ? INSTRUMENTS_RETRY_MS : INSTRUMENTS_INTERVAL_MS;
  // Metadata that has just gone stale does not wait for a timer that was set while it was good.
  if (now >= polls.instrumentsAt || polls.instrumentsAt - now > intervalMs) {
    polls.instrumentsAt = monoMs(now + intervalMs);
    output.add({ kind: 'fetch', requestId: nextRequestId(state), what: 'instruments' });
  }
  if (now >= polls.accountAt) {
    // The one before was never answered, not even with a failure.
    if (polls.account !== null) noteLimitsFailure(state, output);
    polls.accountAt = monoMs(now + ACCOUNT_INTERVAL_MS);
    polls.account = nextRequestId(state);
    output.add({ kind: 'fetch', requestId: polls.account, what: 'account' });
  }
  if (now >= polls.healthAt) {
    polls.healthAt = nextHealthPoll(state.observations);
    output.add({ kind: 'fetch', requestId: nextRequestId(state), what: 'health' });
  }
}

export function onHeartbeatObserved(
  state: State,
  event: Extract<ShellEvent, { kind: 'heartbeatObserved' }>,
): void {
  state.observations.heartbeatAt = event.at;
}

/** There is no last good certificate: what was read now is what counts (AT-021). */
export function onCertificateRead(
  state: State,
  event: Extract<ShellEvent, { kind: 'certificateRead' }>,
): void {
  state.observations.certificate = event.certificate;
}

export function onDiskMeasured(
  state: State,
  event: Extract<ShellEvent, { kind: 'diskMeasured' }>,
): void {
  const { observations } = state;
  observations.diskUsed = event.used === null ? null : { value: event.used, at: event.at };
  observations.diskUsedSecondary =
    event.secondary === null ? null : { value: event.secondary, at: event.at };
}

/**
 * A full queue of ours costs OPEN until it has room again; the loop waits for none (AT-925).
 */
export function onOutputMeasured(
  state: State,
  event: Extract<ShellEvent, { kind: 'outputMeasured' }>,
  output: Output,
): void {
  const hasRoom = event.depth < event.capacity && event.lost === 0;
  if (!hasRoom) raiseRisk(state, 'output_queue_full', output);
  else clearRisk(state, 'output_queue_full', 'fresh_input', output);
}

/**
 * The first policy is recorded before it rules; the same one again only proves that its producer
 * lives. A different one while running is refused by silence: the age of the old one then takes
 * OPEN away.
 */
export function onPolicyOffered(
  state: State,
  event: Extract<ShellEvent, { kind: 'policyOffered' }>,
  output: Output,
): void {
  const { facts, observations } = state;
  const current = observations.policyHash ?? observations.offeredPolicy?.hash ?? null;
  if (current !== null && current !== event.hash) {
    output.report({ kind: 'fault', fault: 'policy_changed_while_running', subject: event.hash });
    return;
  }
  observations.policyGeneratedAt = event.generatedAt;
  if (current !== null) return;
  observations.offeredPolicy = { policy: event.policy, hash: event.hash };
  if (facts.policyHash === event.hash) {
    observations.policy = event.policy;
    observations.policyHash = event.hash;
    return;
  }
  output.append({
    type: 'policyActivated',
    at: wallMs(event.at),
    policyId: event.policy.policyId,
    policyVersion: event.policy.policyVersion,
    policyHash: event.hash,
  });
}

/**
 * A stop acts now and is recorded beside; a release waits for its record, and so does reduce-only
 * over a kill, which loosens too (D-11).
 */
export function onOperatorCommanded(
  state: State,
  event: Extract<ShellEvent, { kind: 'operatorCommanded' }>,
  output: Output,
): void {
  const { command, operator } = event;
  const { observations } = state;
  const isCall = callsEmergency(operator);
  if (isCall) callEmergency(observations.emergency, observations.now, true);
  else {
    const isOverKill = command === 'reduce_only' && observations.operatorStop === 'kill';
    if (command !== 'release' && !isOverKill) {
      observations.operatorStop = command;
      stopByOperator(state, output);
    }
  }
  observations.pendingCommands.push(isCall ? null : command);
  output.append({
    type: 'operatorCommandRecorded',
    at: wallMs(event.at),
    command: event.command,
    reason: event.reason,
    operator: event.operator,
    modeReasons: currentMode(state).reasons,
  });
}

/**
 * Trouble the adapters met. What may have cost us market data costs OPEN until the venue was asked.
 */
export function onFaultObserved(
  state: State,
  event: Extract<ShellEvent, { kind: 'faultObserved' }>,
  output: Output,
): void {
  // What a reader met that we have said: reported as what it is, not as what the reader met.
  if (event.fault === UNMAPPED) return breakContract(state, event.subject ?? '', output);
  output.report({ kind: 'fault', fault: event.fault, subject: event.subject });
  noteThrottled(state, event.fault, output);
  if (event.fault === 'inbox_overflow' || event.fault === 'private_message_unreadable') {
    raiseRisk(state, 'ws_data_stale', output);
    block(state, 'WS_DATA_STALE_RECONCILE_REQUIRED', output);
  }
}
