/**
 * Raw SVI slice (Gatheral): total variance against log-moneyness k = ln(strike / forward), w(k) = a
 * + b * (rho * (k - m) + sqrt((k - m)^2 + sigma^2)). `b`, `sigma` and w are positive, |rho| <= 1.
 */
export interface SviShape {
  readonly a: number;
  readonly b: number;
  readonly rho: number;
  readonly m: number;
  readonly sigma: number;
}

/** Total implied variance (vol * vol * years) at log-moneyness `k`. */
export function sviVariance(shape: SviShape, k: number): number {
  const x = k - shape.m;
  const radius = Math.sqrt(x * x + shape.sigma * shape.sigma);
  return shape.a + shape.b * (shape.rho * x + radius);
}

/**
 * Gatheral's g(k), which has the sign of the risk-neutral density: below zero a butterfly around
 * `k` would have a negative price. Minus infinity where the variance itself is not positive.
 */
export function sviDensitySign(shape: SviShape, k: number): number {
  const x = k - shape.m;
  const radius = Math.sqrt(x * x + shape.sigma * shape.sigma);
  const w = shape.a + shape.b * (shape.rho * x + radius);
  if (!(w > 0)) return Number.NEGATIVE_INFINITY;
  const first = shape.b * (shape.rho + x / radius);
  const second = (shape.b * shape.sigma * shape.sigma) / (radius * radius * radius);
  const lean = 1 - (k * first) / (2 * w);
  return lean * lean - ((first * first) / 4) * (1 / w + 0.25) + second / 2;
}

/** Points of one slice as columns, with room for the basis; `size` of each is used. */
export interface SviColumns {
  readonly size: number;
  readonly k: Float64Array;
  readonly w: Float64Array;
  /** Inverse square of the uncertainty of `w`. */
  readonly weight: Float64Array;
  readonly right: Float64Array;
  readonly left: Float64Array;
}

/** Level and wing slopes (times sigma) of the best slice for one (m, sigma). */
export interface SviLinear {
  a: number;
  right: number;
  left: number;
}

/** Lee: total variance cannot rise faster than 2 |k| in either wing. */
const WING_SLOPE_MAX = 2;

/**
 * The inner problem of the quasi-explicit fit (De Marco and Martini, 2009): for fixed m and sigma
 * it is linear. With y = (k - m) / sigma, w = a + right * (r + y) / 2 + left * (r - y) / 2, r =
 * sqrt(y * y + 1), and absence of arbitrage in the wings is a box: 0 <= right, left <= 2 * sigma.
 * The level `a` keeps its sign free: held at a >= 0, as the paper does, it binds on every slice of
 * a real coin smile and doubles the error; that the variance is positive is checked on the result.
 * Writes the best one into `out` and returns the weighted sum of squares, NaN when there is none;
 * the point `excluded` has no say in it (-1: none).
 */
export function solveInner(
  columns: SviColumns,
  m: number,
  sigma: number,
  excluded: number,
  out: SviLinear,
): number {
  const { size, k, w, weight, right, left } = columns;
  let s1 = 0;
  let sp = 0;
  let sq = 0;
  let spp = 0;
  let sqq = 0;
  let sw = 0;
  let swp = 0;
  let swq = 0;
  const inverse = 1 / sigma;
  for (let i = 0; i < size; i += 1) {
    const y = ((k[i] ?? 0) - m) * inverse;
    const r = Math.sqrt(y * y + 1);
    // The two basis functions multiply to 1/4: the smaller is found without cancellation.
    const large = 0.5 * (r + Math.abs(y));
    const small = 0.25 / large;
    const p = y >= 0 ? large : small;
    const q = y >= 0 ? small : large;
    right[i] = p;
    left[i] = q;
    if (i === excluded) continue;
    const o = weight[i] ?? 0;
    const v = w[i] ?? 0;
    s1 += o;
    sp += o * p;
    sq += o * q;
    spp += o * p * p;
    sqq += o * q * q;
    sw += o * v;
    swp += o * v * p;
    swq += o * v * q;
  }
  const normal: NormalEquations = { s1, sp, sq, spp, sqq, spq: s1 / 4, sw, swp, swq };
  solveBox(normal, WING_SLOPE_MAX * sigma, out);
  return sumOfSquares(columns, excluded, out);
}

interface NormalEquations {
  readonly s1: number;
  readonly sp: number;
  readonly sq: number;
  readonly spp: number;
  readonly sqq: number;
  readonly spq: number;
  readonly sw: number;
  readonly swp: number;
  readonly swq: number;
}

/**
 * Summed again from the residuals: expanding the square would lose half the digits of a good fit.
 */
function sumOfSquares(columns: SviColumns, excluded: number, fit: SviLinear): number {
  const { size, w, weight, right, left } = columns;
  let sum = 0;
  for (let i = 0; i < size; i += 1) {
    if (i === excluded) continue;
    const model = fit.a + fit.right * (right[i] ?? 0) + fit.left * (left[i] ?? 0);
    const residual = model - (w[i] ?? 0);
    sum += (weight[i] ?? 0) * residual * residual;
  }
  return sum;
}

/**
 * Least squares in the box: the free solution if it lies inside, else the best of every edge and
 * corner.
 */
function solveBox(n: NormalEquations, slopeMax: number, out: SviLinear): void {
  if (solveFace(n, null, null, out) && isInside(out, slopeMax)) return;
  const trial: SviLinear = { a: 0, right: 0, left: 0 };
  let best = Number.POSITIVE_INFINITY;
  out.a = Number.NaN;
  for (const right of FACES) {
    for (const left of FACES) {
      const fixedRight = right === null ? null : right * slopeMax;
      const fixedLeft = left === null ? null : left * slopeMax;
      if (!solveFace(n, fixedRight, fixedLeft, trial) || !isInside(trial, slopeMax)) continue;
      const value = quadratic(n, trial);
      if (value >= best) continue;
      best = value;
      out.a = trial.a;
      out.right = trial.right;
      out.left = trial.left;
    }
  }
}

/** A wing slope is free, or at the lower or upper bound of the box. */
const FACES: readonly (number | null)[] = [null, 0, 1];

function isInside(fit: SviLinear, slopeMax: number): boolean {
  return fit.right >= 0 && fit.right <= slopeMax && fit.left >= 0 && fit.left <= slopeMax;
}

/** Normal equations with the given slopes fixed, by Cramer's rule; false when singular. */
function solveFace(
  n: NormalEquations,
  right: number | null,
  left: number | null,
  out: SviLinear,
): boolean {
  const { s1: a11, sp: a12, sq: a13, sw: b1 } = n;
  const [a21, a22, a23, b2] = right === null ? [n.sp, n.spp, n.spq, n.swp] : [0, 1, 0, right];
  const [a31, a32, a33, b3] = left === null ? [n.sq, n.spq, n.sqq, n.swq] : [0, 0, 1, left];
  const c11 = a22 * a33 - a23 * a32;
  const c12 = a23 * a31 - a21 * a33;
  const c13 = a21 * a32 - a22 * a31;
  const determinant = a11 * c11 + a12 * c12 + a13 * c13;
  if (!(Math.abs(determinant) > SINGULAR * Math.abs(a11 * a22 * a33))) return false;
  out.a = (b1 * c11 + a12 * (a23 * b3 - b2 * a33) + a13 * (b2 * a32 - a22 * b3)) / determinant;
  out.right = (a11 * (b2 * a33 - a23 * b3) + b1 * c12 + a13 * (a21 * b3 - b2 * a31)) / determinant;
  out.left = (a11 * (a22 * b3 - b2 * a32) + a12 * (b2 * a31 - a21 * b3) + b1 * c13) / determinant;
  return true;
}

const SINGULAR = 1e-13;

/** The quadratic form of the sum of squares, less its constant: enough to compare faces. */
function quadratic(n: NormalEquations, fit: SviLinear): number {
  const { a, right: p, left: q } = fit;
  const square = a * a * n.s1 + p * p * n.spp + q * q * n.sqq;
  const cross = a * p * n.sp + a * q * n.sq + p * q * n.spq;
  return square + 2 * cross - 2 * (a * n.sw + p * n.swp + q * n.swq);
}
