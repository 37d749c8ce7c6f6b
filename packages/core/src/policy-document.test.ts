import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baselineInputs, before } from './guard/baseline.fixture.ts';
import { resolveMode } from './guard/resolve.ts';
import type { Parameters, Policy } from './policy.ts';
import { PARAMETER_FIELDS, PARAMETER_RULES, parametersOf } from './policy-defaults.ts';
import { policyDocument } from './policy-document.fixture.ts';
import { parsePolicy } from './policy-document.ts';
import { currency, wallMs } from './values/index.ts';

type Json = Record<string, unknown>;

/** The document with one key (dotted path) set, or removed when `value` is undefined. */
function changed(path: string, value: unknown): Json {
  const document = structuredClone(policyDocument()) as unknown as Json;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let node = document;
  for (const key of keys) node = (node[key] ??= {}) as Json;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return document;
}

function rules(document: unknown): readonly string[] {
  const parsed = parsePolicy(document);
  return parsed.ok ? [] : parsed.violations.map((item) => `${item.path} ${item.rule}`);
}

function policyWith(path: string, value: unknown): Policy {
  const parsed = parsePolicy(changed(path, value));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
}

describe('policy document', () => {
  it('becomes an exact, frozen policy', () => {
    const policy = policyWith('policy_id', 'LP-001');
    expect(policy.limits.maxDailyLoss).toBe(5_000_000_000);
    expect(policy.limits.perUnderlying.get(currency('BTC'))).toEqual({
      maxDeltaE8: 500_000_000,
      maxPositionNotional: 250_000_000_000,
    });
    expect(policy.exposure.deltaLimitE8.get(currency('ETH'))).toBe(2_000_000_000);
    expect(policy.limits.maxOrderSizeContractsE8).toBe(1_000_000_000);
    expect(policy.minEdge).toBe(5_000_000);
    expect(policy.expiryDelistBufferS).toBe(3600);
    expect(policy.microLiveCaps?.maxOpenPositions).toBe(5);
    for (const part of [policy, policy.limits, policy.parameters, policy.universe]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each([
    ['min_edge_usd', (policy: Policy) => policy.minEdge],
    ['expiry_delist_buffer_s', (policy: Policy) => policy.expiryDelistBufferS],
    ['exposure.portfolio_delta_usd', (policy: Policy) => policy.exposure.portfolioDelta],
    ['risk_limits.max_leverage', (policy: Policy) => policy.limits.maxLeverage],
    ['smile_guard', (policy: Policy) => policy.smileGuard],
    [
      'exposure.delta_limit',
      (policy: Policy) => policy.exposure.deltaLimitE8.get(currency('BTC')) ?? null,
    ],
  ] as const)('%s has no default: absent it is null, never zero (AMB-03)', (path, read) => {
    expect(read(policyWith(path, undefined))).toBeNull();
    expect(rules(changed(path, 0)).length).toBeGreaterThan(0);
  });

  it('the edge floor alone defaults to zero (AMB-12)', () => {
    expect(policyWith('min_edge_floor_usd', undefined).minEdgeFloor).toBe(0);
  });

  it('every key without default or null is required', () => {
    const optional = [
      'exposure.delta_limit',
      'exposure.portfolio_delta_usd',
      'risk_limits.max_leverage',
      'min_edge_usd',
      'min_edge_floor_usd',
      'expiry_delist_buffer_s',
      'parameters',
      'monitors',
      'monitors.reference_instruments',
      'smile_guard',
    ];
    const document = policyDocument() as unknown as Json;
    const paths = Object.keys(document).flatMap((key) => {
      const inner = document[key];
      const isNested = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
      return isNested ? [key, ...Object.keys(inner).map((name) => `${key}.${name}`)] : [key];
    });
    for (const path of paths) {
      const missing = `/${path.replaceAll('.', '/')} missing_key`;
      expect(rules(changed(path, undefined)).includes(missing)).toBe(!optional.includes(path));
    }
  });
});

describe('P0-F unsafe policies (phases section 1.10) are refused by name', () => {
  it.each([
    ['NaN limit', 'risk_limits.max_daily_loss_usd', Number.NaN, 'type'],
    ['infinite limit', 'risk_limits.max_vega_usd', Number.POSITIVE_INFINITY, 'type'],
    ['true as a limit', 'risk_limits.max_gross_notional_usd', true, 'type'],
    ['zero limit', 'risk_limits.max_daily_loss_usd', 0, 'exclusiveMinimum'],
    ['negative limit', 'risk_limits.max_vega_usd', -1, 'exclusiveMinimum'],
    ['absurd limit', 'risk_limits.max_gross_notional_usd', 9e9, 'maximum'],
    ['unknown top-level key', 'max_daily_loss', 5, 'unknown_key'],
    ['misspelt extra limit', 'risk_limits.max_daily_los_usd', 5, 'unknown_key'],
    [
      'extra environment',
      'environments.LIVE2',
      { trade_capable: true, purpose: 'x' },
      'unknown_key',
    ],
    ['DEV trade capable', 'environments.DEV.trade_capable', true, 'environment_trade_capable'],
    ['PAPER trade capable', 'environments.PAPER.trade_capable', true, 'environment_trade_capable'],
    ['LIVE not capable', 'environments.LIVE.trade_capable', false, 'environment_trade_capable'],
    ['contract 9.9', 'contract_version_target', '9.9', 'const'],
    ['unknown order type', 'allowed_order_types', ['LIMIT', 'FANCY'], 'enum'],
    ['lower-case market', 'allowed_order_types', ['LIMIT', 'market'], 'enum'],
    ['MARKET allowed', 'allowed_order_types', ['LIMIT', 'MARKET'], 'order_type_never_allowed'],
    ['nested list', 'allowed_order_types', [['LIMIT']], 'enum'],
    ['opening hedge', 'containment.opening_hedge_allowed', true, 'const'],
    ['fail open', 'fail_closed', false, 'const'],
    ['margin lines at 1', 'parameters', { mm_util_reject_opens: 1 }, 'exclusiveMaximum'],
    ['loose slippage', 'parameters', { max_slippage_bps: 1e9 }, 'maximum'],
    ['slippage off', 'parameters', { max_slippage_bps: 0 }, 'exclusiveMinimum'],
    ['unknown parameter', 'parameters', { dd_limit: 1 }, 'unknown_key'],
    [
      'coin without limits',
      'universe.underlyings',
      ['BTC', 'ETH', 'SOL'],
      'underlying_without_limits',
    ],
    ['skew beyond delta', 'exposure.delta_limit', { BTC: 6 }, 'limit_order'],
    ['foreign coin', 'exposure.delta_limit', { SOL: 1 }, 'underlying_not_in_universe'],
    ['daily loss above the weekly', 'risk_limits.max_daily_loss_usd', 20_000, 'limit_order'],
    ['pilot above full volume', 'micro_live_caps.max_daily_volume_usd', 100_001, 'limit_order'],
    ['full above any order', 'full_caps.max_single_order_contracts', 11, 'limit_order'],
    ['off-grid money', 'min_edge_usd', 5.000_000_1, 'off_grid'],
    ['money below the grid', 'min_edge_usd', 1e-7, 'off_grid'],
    ['off-grid delta', 'exposure.delta_limit', { BTC: 1.000_000_001 }, 'off_grid'],
    [
      'hedge-only and open',
      'universe.hedge_only_families',
      ['inverse_option'],
      'family_open_and_hedge_only',
    ],
    ['fraction of an order', 'risk_limits.max_orders_per_second', 2.5, 'multipleOf'],
  ])('%s', (_, path, value, rule) => {
    const found = rules(changed(path, value)).map((line) => line.split(' ')[1]);
    expect(found).toContain(rule);
  });

  it('MARKET moved from forbidden to allowed', () => {
    const document = { ...policyDocument(), allowed_order_types: ['LIMIT', 'MARKET'] };
    expect(rules({ ...document, forbidden_order_types: ['STOP'] })).toEqual([
      '/allowed_order_types/1 order_type_never_allowed',
    ]);
    expect(rules(document)).toContain('/allowed_order_types/1 order_type_allowed_and_forbidden');
  });

  it('margin lines 1.0 / 1.0 / 1.0, and lines that do not rise', () => {
    const ones = { mm_util_reject_opens: 1, mm_util_reduceonly: 1, mm_util_kill: 1 };
    expect(rules(changed('parameters', ones)).length).toBeGreaterThan(0);
    const falling = { mm_util_reject_opens: 0.9 };
    expect(rules(changed('parameters', falling))).toEqual([
      '/parameters/mm_util_reject_opens parameter_order',
    ]);
    const level = { mm_util_reject_opens: 0.8, mm_util_reduceonly: 0.8, mm_util_kill: 0.8 };
    expect(rules(changed('parameters', level))).toEqual([]);
    const fees = { fee_cache_soft_s: 900 };
    expect(rules(changed('parameters', fees))).toEqual([
      '/parameters/fee_cache_soft_s parameter_order',
    ]);
  });

  it('says everything that is wrong at once', () => {
    const document = changed('environments.DEV.trade_capable', true);
    document['universe'] = { underlyings: ['SOL'], families: [], hedge_only_families: [] };
    expect(rules(document).length).toBeGreaterThanOrEqual(4);
  });

  it('is total over arbitrary damage', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          ...Object.keys(policyDocument()),
          'risk_limits.per_underlying',
          'parameters',
        ),
        fc.anything(),
        (path, value) => {
          const parsed = parsePolicy(changed(path, value));
          expect(parsed.ok || parsed.violations.length > 0).toBe(true);
        },
      ),
    );
  });
});

/** Appendix A as the contract prints it; not derived from the code under test. */
const APPENDIX_A: Readonly<Record<string, number>> = {
  instrument_cache_ttl_s: 3600,
  contracts_amount_match_tolerance: 0.001,
  inventory_skew_k: 0.5,
  inventory_skew_tick_penalty_max: 3,
  max_slippage_bps: 10,
  l2_book_snapshot_max_age_ms: 1000,
  mm_util_reject_opens: 0.7,
  mm_util_reduceonly: 0.85,
  mm_util_kill: 0.95,
  mm_util_max_age_ms: 30_000,
  disk_used_max_age_ms: 30_000,
  disk_pause_archives_pct: 0.8,
  disk_degraded_pct: 0.85,
  disk_kill_pct: 0.92,
  f1_cert_freshness_window_s: 86_400,
  watchdog_kill_s: 10,
  rate_limit_kill_min_10028: 3,
  emergency_reduceonly_cooldown_s: 300,
  max_policy_age_sec: 300,
  position_reconcile_epsilon: 1e-6,
  reconcile_trade_lookback_sec: 300,
  fee_cache_soft_s: 300,
  fee_cache_hard_s: 900,
  fee_stale_buffer: 0.2,
  cancel_open_batch_max: 50,
  cancel_open_budget_ms: 200,
  stale_order_sec: 30,
  time_drift_threshold_ms: 50,
  basis_price_max_age_ms: 5000,
  exchange_health_stale_s: 180,
  ws_zombie_silence_ms: 15_000,
  ws_zombie_activity_window_ms: 60_000,
  limits_fetch_failures_trip_count: 3,
  limits_fetch_failure_window_s: 300,
  svi_guard_trip_count: 3,
  svi_guard_trip_window_s: 300,
  spread_max_bps: 25,
  spread_kill_bps: 75,
  depth_min: 300_000,
  depth_kill_min: 100_000,
  cortex_kill_window_s: 10,
  dvol_jump_pct: 0.1,
  dvol_jump_window_s: 60,
  dvol_cooldown_s: 300,
  spread_depth_cooldown_s: 120,
  basis_reduceonly_bps: 50,
  basis_reduceonly_window_s: 5,
  basis_reduceonly_cooldown_s: 300,
  basis_kill_bps: 150,
  basis_kill_window_s: 5,
  bunker_jitter_threshold_ms: 2000,
  bunker_exit_stable_s: 120,
  // Not in Appendix A: numbers of sections 40 and 42 without a name there, and greatest ages.
  bunker_http_p95_max_ms: 750,
  bunker_http_p95_evaluations: 3,
  bunker_timeout_rate_max: 0.02,
  cortex_book_max_age_ms: 5000,
  cortex_dvol_max_age_ms: 10_000,
  network_measured_max_age_ms: 5000,
  clock_measured_max_age_ms: 60_000,
  // Numbers of contract-2 section 9.2 without a name.
  svi_rmse_max: 0.05,
  svi_rmse_max_low_depth: 0.08,
  svi_drift_max: 0.2,
  svi_drift_max_low_depth: 0.4,
  svi_iv_max: 5,
  // Ours: the contract has no greeks.
  greeks_max_age_ms: 30_000,
  public_trade_feed_max_age_ms: 5000,
  feedback_loop_window_s: 10,
  feedback_loop_cooldown_s: 300,
  self_trade_fraction_trip: 0.5,
  self_trade_min_self_notional_usd: 5000,
  self_trade_notional_trip_usd: 20_000,
  rescue_cross_spread_ticks: 2,
  close_buffer_ticks: 5,
  atomic_qty_epsilon: 1e-9,
  group_lock_max_wait_ms: 10,
};

/** The keys given explicitly to every test below, so that each can be left out alone. */
function allBut(omitted: string): Record<string, number> {
  const given = { ...APPENDIX_A };
  delete given[omitted];
  return given;
}

function parametersWithout(key: string): Parameters {
  return policyWith('parameters', allBut(key)).parameters;
}

describe('Appendix A', () => {
  it('knows exactly the parameters this build uses', () => {
    const keys = PARAMETER_FIELDS.map((field) => PARAMETER_RULES[field].key);
    expect([...keys].sort()).toEqual(Object.keys(APPENDIX_A).sort());
  });

  it.each(Object.entries(APPENDIX_A))('AT-424 %s left out is %d', (key, expected) => {
    const parameters = parametersWithout(key);
    const field = PARAMETER_FIELDS.find((name) => PARAMETER_RULES[name].key === key);
    expect(field !== undefined && parameters[field]).toBe(expected);
  });

  it('AT-341 without instrument_cache_ttl_s and mm_util_kill they are 3600 and 0.95', () => {
    const given = allBut('instrument_cache_ttl_s');
    delete given['mm_util_kill'];
    const { parameters } = policyWith('parameters', given);
    expect(parameters.instrumentCacheTtlS).toBe(3600);
    expect(parameters.mmUtilKill).toBe(0.95);
    const at95 = { value: 0.95, at: before(1) };
    expect(resolveMode(baselineInputs({ parameters, mmUtil: at95 })).mode).toBe('Kill');
    const below = { value: 0.949, at: before(1) };
    expect(resolveMode(baselineInputs({ parameters, mmUtil: below })).mode).toBe('ReduceOnly');
  });

  it('AT-319 fees: soft 300 s, hard 900 s, buffer 20 % by default; hard drives the guard', () => {
    const { parameters } = policyWith('parameters', undefined);
    expect([parameters.feeCacheSoftS, parameters.feeCacheHardS, parameters.feeStaleBuffer]).toEqual(
      [300, 900, 0.2],
    );
    const { now } = baselineInputs();
    const aged = (ms: number) =>
      resolveMode(baselineInputs({ parameters, feeModelCachedAt: wallMs(now - ms) })).mode;
    expect([aged(900_000), aged(900_001)]).toEqual(['Active', 'ReduceOnly']);
  });

  it('the line from which new OPENs are refused is 0.70 by default', () => {
    expect(parametersWithout('mm_util_reject_opens').mmUtilRejectOpens).toBe(0.7);
  });

  it('a given value wins over the default, and drives the guard', () => {
    const { parameters } = policyWith('parameters', { max_policy_age_sec: 60 });
    const aged = (ms: number) =>
      resolveMode(baselineInputs({ parameters, policyGeneratedAt: before(ms) })).mode;
    expect([aged(60_000), aged(60_001)]).toEqual(['Active', 'ReduceOnly']);
    expect(parametersOf({ watchdog_kill_s: 7 }).watchdogKillS).toBe(7);
  });

  it('every default is inside its own range', () => {
    const defaults = Object.fromEntries(
      PARAMETER_FIELDS.map((field) => [
        PARAMETER_RULES[field].key,
        PARAMETER_RULES[field].fallback,
      ]),
    );
    expect(rules(changed('parameters', defaults))).toEqual([]);
  });
});
