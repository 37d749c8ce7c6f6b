import type { GuardInputs, Reading } from './inputs.ts';
import { ageMs, isFresh, type MonoMs, type WallMs } from '../values/index.ts';
import { isAnyProducerUnheard } from './overrides.ts';
import { isCount, isMarginRatio, isShare } from './readings.ts';

/** What is wrong with an input, when something is. */
export type InputTrouble = 'missing' | 'stale';

/**
 * An input without which the mode is never Active. Named as the contract names it (contract-1
 * section 30).
 */
export interface CriticalInput {
  readonly name: string;
  trouble(inputs: GuardInputs): InputTrouble | null;
}

const unread = (now: MonoMs, at: MonoMs | WallMs | null): InputTrouble | null =>
  ageMs(now, at) === null ? 'missing' : null;

function reading(
  now: MonoMs,
  value: Reading<number> | null,
  isValue: (value: Reading<number> | null) => value is Reading<number>,
  maxAgeMs: number,
): InputTrouble | null {
  if (!isValue(value) || ageMs(now, value.at) === null) return 'missing';
  return isFresh(now, value.at, maxAgeMs) ? null : 'stale';
}

const known = (isKnown: boolean): InputTrouble | null => (isKnown ? null : 'missing');

/**
 * Every input a ceiling refers to that the profile requires (contract-1 section 32). Policy, fee
 * model and certificate have dedicated codes for being old; here they count only when absent
 * (AMB-26).
 */
export const CRITICAL_INPUTS: readonly CriticalInput[] = [
  { name: 'enforced_profile', trouble: ({ enforcedProfile }) => known(enforcedProfile !== null) },
  {
    name: 'python_policy_generated_ts_ms',
    trouble: ({ now, policyGeneratedAt }) => unread(now, policyGeneratedAt),
  },
  {
    name: 'watchdog_last_heartbeat_ts_ms',
    trouble: ({ now, watchdogHeartbeatAt }) => unread(now, watchdogHeartbeatAt),
  },
  { name: 'loop_tick_last_ts_ms', trouble: ({ now, loopTickAt }) => unread(now, loopTickAt) },
  { name: 'risk_state', trouble: ({ riskState }) => known(riskState !== null) },
  {
    name: 'f1_cert',
    trouble: ({ certificate }) => known(certificate !== null && certificate !== 'MISSING'),
  },
  {
    name: 'fee_model_cached_at_ts_ms',
    trouble: ({ now, feeModelCachedAt }) => unread(now, feeModelCachedAt),
  },
  {
    name: 'mm_util',
    trouble: ({ now, mmUtil, parameters }) =>
      reading(now, mmUtil, isMarginRatio, parameters.mmUtilMaxAgeMs),
  },
  {
    name: 'disk_used_pct',
    trouble: ({ now, diskUsed, parameters }) =>
      reading(now, diskUsed, isShare, parameters.diskUsedMaxAgeMs),
  },
  {
    name: 'disk_used_pct_secondary',
    trouble: ({ now, diskUsedSecondary, parameters }) =>
      reading(now, diskUsedSecondary, isShare, parameters.diskUsedMaxAgeMs),
  },
  {
    name: 'emergency_reduceonly_active',
    trouble: ({ emergencyReduceOnlyActive }) => known(emergencyReduceOnlyActive !== null),
  },
  {
    name: 'open_permission_blocked_latch',
    trouble: ({ latchReasons }) => known(latchReasons !== null),
  },
  {
    name: 'rate_limit_session_kill_active',
    trouble: ({ sessionKillActive }) => known(sessionKillActive !== null),
  },
  { name: '10028_count_5m', trouble: ({ count10028In5m }) => known(isCount(count10028In5m)) },
  {
    name: 'bunker_mode_active',
    trouble: ({ bunkerModeActive }) => known(bunkerModeActive !== null),
  },
  {
    name: 'cortex_override',
    trouble: (inputs) => known(!isAnyProducerUnheard(inputs)),
  },
  {
    name: 'evidence_chain_state',
    trouble: ({ enforcedProfile, evidenceChain }) =>
      known(enforcedProfile === 'CSP' || evidenceChain !== null),
  },
];

/** True while any critical input is missing, unparseable or stale. */
export function isAnyInputTroubled(inputs: GuardInputs): boolean {
  for (const input of CRITICAL_INPUTS) {
    if (input.trouble(inputs) !== null) return true;
  }
  return false;
}
