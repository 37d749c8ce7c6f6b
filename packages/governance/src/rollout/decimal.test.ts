import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECIMAL_PATTERN, decimalOf, formatDecimal, parseDecimal, ratioOf } from './decimal.ts';

describe('a decimal', () => {
  it.each<[bigint, string]>([
    [0n, '0'],
    [1n, '0.0000000001'],
    [-1_500_000_000n, '-0.15'],
    [10_000_000_000n, '1'],
    [-125_000_000_000n, '-12.5'],
  ])('%s is written %s, and read back', (value, text) => {
    expect(formatDecimal(value)).toBe(text);
    expect(parseDecimal(text)).toBe(value);
  });

  it.each([
    '',
    '-',
    '-0',
    '-0.0',
    '1.',
    '.5',
    '1.0',
    '01',
    '+1',
    '1e2',
    '0.00000000001',
    ' 1',
    '1 ',
  ])('is not %j', (text) => {
    expect(parseDecimal(text)).toBe(null);
    expect(new RegExp(DECIMAL_PATTERN).test(text)).toBe(false);
    expect(() => decimalOf(text)).toThrow('a decimal that was checked');
  });

  it('has one spelling, and the pattern of the schemas is that', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 27n), 10n ** 27n), (value) => {
        const text = formatDecimal(value);
        expect(parseDecimal(text)).toBe(value);
        expect(new RegExp(DECIMAL_PATTERN).test(text)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^-?\d{0,3}(\.\d{0,3})?$/), (text) => {
        expect(new RegExp(DECIMAL_PATTERN).test(text)).toBe(parseDecimal(text) !== null);
      }),
    );
  });
});

describe('a ratio', () => {
  const shown = (numerator: bigint, denominator: bigint): string | null => {
    const ratio = ratioOf(numerator, denominator);
    return ratio === null ? null : formatDecimal(ratio);
  };

  it('is rounded half to even at the tenth place', () => {
    const half = 20_000_000_000n;
    expect(shown(1n, half)).toBe('0');
    expect(shown(3n, half)).toBe('0.0000000002');
    expect(shown(5n, half)).toBe('0.0000000002');
    expect(shown(-3n, half)).toBe('-0.0000000002');
    expect(shown(-1n, half)).toBe('0');
    expect(shown(1n, 3n)).toBe('0.3333333333');
    expect(shown(2n, 3n)).toBe('0.6666666667');
    expect(shown(-2n, 3n)).toBe('-0.6666666667');
    expect(shown(7n, 7n)).toBe('1');
  });

  it('is none over nought or less', () => {
    expect(ratioOf(1n, 0n)).toBe(null);
    expect(ratioOf(1n, -1n)).toBe(null);
  });
});
