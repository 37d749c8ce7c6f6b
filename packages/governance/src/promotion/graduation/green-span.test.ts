import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, T0 } from './evidence.fixture.ts';
import { GreenWalk } from './green-span.ts';

function walk(hours: readonly (number | 'broken')[], maxGapHours = 36): GreenWalk {
  const green = new GreenWalk(maxGapHours);
  for (const hour of hours) {
    if (hour === 'broken') green.broken();
    else green.green(T0 + hour * HOUR_MS);
  }
  return green;
}

describe('the green span', () => {
  it('is nought without an entry, and a day of trading with one', () => {
    expect(walk([]).span()).toEqual({ days: 0, tradingDays: 0 });
    expect(walk([3]).span()).toEqual({ days: 0, tradingDays: 1 });
  });

  it('is what lies between its first entry and its last', () => {
    expect(walk([0, 6, 12, 18, 24]).span()).toEqual({ days: 1, tradingDays: 2 });
    expect(walk([23, 25]).span()).toEqual({ days: 2 / 24, tradingDays: 2 });
  });

  it('goes on over a gap of exactly the limit, and begins anew after a longer one', () => {
    expect(walk([0, 36, 72]).span()).toEqual({ days: 3, tradingDays: 3 });
    const late = new GreenWalk(36);
    for (const at of [T0, T0 + 36 * HOUR_MS + 1]) late.green(at);
    expect(late.span()).toEqual({ days: 0, tradingDays: 1 });
    late.green(T0 + 48 * HOUR_MS + 1);
    expect(late.span()).toEqual({ days: 0.5, tradingDays: 2 });
  });

  it('is the trailing one: what was before a break counts for nothing', () => {
    const long = Array.from({ length: 30 }, (_, day) => day * 24);
    expect(walk(long).span()).toEqual({ days: 29, tradingDays: 30 });
    expect(walk([...long, 'broken']).span()).toEqual({ days: 0, tradingDays: 0 });
    expect(walk([...long, 'broken', 700, 705]).span()).toEqual({ days: 5 / 24, tradingDays: 1 });
  });

  it('counts each UTC day once', () => {
    const green = new GreenWalk(36);
    const midnight = T0 + DAY_MS;
    for (const at of [midnight - 2, midnight - 1, midnight, midnight + 1]) green.green(at);
    expect(green.span().tradingDays).toBe(2);
  });
});
