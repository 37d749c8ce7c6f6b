import { CRITICAL_INPUTS } from './critical-inputs.ts';
import type { GuardInputs } from './inputs.ts';
import { sayFinding } from './monitors/finding.ts';
import { ageMs } from '../values/index.ts';
import { OVERRIDE_PRODUCERS } from './overrides.ts';
import { isMarginRatio, isShare } from './readings.ts';

const PERCENT = 100;

/**
 * The inputs behind the mode, for the status and the decision log: which one is missing, which is
 * stale and which is over its line, in contract names and with the numbers. Empty when nothing is
 * wrong.
 */
export function explainMode(inputs: GuardInputs): readonly string[] {
  const lines: string[] = [];
  for (const input of CRITICAL_INPUTS) {
    const trouble = input.trouble(inputs);
    if (trouble !== null) lines.push(`${input.name} ${trouble}`);
  }
  explainAges(inputs, lines);
  explainLevels(inputs, lines);
  explainStates(inputs, lines);
  return Object.freeze(lines);
}

function explainAges(inputs: GuardInputs, lines: string[]): void {
  const { now, parameters } = inputs;
  const ages = [
    ['watchdog_last_heartbeat_ts_ms', inputs.watchdogHeartbeatAt, parameters.watchdogKillS],
    ['loop_tick_last_ts_ms', inputs.loopTickAt, parameters.watchdogKillS],
    ['policy_age_sec', inputs.policyGeneratedAt, parameters.maxPolicyAgeSec],
    ['fee_model_cache_age_s', inputs.feeModelCachedAt, parameters.feeCacheHardS],
  ] as const;
  for (const [name, at, maxS] of ages) {
    const age = ageMs(now, at);
    if (age !== null && age > maxS * 1000) lines.push(`${name} age ${age / 1000} s over ${maxS} s`);
  }
}

function explainLevels(inputs: GuardInputs, lines: string[]): void {
  const { mmUtil, diskUsed, diskUsedSecondary, parameters } = inputs;
  if (isMarginRatio(mmUtil) && mmUtil.value >= parameters.mmUtilReduceonly) {
    const line =
      mmUtil.value >= parameters.mmUtilKill ? parameters.mmUtilKill : parameters.mmUtilReduceonly;
    lines.push(`mm_util ${percent(mmUtil.value)} at or over ${percent(line)}`);
  }
  const disks = [
    ['disk_used_pct', diskUsed],
    ['disk_used_pct_secondary', diskUsedSecondary],
  ] as const;
  for (const [name, disk] of disks) {
    if (isShare(disk) && disk.value >= parameters.diskKillPct) {
      lines.push(`${name} ${percent(disk.value)} at or over ${percent(parameters.diskKillPct)}`);
    }
  }
}

function explainStates(inputs: GuardInputs, lines: string[]): void {
  const { riskState, certificate, latchReasons, overrides, parameters } = inputs;
  if (riskState !== null && riskState !== 'Healthy') lines.push(`risk_state ${riskState}`);
  if (certificate !== null && certificate !== 'PASS' && certificate !== 'MISSING') {
    lines.push(`f1_cert ${certificate}`);
  }
  if (inputs.emergencyReduceOnlyActive === true) lines.push('emergency_reduceonly_active true');
  for (const reason of latchReasons ?? []) lines.push(`open_permission ${reason}`);
  if (inputs.bunkerModeActive === true) lines.push('bunker_mode_active true');
  if (inputs.sessionKillActive === true) {
    const count = inputs.count10028In5m ?? 'unknown';
    const needed = parameters.rateLimitKillMin10028;
    lines.push(`rate_limit_session_kill_active, 10028_count_5m ${count} of ${needed} to kill`);
  }
  for (const producer of OVERRIDE_PRODUCERS) {
    const override = overrides[producer];
    if (override === null) lines.push(`cortex_override ${producer} unheard`);
    else if (override.kind !== 'None') lines.push(`cortex_override ${producer} ${override.kind}`);
  }
  for (const finding of inputs.findings) lines.push(sayFinding(finding, inputs.now));
  if (inputs.enforcedProfile !== 'CSP' && inputs.evidenceChain === 'RED') {
    lines.push('evidence_chain_state RED');
  }
}

function percent(ratio: number): string {
  return `${Number((ratio * PERCENT).toFixed(3))} %`;
}
