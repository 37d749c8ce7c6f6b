import { describe, expect, it } from 'vitest';
import { wallMs } from '../values/index.ts';
import { BASELINE_NOW as T, baselineInputs, before, overrides } from './baseline.fixture.ts';
import { explainMode } from './explain.ts';
import type { GuardInputs } from './inputs.ts';

const reading = (value: number, ageMs = 1_000) => ({ value, at: before(ageMs) });

/** Each input alone, and what is said of it. */
const SAID: readonly (readonly [string, Partial<GuardInputs>, readonly string[]])[] = [
  ['nothing wrong', {}, []],
  ['an unread policy', { policyGeneratedAt: null }, ['python_policy_generated_ts_ms missing']],
  [
    'an old policy',
    { policyGeneratedAt: before(300_500) },
    ['policy_age_sec age 300.5 s over 300 s'],
  ],
  ['a policy at its age', { policyGeneratedAt: before(300_000) }, []],
  [
    'a silent watchdog',
    { watchdogHeartbeatAt: before(10_001) },
    ['watchdog_last_heartbeat_ts_ms age 10.001 s over 10 s'],
  ],
  [
    'a silent loop',
    { loopTickAt: before(10_001) },
    ['loop_tick_last_ts_ms age 10.001 s over 10 s'],
  ],
  ['a loop at its age', { watchdogHeartbeatAt: before(10_000), loopTickAt: before(10_000) }, []],
  [
    'old fees',
    { feeModelCachedAt: wallMs(T - 901_000) },
    ['fee_model_cache_age_s age 901 s over 900 s'],
  ],
  ['fees at their age', { feeModelCachedAt: wallMs(T - 900_000) }, []],
  ['margin below its line', { mmUtil: reading(0.8499) }, []],
  ['margin at its line', { mmUtil: reading(0.85) }, ['mm_util 85 % at or over 85 %']],
  ['margin below the kill line', { mmUtil: reading(0.9499) }, ['mm_util 94.99 % at or over 85 %']],
  ['margin at the kill line', { mmUtil: reading(0.95) }, ['mm_util 95 % at or over 95 %']],
  ['a margin that is none', { mmUtil: reading(-1) }, ['mm_util missing']],
  ['an old margin', { mmUtil: reading(0.1, 40_000) }, ['mm_util stale']],
  ['a disk below its line', { diskUsed: reading(0.9199) }, []],
  ['a full disk', { diskUsed: reading(0.92) }, ['disk_used_pct 92 % at or over 92 %']],
  [
    'a second source that says so',
    { diskUsedSecondary: reading(0.933333) },
    ['disk_used_pct_secondary 93.333 % at or over 92 %'],
  ],
  ['a disk in other units', { diskUsed: reading(93) }, ['disk_used_pct missing']],
  ['maintenance', { riskState: 'Maintenance' }, ['risk_state Maintenance']],
  ['an unknown risk state', { riskState: null }, ['risk_state missing']],
  ['an old certificate', { certificate: 'STALE' }, ['f1_cert STALE']],
  ['a missing certificate, once', { certificate: 'MISSING' }, ['f1_cert missing']],
  ['an unread certificate', { certificate: null }, ['f1_cert missing']],
  ['an emergency', { emergencyReduceOnlyActive: true }, ['emergency_reduceonly_active true']],
  [
    'an unread emergency flag',
    { emergencyReduceOnlyActive: null },
    ['emergency_reduceonly_active missing'],
  ],
  [
    'a latch, reason by reason',
    { latchReasons: ['RESTART_RECONCILE_REQUIRED', 'WS_BOOK_GAP_RECONCILE_REQUIRED'] },
    [
      'open_permission RESTART_RECONCILE_REQUIRED',
      'open_permission WS_BOOK_GAP_RECONCILE_REQUIRED',
    ],
  ],
  ['an unread latch', { latchReasons: null }, ['open_permission_blocked_latch missing']],
  ['bunker mode', { bunkerModeActive: true }, ['bunker_mode_active true']],
  [
    'a session kill',
    { sessionKillActive: true, count10028In5m: 2 },
    ['rate_limit_session_kill_active, 10028_count_5m 2 of 3 to kill'],
  ],
  [
    'a session kill nobody has counted',
    { sessionKillActive: true, count10028In5m: null },
    [
      '10028_count_5m missing',
      'rate_limit_session_kill_active, 10028_count_5m unknown of 3 to kill',
    ],
  ],
  ['a count without a session kill', { count10028In5m: 5 }, []],
  [
    'a producer that forces',
    { overrides: overrides({ exchangeHealth: { kind: 'ForceReduceOnly' } }) },
    ['cortex_override exchangeHealth ForceReduceOnly'],
  ],
  [
    'a producer nobody has heard',
    { overrides: overrides({ basis: null }) },
    ['cortex_override missing', 'cortex_override basis unheard'],
  ],
  [
    'what a monitor sees',
    {
      overrides: overrides({ cortex: { kind: 'ForceReduceOnly' } }),
      findings: [
        {
          figure: 'spread_bps',
          subject: 'BTC-PERPETUAL',
          standing: 'breached',
          asks: 'ReduceOnly',
          value: 26,
          limit: 25,
          unit: 'bps',
          since: before(3_200),
          clearsAt: null,
          clears: '120 s after it is within its line',
        },
      ],
    },
    [
      'cortex_override cortex ForceReduceOnly',
      'spread_bps BTC-PERPETUAL 26 bps against 25 bps, breached since 3.2 s: asks ReduceOnly; ' +
        'clears: 120 s after it is within its line',
    ],
  ],
  ['red evidence', { enforcedProfile: 'GOP', evidenceChain: 'RED' }, ['evidence_chain_state RED']],
  ['green evidence', { enforcedProfile: 'GOP', evidenceChain: 'GREEN' }, []],
  ['red evidence where there is none to have', { evidenceChain: 'RED' }, []],
  [
    'unread evidence',
    { enforcedProfile: 'FULL', evidenceChain: null },
    ['evidence_chain_state missing'],
  ],
];

describe('what is said of a mode', () => {
  it.each(SAID)('of %s', (_, changes, lines) => {
    expect(explainMode(baselineInputs(changes))).toEqual(lines);
  });

  it('cannot be changed by who reads it', () => {
    expect(Object.isFrozen(explainMode(baselineInputs({ riskState: 'Degraded' })))).toBe(true);
  });
});
