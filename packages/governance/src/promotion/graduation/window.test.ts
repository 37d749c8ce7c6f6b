import { describe, expect, it } from 'vitest';
import { parseHours, windowStart } from './window.ts';

describe('the hours of a window', () => {
  it.each([
    ['24', 24],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['.25', 0.25],
    ['5.', 5],
    ['+1.25', 1.25],
    [' 1e2 ', 100],
    ['1E-1', 0.1],
  ])('%j is %d', (text, hours) => {
    expect(parseHours(text)).toEqual({ ok: true, hours });
  });

  it.each([
    ['0', 'hours_not_positive'],
    ['-0', 'hours_not_positive'],
    ['-5', 'hours_not_positive'],
    ['1e-400', 'hours_not_positive'],
    ['inf', 'hours_not_finite'],
    ['Infinity', 'hours_not_finite'],
    ['-infinity', 'hours_not_finite'],
    ['NaN', 'hours_not_finite'],
    ['1e400', 'hours_not_finite'],
    ['', 'hours_not_a_number'],
    [' ', 'hours_not_a_number'],
    ['.', 'hours_not_a_number'],
    ['1h', 'hours_not_a_number'],
    ['h1', 'hours_not_a_number'],
    ['0x10', 'hours_not_a_number'],
    ['1_000', 'hours_not_a_number'],
    ['infinite', 'hours_not_a_number'],
    ['1 inf', 'hours_not_a_number'],
  ])('%j is refused: %s', (text, code) => {
    expect(parseHours(text)).toEqual({
      ok: false,
      code,
      detail: `--hours takes a number of hours above nought, not '${text}'`,
    });
  });

  it('go back from now', () => {
    expect(windowStart(100_000_000, 1.5)).toBe(100_000_000 - 5_400_000);
  });
});
