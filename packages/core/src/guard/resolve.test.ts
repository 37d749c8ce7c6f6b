import { describe, expect, it } from 'vitest';
import { DEFAULT_PARAMETERS } from '../policy-defaults.ts';
import { wallMs } from '../values/index.ts';
import { BASELINE_NOW, baselineInputs, before, overrides } from './baseline.fixture.ts';
import { CEILINGS } from './ceilings.ts';
import { KILL_REASON_CODES, REDUCE_ONLY_REASON_CODES } from './codes.ts';
import type { GuardInputs } from './inputs.ts';
import { resolveMode } from './resolve.ts';

const T = BASELINE_NOW;
/** Missing twice over: also the dedicated code. */
const MISSING = 'REDUCEONLY_INPUT_MISSING_OR_STALE';

function judge(changes: Partial<GuardInputs>): readonly string[] {
  const { mode, reasons } = resolveMode(baselineInputs(changes));
  return [mode, ...reasons];
}

const mm = (value: number, ageMs = 1_000) => ({ value, at: before(ageMs) });

describe('mode with every guard quiet', () => {
  it('Active has no reason, and shares one frozen answer', () => {
    const first = resolveMode(baselineInputs());
    expect(first).toEqual({ mode: 'Active', reasons: [] });
    expect(resolveMode(baselineInputs())).toBe(first);
    expect(Object.isFrozen(first.reasons)).toBe(true);
  });
});

/** Per ceiling: the sole cause that trips it, and the closest input that does not. */
const PAIRS: readonly (readonly [string, Partial<GuardInputs>, Partial<GuardInputs>])[] = [
  [
    'KILL_WATCHDOG_HEARTBEAT_STALE',
    { watchdogHeartbeatAt: before(10_001), loopTickAt: before(10_001) },
    { watchdogHeartbeatAt: before(10_000), loopTickAt: before(10_000) },
  ],
  ['KILL_RISKSTATE_KILL', { riskState: 'Kill' }, { riskState: 'Healthy' }],
  ['KILL_MARGIN_MM_UTIL_CRITICAL', { mmUtil: mm(0.95) }, { mmUtil: mm(0.849999) }],
  [
    'KILL_RATE_LIMIT_SESSION_TERMINATION',
    { sessionKillActive: true, count10028In5m: 3 },
    { sessionKillActive: false, count10028In5m: 3 },
  ],
  [
    'KILL_DISK_WATERMARK_KILL',
    { diskUsed: mm(0.92), diskUsedSecondary: mm(0.92) },
    { diskUsed: mm(0.919), diskUsedSecondary: mm(0.92) },
  ],
  [
    'KILL_CORTEX_FORCE_KILL',
    { overrides: overrides({ cortex: { kind: 'ForceKill' } }) },
    { overrides: overrides({ cortex: { kind: 'None' } }) },
  ],
  ['REDUCEONLY_RISKSTATE_MAINTENANCE', { riskState: 'Maintenance' }, { riskState: 'Healthy' }],
  [
    'REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE',
    { emergencyReduceOnlyActive: true },
    { emergencyReduceOnlyActive: false },
  ],
  [
    'REDUCEONLY_OPEN_PERMISSION_LATCHED',
    { latchReasons: ['WS_BOOK_GAP_RECONCILE_REQUIRED'] },
    { latchReasons: [] },
  ],
  ['REDUCEONLY_BUNKER_MODE_ACTIVE', { bunkerModeActive: true }, { bunkerModeActive: false }],
  ['REDUCEONLY_F1_CERT_INVALID', { certificate: 'INVALID' }, { certificate: 'PASS' }],
  [
    'REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN',
    { enforcedProfile: 'FULL', evidenceChain: 'RED' },
    { enforcedProfile: 'FULL', evidenceChain: 'GREEN' },
  ],
  [
    'REDUCEONLY_CORTEX_FORCE_REDUCE_ONLY',
    { overrides: overrides({ cortex: { kind: 'ForceReduceOnly' } }) },
    { overrides: overrides({ cortex: { kind: 'None' } }) },
  ],
  [
    'REDUCEONLY_FEE_MODEL_HARD_STALE',
    { feeModelCachedAt: wallMs(T - 900_001) },
    { feeModelCachedAt: wallMs(T - 900_000) },
  ],
  ['REDUCEONLY_RISKSTATE_DEGRADED', { riskState: 'Degraded' }, { riskState: 'Healthy' }],
  [
    'REDUCEONLY_POLICY_STALE',
    { policyGeneratedAt: before(300_001) },
    { policyGeneratedAt: before(300_000) },
  ],
  ['REDUCEONLY_MARGIN_MM_UTIL_HIGH', { mmUtil: mm(0.85) }, { mmUtil: mm(0.849999) }],
  ['REDUCEONLY_INPUT_MISSING_OR_STALE', { mmUtil: mm(0.1, 30_001) }, { mmUtil: mm(0.1, 30_000) }],
  [
    'REDUCEONLY_WATCHDOG_UNCONFIRMED',
    { watchdogHeartbeatAt: before(10_001) },
    { loopTickAt: before(10_001) },
  ],
  [
    'REDUCEONLY_DISK_KILL_UNCONFIRMED',
    { diskUsed: mm(0.92), diskUsedSecondary: mm(0.919) },
    { diskUsedSecondary: mm(0.92) },
  ],
  [
    'REDUCEONLY_SESSION_KILL_UNCONFIRMED',
    { sessionKillActive: true, count10028In5m: 2 },
    { count10028In5m: 2 },
  ],
];

describe('every ceiling alone', () => {
  it('has a trip and a non-trip here', () => {
    expect(PAIRS.map(([code]) => code)).toEqual(CEILINGS.map(({ code }) => code));
  });

  it.each(PAIRS)('%s trips as the sole cause, and its neighbour does not', (code, trip, quiet) => {
    const mode = code.startsWith('KILL_') ? 'Kill' : 'ReduceOnly';
    expect(judge(trip)).toEqual([mode, code]);
    expect(judge(quiet)).toEqual(['Active']);
  });
});

describe('corroboration (section 34.2)', () => {
  it('AT-1069 each confirmed predicate is Kill with its own code', () => {
    const old = before(10_001);
    const confirmed: readonly (readonly [string, Partial<GuardInputs>])[] = [
      ['KILL_WATCHDOG_HEARTBEAT_STALE', { watchdogHeartbeatAt: old, loopTickAt: old }],
      ['KILL_DISK_WATERMARK_KILL', { diskUsed: mm(0.92), diskUsedSecondary: mm(0.92) }],
      ['KILL_RATE_LIMIT_SESSION_TERMINATION', { sessionKillActive: true, count10028In5m: 3 }],
    ];
    for (const [code, changes] of confirmed) expect(judge(changes)).toEqual(['Kill', code]);
  });

  it('AT-337 heartbeat and loop tick both silent is Kill, one alone is not', () => {
    const silent = before(10_001);
    expect(judge({ watchdogHeartbeatAt: silent, loopTickAt: silent })).toEqual([
      'Kill',
      'KILL_WATCHDOG_HEARTBEAT_STALE',
    ]);
    expect(judge({ watchdogHeartbeatAt: silent })[0]).toBe('ReduceOnly');
    expect(judge({ loopTickAt: silent })[0]).toBe('Active');
    expect(judge({ watchdogHeartbeatAt: silent, loopTickAt: before(10_000) })[0]).toBe(
      'ReduceOnly',
    );
  });

  it('AT-1066 a silent heartbeat over a live loop is unconfirmed', () => {
    expect(judge({ watchdogHeartbeatAt: before(60_000) })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_WATCHDOG_UNCONFIRMED',
    ]);
    expect(judge({ watchdogHeartbeatAt: before(60_000), loopTickAt: null })).toEqual([
      'ReduceOnly',
      MISSING,
      'REDUCEONLY_WATCHDOG_UNCONFIRMED',
    ]);
  });

  it.each([
    ['below', mm(0.919), []],
    ['missing', null, [MISSING]],
    ['stale', mm(0.99, 30_001), [MISSING]],
    ['in other units', mm(99), [MISSING]],
  ] as const)('AT-1067 a second disk source that is %s does not confirm', (_, secondary, more) => {
    expect(judge({ diskUsed: mm(0.97), diskUsedSecondary: secondary })).toEqual([
      'ReduceOnly',
      ...more,
      'REDUCEONLY_DISK_KILL_UNCONFIRMED',
    ]);
  });

  it('AT-1067 a stale primary does not confirm either', () => {
    const stale = { diskUsed: mm(0.97, 30_001), diskUsedSecondary: mm(0.97) };
    expect(judge(stale)).toEqual(['ReduceOnly', MISSING, 'REDUCEONLY_DISK_KILL_UNCONFIRMED']);
  });

  it.each([
    [0, []],
    [2, []],
    [null, [MISSING]],
    [Number.NaN, [MISSING]],
  ])('AT-1068 a session kill with count %s is unconfirmed', (count10028In5m, more) => {
    expect(judge({ sessionKillActive: true, count10028In5m })).toEqual([
      'ReduceOnly',
      ...more,
      'REDUCEONLY_SESSION_KILL_UNCONFIRMED',
    ]);
  });
});

describe('single predicates the contract names', () => {
  it('AT-336 AT-315 a policy older than 300 s is stale, at 300 s it is not', () => {
    expect(DEFAULT_PARAMETERS.maxPolicyAgeSec).toBe(300);
    expect(judge({ policyGeneratedAt: before(300_001) })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_POLICY_STALE',
    ]);
    expect(judge({ policyGeneratedAt: before(300_000) })).toEqual(['Active']);
  });

  it('AT-918 RiskState Kill is Kill', () => {
    expect(judge({ riskState: 'Kill' })).toEqual(['Kill', 'KILL_RISKSTATE_KILL']);
  });

  it('AT-1050 only bunker mode gives exactly its reason', () => {
    expect(judge({ bunkerModeActive: true })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_BUNKER_MODE_ACTIVE',
    ]);
  });

  it.each([0.85, 0.9, 0.949999])('AT-1051 AT-207 margin use %s alone is ReduceOnly', (value) => {
    expect(judge({ mmUtil: mm(value) })).toEqual(['ReduceOnly', 'REDUCEONLY_MARGIN_MM_UTIL_HIGH']);
  });

  it('AT-228 maintenance 90k of equity 100k is ReduceOnly', () => {
    expect(judge({ mmUtil: mm(90_000 / 100_000) })[0]).toBe('ReduceOnly');
  });

  it('AT-301 AT-302 the default lines are 0.85 and 0.95', () => {
    expect(judge({ mmUtil: mm(0.8499) })).toEqual(['Active']);
    expect(judge({ mmUtil: mm(0.85) })[0]).toBe('ReduceOnly');
    expect(judge({ mmUtil: mm(0.9499) })[0]).toBe('ReduceOnly');
    expect(judge({ mmUtil: mm(0.95) })).toEqual(['Kill', 'KILL_MARGIN_MM_UTIL_CRITICAL']);
    expect(judge({ mmUtil: mm(1.7) })).toEqual(['Kill', 'KILL_MARGIN_MM_UTIL_CRITICAL']);
  });

  it('a stale ratio above the kill line is still Kill (AMB-44)', () => {
    expect(judge({ mmUtil: mm(0.96, 600_000) })).toEqual(['Kill', 'KILL_MARGIN_MM_UTIL_CRITICAL']);
  });

  it('AT-1052 only the latch gives exactly its reason', () => {
    expect(judge({ latchReasons: ['RESTART_RECONCILE_REQUIRED'] })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_OPEN_PERMISSION_LATCHED',
    ]);
  });

  it('under CSP the evidence chain does not exist (contract-1 section 1.4)', () => {
    expect(judge({ enforcedProfile: 'CSP', evidenceChain: 'RED' })).toEqual(['Active']);
    expect(judge({ enforcedProfile: 'GOP', evidenceChain: null })).toEqual([
      'ReduceOnly',
      'REDUCEONLY_EVIDENCE_CHAIN_NOT_GREEN',
      MISSING,
    ]);
  });
});

const EVERYTHING: Partial<GuardInputs> = {
  watchdogHeartbeatAt: before(20_000),
  loopTickAt: before(20_000),
  riskState: 'Kill',
  mmUtil: mm(0.99),
  sessionKillActive: true,
  count10028In5m: 5,
  diskUsed: mm(0.99),
  diskUsedSecondary: mm(0.99),
  overrides: overrides({ cortex: { kind: 'ForceKill' } }),
  emergencyReduceOnlyActive: true,
  latchReasons: ['RESTART_RECONCILE_REQUIRED'],
  bunkerModeActive: true,
  certificate: 'STALE',
  feeModelCachedAt: wallMs(T - 2_000_000),
  policyGeneratedAt: before(400_000),
};

describe('the ceilings', () => {
  it('lower the axis their level is of (contract-1 section 34.1)', () => {
    const axisOf = {
      WARNING: 'capital',
      CRITICAL: 'capital',
      STRESSED: 'market',
      DEGRADED: 'system',
      FAILING: 'system',
    } as const;
    for (const { code, axis, level } of CEILINGS)
      expect([code, axis]).toEqual([code, axisOf[level]]);
  });
});

describe('reasons', () => {
  it('all active reasons of the tier, none of another, in contract order', () => {
    expect(judge(EVERYTHING)).toEqual(['Kill', ...KILL_REASON_CODES]);
    const reduced: Partial<GuardInputs> = {
      ...EVERYTHING,
      loopTickAt: before(100),
      riskState: 'Degraded',
      mmUtil: mm(0.9, 40_000),
      count10028In5m: 1,
      diskUsedSecondary: mm(0.1),
      overrides: overrides({ cortex: { kind: 'ForceReduceOnly' } }),
      enforcedProfile: 'FULL',
      evidenceChain: 'RED',
    };
    const expected = REDUCE_ONLY_REASON_CODES.filter(
      (code) => code !== 'REDUCEONLY_RISKSTATE_MAINTENANCE',
    );
    expect(judge(reduced)).toEqual(['ReduceOnly', ...expected]);
  });

  it('AT-417 a sequence of ticks shows exactly what each tick holds', () => {
    const ticks: readonly (readonly [Partial<GuardInputs>, readonly string[]])[] = [
      [{}, ['Active']],
      [{ bunkerModeActive: true }, ['ReduceOnly', 'REDUCEONLY_BUNKER_MODE_ACTIVE']],
      [{ bunkerModeActive: true, mmUtil: mm(0.96) }, ['Kill', 'KILL_MARGIN_MM_UTIL_CRITICAL']],
      [
        { bunkerModeActive: true, mmUtil: mm(0.86) },
        ['ReduceOnly', 'REDUCEONLY_BUNKER_MODE_ACTIVE', 'REDUCEONLY_MARGIN_MM_UTIL_HIGH'],
      ],
      [{ riskState: 'Kill' }, ['Kill', 'KILL_RISKSTATE_KILL']],
      [{ riskState: 'Degraded' }, ['ReduceOnly', 'REDUCEONLY_RISKSTATE_DEGRADED']],
      [{}, ['Active']],
    ];
    for (const [changes, expected] of ticks) expect(judge(changes)).toEqual(expected);
  });

  it('are frozen: whoever takes them keeps what was true', () => {
    const { reasons } = resolveMode(baselineInputs({ riskState: 'Degraded' }));
    expect(Object.isFrozen(reasons)).toBe(true);
  });
});
