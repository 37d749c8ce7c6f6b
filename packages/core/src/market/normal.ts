/**
 * Standard normal distribution. The tail is kept scaled, because an option price is a difference of
 * two tails: unscaled, both underflow or cancel long before the price does.
 *
 * Rational approximations: W. J. Cody, Math. Comp. 23 (1969) 631, in the form of his ANORM (ACM
 * Algorithm 715), which takes x itself and not x / sqrt 2: that division alone costs x * x ulps in
 * the far tail. Quantile: M. J. Wichura, AS 241 (1988). Constants are the published ones, written
 * as the nearest double.
 */

const INV_SQRT_TWO_PI = 0.3989422804014327;
/** Below this the central approximation holds. */
const CENTRAL_EDGE = 0.67448975;
const TAIL_EDGE = 5.656854249492381;

/** Density at `x`. Relative error a few ulps wherever it does not underflow. */
export function normalPdf(x: number): number {
  return INV_SQRT_TWO_PI * halfSquareExp(x);
}

/**
 * Probability of a value at or below `x`. Relative error <= 1e-14 down to x = -37.5; from there to
 * -38 the result is subnormal and off by at most one of its own steps.
 */
export function normalCdf(x: number): number {
  if (x > -CENTRAL_EDGE && x < CENTRAL_EDGE) return 0.5 + centralOffset(x);
  if (x <= 0) return halfSquareExp(x) * tailRatio(-x);
  if (x > 0) return 1 - halfSquareExp(x) * tailRatio(x);
  return Number.NaN;
}

/** Probability at or below `x`, less one half, without cancellation near zero. */
export function normalOffset(x: number): number {
  return x > -CENTRAL_EDGE && x < CENTRAL_EDGE ? centralOffset(x) : normalCdf(x) - 0.5;
}

/** Probability above `z`, times exp(z * z / 2), for z >= 0: the tail without its underflow. */
export function scaledTail(z: number): number {
  if (z < CENTRAL_EDGE) return (0.5 - centralOffset(z)) * Math.exp(0.5 * z * z);
  return tailRatio(z);
}

/** The value whose probability is `p`; relative error about 1e-16. NaN outside [0, 1]. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return quantileCentral(q);
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const root = Math.sqrt(-Math.log(tail));
  const magnitude = root <= 5 ? quantileMiddle(root - 1.6) : quantileFar(root - 5);
  return q < 0 ? -magnitude : magnitude;
}

/**
 * exp(-x * x / 2) with the square split, so that its rounding is not multiplied by the exponent.
 */
function halfSquareExp(x: number): number {
  if (x > 40 || x < -40) return 0;
  const coarse = Math.trunc(x * 16) / 16;
  const rest = (x - coarse) * (x + coarse);
  return Math.exp(-0.5 * coarse * coarse) * Math.exp(-0.5 * rest);
}

function centralOffset(x: number): number {
  const s = x * x;
  const top =
    (((0.06568233791820745 * s + 2.2352520354606837) * s + 161.02823106855587) * s +
      1067.6894854603709) *
      s +
    18154.98125334356;
  const bottom =
    (((s + 47.202581904688245) * s + 976.0985517377767) * s + 10260.932208618979) * s +
    45507.78933502673;
  return (x * top) / bottom;
}

function tailRatio(z: number): number {
  if (z < TAIL_EDGE) {
    const top =
      (((((((1.0765576773720192e-8 * z + 0.39894151208813466) * z + 8.883149794388377) * z +
        93.50665613217785) *
        z +
        597.2702763948002) *
        z +
        2494.5375852903726) *
        z +
        6848.190450536283) *
        z +
        11602.65143764735) *
        z +
      9842.714838383978;
    const bottom =
      (((((((z + 22.266688044328117) * z + 235.387901782625) * z + 1519.3775994075547) * z +
        6485.558298266761) *
        z +
        18615.571640885097) *
        z +
        34900.95272114598) *
        z +
        38912.00328609327) *
        z +
      19685.429676859992;
    return top / bottom;
  }
  const s = 1 / (z * z);
  const top =
    ((((0.023073441764940174 * s + 0.215898534057957) * s + 0.12740116116024736) * s +
      0.022235277870649807) *
      s +
      0.0014216191932278934) *
      s +
    2.9112874951168793e-5;
  const bottom =
    ((((s + 1.284260096144911) * s + 0.4682382124808651) * s + 0.06598813786892856) * s +
      0.0037823963320275824) *
      s +
    7.297515550839662e-5;
  return (INV_SQRT_TWO_PI - (s * top) / bottom) / z;
}

function quantileCentral(q: number): number {
  const r = 0.180625 - q * q;
  const top =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r +
      45921.95393154987) *
      r +
      13731.69376550946) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665;
  const bottom =
    ((((((5226.495278852546 * r + 28729.085735721943) * r + 39307.89580009271) * r +
      21213.794301586597) *
      r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1;
  return (q * top) / bottom;
}

function quantileMiddle(r: number): number {
  const top =
    ((((((0.0007745450142783414 * r + 0.022723844989269184) * r + 0.2417807251774506) * r +
      1.2704582524523684) *
      r +
      3.6478483247632045) *
      r +
      5.769497221460691) *
      r +
      4.630337846156546) *
      r +
    1.4234371107496835;
  const bottom =
    ((((((1.0507500716444169e-9 * r + 0.0005475938084995345) * r + 0.015198666563616457) * r +
      0.14810397642748008) *
      r +
      0.6897673349851) *
      r +
      1.6763848301838038) *
      r +
      2.053191626637759) *
      r +
    1;
  return top / bottom;
}

function quantileFar(r: number): number {
  const top =
    ((((((2.0103343992922881e-7 * r + 2.7115555687434876e-5) * r + 0.0012426609473880784) * r +
      0.026532189526576124) *
      r +
      0.29656057182850487) *
      r +
      1.7848265399172913) *
      r +
      5.463784911164114) *
      r +
    6.657904643501103;
  const bottom =
    ((((((2.0442631033899397e-15 * r + 1.421511758316446e-7) * r + 1.8463183175100548e-5) * r +
      0.0007868691311456133) *
      r +
      0.014875361290850615) *
      r +
      0.1369298809227358) *
      r +
      0.599832206555888) *
      r +
    1;
  return top / bottom;
}
