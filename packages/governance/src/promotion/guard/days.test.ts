import { describe, expect, it } from 'vitest';
import { hundredths } from './days.ts';

describe('days with two decimals', () => {
  it.each([
    [0.125, '0.12'],
    [0.375, '0.38'],
    [0.625, '0.62'],
    [0.875, '0.88'],
    [13.125, '13.12'],
    [0.275, '0.28'],
    [0.105, '0.10'],
    [0.225, '0.23'],
    [9.75, '9.75'],
    [0.5, '0.50'],
    [14, '14.00'],
    [0, '0.00'],
  ])('are nearest, and even where two are: %d is %s', (days, text) => {
    expect(hundredths(days)).toBe(text);
  });
});
