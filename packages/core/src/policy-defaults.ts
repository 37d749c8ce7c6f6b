import { type TNumber, type TOptional, Type } from 'typebox';
import { assert } from './assert.ts';
import { MONITOR_RULES } from './policy-monitor-rules.ts';
import { SMILE_RULES } from './policy-smile-rules.ts';
import { DAY_S, type ParameterRule, positive, share, whole } from './policy-ranges.ts';
import type { Parameters } from './policy.ts';

export type { ParameterRule } from './policy-ranges.ts';

/** Zero is never "off": a parameter that switches a guard off does not exist (D-13). */
export const PARAMETER_RULES = {
  instrumentCacheTtlS: whole(
    'instrument_cache_ttl_s',
    3600,
    's',
    [1, DAY_S],
    'Metadata older than this blocks OPEN.',
  ),
  contractsAmountMatchTolerance: positive(
    'contracts_amount_match_tolerance',
    0.001,
    'relative',
    0.01,
    'How far contracts and amount may disagree.',
  ),
  inventorySkewK: positive(
    'inventory_skew_k',
    0.5,
    'factor',
    10,
    'How much inventory raises the edge asked of risk-increasing trades.',
  ),
  inventorySkewTickPenaltyMax: whole(
    'inventory_skew_tick_penalty_max',
    3,
    'ticks',
    [1, 100],
    'How far full inventory moves the limit price.',
  ),
  maxSlippageBps: positive(
    'max_slippage_bps',
    10,
    'bps',
    100,
    'Worse expected slippage is refused.',
  ),
  l2BookSnapshotMaxAgeMs: whole(
    'l2_book_snapshot_max_age_ms',
    1000,
    'ms',
    [1, 10_000],
    'An older book is no book.',
  ),
  mmUtilRejectOpens: share(
    'mm_util_reject_opens',
    0.7,
    'Margin use from which new OPENs are refused.',
  ),
  mmUtilReduceonly: share(
    'mm_util_reduceonly',
    0.85,
    'Margin use from which the mode is ReduceOnly.',
  ),
  mmUtilKill: positive('mm_util_kill', 0.95, 'ratio', 1, 'Margin use from which the mode is Kill.'),
  mmUtilMaxAgeMs: whole(
    'mm_util_max_age_ms',
    30_000,
    'ms',
    [1, 300_000],
    'An older margin figure counts as missing.',
  ),
  diskUsedMaxAgeMs: whole(
    'disk_used_max_age_ms',
    30_000,
    'ms',
    [1, 300_000],
    'An older disk figure counts as missing.',
  ),
  diskPauseArchivesPct: share('disk_pause_archives_pct', 0.8, 'Disk use from which archives stop.'),
  diskDegradedPct: share('disk_degraded_pct', 0.85, 'Disk use from which RiskState is Degraded.'),
  diskKillPct: share('disk_kill_pct', 0.92, 'Disk use that kills, once both sources agree.'),
  f1CertFreshnessWindowS: whole(
    'f1_cert_freshness_window_s',
    DAY_S,
    's',
    [1, 7 * DAY_S],
    'An older certificate is STALE.',
  ),
  watchdogKillS: whole(
    'watchdog_kill_s',
    10,
    's',
    [1, 60],
    'Heartbeat and loop silent for longer is Kill.',
  ),
  rateLimitKillMin10028: whole(
    'rate_limit_kill_min_10028',
    3,
    'count',
    [1, 10],
    'Session terminations in five minutes that confirm a kill.',
  ),
  emergencyReduceonlyCooldownS: whole(
    'emergency_reduceonly_cooldown_s',
    300,
    's',
    [1, DAY_S],
    'How long an emergency call holds ReduceOnly.',
  ),
  maxPolicyAgeSec: whole(
    'max_policy_age_sec',
    300,
    's',
    [1, DAY_S],
    'A policy nobody vouched for in this time is stale.',
  ),
  positionReconcileEpsilon: positive(
    'position_reconcile_epsilon',
    1e-6,
    'amount',
    0.001,
    'Positions that differ by more do not match.',
  ),
  reconcileTradeLookbackSec: whole(
    'reconcile_trade_lookback_sec',
    300,
    's',
    [1, DAY_S],
    'How far back a reconciliation looks for trades.',
  ),
  feeCacheSoftS: whole(
    'fee_cache_soft_s',
    300,
    's',
    [1, DAY_S],
    'From this age fee rates are buffered.',
  ),
  feeCacheHardS: whole(
    'fee_cache_hard_s',
    900,
    's',
    [1, DAY_S],
    'From this age fee rates block OPEN.',
  ),
  feeStaleBuffer: positive(
    'fee_stale_buffer',
    0.2,
    'relative',
    10,
    'What is added to ageing fees.',
  ),
  cancelOpenBatchMax: whole(
    'cancel_open_batch_max',
    50,
    'count',
    [1, 1000],
    'OPEN orders cancelled in one tick when the mode falls.',
  ),
  cancelOpenBudgetMs: whole(
    'cancel_open_budget_ms',
    200,
    'ms',
    [1, 10_000],
    'Time one tick may spend on those cancels.',
  ),
  staleOrderSec: whole('stale_order_sec', 30, 's', [1, 3600], 'Older working OPENs are cancelled.'),
  timeDriftThresholdMs: whole(
    'time_drift_threshold_ms',
    50,
    'ms',
    [1, 1000],
    'More clock drift is Degraded.',
  ),
  basisPriceMaxAgeMs: whole(
    'basis_price_max_age_ms',
    5000,
    'ms',
    [1, 60_000],
    'An older index price is no index price.',
  ),
  greeksMaxAgeMs: whole(
    'greeks_max_age_ms',
    30_000,
    'ms',
    [1, 300_000],
    'Older gamma and vega are no gamma and vega.',
  ),
  exchangeHealthStaleS: whole(
    'exchange_health_stale_s',
    180,
    's',
    [1, 3600],
    'Announcements not read for this long are ReduceOnly.',
  ),
  wsZombieSilenceMs: whole(
    'ws_zombie_silence_ms',
    15_000,
    'ms',
    [1000, 300_000],
    'Market data silent for longer, while something is at stake, is a dead connection.',
  ),
  wsZombieActivityWindowMs: whole(
    'ws_zombie_activity_window_ms',
    60_000,
    'ms',
    [1000, 3_600_000],
    'How long what we sent or filled counts as something at stake.',
  ),
  limitsFetchFailuresTripCount: whole(
    'limits_fetch_failures_trip_count',
    3,
    'count',
    [1, 32],
    'Failed readings of the request limits in the window that are Degraded.',
  ),
  limitsFetchFailureWindowS: whole(
    'limits_fetch_failure_window_s',
    300,
    's',
    [1, DAY_S],
    'The window those failures are counted in.',
  ),
  ...MONITOR_RULES,
  ...SMILE_RULES,
  publicTradeFeedMaxAgeMs: whole(
    'public_trade_feed_max_age_ms',
    5000,
    'ms',
    [1000, 60_000],
    'Public trades not known whole for this long are a gap, and block OPEN.',
  ),
  feedbackLoopWindowS: whole(
    'feedback_loop_window_s',
    10,
    's',
    [1, 60],
    'The window our own trades are compared with everybody’s in.',
  ),
  feedbackLoopCooldownS: whole(
    'feedback_loop_cooldown_s',
    300,
    's',
    [1, DAY_S],
    'How long a structure is not opened after the self-impact guard has tripped.',
  ),
  selfTradeFractionTrip: positive(
    'self_trade_fraction_trip',
    0.5,
    'ratio',
    1,
    'Our share of what is traded from which more in the same direction is refused.',
  ),
  selfTradeMinSelfNotionalUsd: positive(
    'self_trade_min_self_notional_usd',
    5000,
    'USD',
    1e9,
    'A share counts only from this much of our own trades.',
  ),
  selfTradeNotionalTripUsd: positive(
    'self_trade_notional_trip_usd',
    20_000,
    'USD',
    1e9,
    'Own trades from which more in the same direction is refused, whatever the share.',
  ),
  rescueCrossSpreadTicks: whole(
    'rescue_cross_spread_ticks',
    2,
    'ticks',
    [1, 100],
    'How far through the touch the rescue of a missing leg may reach.',
  ),
  closeBufferTicks: whole(
    'close_buffer_ticks',
    5,
    'ticks',
    [1, 100],
    'How far through the touch the first emergency close may reach; doubled with each attempt.',
  ),
  atomicQtyEpsilon: positive(
    'atomic_qty_epsilon',
    1e-9,
    'amount',
    0.01,
    'Legs that filled this close to each other filled the same.',
  ),
  groupLockMaxWaitMs: whole(
    'group_lock_max_wait_ms',
    10,
    'ms',
    [1, 10_000],
    'A group whose step is not on record after this long is ReduceOnly until it is.',
  ),
} as const satisfies Record<keyof Parameters, ParameterRule>;

export const PARAMETER_FIELDS = Object.keys(PARAMETER_RULES) as readonly (keyof Parameters)[];

/** The schema of `parameters`: every key optional, none unknown, each within its range. */
export function parameterSchemas(): Record<string, TOptional<TNumber>> {
  const schemas: Record<string, TOptional<TNumber>> = {};
  for (const field of PARAMETER_FIELDS) {
    const rule: ParameterRule = PARAMETER_RULES[field];
    const description = `${rule.meaning} Unit: ${rule.unit}. Default: ${rule.fallback}.`;
    const options = {
      description,
      ...(rule.isOpenBelow ? { exclusiveMinimum: rule.min } : { minimum: rule.min }),
      ...(rule.isOpenAbove ? { exclusiveMaximum: rule.max } : { maximum: rule.max }),
      ...(rule.isWhole ? { multipleOf: 1 } : {}),
    };
    schemas[rule.key] = Type.Optional(Type.Number(options));
  }
  return schemas;
}

/** Absent keys take the documented default, never zero (AT-341, AT-424). */
export function parametersOf(given: Readonly<Record<string, number | undefined>>): Parameters {
  const entries = PARAMETER_FIELDS.map((field) => {
    const rule: ParameterRule = PARAMETER_RULES[field];
    return [field, given[rule.key] ?? rule.fallback] as const;
  });
  const parameters = Object.fromEntries(entries);
  assert(isComplete(parameters), 'every parameter has a value');
  return Object.freeze(parameters);
}

function isComplete(value: object): value is Parameters {
  return PARAMETER_FIELDS.every((field) => field in value);
}

/** Every Appendix A value this build uses, at its default. */
export const DEFAULT_PARAMETERS: Parameters = parametersOf({});
