import { describe, expect, it } from 'vitest';
import { monoMs, wallMs } from '../values/index.ts';
import { BASELINE_NOW, baselineInputs, before, overrides } from './baseline.fixture.ts';
import { CRITICAL_INPUTS } from './critical-inputs.ts';
import { explainMode } from './explain.ts';
import type { GuardInputs } from './inputs.ts';
import { resolveMode } from './resolve.ts';

const T = BASELINE_NOW;
const MISSING = 'REDUCEONLY_INPUT_MISSING_OR_STALE';
const AFTER = monoMs(T + 1);
const NOT_A_TIME = monoMs(Number.NaN);

function judge(changes: Partial<GuardInputs>): readonly string[] {
  const { mode, reasons } = resolveMode(baselineInputs(changes));
  return [mode, ...reasons];
}

/**
 * Each critical input missing, unparseable or in the future; dedicated codes beside it per AMB-26.
 */
const CASES: readonly (readonly [string, Partial<GuardInputs>, readonly string[]])[] = [
  ['enforced_profile', { enforcedProfile: null }, ['REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN']],
  ['python_policy_generated_ts_ms', { policyGeneratedAt: null }, []],
  ['python_policy_generated_ts_ms', { policyGeneratedAt: AFTER }, []],
  ['watchdog_last_heartbeat_ts_ms', { watchdogHeartbeatAt: null }, []],
  ['watchdog_last_heartbeat_ts_ms', { watchdogHeartbeatAt: NOT_A_TIME }, []],
  ['watchdog_last_heartbeat_ts_ms', { watchdogHeartbeatAt: AFTER }, []],
  ['loop_tick_last_ts_ms', { loopTickAt: null }, []],
  ['loop_tick_last_ts_ms', { loopTickAt: AFTER }, []],
  ['risk_state', { riskState: null }, []],
  ['f1_cert', { certificate: null }, ['REDUCEONLY_F1_CERT_INVALID']],
  ['f1_cert', { certificate: 'MISSING' }, ['REDUCEONLY_F1_CERT_INVALID']],
  ['fee_model_cached_at_ts_ms', { feeModelCachedAt: null }, ['REDUCEONLY_FEE_MODEL_HARD_STALE']],
  [
    'fee_model_cached_at_ts_ms',
    { feeModelCachedAt: wallMs(Number.NaN) },
    ['REDUCEONLY_FEE_MODEL_HARD_STALE'],
  ],
  [
    'fee_model_cached_at_ts_ms',
    { feeModelCachedAt: wallMs(T + 1) },
    ['REDUCEONLY_FEE_MODEL_HARD_STALE'],
  ],
  ['mm_util', { mmUtil: null }, []],
  ['mm_util', { mmUtil: { value: Number.NaN, at: before(1) } }, []],
  ['mm_util', { mmUtil: { value: Number.POSITIVE_INFINITY, at: before(1) } }, []],
  ['mm_util', { mmUtil: { value: -0.1, at: before(1) } }, []],
  ['mm_util', { mmUtil: { value: 0.1, at: NOT_A_TIME } }, []],
  ['mm_util', { mmUtil: { value: 0.1, at: AFTER } }, []],
  ['disk_used_pct', { diskUsed: null }, []],
  ['disk_used_pct', { diskUsed: { value: Number.NaN, at: before(1) } }, []],
  ['disk_used_pct', { diskUsed: { value: 50, at: before(1) } }, []],
  ['disk_used_pct', { diskUsed: { value: -0.01, at: before(1) } }, []],
  ['disk_used_pct', { diskUsed: { value: 0.5, at: NOT_A_TIME } }, []],
  ['disk_used_pct_secondary', { diskUsedSecondary: null }, []],
  ['disk_used_pct_secondary', { diskUsedSecondary: { value: 0.5, at: AFTER } }, []],
  ['emergency_reduceonly_active', { emergencyReduceOnlyActive: null }, []],
  ['open_permission_blocked_latch', { latchReasons: null }, []],
  ['rate_limit_session_kill_active', { sessionKillActive: null }, []],
  ['10028_count_5m', { count10028In5m: null }, []],
  ['10028_count_5m', { count10028In5m: 0.5 }, []],
  ['10028_count_5m', { count10028In5m: -1 }, []],
  ['bunker_mode_active', { bunkerModeActive: null }, []],
  [
    'cortex_override',
    { overrides: overrides({ basis: null }) },
    ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'],
  ],
  [
    'cortex_override',
    { overrides: overrides({ exchangeHealth: null }) },
    ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'],
  ],
  [
    'cortex_override',
    { overrides: overrides({ cortex: null }) },
    ['REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY'],
  ],
  [
    'evidence_chain_state',
    { enforcedProfile: 'GOP', evidenceChain: null },
    ['REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN'],
  ],
];

describe('critical inputs (section 32)', () => {
  it('covers every critical input', () => {
    const named = new Set(CASES.map(([name]) => name));
    expect(CRITICAL_INPUTS.map(({ name }) => name).filter((name) => !named.has(name))).toEqual([]);
  });

  it.each(CASES)('AT-413 %s missing or unparseable (%j) is ReduceOnly', (name, changes, more) => {
    const [mode, ...reasons] = judge(changes);
    expect(mode).toBe('ReduceOnly');
    expect([...reasons].sort()).toEqual([...more, MISSING].sort());
    expect(explainMode(baselineInputs(changes))).toContain(`${name} missing`);
  });

  it('AT-001 AT-295 margin older than 30 s is ReduceOnly, at 30 s it is not', () => {
    expect(judge({ mmUtil: { value: 0.1, at: before(30_001) } })).toEqual(['ReduceOnly', MISSING]);
    expect(judge({ mmUtil: { value: 0.1, at: before(30_000) } })).toEqual(['Active']);
  });

  it('AT-296 disk older than 30 s is ReduceOnly, at 30 s it is not', () => {
    expect(judge({ diskUsed: { value: 0.5, at: before(30_001) } })).toEqual([
      'ReduceOnly',
      MISSING,
    ]);
    expect(judge({ diskUsed: { value: 0.5, at: before(30_000) } })).toEqual(['Active']);
  });

  it('AT-112 a missing or unparseable heartbeat is a missing input, not a kill', () => {
    for (const watchdogHeartbeatAt of [null, NOT_A_TIME]) {
      expect(judge({ watchdogHeartbeatAt, loopTickAt: before(60_000) })).toEqual([
        'ReduceOnly',
        MISSING,
      ]);
    }
  });

  it('AT-348 an unknown session flag is not a false one', () => {
    expect(judge({ sessionKillActive: null, count10028In5m: 9 })).toEqual(['ReduceOnly', MISSING]);
  });

  it('AT-349 margin without its timestamp is missing', () => {
    expect(judge({ mmUtil: { value: 0.1, at: NOT_A_TIME } })).toEqual(['ReduceOnly', MISSING]);
  });

  it('AT-350 disk use without its timestamp is missing', () => {
    expect(judge({ diskUsed: { value: 0.5, at: NOT_A_TIME } })).toEqual(['ReduceOnly', MISSING]);
  });

  it('takes the ends of a range as values: nothing used, and a full disk', () => {
    const at = before(1);
    expect(judge({ mmUtil: { value: 0, at }, diskUsedSecondary: { value: 1, at } })).toEqual([
      'Active',
    ]);
    expect(judge({ diskUsed: { value: 0, at } })).toEqual(['Active']);
    const full = { value: 1, at };
    expect(judge({ diskUsed: full, diskUsedSecondary: full })[0]).toBe('Kill');
  });
});

describe('explainMode', () => {
  it('is silent when nothing is wrong', () => {
    expect(explainMode(baselineInputs())).toEqual([]);
  });

  it('names what is over, stale and set, with the numbers', () => {
    const lines = explainMode(
      baselineInputs({
        mmUtil: { value: 0.9, at: before(31_000) },
        policyGeneratedAt: before(301_000),
        riskState: 'Degraded',
        latchReasons: ['RESTART_RECONCILE_REQUIRED'],
        certificate: 'STALE',
        sessionKillActive: true,
        count10028In5m: 1,
        diskUsed: { value: 0.93, at: before(1) },
      }),
    );
    expect(lines).toEqual([
      'mm_util stale',
      'policy_age_sec age 301 s over 300 s',
      'mm_util 90 % at or over 85 %',
      'disk_used_pct 93 % at or over 92 %',
      'risk_state Degraded',
      'f1_cert STALE',
      'open_permission RESTART_RECONCILE_REQUIRED',
      'rate_limit_session_kill_active, 10028_count_5m 1 of 3 to kill',
    ]);
  });
});
