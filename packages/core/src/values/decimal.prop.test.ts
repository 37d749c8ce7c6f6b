import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { e8FromNumber, formatE8, parseE8 } from './decimal.ts';

/** An independent reading of a number: its own digits, shifted eight places with big integers. */
function oracle(x: number): number | null {
  if (!Number.isFinite(x)) return null;
  const [mantissa = '', exponent = '0'] = String(x).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = 8 + Number(exponent) - fraction.length;
  let digits = BigInt(whole.replace('-', '') + fraction);
  if (shift >= 0) digits *= BigInt(`1${'0'.repeat(shift)}`);
  else {
    const by = BigInt(`1${'0'.repeat(-shift)}`);
    if (digits % by !== 0n) return null;
    digits /= by;
  }
  if (digits > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return digits === 0n ? 0 : Number(digits) * (x < 0 ? -1 : 1);
}

describe('decimal properties', () => {
  it('formats and parses every safe integer to itself', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => parseE8(formatE8(n)) === (n === 0 ? 0 : n)));
  });

  it('accepts only what it would have written', () => {
    const text = fc.stringMatching(/^-?[0-9]{0,9}(\.[0-9]{0,9})?$/);
    fc.assert(
      fc.property(text, (s) => {
        const value = parseE8(s);
        return value === null || formatE8(value) === s;
      }),
    );
  });

  it('agrees with an independent reading of any number', () => {
    const grid = fc.maxSafeInteger().map((n) => n / 1e8);
    const big = fc.double({ min: 1e6, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(fc.double(), grid, big), (x) => {
        expect(e8FromNumber(x)).toBe(oracle(x));
      }),
      { numRuns: 2_000 },
    );
  });
});
