import { describe, expect, it } from 'vitest';
import { barIndexAt, stepsOf, ticksOf } from './bar.ts';
import { CALL, FIRST_AT, risingBars, STEP_MS } from './bars.fixture.ts';

describe('the bar of a time', () => {
  it('is the last one closed by then, on both sides of its instant', () => {
    const bars = risingBars(3);
    const at = (ms: number): number => barIndexAt(bars, FIRST_AT + ms);
    expect([-1, 0, STEP_MS - 1, STEP_MS, 2 * STEP_MS, 9 * STEP_MS].map(at)).toEqual([
      -1, 0, 0, 1, 2, 2,
    ]);
    expect(barIndexAt([], FIRST_AT)).toBe(-1);
  });
});

describe('prices and amounts on the grid', () => {
  it('a price is whole ticks, nothing is none', () => {
    expect(ticksOf(CALL, 0.0405)).toBe(405);
    expect(ticksOf(CALL, null)).toBeNull();
    expect(ticksOf(CALL, 0.00004)).toBeNull();
    expect(ticksOf(CALL, 0.00006)).toBe(1);
  });

  it('an amount is rounded down, though a double lies just below it', () => {
    expect(stepsOf(CALL, 0.3)).toBe(3);
    expect(stepsOf(CALL, 0.1 + 0.2)).toBe(3);
    expect(stepsOf(CALL, 0.39)).toBe(3);
    expect(stepsOf(CALL, 0.09)).toBe(0);
  });
});
