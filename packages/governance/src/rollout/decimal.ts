/**
 * Ratios and thresholds, exact to ten decimals (section 0.3): integers of 1e-10, never floats. A
 * ratio of two integers is rounded half to even, as every table is (section 8.3).
 */
import { assert } from '@holdfast/core';

const PLACES = 10;
const ONE = 10_000_000_000n;
const SPELLING = /^(-?)(0|[1-9]\d{0,17})(?:\.(\d{0,9}[1-9]))?$/;

/** Units of 1e-10. */
export type Decimal = bigint;

/** The one spelling of a decimal, and null for every other: `1.0`, `-0`, `.5`, `1e2`. */
export function parseDecimal(text: string): Decimal | null {
  const read = SPELLING.exec(text);
  if (read === null) return null;
  const [, sign, whole = '', fraction = ''] = read;
  const magnitude = BigInt(whole) * ONE + BigInt(fraction.padEnd(PLACES, '0'));
  if (sign === '') return magnitude;
  return magnitude === 0n ? null : -magnitude;
}

/** Of a text that a schema has already held to the one spelling. */
export function decimalOf(text: string): Decimal {
  const value = parseDecimal(text);
  assert(value !== null, 'a decimal that was checked is one');
  return value;
}

export function formatDecimal(value: Decimal): string {
  const magnitude = value < 0n ? -value : value;
  const fraction = String(magnitude % ONE)
    .padStart(PLACES, '0')
    .replace(/0+$/, '');
  const sign = value < 0n ? '-' : '';
  return `${sign}${magnitude / ONE}${fraction === '' ? '' : `.${fraction}`}`;
}

/** `numerator / denominator`, half to even; both in one unit. Null where there is nothing below. */
export function ratioOf(numerator: bigint, denominator: bigint): Decimal | null {
  if (denominator <= 0n) return null;
  const isNegative = numerator < 0n;
  const scaled = (isNegative ? -numerator : numerator) * ONE;
  const down = scaled / denominator;
  const twice = (scaled % denominator) * 2n;
  const isUp = twice > denominator || (twice === denominator && down % 2n === 1n);
  const magnitude = isUp ? down + 1n : down;
  return isNegative ? -magnitude : magnitude;
}

/** What a schema asks of a decimal in JSON. */
export const DECIMAL_PATTERN = '^(?!-0$)-?(0|[1-9]\\d{0,17})(\\.\\d{0,9}[1-9])?$';
