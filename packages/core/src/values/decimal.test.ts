import { describe, expect, it } from 'vitest';
import { e8FromNumber, formatE6, formatE8, parseE6, parseE8 } from './decimal.ts';

const PAIRS: readonly (readonly [number, string])[] = [
  [0, '0'],
  [1, '0.00000001'],
  [-1, '-0.00000001'],
  [4_550_000, '0.0455'],
  [10_000_000, '0.1'],
  [100_000_000, '1'],
  [-150_000_000, '-1.5'],
  [9_123_456_789_012, '91234.56789012'],
  [Number.MAX_SAFE_INTEGER, '90071992.54740991'],
  [-Number.MAX_SAFE_INTEGER, '-90071992.54740991'],
];

describe('decimal', () => {
  it.each(PAIRS)('writes %d as %s and reads it back', (value, text) => {
    expect(formatE8(value)).toBe(text);
    expect(parseE8(text)).toBe(value);
  });

  it('has no negative zero', () => {
    expect(formatE8(-0)).toBe('0');
    expect(Object.is(parseE8('0'), 0)).toBe(true);
    expect(Object.is(e8FromNumber(-0), 0)).toBe(true);
  });

  it.each([
    '',
    '-',
    '-0',
    '-0.0',
    '+1',
    '01',
    '00',
    '1.',
    '.5',
    '1.0',
    '0.10',
    '0.000000001',
    '1e2',
    '1E-8',
    ' 1',
    '1 ',
    '1,5',
    '1.5.5',
    '1.-5',
    'NaN',
    'Infinity',
    '0x10',
    '90071992.54740992',
    '9007199254740993',
    '99999999999999999999999999',
    '٣',
  ])('refuses %j', (text) => {
    expect(parseE8(text)).toBeNull();
  });

  it('refuses to write what is not an exact integer', () => {
    for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 9_007_199_254_740_992]) {
      expect(() => formatE8(value)).toThrow('D-3');
    }
  });

  it('keeps micro-USD as USD', () => {
    expect(formatE6(1_234_500_000)).toBe('1234.5');
    expect(parseE6('1234.5')).toBe(1_234_500_000);
    expect(parseE6('0.0000001')).toBeNull();
  });

  it('takes a number exactly or not at all', () => {
    expect(e8FromNumber(0.0455)).toBe(4_550_000);
    expect(e8FromNumber(0.1 + 0.2)).toBeNull();
    expect(e8FromNumber(0.3)).toBe(30_000_000);
    expect(e8FromNumber(1e-8)).toBe(1);
    expect(e8FromNumber(1e-9)).toBeNull();
    expect(e8FromNumber(5e-324)).toBeNull();
    expect(e8FromNumber(-97_123.45)).toBe(-9_712_345_000_000);
    expect(e8FromNumber(90_071_992)).toBe(9_007_199_200_000_000);
    expect(e8FromNumber(90_071_993)).toBeNull();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300]) {
      expect(e8FromNumber(value)).toBeNull();
    }
  });
});
