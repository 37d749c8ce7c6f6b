import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MicroUsd, microUsd, wallMs } from '../values/index.ts';
import {
  dayOf,
  type EquityMarkName,
  type EquityMarks,
  LOSS_LIMITS,
  type LossLimit,
  MARK_OF,
  measureLoss,
  periodOf,
  weekOf,
} from './losses.ts';

const DAY_MS = 86_400_000;
/** A Wednesday. */
const NOW = Date.UTC(2026, 2, 18, 15, 30);
const LIMITS = {
  maxDailyLoss: microUsd(5_000_000_000),
  maxWeeklyLoss: microUsd(15_000_000_000),
  maxDrawdownPct: 10,
};
const usd = (value: number): MicroUsd => microUsd(Math.round(value * 1_000_000));

function marksAt(equity: number, at = NOW): EquityMarks {
  const names: readonly EquityMarkName[] = ['day_start', 'week_start', 'week_peak'];
  return new Map(names.map((name) => [name, { period: periodOf(name, at), equity: usd(equity) }]));
}

const measured = (limit: LossLimit, from: number, equity: number) =>
  measureLoss(limit, marksAt(from), usd(equity), NOW, LIMITS);

describe('days and weeks', () => {
  it('begin at 00:00 UTC, weeks on Monday', () => {
    expect(new Date(dayOf(NOW)).toISOString()).toBe('2026-03-18T00:00:00.000Z');
    expect(new Date(weekOf(NOW)).toISOString()).toBe('2026-03-16T00:00:00.000Z');
    const monday = Date.UTC(2026, 2, 16);
    expect([weekOf(monday), weekOf(monday - 1)]).toEqual([monday, monday - 7 * DAY_MS]);
    expect([dayOf(monday), dayOf(monday - 1)]).toEqual([monday, monday - DAY_MS]);
  });

  it('hold every instant of theirs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (at) => {
        expect(new Date(weekOf(at)).getUTCDay()).toBe(1);
        expect(at - weekOf(at)).toBeLessThan(7 * DAY_MS);
        expect(at - dayOf(at)).toBeLessThan(DAY_MS);
        expect(Math.min(at - dayOf(at), dayOf(at) - weekOf(at))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a loss', () => {
  it.each([
    ['daily_loss', 100_000, 95_000],
    ['weekly_loss', 100_000, 85_000],
    ['drawdown', 100_000, 90_000],
  ] as const)('%s from %d is reached at %d, and a micro-dollar before it is not', (...row) => {
    const [limit, from, equity] = row;
    expect(measured(limit, from, equity)).toMatchObject({ isReached: true });
    expect(measured(limit, from, equity + 0.000001)).toMatchObject({ isReached: false });
  });

  it('is told with what it is measured from, and a gain is less than none', () => {
    expect(measured('daily_loss', 100_000, 101_500)).toEqual({
      limit: 'daily_loss',
      baseline: usd(100_000),
      loss: usd(-1_500),
      allowed: usd(5_000),
      isReached: false,
    });
    expect(measured('drawdown', 73_000, 66_000)).toMatchObject({ allowed: usd(7_300) });
  });

  it('of a share that is no whole micro-dollar is reached a hair early, never late', () => {
    const limits = { ...LIMITS, maxDrawdownPct: 33.333333 };
    const marks = new Map([['week_peak', { period: weekOf(NOW), equity: microUsd(1_000_001) }]]);
    const at = (equity: number) =>
      measureLoss('drawdown', marks as EquityMarks, microUsd(equity), NOW, limits);
    expect(at(1_000_001 - 333_333)).toMatchObject({ isReached: true, allowed: 333_333 });
    expect(at(1_000_001 - 333_332)).toMatchObject({ isReached: false });
  });

  it('is unknown without equity, and without a mark of this very period', () => {
    for (const limit of LOSS_LIMITS) {
      const marks = marksAt(100_000);
      expect(measureLoss(limit, marks, null, NOW, LIMITS)).toBe('equity');
      const without = new Map(marks);
      without.delete(MARK_OF[limit]);
      expect(measureLoss(limit, without, usd(1), NOW, LIMITS)).toBe('baseline');
      const nextWeek = NOW + 7 * DAY_MS;
      expect(measureLoss(limit, marks, usd(1), nextWeek, LIMITS)).toBe('baseline');
    }
    const tomorrow = wallMs(NOW + DAY_MS);
    const marks = marksAt(100_000);
    expect(measureLoss('daily_loss', marks, usd(1), tomorrow, LIMITS)).toBe('baseline');
    expect(measureLoss('weekly_loss', marks, usd(1), tomorrow, LIMITS)).toHaveProperty('loss');
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])(
    'of equity or a peak %d is none',
    (odd) => {
      const marks = marksAt(odd);
      expect(measureLoss('drawdown', marks, usd(10), NOW, LIMITS)).toBe('baseline');
      if (Number.isFinite(odd)) return;
      for (const limit of LOSS_LIMITS) {
        const found = measureLoss(limit, marksAt(100_000), usd(odd), NOW, LIMITS);
        expect(found).toBe('baseline');
      }
    },
  );
});
