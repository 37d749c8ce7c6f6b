import { currency } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { deribitExpiries, tenorOf } from './deribit-calendar.ts';
import { dateCode } from './inverse-option.ts';
import { strikesAround } from './strike-ladder.ts';

const codes = (at: number): readonly string[] => deribitExpiries(at).map(dateCode);

describe('Deribit calendar', () => {
  it('lists what the recorded chains of August 2026 list, before and after an expiry', () => {
    const far = [
      '14AUG26',
      '21AUG26',
      '28AUG26',
      '25SEP26',
      '30OCT26',
      '25DEC26',
      '26MAR27',
      '25JUN27',
    ];
    expect(codes(Date.UTC(2026, 7, 5, 5, 53))).toStrictEqual([
      '5AUG26',
      '6AUG26',
      '7AUG26',
      '8AUG26',
      ...far,
    ]);
    expect(codes(Date.UTC(2026, 7, 5, 8))).toStrictEqual([
      '6AUG26',
      '7AUG26',
      '8AUG26',
      '9AUG26',
      ...far,
    ]);
    expect(codes(Date.UTC(2026, 7, 5, 8) - 1)[0]).toBe('5AUG26');
  });

  it('always has the next four days, in order, at 08:00, and the year beyond', () => {
    for (let day = 0; day < 800; day += 1) {
      const at = Date.UTC(2026, 0, 1, 13) + day * 86_400_000;
      const expiries = deribitExpiries(at);
      expect(expiries.toSorted((a, b) => a - b)).toStrictEqual(expiries);
      expect(new Set(expiries).size).toBe(expiries.length);
      for (let next = 0; next < 4; next += 1) {
        expect(expiries[next]).toBe(Date.UTC(2026, 0, 2 + day + next, 8));
      }
      const tenors = expiries.map(tenorOf);
      expect(tenors.filter((tenor) => tenor === 'quarter')).toHaveLength(4);
      expect(expiries.length).toBeGreaterThanOrEqual(10);
      expect(expiries.length).toBeLessThanOrEqual(14);
      expect((expiries.at(-1) ?? 0) - at).toBeGreaterThan(270 * 86_400_000);
    }
  });
});

describe('strikes', () => {
  it('are spaced as Deribit spaces them: finer near the money and near in time', () => {
    const steps = (
      tenor: 'day' | 'week' | 'month' | 'quarter',
      near: number,
    ): readonly number[] => {
      const strikes = strikesAround(currency('BTC'), tenor, 64_450);
      const at = strikes.filter((strike) => Math.abs(strike / 64_450 - 1) < near);
      return [...new Set(at.slice(1).map((strike, i) => strike - (at[i] ?? 0)))];
    };
    expect(steps('day', 0.03)).toStrictEqual([500]);
    expect(steps('week', 0.07)).toStrictEqual([1_000]);
    expect(steps('month', 0.2)).toStrictEqual([1_000]);
    expect(steps('quarter', 0.3)).toStrictEqual([2_000]);
  });

  it('surround the forward, ascend, and are none where terms are unknown', () => {
    for (const [coin, forward] of [
      ['BTC', 64_450],
      ['ETH', 1_871],
    ] as const) {
      for (const tenor of ['day', 'week', 'month', 'quarter'] as const) {
        const strikes = strikesAround(currency(coin), tenor, forward);
        expect(strikes.length).toBeGreaterThan(14);
        expect(strikes.length).toBeLessThan(70);
        expect(strikes.toSorted((a, b) => a - b)).toStrictEqual(strikes);
        expect(strikes[0]).toBeLessThan(forward);
        expect(strikes.at(-1)).toBeGreaterThan(forward);
      }
    }
    expect(strikesAround(currency('DOGE'), 'day', 1)).toStrictEqual([]);
  });
});
