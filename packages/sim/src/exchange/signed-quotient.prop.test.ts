import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mulDivCeil, mulDivFloor } from './signed-quotient.ts';

const factor = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });
const divisor = fc.integer({ min: 1, max: 10_000_000_000 });

describe('exact products', () => {
  it('D-3 floor and ceil equal big integer arithmetic and bracket the true value', () => {
    fc.assert(
      fc.property(factor, factor, divisor, (a, b, by) => {
        const product = BigInt(a) * BigInt(b);
        const truncated = product / BigInt(by);
        const exact = truncated * BigInt(by) === product;
        const floor = product < 0n && !exact ? truncated - 1n : truncated;
        fc.pre(floor > -4_503_599_627_370_000n && floor < 4_503_599_627_370_000n);
        expect(BigInt(mulDivFloor(a, b, by))).toBe(floor);
        expect(BigInt(mulDivCeil(a, b, by))).toBe(exact ? floor : floor + 1n);
      }),
      { numRuns: 2_000 },
    );
  });

  it('D-3 refuses to return a number it cannot hold exactly', () => {
    expect(() => mulDivFloor(9e15, 9e15, 1)).toThrow('D-3');
  });
});
