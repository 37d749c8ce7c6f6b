/**
 * Black-76 in fixed point with 200 binary places, some 60 decimals: the judge of the code that
 * trades. Its parts are chosen to be unlike that code: the normal distribution is a power series of
 * positive terms, the logarithm a Halley step on the exponential, and nothing is rational.
 */

const PLACES = 200n;
const ONE = 1n << PLACES;

/** A real number as an integer count of 2^-200. */
export type Fixed = bigint;

/** The exact value of a double; what is below 2^-200 is cut off. */
export function fixedOf(value: number): Fixed {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no exact value`);
  let exponent = 0;
  let whole = value;
  // Doubling is exact, so this ends at the double's own integer mantissa.
  while (!Number.isInteger(whole)) {
    whole *= 2;
    exponent += 1;
  }
  return (BigInt(whole) << PLACES) >> BigInt(exponent);
}

/** The exact value of a plain or exponential decimal, cut off at 2^-200. */
export function fixedOfDecimal(text: string): Fixed {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`${text} is no decimal`);
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  const shift = Number(power) - fraction.length;
  const digits = BigInt(whole + fraction) << PLACES;
  const ten = 10n ** BigInt(Math.abs(shift));
  const size = shift >= 0 ? digits * ten : digits / ten;
  return sign === '-' ? -size : size;
}

/** The nearest double, or next to it. */
export function numberOf(value: Fixed): number {
  const size = value < 0n ? -value : value;
  const bits = size.toString(2).length;
  const cut = BigInt(Math.max(0, bits - 64));
  let result = Number(size >> cut);
  for (let left = Number(cut - PLACES); left !== 0; left -= Math.sign(left)) {
    result *= left > 0 ? 2 : 0.5;
  }
  return value < 0n ? -result : result;
}

export function times(a: Fixed, b: Fixed): Fixed {
  return (a * b) >> PLACES;
}

export function over(a: Fixed, b: Fixed): Fixed {
  return (a << PLACES) / b;
}

export function exactRoot(value: Fixed): Fixed {
  const target = value << PLACES;
  let root = 1n << BigInt((target.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

const HALVINGS = 12n;

/** exp(x): halved twelve times, summed, squared back. */
export function exactExp(x: Fixed): Fixed {
  const small = x >> HALVINGS;
  let term = ONE;
  let sum = ONE;
  for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
    term = times(term, small) / n;
    sum += term;
  }
  // Squaring doubles the relative error each time, so it is done with room to spare.
  for (let n = 0n; n < HALVINGS; n += 1n) sum = times(sum, sum);
  return sum;
}

/** ln(x): from the double's logarithm, two steps take 16 digits to 144. */
export function exactLog(x: Fixed): Fixed {
  let guess = fixedOf(Math.log(numberOf(x)));
  for (let step = 0; step < 2; step += 1) {
    const there = exactExp(guess);
    const move = over(2n * (x - there), x + there);
    guess += move;
  }
  return guess;
}

const PI = piByMachin();
const ROOT_TWO_PI = exactRoot(2n * PI);

/** Beyond, the tail is below the last place. */
const TAIL_MAX = 17n * ONE;

/**
 * Probability at or below x: one half and the density times x + x^3/3 + x^5/(3 * 5) + ... The
 * density divides, because it is small and its reciprocal keeps all its places.
 */
function exactCdf(x: Fixed): Fixed {
  if (x > TAIL_MAX) return ONE;
  if (x < -TAIL_MAX) return 0n;
  const square = times(x, x);
  let term = x;
  let sum = x;
  for (let n = 3n; term > 1n || term < -1n; n += 2n) {
    term = times(term, square) / n;
    sum += term;
  }
  return ONE / 2n + over(sum, times(ROOT_TWO_PI, exactExp(square / 2n)));
}

export interface ExactTerms {
  readonly type: 'call' | 'put';
  readonly forward: Fixed;
  readonly strike: Fixed;
  readonly vol: Fixed;
  readonly years: Fixed;
}

/** USD. */
export function exactPrice({ type, forward, strike, vol, years }: ExactTerms): Fixed {
  const deviation = times(vol, exactRoot(years));
  const d1 = over(exactLog(over(forward, strike)), deviation) + deviation / 2n;
  const d2 = d1 - deviation;
  return type === 'call'
    ? times(forward, exactCdf(d1)) - times(strike, exactCdf(d2))
    : times(strike, exactCdf(-d2)) - times(forward, exactCdf(-d1));
}

/** pi = 16 atan(1/5) - 4 atan(1/239). */
function piByMachin(): Fixed {
  const atan = (inverse: bigint): Fixed => {
    let power = ONE / inverse;
    let sum = power;
    for (let n = 3n, sign = -1n; power !== 0n; n += 2n, sign = -sign) {
      power /= inverse * inverse;
      sum += (sign * power) / n;
    }
    return sum;
  };
  return 16n * atan(5n) - 4n * atan(239n);
}
