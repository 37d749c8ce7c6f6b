import { describe, expect, it } from 'vitest';
import { mulDivDown, mulDivUp, scaleDown, scaleUp } from './scale.ts';

describe('exact products', () => {
  it('values 0.3 BTC at 100 000 USD as 30 000 USD, past 2^53 on the way', () => {
    expect(mulDivDown(30_000_000, 10_000_000_000_000, 10_000_000_000)).toBe(30_000_000_000);
    expect(mulDivUp(30_000_000, 10_000_000_000_000, 10_000_000_000)).toBe(30_000_000_000);
  });

  it('rounds a remainder down or up, small or past 2^53', () => {
    expect([mulDivDown(7, 1, 2), mulDivUp(7, 1, 2)]).toEqual([3, 4]);
    expect([mulDivDown(0, 5, 7), mulDivUp(0, 5, 7)]).toEqual([0, 0]);
    const past = [30_000_001, 10_000_000_000_001, 10_000_000_000] as const;
    expect([mulDivDown(...past), mulDivUp(...past)]).toEqual([30_000_001_000, 30_000_001_001]);
  });

  it('is exact where operands are too wide for the limbs', () => {
    const wide = [4_503_599_627_370_497, 6_755_399_441_055_745, 9_007_199_254_740_991] as const;
    const exact = (BigInt(wide[0]) * BigInt(wide[1])) / BigInt(wide[2]);
    expect(mulDivDown(...wide)).toBe(Number(exact));
    expect(mulDivUp(...wide)).toBe(Number(exact) + 1);
  });

  it.each([
    [Number.NaN, 1, 1],
    [1, Number.POSITIVE_INFINITY, 1],
    [1, 1, 0],
    [-1, 1, 1],
    [0.5, 2, 1],
    [1, 1, -1],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 1],
  ])('answers NaN to %d * %d / %d, never a number that could pass a limit', (a, b, divisor) => {
    expect(mulDivDown(a, b, divisor)).toBeNaN();
    expect(mulDivUp(a, b, divisor)).toBeNaN();
  });
});

describe('decimals of floats', () => {
  it('takes the decimal the float stands for', () => {
    expect(scaleDown(0.29, 1_000_000)).toBe(290_000);
    expect(scaleUp(0.29, 1_000_000)).toBe(290_000);
    expect(scaleDown(-0.29, 1_000_000)).toBe(-290_000);
  });

  it('rounds what is finer than the scale in the direction asked for', () => {
    expect([scaleDown(1.23456789, 1_000_000), scaleUp(1.23456789, 1_000_000)]).toEqual([
      1_234_567, 1_234_568,
    ]);
    expect([scaleDown(1.2345671, 1_000_000), scaleUp(1.2345671, 1_000_000)]).toEqual([
      1_234_567, 1_234_568,
    ]);
    expect([scaleDown(-1.5, 1), scaleUp(-1.5, 1)]).toEqual([-2, -1]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('answers NaN to %d', (value) => {
    expect(scaleDown(value, 1_000_000)).toBeNaN();
    expect(scaleUp(value, 1_000_000)).toBeNaN();
  });
});
