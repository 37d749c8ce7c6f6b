import { DAY_S, positive, whole } from './policy-ranges.ts';
import type { SmileParameters } from './policy.ts';

type SmileKey = keyof SmileParameters | 'sviGuardTripCount' | 'sviGuardTripWindowS';

/**
 * What the guard over smile fits goes by (contract-2 section 9). Only the last two have a name in
 * Appendix A; the others are numbers of the section, and none may be looser than it says.
 */
export const SMILE_RULES = {
  sviRmseMax: positive('svi_rmse_max', 0.05, 'volatility', 0.05, 'Largest error of a smile fit.'),
  sviRmseMaxLowDepth: positive(
    'svi_rmse_max_low_depth',
    0.08,
    'volatility',
    0.08,
    'Largest error of a smile fit in a market shallower than depth_min.',
  ),
  sviDriftMax: positive(
    'svi_drift_max',
    0.2,
    'ratio',
    0.2,
    'How far the volatility of a fit may be from that of the last valid one.',
  ),
  sviDriftMaxLowDepth: positive(
    'svi_drift_max_low_depth',
    0.4,
    'ratio',
    0.4,
    'The same in a market shallower than depth_min.',
  ),
  sviIvMax: positive('svi_iv_max', 5, 'volatility', 5, 'A higher volatility is no volatility.'),
  sviGuardTripCount: whole(
    'svi_guard_trip_count',
    3,
    'trips',
    [1, 32],
    'Smile fits refused for drift, arithmetic or arbitrage in the window that are Degraded.',
  ),
  sviGuardTripWindowS: whole(
    'svi_guard_trip_window_s',
    300,
    's',
    [1, DAY_S],
    'The window those trips are counted in, and how long the last valid fit stands for now.',
  ),
} as const satisfies Record<SmileKey, ReturnType<typeof whole>>;
