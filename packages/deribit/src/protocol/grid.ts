import type { Instrument } from '@holdfast/core/instrument';

/**
 * Pairs at 1e-8 as ticks and steps; null when one is not on the grid. A quotient of integers below
 * 2^53 is only whole when the division is exact.
 */
export function levelsOnGrid(
  pairs: ArrayLike<number>,
  length: number,
  { tickE8, amountStepE8 }: Pick<Instrument, 'tickE8' | 'amountStepE8'>,
): readonly number[] | null {
  // oxlint-disable-next-line unicorn/no-new-array -- at its length from the start, in half the time
  const levels = new Array<number>(length);
  for (let index = 0; index < length; index += 2) {
    const ticks = (pairs[index] ?? Number.NaN) / tickE8;
    const steps = (pairs[index + 1] ?? Number.NaN) / amountStepE8;
    if (!Number.isInteger(ticks) || !Number.isInteger(steps)) return null;
    levels[index] = ticks;
    levels[index + 1] = steps;
  }
  return levels;
}
