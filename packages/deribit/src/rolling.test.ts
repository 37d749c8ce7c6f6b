import { describe, expect, it } from 'vitest';
import { driftMs } from './drift.ts';
import { RollingCount, RollingDurations } from './rolling.ts';

describe('rolling count', () => {
  it('forgets what is older than its window, and nothing younger', () => {
    const count = new RollingCount(60_000);
    for (let at = 0; at < 120_000; at += 1_000) count.add(at);
    expect(count.count(119_000)).toBe(60);
    expect(count.count(150_000)).toBe(29);
    expect(count.count(400_000)).toBe(0);
  });
});

describe('rolling durations', () => {
  it('gives the 95th percentile of the last window, and null without any', () => {
    const durations = new RollingDurations(30_000);
    expect(durations.quantile(0, 0.95)).toBeNull();
    for (let n = 1; n <= 100; n += 1) durations.add(1_000, n);
    expect(durations.quantile(1_000, 0.95)).toBe(95);
    durations.add(31_500, 7);
    expect(durations.quantile(31_500, 0.95)).toBe(7);
    expect(durations.quantile(61_500, 0.95)).toBeNull();
  });

  it('keeps the latest of more than it can hold', () => {
    const durations = new RollingDurations(30_000);
    for (let n = 0; n < 5_000; n += 1) durations.add(0, n < 4_500 ? 1_000 : 1);
    expect(durations.quantile(0, 0.4)).toBe(1);
  });
});

describe('drift', () => {
  it('is that of the fastest sample, half its round trip removed', () => {
    const slow = { askedAt: 0, answeredAt: 100, venueAt: 500 };
    const fast = { askedAt: 1_000, answeredAt: 1_010, venueAt: 1_055 };
    expect(driftMs([slow, fast])).toBe(-50);
    expect(driftMs([])).toBeNull();
  });
});
