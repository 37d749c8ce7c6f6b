import { positive, share, whole } from './policy-ranges.ts';
import type { MonitorParameters } from './policy.ts';

const HOUR_S = 3_600;

/**
 * What the monitors of market, network and clock go by (contract-1 sections 40, 42 and 43). The
 * keys Appendix A does not name are numbers of those sections that have no name there, and the
 * greatest ages of what the monitors read (AMB-34).
 */
export const MONITOR_RULES = {
  spreadMaxBps: positive(
    'spread_max_bps',
    25,
    'bps',
    100,
    'A wider spread of a reference instrument is ReduceOnly.',
  ),
  spreadKillBps: positive(
    'spread_kill_bps',
    75,
    'bps',
    500,
    'A spread at least this wide, for the whole kill window, is Kill.',
  ),
  depthMin: positive(
    'depth_min',
    300_000,
    'USD',
    1_000_000_000,
    'A thinner book of a reference instrument is ReduceOnly: five levels, the smaller side.',
  ),
  depthKillMin: positive(
    'depth_kill_min',
    100_000,
    'USD',
    1_000_000_000,
    'A book at most this deep, for the whole kill window, is Kill.',
  ),
  cortexKillWindowS: whole(
    'cortex_kill_window_s',
    10,
    's',
    [1, 60],
    'How long spread or depth must be at its kill level without a break.',
  ),
  spreadDepthCooldownS: whole(
    'spread_depth_cooldown_s',
    120,
    's',
    [1, HOUR_S],
    'ReduceOnly for so long after spread and depth are in order again.',
  ),
  dvolJumpPct: share('dvol_jump_pct', 0.1, 'A rise of the volatility index that is ReduceOnly.'),
  dvolJumpWindowS: whole(
    'dvol_jump_window_s',
    60,
    's',
    [1, 600],
    'The rise is counted within this.',
  ),
  dvolCooldownS: whole(
    'dvol_cooldown_s',
    300,
    's',
    [1, HOUR_S],
    'ReduceOnly for so long after such a rise.',
  ),
  cortexBookMaxAgeMs: whole(
    'cortex_book_max_age_ms',
    5_000,
    'ms',
    [1, 60_000],
    'An older book of a reference instrument says nothing of spread and depth.',
  ),
  cortexDvolMaxAgeMs: whole(
    'cortex_dvol_max_age_ms',
    10_000,
    'ms',
    [1, 60_000],
    'An older volatility index is none.',
  ),
  basisReduceonlyBps: positive(
    'basis_reduceonly_bps',
    50,
    'bps',
    500,
    'Mark against index or market this far apart, for its window, is ReduceOnly.',
  ),
  basisReduceonlyWindowS: whole(
    'basis_reduceonly_window_s',
    5,
    's',
    [1, 60],
    'How long without a break.',
  ),
  basisReduceonlyCooldownS: whole(
    'basis_reduceonly_cooldown_s',
    300,
    's',
    [1, HOUR_S],
    'ReduceOnly for so long after the basis is narrow again.',
  ),
  basisKillBps: positive(
    'basis_kill_bps',
    150,
    'bps',
    1_000,
    'Mark against index or market this far apart, for its window, is Kill.',
  ),
  basisKillWindowS: whole('basis_kill_window_s', 5, 's', [1, 60], 'How long without a break.'),
  bunkerHttpP95MaxMs: whole(
    'bunker_http_p95_max_ms',
    750,
    'ms',
    [1, 10_000],
    'Slower answers, 95th percentile of 30 s, are a breach.',
  ),
  bunkerHttpP95Evaluations: whole(
    'bunker_http_p95_evaluations',
    3,
    'count',
    [1, 10],
    'Such breaches in a row that switch bunker mode on; one a second is counted.',
  ),
  bunkerJitterThresholdMs: whole(
    'bunker_jitter_threshold_ms',
    2_000,
    'ms',
    [1, 10_000],
    'The venue silent for longer switches bunker mode on.',
  ),
  bunkerTimeoutRateMax: share(
    'bunker_timeout_rate_max',
    0.02,
    'More requests of 60 s left unanswered switch bunker mode on.',
  ),
  bunkerExitStableS: whole(
    'bunker_exit_stable_s',
    120,
    's',
    [1, HOUR_S],
    'Every network figure must stay good for so long before bunker mode ends.',
  ),
  networkMeasuredMaxAgeMs: whole(
    'network_measured_max_age_ms',
    5_000,
    'ms',
    [1_000, 60_000],
    'Network figures nobody has measured for longer are unknown.',
  ),
  clockMeasuredMaxAgeMs: whole(
    'clock_measured_max_age_ms',
    60_000,
    'ms',
    [1_000, 600_000],
    'A clock not compared with the venue for longer may have drifted.',
  ),
} as const satisfies Record<keyof MonitorParameters, ReturnType<typeof whole>>;
