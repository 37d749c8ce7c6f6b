import type { KillReasonCode, ReduceOnlyReasonCode } from './codes.ts';
import { isAnyInputTroubled } from './critical-inputs.ts';
import type { GuardInputs } from './inputs.ts';
import { isFresh, isOlder } from '../values/index.ts';
import { isAnyProducerUnheard, worstOverride } from './overrides.ts';
import { isCount, isMarginRatio, isShare } from './readings.ts';

/** Reads its own inputs only: never a mode, never another axis (contract-1 section 34.1). */
type Holds = (inputs: GuardInputs) => boolean;

/** One thing that may lower the mode. `level` is what it makes of its axis while it holds. */
export type Ceiling =
  | {
      readonly code: KillReasonCode;
      readonly axis: 'capital';
      readonly level: 'CRITICAL';
      readonly holds: Holds;
    }
  | {
      readonly code: KillReasonCode;
      readonly axis: 'system';
      readonly level: 'FAILING';
      readonly holds: Holds;
    }
  | {
      readonly code: ReduceOnlyReasonCode;
      readonly axis: 'capital';
      readonly level: 'WARNING';
      readonly holds: Holds;
    }
  | {
      readonly code: ReduceOnlyReasonCode;
      readonly axis: 'market';
      readonly level: 'STRESSED';
      readonly holds: Holds;
    }
  | {
      readonly code: ReduceOnlyReasonCode;
      readonly axis: 'system';
      readonly level: 'DEGRADED';
      readonly holds: Holds;
    };

const isHeartbeatOld: Holds = ({ now, watchdogHeartbeatAt, parameters }) =>
  isOlder(now, watchdogHeartbeatAt, parameters.watchdogKillS * 1000);

const isLoopTickOld: Holds = ({ now, loopTickAt, parameters }) =>
  isOlder(now, loopTickAt, parameters.watchdogKillS * 1000);

const isDiskFull: Holds = ({ diskUsed, parameters }) =>
  isShare(diskUsed) && diskUsed.value >= parameters.diskKillPct;

/** The other source agrees, and both are fresh (contract-1 section 34.2). */
const isDiskConfirmed: Holds = ({ now, diskUsed, diskUsedSecondary, parameters }) =>
  isShare(diskUsed) &&
  isShare(diskUsedSecondary) &&
  diskUsedSecondary.value >= parameters.diskKillPct &&
  isFresh(now, diskUsed.at, parameters.diskUsedMaxAgeMs) &&
  isFresh(now, diskUsedSecondary.at, parameters.diskUsedMaxAgeMs);

const isSessionKilled: Holds = ({ sessionKillActive }) => sessionKillActive === true;

const isSessionConfirmed: Holds = ({ count10028In5m, parameters }) =>
  isCount(count10028In5m) && count10028In5m >= parameters.rateLimitKillMin10028;

/** No freshness condition: an old ratio above the kill line is still above it (AMB-44). */
const isMarginCritical: Holds = ({ mmUtil, parameters }) =>
  isMarginRatio(mmUtil) && mmUtil.value >= parameters.mmUtilKill;

const isMarginHigh: Holds = ({ mmUtil, parameters }) =>
  isMarginRatio(mmUtil) &&
  mmUtil.value >= parameters.mmUtilReduceonly &&
  mmUtil.value < parameters.mmUtilKill;

const isFeeModelHardStale: Holds = ({ now, feeModelCachedAt, parameters }) =>
  !isFresh(now, feeModelCachedAt, parameters.feeCacheHardS * 1000);

const isCortexReduceOnly: Holds = (inputs) =>
  worstOverride(inputs.overrides) === 'ForceReduceOnly' || isAnyProducerUnheard(inputs);

const isCortexKill: Holds = ({ overrides }) => worstOverride(overrides) === 'ForceKill';

/**
 * What may the system do now? Every reason it may do less, in the contract's output order (sections
 * 2.2 and 34.3). An entry can only tighten; a new one needs a trip and a non-trip test (section
 * 1.5).
 */
export const CEILINGS: readonly Ceiling[] = [
  {
    code: 'KILL_WATCHDOG_HEARTBEAT_STALE',
    axis: 'system',
    level: 'FAILING',
    holds: (inputs) => isHeartbeatOld(inputs) && isLoopTickOld(inputs),
  },
  {
    code: 'KILL_RISKSTATE_KILL',
    axis: 'capital',
    level: 'CRITICAL',
    holds: ({ riskState }) => riskState === 'Kill',
  },
  {
    code: 'KILL_MARGIN_MM_UTIL_CRITICAL',
    axis: 'capital',
    level: 'CRITICAL',
    holds: isMarginCritical,
  },
  {
    code: 'KILL_RATE_LIMIT_SESSION_TERMINATION',
    axis: 'system',
    level: 'FAILING',
    holds: (inputs) => isSessionKilled(inputs) && isSessionConfirmed(inputs),
  },
  {
    code: 'KILL_DISK_WATERMARK_KILL',
    axis: 'system',
    level: 'FAILING',
    holds: (inputs) => isDiskFull(inputs) && isDiskConfirmed(inputs),
  },
  { code: 'KILL_CORTEX_FORCE_KILL', axis: 'capital', level: 'CRITICAL', holds: isCortexKill },
  {
    code: 'REDUCEONLY_RISKSTATE_MAINTENANCE',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ riskState }) => riskState === 'Maintenance',
  },
  {
    code: 'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ emergencyReduceOnlyActive }) => emergencyReduceOnlyActive === true,
  },
  {
    code: 'REDUCEONLY_OPEN_PERMISSION_LATCHED',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ latchReasons }) => latchReasons !== null && latchReasons.length > 0,
  },
  {
    code: 'REDUCEONLY_BUNKER_MODE_ACTIVE',
    axis: 'market',
    level: 'STRESSED',
    holds: ({ bunkerModeActive }) => bunkerModeActive === true,
  },
  {
    code: 'REDUCEONLY_F1_CERT_INVALID',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ certificate }) => certificate !== 'PASS',
  },
  {
    // Under CSP evidence is a non-existing input (contract-1 section 1.4); an unknown profile is
    // the strictest.
    code: 'REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ enforcedProfile, evidenceChain }) =>
      enforcedProfile !== 'CSP' && evidenceChain !== 'GREEN',
  },
  {
    code: 'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
    axis: 'system',
    level: 'DEGRADED',
    holds: isCortexReduceOnly,
  },
  {
    code: 'REDUCEONLY_FEE_MODEL_HARD_STALE',
    axis: 'system',
    level: 'DEGRADED',
    holds: isFeeModelHardStale,
  },
  {
    code: 'REDUCEONLY_RISKSTATE_DEGRADED',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ riskState }) => riskState === 'Degraded',
  },
  {
    code: 'REDUCEONLY_POLICY_STALE',
    axis: 'system',
    level: 'DEGRADED',
    holds: ({ now, policyGeneratedAt, parameters }) =>
      isOlder(now, policyGeneratedAt, parameters.maxPolicyAgeSec * 1000),
  },
  {
    code: 'REDUCEONLY_MARGIN_MM_UTIL_HIGH',
    axis: 'capital',
    level: 'WARNING',
    holds: isMarginHigh,
  },
  {
    code: 'REDUCEONLY_INPUT_MISSING_OR_STALE',
    axis: 'system',
    level: 'DEGRADED',
    holds: isAnyInputTroubled,
  },
  {
    code: 'REDUCEONLY_WATCHDOG_UNCONFIRMED',
    axis: 'system',
    level: 'DEGRADED',
    holds: (inputs) => isHeartbeatOld(inputs) && !isLoopTickOld(inputs),
  },
  {
    code: 'REDUCEONLY_DISK_KILL_UNCONFIRMED',
    axis: 'system',
    level: 'DEGRADED',
    holds: (inputs) => isDiskFull(inputs) && !isDiskConfirmed(inputs),
  },
  {
    code: 'REDUCEONLY_SESSION_KILL_UNCONFIRMED',
    axis: 'system',
    level: 'DEGRADED',
    holds: (inputs) => isSessionKilled(inputs) && !isSessionConfirmed(inputs),
  },
];
