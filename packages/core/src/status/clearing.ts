import type { OpenPermissionReasonCode } from '../guard/codes.ts';
import { type EmergencyState, isEmergencyActive } from '../guard/emergency.ts';
import { lockInWords, lockReleasedBy, type OperationsLock } from '../guard/operations-lock.ts';
import { RISK_CAUSES, type RiskCause, type RiskCauses } from '../guard/risk-state.ts';
import type { Parameters } from '../policy.ts';
import { ageMs, type MonoMs } from '../values/index.ts';

/** Where a reason stands, with the numbers, and where it must be for it to end. */
export interface Standing {
  readonly current: string;
  readonly target: string;
}

/** What the reasons beneath the mode are measured by. */
export interface ClearingInputs {
  readonly now: MonoMs;
  readonly parameters: Parameters;
  /** How often ledger and venue are compared, ms. */
  readonly reconcileIntervalMs: number;
  /** When they were last found equal; null: not by this process. */
  readonly lastCleanAt: MonoMs | null;
  readonly latchedAt: ReadonlyMap<OpenPermissionReasonCode, MonoMs>;
  readonly riskCauses: RiskCauses;
  readonly emergency: EmergencyState;
  readonly operationsLock: OperationsLock;
  readonly operatorStop: 'reduce_only' | 'kill' | null;
}

/** What lifts an operator's own stop. */
const RELEASE_COMMAND = 'holdfast emergency active --reason "<why>"';

/** A latch reason: how long it stands, and what reconciliation it waits for. */
export function latchStanding(code: OpenPermissionReasonCode, given: ClearingInputs): Standing {
  const since = given.latchedAt.get(code) ?? null;
  return {
    current: `${code}, standing for ${age(given, since)}; ${lastClean(given)}`,
    target: `1 clean reconciliation asked for later; ${attempts(given)}`,
  };
}

/** A risk cause: how long it stands, and by what measure it ends. */
export function causeStanding(cause: RiskCause, given: ClearingInputs): Standing {
  const raisedAt = given.riskCauses.get(cause)?.raisedAt ?? null;
  const held = cause === 'operations_lock' ? lockInWords(given.operationsLock) : null;
  const by = held === null ? '' : `: ${held}`;
  const standing = `${cause}${by}, last seen ${age(given, raisedAt)} ago`;
  const rule = RISK_CAUSES[cause];
  switch (rule.clears) {
    case 'reconciliation': {
      const passes = 'needsQuietCycle' in rule ? 2 : 1;
      const needed = `${passes} clean reconciliation${passes === 1 ? '' : 's in a row'} without it`;
      return {
        current: `${standing}; ${lastClean(given)}`,
        target: `${needed}; ${attempts(given)}`,
      };
    }
    case 'cooldown':
      return { current: standing, target: `not seen for ${rule.cooldownMs} ms` };
    case 'operator':
      return { current: standing, target: handTarget(cause) };
    case 'fresh_input':
      return { current: standing, target: freshTarget(cause, given) };
  }
}

/** How long the emergency flag still holds, and whether the operator's word stands beside it. */
export function emergencyStanding(given: ClearingInputs): Standing {
  const { emergency, now, operatorStop, parameters } = given;
  if (operatorStop === 'reduce_only') {
    return {
      current: 'emergency_reduceonly_active true, the operator’s own stop stands',
      target: `somebody says: ${RELEASE_COMMAND}`,
    };
  }
  const cooldownS = parameters.emergencyReduceonlyCooldownS;
  const waits = emergency.needsReconciliation ? '; 1 clean reconciliation is also due' : '';
  const isActive = isEmergencyActive(emergency, now, cooldownS);
  const called = `called ${age(given, emergency.calledAt)} ago`;
  return {
    current: `emergency_reduceonly_active ${isActive}, ${called}`,
    target: `${cooldownS * 1_000} ms since the last call${waits}`,
  };
}

/** What a person has to do about it. */
function handTarget(cause: RiskCause): string {
  if ('needsApproval' in RISK_CAUSES[cause]) {
    return 'below its limit, then a signed approval: holdfast limits draft, sign, reset';
  }
  if (cause === 'accounting_mismatch') {
    return 'the row is looked at and acknowledged: holdfast accounting acknowledge';
  }
  if (cause === 'supervisor_absent') {
    return 'a signed statement of presence: holdfast presence draft, sign, attest';
  }
  return `somebody says: ${RELEASE_COMMAND}`;
}

type FreshCause = {
  [Cause in RiskCause]: (typeof RISK_CAUSES)[Cause]['clears'] extends 'fresh_input' ? Cause : never;
}[RiskCause];

/** What the next reading must show. */
type FreshTarget = (parameters: Parameters, lock: OperationsLock) => string;
const FRESH_TARGETS: Readonly<Record<FreshCause, FreshTarget>> = {
  limits_fetch_failing: ({ limitsFetchFailuresTripCount, limitsFetchFailureWindowS }) =>
    `fewer than ${limitsFetchFailuresTripCount} failed readings in ${limitsFetchFailureWindowS} s`,
  svi_guard_trips: ({ sviGuardTripWindowS }) =>
    `no smile fit refused by its guard for ${sviGuardTripWindowS} s`,
  instrument_metadata_stale: ({ instrumentCacheTtlS }) =>
    `instrument list at most ${instrumentCacheTtlS * 1_000} ms old`,
  fee_model_hard_stale: ({ feeCacheHardS }) => `fee model at most ${feeCacheHardS * 1_000} ms old`,
  disk_degraded: ({ diskPauseArchivesPct }) => `disk_used_pct below ${diskPauseArchivesPct}`,
  clock_drift: ({ timeDriftThresholdMs }) => `drift at most ${timeDriftThresholdMs} ms`,
  output_queue_full: () => 'a queue with room and 0 lost lines at the next tick',
  ledger_unavailable: () => '1 record committed within the commit deadline',
  mixed_failed_group: () => '0 groups naked: every one complete or flattened',
  group_lock_timeout: () => '0 steps of groups waiting for their record',
  operations_lock: (_, lock) => `0 operations at work or latched: ${lockReleasedBy(lock)}`,
  exchange_maintenance: () => 'the window is over and 1 reading says the exchange is open',
};

function freshTarget(cause: RiskCause, { parameters, operationsLock }: ClearingInputs): string {
  return FRESH_TARGETS[cause as FreshCause](parameters, operationsLock);
}

function age({ now }: ClearingInputs, at: MonoMs | null): string {
  const ms = ageMs(now, at);
  return ms === null ? 'an unknown time' : `${Math.floor(ms)} ms`;
}

function lastClean(given: ClearingInputs): string {
  const { lastCleanAt } = given;
  return lastCleanAt === null
    ? 'no clean reconciliation by this process yet'
    : `last clean reconciliation ${age(given, lastCleanAt)} ago`;
}

const attempts = ({ reconcileIntervalMs }: ClearingInputs): string =>
  `tried every ${reconcileIntervalMs} ms`;
