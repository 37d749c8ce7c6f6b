import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIVE_DECIMALS, TWO_DECIMALS } from './fixed2.fixture.ts';
import { fixed2, round5 } from './fixed2.ts';

/** The same by whole numbers alone: the mantissa times a power of two, divided with remainder. */
function exactly(value: number, decimals: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = exponent === 0 ? fraction : fraction | (1n << 52n);
  const power = BigInt(Math.max(exponent, 1) - 1_075);
  const scaled = mantissa * 10n ** BigInt(decimals) * (power > 0n ? 1n << power : 1n);
  const divisor = power < 0n ? 1n << -power : 1n;
  const rest = (scaled % divisor) * 2n;
  let whole = scaled / divisor;
  if (rest > divisor || (rest === divisor && whole % 2n === 1n)) whole += 1n;
  const digits = String(whole).padStart(decimals + 1, '0');
  const sign = bits >> 63n === 1n ? '-' : '';
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Ties, and what lies beside them. */
const eighth = fc
  .tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.constantFrom(8, 16, 64, 200, 20_000))
  .map(([parts, of]) => parts / of);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('two decimals', () => {
  it('E-11 write an exact tie to the even digit, where toFixed goes up', () => {
    expect(fixed2(5 / 40)).toBe('0.12');
    expect((5 / 40).toFixed(2)).toBe('0.13');
  });

  it.each(TWO_DECIMALS)('are those of the reference for %d: %s', (value, text) => {
    expect(fixed2(value)).toBe(text);
  });

  it('are exact for every double', () => {
    fc.assert(
      fc.property(fc.oneof(eighth, finite), (value) => {
        expect(fixed2(value)).toBe(exactly(value, 2));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'are not written for %d',
    (value) => {
      expect(() => fixed2(value)).toThrow('finite');
    },
  );
});

describe('five decimals', () => {
  it.each(FIVE_DECIMALS)('are those of the reference for %d: %d', (value, rounded) => {
    expect(round5(value)).toBe(rounded);
  });

  it('are exact for every ratio', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (part, whole) => {
        expect(round5(part / whole)).toBe(Number(exactly(part / whole, 5)));
      }),
      { numRuns: 2_000 },
    );
  });
});
