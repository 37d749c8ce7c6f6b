import { optionPriceUsd } from './black76.ts';
import { type SviShape, sviDensitySign, sviVariance } from './svi.ts';

/** One expiry's curve over the strikes it may be asked about. */
export interface SliceCurve {
  readonly shape: SviShape;
  readonly years: number;
  readonly kMin: number;
  readonly kMax: number;
}

/** What a curve gives away on the grid; `measured` is the worst of it, at most `limit` is clean. */
export interface Arbitrage {
  readonly what: 'butterfly' | 'density' | 'calendar';
  readonly measured: number;
  readonly limit: number;
}

/** Smallest g(k), which has the sign of the density, at `steps + 1` points of the range. */
export function lowestDensity(shape: SviShape, kMin: number, kMax: number, steps: number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= steps; i += 1) {
    lowest = Math.min(lowest, sviDensitySign(shape, gridPoint(kMin, kMax, i, steps)));
  }
  return lowest;
}

/**
 * Whether one expiry by itself admits a free butterfly (contract-2 section 9): call prices, as
 * parts of the forward, at strikes of equal distance must be convex to within `epsilon`, and the
 * density must not be negative by more. Asked of the quoted strikes; beyond them nothing is priced.
 */
export function butterflyArbitrage(
  curve: SliceCurve,
  epsilon: number,
  steps: number,
): Arbitrage | null {
  const density = lowestDensity(curve.shape, curve.kMin, curve.kMax, steps);
  if (!(density >= -epsilon)) return { what: 'density', measured: density, limit: -epsilon };
  const convexity = lowestConvexity(curve, steps);
  if (!(convexity >= -epsilon)) return { what: 'butterfly', measured: convexity, limit: -epsilon };
  return null;
}

/** Smallest second difference of the call price over the strikes of the grid. */
function lowestConvexity({ shape, years, kMin, kMax }: SliceCurve, steps: number): number {
  const [low, high] = [Math.exp(kMin), Math.exp(kMax)];
  let lowest = Number.POSITIVE_INFINITY;
  let [before, here] = [Number.NaN, Number.NaN];
  for (let i = 0; i <= steps; i += 1) {
    const strike = gridPoint(low, high, i, steps);
    const vol = Math.sqrt(sviVariance(shape, Math.log(strike)) / years);
    const price = optionPriceUsd('call', 1, strike, vol, years) ?? Number.NaN;
    if (!Number.isFinite(price)) return Number.NaN;
    if (i > 1) lowest = Math.min(lowest, price - 2 * here + before);
    [before, here] = [here, price];
  }
  return lowest;
}

/**
 * Whether a later expiry has less total variance than an earlier one at the same k (contract-2
 * section 9), by more than this share of it, on the strikes that both quote. Both curves must be
 * those of one moment. Two that quote no strike in common cannot be traded against each other.
 */
export function calendarArbitrage(
  earlier: SliceCurve,
  later: SliceCurve,
  epsilon: number,
  steps: number,
): Arbitrage | null {
  const kMin = Math.max(earlier.kMin, later.kMin);
  const kMax = Math.min(earlier.kMax, later.kMax);
  if (!(kMin <= kMax)) return null;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= steps; i += 1) {
    const k = gridPoint(kMin, kMax, i, steps);
    const variance = sviVariance(earlier.shape, k);
    lowest = Math.min(lowest, (sviVariance(later.shape, k) - variance) / variance);
  }
  return lowest >= -epsilon ? null : { what: 'calendar', measured: lowest, limit: -epsilon };
}

/** Point `i` of `steps + 1` from `low` to `high`, both included exactly. */
export function gridPoint(low: number, high: number, i: number, steps: number): number {
  return i === steps ? high : low + ((high - low) * i) / steps;
}
