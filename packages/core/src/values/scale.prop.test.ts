import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { mulDivDown, mulDivUp } from './scale.ts';

const whole = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.maxSafeInteger().map((value) => Math.abs(value)),
);

it('is the exact quotient, or NaN where it would not fit', () => {
  fc.assert(
    fc.property(whole, whole, whole, (a, b, divisor) => {
      fc.pre(divisor > 0);
      const product = BigInt(a) * BigInt(b);
      const down = mulDivDown(a, b, divisor);
      if (Number.isNaN(down)) {
        expect(product / BigInt(divisor)).toBeGreaterThan(
          BigInt(Number.MAX_SAFE_INTEGER) / 2n - 2n,
        );
        return;
      }
      expect(BigInt(down)).toBe(product / BigInt(divisor));
      expect(BigInt(mulDivUp(a, b, divisor))).toBe(
        (product + BigInt(divisor) - 1n) / BigInt(divisor),
      );
    }),
    { numRuns: 3000 },
  );
});
