import { assert } from '../assert.ts';
import { E8 } from './scale.ts';

const ZERO = 48;
const NINE = 57;
const DOT = 46;
const MINUS = 45;

/**
 * Below this every decimal has at most 15 significant digits, so a double stands for exactly one of
 * them.
 */
const ONE_DOUBLE_ONE_DECIMAL = 1_000_000_000_000_000;

/**
 * The shortest decimal of an exact integer at 1e-8: 4_550_000 is `0.0455`, -100_000_000 is `-1`.
 * `value` is a safe integer.
 */
export function formatE8(value: number): string {
  return formatScaled(value, E8, 8);
}

/**
 * The reverse of `formatE8`, and of nothing else: `1.0`, `.5`, `+1`, `1e2`, `-0`, a ninth decimal
 * and anything past the safe range are null, so that one value has one spelling.
 */
export function parseE8(text: string): number | null {
  return parseScaled(text, E8, 8);
}

/** As `formatE8`, for integers at 1e-6: micro-USD as USD. */
export function formatE6(value: number): string {
  return formatScaled(value, 1_000_000, 6);
}

/** As `parseE8`, for integers at 1e-6. */
export function parseE6(text: string): number | null {
  return parseScaled(text, 1_000_000, 6);
}

/**
 * A number read as the shortest decimal that names it, taken exactly to 1e-8. Null when that
 * decimal is off the grid, not finite, or past the safe range: never rounded (D-3).
 */
export function e8FromNumber(x: number): number | null {
  const scaled = Math.round(x * E8);
  if (scaled > -ONE_DOUBLE_ONE_DECIMAL && scaled < ONE_DOUBLE_ONE_DECIMAL) {
    if (scaled / E8 !== x) return null;
    return scaled === 0 ? 0 : scaled;
  }
  // NaN, infinities and values whose neighbours on the grid share a double: let the digits decide.
  return parseE8(String(x));
}

function formatScaled(value: number, scale: number, places: number): string {
  assert(Number.isSafeInteger(value), 'D-3: only exact integers have an exact decimal');
  const magnitude = value < 0 ? 0 - value : value;
  const fraction = magnitude % scale;
  const whole = (magnitude - fraction) / scale;
  const sign = value < 0 ? '-' : '';
  if (fraction === 0) return sign + whole;
  // A leading one keeps the zeros; it is cut off again with the trailing ones.
  const digits = String(fraction + scale);
  let end = places;
  while (digits.charCodeAt(end) === ZERO) end -= 1;
  return `${sign}${whole}.${digits.slice(1, end + 1)}`;
}

function parseScaled(text: string, scale: number, places: number): number | null {
  const negative = text.charCodeAt(0) === MINUS;
  const first = negative ? 1 : 0;
  const length = text.length;
  let index = first;
  let whole = 0;
  for (; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) break;
    whole = whole * 10 + (code - ZERO);
    if (whole > Number.MAX_SAFE_INTEGER) return null;
  }
  if (index === first || (text.charCodeAt(first) === ZERO && index > first + 1)) return null;
  const fraction = index === length ? 0 : fractionAt(text, index, scale, places);
  if (fraction === null) return null;
  return join(whole, fraction, scale, negative);
}

/** The digits after the point, scaled; null unless the last one counts. */
function fractionAt(text: string, point: number, scale: number, places: number): number | null {
  const length = text.length;
  const digits = length - point - 1;
  if (text.charCodeAt(point) !== DOT || digits < 1 || digits > places) return null;
  if (text.charCodeAt(length - 1) === ZERO) return null;
  let fraction = 0;
  let weight = scale;
  for (let index = point + 1; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return null;
    weight /= 10;
    fraction += (code - ZERO) * weight;
  }
  return fraction;
}

function join(whole: number, fraction: number, scale: number, negative: boolean): number | null {
  // Below the product that is still exact, the sum is; above it the true value is unsafe as well.
  const magnitude = whole * scale + fraction;
  if (!Number.isSafeInteger(magnitude)) return null;
  if (!negative) return magnitude;
  return magnitude === 0 ? null : 0 - magnitude;
}
