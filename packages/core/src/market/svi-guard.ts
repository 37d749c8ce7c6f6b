import type { SmileGuardGrid, SmileParameters } from '../policy.ts';
import { type SmileFit, type SmileRefusal, smileRefusal } from './smile.ts';
import {
  type Arbitrage,
  butterflyArbitrage,
  calendarArbitrage,
  gridPoint,
  type SliceCurve,
} from './svi-arbitrage.ts';
import { type SviShape, sviVariance } from './svi.ts';

declare const valid: unique symbol;

/** A fit that every gate has let through. Nothing makes one but `validateSviFit`. */
export interface ValidSmile extends SmileFit {
  readonly [valid]: true;
}

/** What the guard goes by, of the policy that is in force. */
export type SviRules = SviLimits & SmileGuardGrid;

export interface SviLimits extends SmileParameters {
  /** A shallower market has the wider limits, USD. */
  readonly depthMin: number;
}

/** What a fit is held against. */
export interface SviContext {
  /** `depth_topN` of the coin, USD; null: missing, stale or unreadable. */
  readonly depthUsd: number | null;
  /** The last valid fit of this expiry; null: there is none, and nothing to drift from. */
  readonly before: SliceCurve | null;
  /** The expiries next to it that have a valid fit, at the moment of this one. */
  readonly earlier: SliceCurve | null;
  readonly later: SliceCurve | null;
}

/** Which gates of contract-2 section 9.2 count when they close; `rmse` is not among them. */
export type SviTrip = 'math' | 'drift' | 'arbitrage';

export interface SviRejection {
  readonly ok: false;
  /** Null: refused, and no trip. */
  readonly trip: SviTrip | null;
  readonly refusal: SmileRefusal;
}

/**
 * May this fit be used (contract-2 section 9.2)? Math first, because nothing can be measured on
 * what is no number; then error and drift, each against the limit of the depth; then arbitrage,
 * which no depth ever loosens.
 */
export function validateSviFit(
  fit: SmileFit,
  context: SviContext,
  rules: SviRules,
): { readonly ok: true; readonly smile: ValidSmile } | SviRejection {
  const worst = mathFault(fit, rules);
  if (worst !== null) return rejected('math', 'SmileNotFinite', fit, worst, rules.sviIvMax);
  const { rmseMax, driftMax } = sviThresholds(context.depthUsd, rules);
  if (!(fit.rmseVol <= rmseMax)) {
    return rejected(null, 'SmileFitPoor', fit, fit.rmseVol, rmseMax);
  }
  const drift = context.before === null ? 0 : sviDrift(context.before, fit, rules.gridSteps);
  if (!(drift <= driftMax)) return rejected('drift', 'SmileDrifted', fit, drift, driftMax);
  const free = arbitrageOf(fit, context, rules);
  if (free !== null) {
    return rejected('arbitrage', 'SmileArbitrage', fit, free.measured, free.limit);
  }
  return { ok: true, smile: passed(fit) };
}

/** The one place where a fit becomes a valid one. */
function passed(fit: SmileFit): ValidSmile {
  return Object.freeze({ ...fit, shape: Object.freeze({ ...fit.shape }) }) as ValidSmile;
}

function rejected(
  trip: SviTrip | null,
  code: SmileRefusal['code'],
  { points }: SmileFit,
  measured: number,
  limit: number,
): SviRejection {
  return { ok: false, trip, refusal: smileRefusal(code, points, measured, limit) };
}

/**
 * Error and drift a fit may have. A shallow market is a noisy one, so its limits are wider; one of
 * which nobody knows the depth has the strict ones (AT-287).
 */
export function sviThresholds(
  depthUsd: number | null,
  rules: SviLimits,
): { readonly rmseMax: number; readonly driftMax: number } {
  const isLow = depthUsd !== null && depthUsd >= 0 && depthUsd < rules.depthMin;
  return isLow
    ? { rmseMax: rules.sviRmseMaxLowDepth, driftMax: rules.sviDriftMaxLowDepth }
    : { rmseMax: rules.sviRmseMax, driftMax: rules.sviDriftMax };
}

/** The figure that is no number, or the volatility that is none to be believed; null: all are. */
function mathFault(fit: SmileFit, { sviIvMax, gridSteps }: SviRules): number | null {
  const { shape, years, rmseVol, kMin, kMax } = fit;
  const { a, b, rho, m, sigma } = shape;
  for (const figure of [a, b, rho, m, sigma, years, rmseVol, kMin, kMax]) {
    if (!Number.isFinite(figure)) return figure;
  }
  if (!(b >= 0)) return b;
  if (!(sigma > 0)) return sigma;
  if (!(Math.abs(rho) <= 1)) return rho;
  if (!(years > 0)) return years;
  for (let i = 0; i <= gridSteps; i += 1) {
    const vol = volAt(shape, years, gridPoint(kMin, kMax, i, gridSteps));
    if (!(vol > 0 && vol <= sviIvMax)) return vol;
  }
  return null;
}

/**
 * How far a fit has moved: the largest relative change of its volatility over the strikes that both
 * quote (decision 0024). Without a strike in common nobody can say, and that is endless.
 */
export function sviDrift(before: SliceCurve, after: SliceCurve, steps: number): number {
  const kMin = Math.max(before.kMin, after.kMin);
  const kMax = Math.min(before.kMax, after.kMax);
  if (!(kMin <= kMax)) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i <= steps; i += 1) {
    const k = gridPoint(kMin, kMax, i, steps);
    const ratio = volAt(after.shape, after.years, k) / volAt(before.shape, before.years, k);
    most = Math.max(most, Math.abs(ratio - 1));
  }
  return most;
}

function volAt(shape: SviShape, years: number, k: number): number {
  return Math.sqrt(sviVariance(shape, k) / years);
}

function arbitrageOf(
  fit: SmileFit,
  { earlier, later }: SviContext,
  { butterflyEpsilon, calendarEpsilon, gridSteps }: SviRules,
): Arbitrage | null {
  return (
    butterflyArbitrage(fit, butterflyEpsilon, gridSteps) ??
    (earlier === null ? null : calendarArbitrage(earlier, fit, calendarEpsilon, gridSteps)) ??
    (later === null ? null : calendarArbitrage(fit, later, calendarEpsilon, gridSteps))
  );
}
