/**
 * Decimals as the blocker keys write them (G-51): the exact binary value decides, and an exact tie
 * goes to the even digit. `toFixed` differs there, and there alone: it goes up (0.13 for 5/40).
 */
import { assert } from '@holdfast/core';

/** From here on every double is a whole number, and `toFixed` would leave plain digits at 1e21. */
const WHOLE_FROM = 2 ** 53;

/** `0.12` for 0.125, `14.00` for 14, `-0.00` for -0.001. The value is finite. */
export function fixed2(value: number): string {
  return fixed(value, 2);
}

/** To five decimals, as ratios stand in JSON (section 3.2). The value is finite. */
export function round5(value: number): number {
  return Number(fixed(value, 5));
}

function fixed(value: number, decimals: number): string {
  assert(Number.isFinite(value), 'what is written with decimals is a finite number');
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (size >= WHOLE_FROM) return `${sign}${BigInt(size)}.${'0'.repeat(decimals)}`;
  // A tie is an odd multiple of 1/2^(d+1): no other double lies halfway between two decimals.
  const parts = size * 2 ** (decimals + 1);
  return parts % 2 === 1 ? sign + tie(parts, decimals) : sign + size.toFixed(decimals);
}

function tie(parts: number, decimals: number): string {
  const below = (BigInt(parts) * 5n ** BigInt(decimals)) / 2n;
  const even = below % 2n === 0n ? below : below + 1n;
  const digits = String(even).padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
