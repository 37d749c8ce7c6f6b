/**
 * Reading JSON off bytes, one step at a time. Every step takes a position and gives the next one,
 * or -1 when the bytes are not exactly what was asked for. Numbers go straight into typed arrays:
 * nothing is allocated.
 */

export const QUOTE = 34;
export const COMMA = 44;
export const OPEN_LIST = 91;
export const CLOSE_LIST = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;
const DOT = 46;
const ZERO = 48;

/** Longer integers are not read: past this a double no longer holds each of them. */
const DIGITS_MAX = 15;
/** Whole part of the largest safe integer at 1e-8. */
const WHOLE_MAX = 90_071_992;
/** Weight of the last digit of a fraction with this many digits, at 1e-8. */
const WEIGHTS = [0, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1] as const;
/** Below this, or with one digit less, a double and the decimal it was read from are one. */
const ONE_DOUBLE_ONE_DECIMAL = 1_000_000_000_000_000;

/** The bytes of ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function expectBytes(bytes: Uint8Array, at: number, wanted: Uint8Array): number {
  const length = wanted.length;
  for (let index = 0; index < length; index += 1) {
    if (bytes[at + index] !== wanted[index]) return -1;
  }
  return at + length;
}

/** Past the letters, digits, `-` and `_` of a name; there has to be at least one. */
export function skipName(bytes: Uint8Array, at: number): number {
  let index = at;
  while (isNameByte(bytes[index] ?? 0)) index += 1;
  return index > at ? index : -1;
}

function isNameByte(byte: number): boolean {
  return (
    (byte >= 65 && byte <= 90) ||
    (byte >= 48 && byte <= 57) ||
    byte === 45 ||
    byte === 95 ||
    (byte >= 97 && byte <= 122)
  );
}

/** An unsigned integer without sign, fraction or exponent, into `out[slot]`. */
export function readInteger(
  bytes: Uint8Array,
  at: number,
  out: Float64Array,
  slot: number,
): number {
  let index = at;
  let value = 0;
  for (;;) {
    const digit = (bytes[index] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    index += 1;
  }
  const digits = index - at;
  if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && bytes[at] === ZERO)) return -1;
  out[slot] = value;
  return index;
}

/**
 * An unsigned decimal without exponent, exactly at 1e-8, into `out[slot]`. -1 when it is off that
 * grid, past the safe range, or when a double could not have told it from its neighbour.
 */
export function readDecimal(
  bytes: Uint8Array,
  at: number,
  out: Float64Array,
  slot: number,
): number {
  let index = at;
  let whole = 0;
  let digit = (bytes[index] ?? 0) - ZERO;
  while (digit >= 0 && digit <= 9) {
    whole = whole * 10 + digit;
    index += 1;
    digit = (bytes[index] ?? 0) - ZERO;
  }
  if (index === at || (index > at + 1 && bytes[at] === ZERO) || whole > WHOLE_MAX) return -1;
  let value = whole * 100_000_000;
  if (digit === DOT - ZERO) {
    const point = index;
    let fraction = 0;
    index += 1;
    digit = (bytes[index] ?? 0) - ZERO;
    while (digit >= 0 && digit <= 9) {
      fraction = fraction * 10 + digit;
      index += 1;
      digit = (bytes[index] ?? 0) - ZERO;
    }
    const places = index - point - 1;
    const weight = WEIGHTS[places] ?? 0;
    if (weight === 0) return -1;
    value += fraction * weight;
    if (places === 8 && value >= ONE_DOUBLE_ONE_DECIMAL) return -1;
  }
  if (value > Number.MAX_SAFE_INTEGER) return -1;
  out[slot] = value;
  return index;
}
