import type { ModeReasonCode } from '../guard/codes.ts';
import type { GuardInputs } from '../guard/inputs.ts';
import { CRITICAL_INPUTS } from '../guard/critical-inputs.ts';
import { type MonitorFinding, sayFinding } from '../guard/monitors/finding.ts';
import { OVERRIDE_PRODUCERS } from '../guard/overrides.ts';
import type { Standing } from './clearing.ts';
import { ageMs, type MonoMs, type WallMs } from '../values/index.ts';

type Stand = (inputs: GuardInputs) => Standing;

const known = (value: number | null | undefined): string =>
  value === null || value === undefined ? 'unknown' : String(value);

const age = (now: MonoMs, at: MonoMs | WallMs | null): string => {
  const ms = ageMs(now, at);
  return ms === null ? 'unknown' : `${ms} ms`;
};

const watchdog: Stand = ({ now, watchdogHeartbeatAt, loopTickAt, parameters }) => ({
  current: `heartbeat age ${age(now, watchdogHeartbeatAt)}, loop tick age ${age(now, loopTickAt)}`,
  target: `heartbeat age at most ${parameters.watchdogKillS * 1_000} ms`,
});

const disk: Stand = ({ diskUsed, diskUsedSecondary, parameters }) => ({
  current: `disk_used_pct ${known(diskUsed?.value)}, second ${known(diskUsedSecondary?.value)}`,
  target: `disk_used_pct below ${parameters.diskKillPct}`,
});

const session: Stand = ({ sessionKillActive, count10028In5m }) => ({
  current: `session ended ${endOf(sessionKillActive)}, 10028_count_5m ${known(count10028In5m)}`,
  target: 'a full reconciliation after the last of them',
});

const endOf = (active: boolean | null): string =>
  active === null ? 'unknown' : active ? 'and not yet reconciled' : 'and reconciled';

const margin =
  (line: (inputs: GuardInputs) => number): Stand =>
  (inputs) => ({
    current: `mm_util ${known(inputs.mmUtil?.value)}`,
    target: `mm_util below ${line(inputs)}`,
  });

const MONITORS = OVERRIDE_PRODUCERS.filter((producer) => producer !== 'contract');

const overrides: Stand = ({ overrides: asked, findings, now }) => ({
  current: [
    MONITORS.map((producer) => `${producer} ${asked[producer]?.kind ?? 'unheard'}`).join(', '),
    ...findings.filter(isOfMarket).map((finding) => sayFinding(finding, now)),
  ].join('; '),
  target: 'every monitor heard, each None',
});

const OF_THE_NETWORK: readonly MonitorFinding['figure'][] = [
  'deribit_http_p95_ms',
  'ws_event_lag_ms',
  'request_timeout_rate',
];
const OF_THE_CLOCK: readonly MonitorFinding['figure'][] = ['drift_ms', 'chrony_drift_ms'];

const isOfMarket = ({ figure }: MonitorFinding): boolean =>
  !OF_THE_NETWORK.includes(figure) && !OF_THE_CLOCK.includes(figure);

/** What the clock adds to a state it may be the cause of. */
const clockWords = ({ findings, now }: GuardInputs): readonly string[] =>
  findings
    .filter(({ figure }) => OF_THE_CLOCK.includes(figure))
    .map((finding) => sayFinding(finding, now));

/** This build used a code no catalogue names: no monitor, and nothing that goes by itself. */
export const isContractBroken = ({ overrides: { contract } }: GuardInputs): boolean =>
  contract.kind === 'ForceKill';

const riskState: Stand = (inputs) => ({
  current: [`risk_state ${inputs.riskState ?? 'unknown'}`, ...clockWords(inputs)].join('; '),
  target: 'risk_state Healthy',
});

/** What each mode reason is made of; the emergency flag's is in `clearing.ts`. */
export const STANDINGS: Readonly<
  Record<Exclude<ModeReasonCode, 'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE'>, Stand>
> = Object.freeze({
  KILL_WATCHDOG_HEARTBEAT_STALE: watchdog,
  KILL_RISKSTATE_KILL: ({ riskState: state }) => ({
    current: `risk_state ${state ?? 'unknown'}`,
    target: 'risk_state below Kill: each cause of it ended by a person, as named below',
  }),
  KILL_MARGIN_MM_UTIL_CRITICAL: margin(({ parameters }) => parameters.mmUtilKill),
  KILL_RATE_LIMIT_SESSION_TERMINATION: session,
  KILL_DISK_WATERMARK_KILL: disk,
  KILL_CORTEX_FORCE_KILL: (inputs) =>
    isContractBroken(inputs)
      ? { current: 'unmapped_reason_code', target: 'another build_id, certified' }
      : overrides(inputs),
  REDUCEONLY_RISKSTATE_MAINTENANCE: riskState,
  REDUCEONLY_OPEN_PERMISSION_LATCHED: ({ latchReasons }) => ({
    current: (latchReasons ?? ['unknown']).join(', '),
    target: 'no open-permission reason',
  }),
  REDUCEONLY_BUNKER_MODE_ACTIVE: ({ bunkerModeActive, findings, now }) => ({
    current: [
      `bunker_mode_active ${String(bunkerModeActive)}`,
      ...findings
        .filter(({ figure }) => OF_THE_NETWORK.includes(figure))
        .map((finding) => sayFinding(finding, now)),
    ].join('; '),
    target: 'bunker_mode_active false',
  }),
  REDUCEONLY_F1_CERT_INVALID: ({ certificate }) => ({
    current: `f1_cert_state ${certificate ?? 'unknown'}`,
    target: 'f1_cert_state PASS',
  }),
  REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN: ({ evidenceChain }) => ({
    current: `evidence_chain_state ${evidenceChain ?? 'unknown'}`,
    target: 'evidence_chain_state GREEN',
  }),
  REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY: overrides,
  REDUCEONLY_FEE_MODEL_HARD_STALE: ({ now, feeModelCachedAt, parameters }) => ({
    current: `fee model age ${age(now, feeModelCachedAt)}`,
    target: `at most ${parameters.feeCacheHardS * 1_000} ms`,
  }),
  REDUCEONLY_RISKSTATE_DEGRADED: riskState,
  REDUCEONLY_POLICY_STALE: ({ now, policyGeneratedAt, parameters }) => ({
    current: `policy age ${age(now, policyGeneratedAt)}`,
    target: `at most ${parameters.maxPolicyAgeSec * 1_000} ms`,
  }),
  REDUCEONLY_MARGIN_MM_UTIL_HIGH: margin(({ parameters }) => parameters.mmUtilReduceonly),
  REDUCEONLY_INPUT_MISSING_OR_STALE: (inputs) => ({
    current: CRITICAL_INPUTS.flatMap((input) => {
      const found = input.trouble(inputs);
      return found === null ? [] : [`${input.name} ${found}`];
    }).join(', '),
    target: 'every input present and fresh',
  }),
  REDUCEONLY_WATCHDOG_UNCONFIRMED: watchdog,
  REDUCEONLY_DISK_KILL_UNCONFIRMED: disk,
  REDUCEONLY_SESSION_KILL_UNCONFIRMED: session,
});
