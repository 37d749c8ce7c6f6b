import { certificateExpiresAt } from './guard/certificate.ts';
import type { GuardInputs, Reading } from './guard/inputs.ts';
import { viewLatch } from './guard/latch.ts';
import { resolveMode } from './guard/resolve.ts';
import { standingCauses } from './guard/risk-state.ts';
import { type OwnerStateCode, unblockType, LATCH_REASONS, MODE_REASONS } from './reasons.ts';
import type { State } from './state.ts';
import { launchPolicyOf } from './turn/launch-policy.ts';
import { DEFAULT_PARAMETERS } from './policy-document.ts';
import type { ClearingInputs } from './status/clearing.ts';
import { type EmergencyFlag, emergencyFlagOf } from './status/emergency-flag.ts';
import { ownerView } from './status/owner-view.ts';
import type { StatusDocument } from './status/schema.ts';
import { guardInputs } from './turn/mode.ts';
import { ageMs, type MonoMs, type WallMs } from './values/index.ts';

export { UNMAPPED } from './turn/contract.ts';
export { type OwnerReading, readOwnerStatus } from './status/owner-reading.ts';
export { type StatusDocument, StatusSchema } from './status/schema.ts';

/** What only the shell knows, as plain data. */
export interface StatusTelemetry {
  readonly now: WallMs;
  readonly ledger: {
    readonly depth: number;
    readonly capacity: number;
    readonly enqueueFailures: number;
  };
  /** Of the last 30 s; null when nothing was asked. */
  readonly requestP95Ms: number | null;
  /** When the venue last said anything; null when it has not. */
  readonly lastMessageAt: number | null;
  readonly count429In5m: number;
  readonly supportedProfiles: readonly ('CSP' | 'GOP' | 'FULL')[];
}

/**
 * What the system may do now and why, for people and machines (phases section 5). A pure view:
 * nothing is decided by it. Mode, reasons and readings are of one snapshot. What is unknown is null
 * and never invented (`StatusSchema` says where).
 */
export function describe(state: State, telemetry: StatusTelemetry): StatusDocument {
  const { observations, session } = state;
  const inputs = guardInputs(state);
  const resolved = resolveMode(inputs);
  const latch = viewLatch(observations.latch);
  const { certificate, riskState } = inputs;
  return deepFreeze({
    status_schema_version: 1,
    contract_version: '5.2',
    build_id: session.buildId,
    runtime_config_hash: session.runtimeConfigHash,
    supported_profiles: [...telemetry.supportedProfiles],
    enforced_profile: session.enforcedProfile,
    trading_mode: resolved.mode,
    risk_state: riskState ?? 'Degraded',
    ...connectivity(inputs, latch.blocked),
    mode_reasons: [...resolved.reasons],
    open_permission_blocked_latch: latch.blocked,
    open_permission_reason_codes: [...latch.reasons],
    open_permission_requires_reconcile: latch.requiresReconcile,
    policy_age_sec: wholeSeconds(telemetry.now, inputs.policyGeneratedAt),
    last_policy_update_ts: instant(inputs.policyGeneratedAt),
    f1_cert_state: certificate ?? 'MISSING',
    f1_cert_expires_at: certificateExpiresAt(
      observations.certificate,
      inputs.parameters.f1CertFreshnessWindowS,
    ),
    disk_used_pct: share(inputs.diskUsed),
    disk_used_last_update_ts_ms: takenAt(inputs.diskUsed),
    disk_used_pct_secondary: share(inputs.diskUsedSecondary),
    disk_used_secondary_last_update_ts_ms: takenAt(inputs.diskUsedSecondary),
    mm_util: ratio(inputs.mmUtil),
    mm_util_last_update_ts_ms: takenAt(inputs.mmUtil),
    loop_tick_last_ts_ms: instant(inputs.loopTickAt),
    ...queue(telemetry),
    atomic_naked_events_24h: nakedEventsSince(state.facts.nakedEvents, telemetry.now - DAY_MS),
    '429_count_5m': telemetry.count429In5m,
    '10028_count_5m': inputs.count10028In5m ?? 0,
    deribit_http_p95_ms: telemetry.requestP95Ms,
    ws_event_lag_ms: lag(telemetry),
    launch_policy: launchPolicyOf(state),
    owner_view: ownerView({
      resolved,
      inputs,
      latchReasons: latch.reasons,
      causes: standingCauses(observations.riskCauses),
      clearing: clearingInputs(state, inputs),
      idle: idleState(state),
    }),
  });
}

const DAY_MS = 86_400_000;

function nakedEventsSince(times: readonly number[], since: number): number {
  return times.filter((at) => at > since).length;
}

/** The emergency flag as of the last turn, for whoever called it. */
export function emergencyFlag({ observations }: State): EmergencyFlag {
  const { emergency, now, policy } = observations;
  const { emergencyReduceonlyCooldownS } = policy?.parameters ?? DEFAULT_PARAMETERS;
  return emergencyFlagOf(emergency, now, emergencyReduceonlyCooldownS);
}

function clearingInputs(
  { observations, session }: State,
  { now, parameters }: GuardInputs,
): ClearingInputs {
  const { emergency, latchedAt, operationsLock, operatorStop, reconciliation, riskCauses } =
    observations;
  return {
    now,
    parameters,
    reconcileIntervalMs: session.reconcileIntervalMs,
    lastCleanAt: reconciliation.lastCleanAt,
    latchedAt,
    riskCauses,
    emergency,
    operationsLock,
    operatorStop,
  };
}

/** Bunker mode, or any reason of the latch; unknown while neither can be told. */
function connectivity(
  { bunkerModeActive }: GuardInputs,
  latched: boolean,
): Pick<StatusDocument, 'bunker_mode_active' | 'connectivity_degraded'> {
  return {
    bunker_mode_active: bunkerModeActive,
    connectivity_degraded: latched ? true : bunkerModeActive,
  };
}

function queue({
  ledger,
}: StatusTelemetry): Pick<
  StatusDocument,
  'wal_queue_depth' | 'wal_queue_capacity' | 'wal_queue_enqueue_failures'
> {
  return {
    wal_queue_depth: ledger.depth,
    wal_queue_capacity: ledger.capacity,
    wal_queue_enqueue_failures: ledger.enqueueFailures,
  };
}

function idleState({ observations, session }: State): OwnerStateCode {
  const stage = observations.policy?.stage;
  if (stage === 'paper') return 'STATE_PAPER_MODE';
  // The development environment trades with nobody's money, whatever stage the policy is of.
  return stage === 'pilot' && session.realMoney ? 'STATE_MICRO_LIVE' : 'STATE_IDLE_HEALTHY';
}

function wholeSeconds(now: WallMs, at: MonoMs | null): number | null {
  const age = ageMs(now, at);
  return age === null ? null : Math.floor(age / 1_000);
}

function instant(at: MonoMs | null): number | null {
  return at !== null && at >= 0 && Number.isFinite(at) ? Math.floor(at) : null;
}

const takenAt = (reading: Reading<number> | null): number | null => instant(reading?.at ?? null);

/** A reading that is no share is a producer that speaks other units: it is not shown as one. */
function share(reading: Reading<number> | null): number | null {
  return reading !== null && reading.value >= 0 && reading.value <= 1 ? reading.value : null;
}

function ratio(reading: Reading<number> | null): number | null {
  return reading !== null && reading.value >= 0 && Number.isFinite(reading.value)
    ? reading.value
    : null;
}

function lag({ now, lastMessageAt }: StatusTelemetry): number | null {
  return lastMessageAt === null ? null : Math.max(0, Math.floor(now - lastMessageAt));
}

function deepFreeze(document: StatusDocument): StatusDocument {
  for (const value of [document, document.owner_view, document.owner_view.unblock]) {
    Object.freeze(value);
  }
  for (const step of document.owner_view.unblock) Object.freeze(step);
  const { launch_policy: launch } = document;
  for (const value of [launch, launch.presence, launch.losses, launch.use]) Object.freeze(value);
  for (const part of [...launch.losses, ...launch.use]) Object.freeze(part);
  for (const list of [
    document.supported_profiles,
    document.mode_reasons,
    document.open_permission_reason_codes,
  ]) {
    Object.freeze(list);
  }
  return document;
}

/** One reason in plain words, all of them the catalogue's. */
export interface ReasonInWords {
  readonly code: string;
  readonly meaning: string;
  readonly clears: string;
  readonly unblock: 'AUTO' | 'MANUAL';
}

/** `/api/v1/health`: the process is up, what it is, and what holds it back, in words. */
export interface HealthDocument {
  readonly ok: true;
  readonly build_id: string;
  readonly contract_version: '5.2';
  readonly trading_mode: StatusDocument['trading_mode'];
  readonly owner_message: string;
  readonly reasons: readonly ReasonInWords[];
}

/** Mode reasons in their order, then those of the latch (phases section 5.3). */
export function healthOf(status: StatusDocument): HealthDocument {
  const reasons = [
    ...status.mode_reasons.map((code) => ({ code, reason: MODE_REASONS[code] })),
    ...status.open_permission_reason_codes.map((code) => ({ code, reason: LATCH_REASONS[code] })),
  ];
  return Object.freeze({
    ok: true,
    build_id: status.build_id,
    contract_version: status.contract_version,
    trading_mode: status.trading_mode,
    owner_message: status.owner_view.owner_message,
    reasons: Object.freeze(
      reasons.map(({ code, reason }) =>
        Object.freeze({
          code,
          meaning: reason.meaning,
          clears: reason.clears,
          unblock: unblockType(reason),
        }),
      ),
    ),
  });
}
