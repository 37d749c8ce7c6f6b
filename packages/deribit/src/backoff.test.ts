import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const BOUNDS = { firstMs: 500, longestMs: 60_000 };

describe('backoff', () => {
  it('doubles from the first pause and stops at the longest', () => {
    const pauses = [0, 1, 2, 6, 7, 100].map((attempt) => backoffMs(attempt, 0.999_999, BOUNDS));
    expect(pauses).toEqual([499, 999, 1_999, 31_999, 59_999, 59_999]);
  });

  it('is at least half of the whole pause and never more than it, whatever the jitter', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (n, j) => {
          const pause = backoffMs(n, j, BOUNDS);
          const whole = Math.min(500 * 2 ** Math.min(n, 20), 60_000);
          expect(pause).toBeGreaterThanOrEqual(whole / 2);
          expect(pause).toBeLessThanOrEqual(whole);
        },
      ),
    );
  });
});
