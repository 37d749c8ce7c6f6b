import { MS_PER_YEAR, optionPriceUsd } from '@holdfast/core/strategy';
import { currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { indexExpiries, type Mark, volatilityIndex } from './dvol.ts';
import { inverseOption } from './inverse-option.ts';

const NOW = Date.UTC(2026, 7, 5, 8);
const DAY_MS = 86_400_000;
const FORWARD = 65_130;

/** Marks of one expiry with the same volatility at every strike. */
function flat(days: number, vol: number, step: number, reach: number): readonly Mark[] {
  const expiryMs = NOW + days * DAY_MS;
  const years = (days * DAY_MS) / MS_PER_YEAR;
  const marks: Mark[] = [];
  for (let strike = step; strike < FORWARD * reach; strike += step) {
    for (const type of ['call', 'put'] as const) {
      const instrument = inverseOption({ underlying: currency('BTC'), type, strike, expiryMs });
      const usd = optionPriceUsd(type, FORWARD, strike, vol, years) ?? Number.NaN;
      if (instrument === null) continue;
      marks.push({ instrument, markE8: (usd / FORWARD) * E8, underlyingE8: FORWARD * E8 });
    }
  }
  return marks;
}

describe('volatility index', () => {
  it('is the volatility of a flat surface, whatever the expiries around 30 days are', () => {
    for (const [near, next] of [
      [23, 51],
      [29.5, 30.5],
      [2, 300],
    ] as const) {
      const marks = [...flat(near, 0.5, 500, 6), ...flat(next, 0.5, 500, 6)];
      expect(volatilityIndex(marks, NOW)).toBeCloseTo(50, 1);
    }
  });

  it('joins total variance between the last expiry within 30 days and the first beyond', () => {
    const marks = [
      ...flat(3, 0.9, 500, 4),
      ...flat(20, 0.4, 500, 4),
      ...flat(40, 0.6, 500, 6),
      ...flat(200, 0.9, 500, 9),
    ];
    const total = (0.4 * 0.4 * 20 + 0.6 * 0.6 * 40) / 2;
    expect(volatilityIndex(marks, NOW)).toBeCloseTo(100 * Math.sqrt(total / 30), 1);
  });

  it('stands on one expiry where there is only one, and on none with too few strikes', () => {
    expect(volatilityIndex(flat(51, 0.7, 500, 6), NOW)).toBeCloseTo(70, 1);
    expect(volatilityIndex(flat(10, 0.7, 500, 4), NOW)).toBeCloseTo(70, 1);
    expect(volatilityIndex(flat(10, 0.7, 30_000, 2), NOW)).toBeNull();
    expect(volatilityIndex([], NOW)).toBeNull();
    expect(volatilityIndex(flat(10, 0.7, 500, 4), NOW + 11 * DAY_MS)).toBeNull();
  });

  it('names the two expiries it is made of', () => {
    const [past, near, at, beyond] = [-1, 20, 30, 31].map((days) => NOW + days * DAY_MS);
    const expiries = [past ?? 0, near ?? 0, at ?? 0, beyond ?? 0];
    expect(indexExpiries(expiries, NOW)).toStrictEqual(new Set([at, beyond]));
  });
});
