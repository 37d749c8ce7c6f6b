import { minimisePlane } from './nelder-mead.ts';
import { lowestDensity } from './svi-arbitrage.ts';
import { solveInner, type SviColumns, type SviLinear, type SviShape, sviVariance } from './svi.ts';

/** One two-sided quote as the fit sees it. */
export interface SmilePoint {
  /** ln(strike / forward). */
  readonly logMoneyness: number;
  /** Implied volatility of the mid, per square root of a year. */
  readonly vol: number;
  /** Half the quoted spread, in volatility: the uncertainty the point is weighted by. */
  readonly volHalfSpread: number;
}

/** What a slice must satisfy to be used. Volatilities per square root of a year. */
export interface SmileCriteria {
  /** Two-sided quotes needed, before any is left out. */
  readonly pointsMin: number;
  /** Largest weighted root mean square error in volatility. */
  readonly rmseVolMax: number;
  /** A spread narrower than this earns no further weight: the model is not better than it. */
  readonly volHalfSpreadFloor: number;
  /** g(k) may fall below zero by this much on the grid, for rounding only. */
  readonly densityTolerance: number;
}

export const SMILE_CRITERIA: SmileCriteria = Object.freeze({
  pointsMin: 8,
  rmseVolMax: 0.03,
  volHalfSpreadFloor: 0.0025,
  densityTolerance: 1e-9,
});

export type SmileRefusalCode =
  | 'SmileInputInvalid'
  | 'SmileTooFewQuotes'
  | 'SmileFitPoor'
  | 'SmileArbitrage'
  | 'SmileNotFinite'
  | 'SmileDrifted'
  | 'SmileGuardUnset';

/** No usable smile, and why; `measured` and `limit` are the operands of `code`. */
export interface SmileRefusal {
  readonly ok: false;
  readonly code: SmileRefusalCode;
  readonly points: number;
  readonly measured: number;
  readonly limit: number;
}

/** A curve and how well it fits; whether it may be used is another question (`svi-guard.ts`). */
export interface SmileFit {
  readonly shape: SviShape;
  readonly years: number;
  /** The strikes that were quoted, as log-moneyness: beyond them nothing is priced. */
  readonly kMin: number;
  readonly kMax: number;
  /** Points that took part; one less than offered when one was left out. */
  readonly points: number;
  /** Weighted root mean square error, in volatility. */
  readonly rmseVol: number;
  /** Root mean square error in half spreads: below 1 the curve lies inside the quotes. */
  readonly rmseHalfSpreads: number;
}

/** Checked points of one expiry, ready to be fitted more than once. */
export interface SmileSlice {
  readonly ok: true;
  readonly years: number;
  readonly columns: SviColumns;
  readonly vol: Float64Array;
  readonly volWeight: Float64Array;
  readonly kMin: number;
  readonly kMax: number;
  readonly criteria: SmileCriteria;
}

/**
 * Checks the quotes of one expiry. `years` to expiry; order of points is kept and is what
 * `excluded` counts.
 */
export function prepareSlice(
  points: readonly SmilePoint[],
  years: number,
  criteria: SmileCriteria,
): SmileSlice | SmileRefusal {
  const size = points.length;
  if (size < criteria.pointsMin) {
    return smileRefusal('SmileTooFewQuotes', size, size, criteria.pointsMin);
  }
  if (!isPositive(years)) return smileRefusal('SmileInputInvalid', size, years, 0);
  const columns: SviColumns = {
    size,
    k: new Float64Array(size),
    w: new Float64Array(size),
    weight: new Float64Array(size),
    right: new Float64Array(size),
    left: new Float64Array(size),
  };
  const vol = new Float64Array(size);
  const volWeight = new Float64Array(size);
  let kMin = Number.POSITIVE_INFINITY;
  let kMax = Number.NEGATIVE_INFINITY;
  for (const [i, point] of points.entries()) {
    const spread = Math.max(point.volHalfSpread, criteria.volHalfSpreadFloor);
    const w = point.vol * point.vol * years;
    const slope = 2 * point.vol * years * spread;
    const weight = 1 / (slope * slope);
    const measured = point.vol > 0 && point.volHalfSpread >= 0;
    if (
      !measured ||
      !isPositive(w) ||
      !isPositive(weight) ||
      !Number.isFinite(point.logMoneyness)
    ) {
      return smileRefusal('SmileInputInvalid', size, i, size);
    }
    columns.k[i] = point.logMoneyness;
    columns.w[i] = w;
    columns.weight[i] = weight;
    vol[i] = point.vol;
    volWeight[i] = 1 / (spread * spread);
    kMin = Math.min(kMin, point.logMoneyness);
    kMax = Math.max(kMax, point.logMoneyness);
  }
  if (!(kMax > kMin)) return smileRefusal('SmileInputInvalid', size, kMax, kMin);
  return { ok: true, years, columns, vol, volWeight, kMin, kMax, criteria };
}

/**
 * Quasi-explicit SVI: the linear part is solved exactly inside a Nelder-Mead search over (m, ln
 * sigma), which starts from `warm` or from the best of a small grid. `excluded` is the index of a
 * point to leave out, or `null`: a fair value for an option must not come from a curve its own
 * quote has bent.
 */
export function fitSmile(
  slice: SmileSlice,
  warm: SviShape | null,
  excluded: number | null,
): SmileFit {
  const out = excluded ?? -1;
  return measure(slice, search(slice, warm, out), out);
}

/** What its own criteria say against a fit to this slice; null: nothing. */
export function smileFault(
  { criteria }: SmileSlice,
  { shape, points, rmseVol, kMin, kMax }: SmileFit,
): SmileRefusal | null {
  const { rmseVolMax, densityTolerance } = criteria;
  if (!(rmseVol <= rmseVolMax)) return smileRefusal('SmileFitPoor', points, rmseVol, rmseVolMax);
  const density = lowestDensity(shape, kMin, kMax, DENSITY_GRID);
  if (density >= -densityTolerance) return null;
  return smileRefusal('SmileArbitrage', points, density, -densityTolerance);
}

const ITERATIONS_COLD = 160;
const ITERATIONS_WARM = 60;

/**
 * Seeds of a cold start: the vertex across the quoted strikes, its width as a fraction of their
 * range.
 */
const SEED_CENTRES = [0.2, 0.35, 0.5, 0.65, 0.8] as const;
const SEED_WIDTHS = [0.03, 0.1, 0.3, 0.9] as const;
const WIDTH_MIN = 0.005;
const WIDTH_MAX = 4;

function search(slice: SmileSlice, warm: SviShape | null, excluded: number): SviShape {
  const { columns, kMin, kMax } = slice;
  const range = kMax - kMin;
  const linear: SviLinear = { a: 0, right: 0, left: 0 };
  const centre = (m: number) => clamp(m, kMin - range, kMax + range);
  const width = (logSigma: number) =>
    clamp(Math.exp(logSigma), WIDTH_MIN * range, WIDTH_MAX * range);
  const objective = (m: number, logSigma: number) =>
    solveInner(columns, centre(m), width(logSigma), excluded, linear);
  let startM = warm?.m ?? 0;
  let startLog = warm === null ? 0 : Math.log(warm.sigma);
  if (warm === null) {
    let lowest = Number.POSITIVE_INFINITY;
    for (const share of SEED_CENTRES) {
      for (const fraction of SEED_WIDTHS) {
        const m = kMin + share * range;
        const logSigma = Math.log(fraction * range);
        const value = objective(m, logSigma);
        if (!(value < lowest)) continue;
        lowest = value;
        startM = m;
        startLog = logSigma;
      }
    }
  }
  const leg = warm === null ? 0.1 : 0.02;
  const steps = warm === null ? ITERATIONS_COLD : ITERATIONS_WARM;
  const found = minimisePlane(objective, startM, startLog, leg * range, 4 * leg, steps);
  objective(found.x, found.y);
  return shapeOf(linear, centre(found.x), width(found.y));
}

/**
 * Volatility the rest of the slice gives at point `index`, with m and sigma held: exact for the
 * linear part, a few percent of the cost of a new fit. A screen: m and sigma still know the point.
 * `fitSmile(slice, null, index)` does not, to the last bit.
 */
export function leaveOneOutVol(slice: SmileSlice, shape: SviShape, index: number): number | null {
  const k = slice.columns.k[index];
  if (k === undefined) return null;
  const linear: SviLinear = { a: 0, right: 0, left: 0 };
  solveInner(slice.columns, shape.m, shape.sigma, index, linear);
  return volOf(shapeOf(linear, shape.m, shape.sigma), k, slice.years);
}

/** Volatility of the fitted smile at a strike; `null` outside what a positive variance allows. */
export function smileVol(
  fit: Pick<SmileFit, 'shape' | 'years'>,
  logMoneyness: number,
): number | null {
  return volOf(fit.shape, logMoneyness, fit.years);
}

function volOf(shape: SviShape, k: number, years: number): number | null {
  const vol = Math.sqrt(sviVariance(shape, k) / years);
  return isPositive(vol) ? vol : null;
}

function measure(slice: SmileSlice, shape: SviShape, excluded: number): SmileFit {
  const { columns, years, kMin, kMax } = slice;
  let weights = 0;
  let squares = 0;
  let points = 0;
  for (let i = 0; i < columns.size; i += 1) {
    if (i === excluded) continue;
    const model = volOf(shape, columns.k[i] ?? 0, years) ?? Number.NaN;
    const miss = model - (slice.vol[i] ?? 0);
    const weight = slice.volWeight[i] ?? 0;
    weights += weight;
    squares += weight * miss * miss;
    points += 1;
  }
  const rmseVol = Math.sqrt(squares / weights);
  const rmseHalfSpreads = Math.sqrt(squares / points);
  return { shape, years, kMin, kMax, points, rmseVol, rmseHalfSpreads };
}

const DENSITY_GRID = 48;

function shapeOf(linear: SviLinear, m: number, sigma: number): SviShape {
  const total = linear.right + linear.left;
  return {
    a: linear.a,
    b: total / (2 * sigma),
    rho: total > 0 ? (linear.right - linear.left) / total : 0,
    m,
    sigma,
  };
}

/** No usable smile, with the operands of its code. */
export function smileRefusal(
  code: SmileRefusalCode,
  points: number,
  measured: number,
  limit: number,
): SmileRefusal {
  return { ok: false, code, points, measured, limit };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}
