import { currency } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { inverseOption } from './inverse-option.ts';
import { Mispricings } from './mispricing.ts';

const OPTIONS = Array.from({ length: 12 }, (_, i) => {
  const key = { underlying: currency('BTC'), type: 'call', strike: 60_000 + 1_000 * i } as const;
  const option = inverseOption({ ...key, expiryMs: Date.UTC(2026, 7, 28, 8) });
  if (option === null) throw new Error('no terms');
  return option;
});
const MARK = 0.02;
const HALF = 0.0005;

/** Shifts of all options, second by second. */
function play(seed: number, everyMs: number, seconds: number): readonly (readonly number[])[] {
  const mispricings = new Mispricings(createPrng(seed), everyMs, 0);
  return Array.from({ length: seconds }, (_, second) => {
    mispricings.move(second * 1_000, () => OPTIONS);
    return OPTIONS.map((option) => mispricings.shift(option, MARK, HALF));
  });
}

describe('mispricings', () => {
  it('begin within five seconds, are cheap first, and mostly rich later', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const shifts = play(seed, 12_000, 600);
      const firstAt = shifts.findIndex((row) => row.some((shift) => shift !== 0));
      expect(firstAt).toBeGreaterThan(0);
      expect(firstAt).toBeLessThanOrEqual(5);
      expect(Math.min(...(shifts[firstAt] ?? []))).toBeLessThan(0);
      expect(Math.max(...shifts.flat())).toBeGreaterThan(0);
      expect(
        Math.max(...shifts.map((row) => row.filter((shift) => shift !== 0).length)),
      ).toBeLessThanOrEqual(4);
    }
  });

  it('are more than buying, selling, a tick and the spread cost, and less than the mark', () => {
    const enough = HALF + 0.0006 + 0.0005;
    const sizes = play(7, 12_000, 600)
      .flat()
      .filter((shift) => shift !== 0)
      .map(Math.abs);
    expect(Math.min(...sizes)).toBeGreaterThan(1.1 * enough);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(0.6 * MARK);
  });

  it('are seeded, and none where none are wanted', () => {
    expect(play(1, 12_000, 200)).toStrictEqual(play(1, 12_000, 200));
    expect(play(1, 12_000, 200)).not.toStrictEqual(play(2, 12_000, 200));
    expect(
      play(1, 0, 200)
        .flat()
        .every((shift) => shift === 0),
    ).toBe(true);
  });

  it('ask for candidates only when one is to be chosen, and bear having none', () => {
    const mispricings = new Mispricings(createPrng(1), 10_000, 0);
    let asked = 0;
    for (let now = 0; now < 100_000; now += 250) {
      mispricings.move(now, () => {
        asked += 1;
        return [];
      });
    }
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(40);
    expect(mispricings.made).toBe(0);
  });

  it('come in pairs where asked for: one cheap, one rich, no neighbours, of one type', () => {
    const expiryMs = Date.UTC(2026, 7, 28, 8);
    const options = (['call', 'put'] as const).flatMap((type) =>
      Array.from({ length: 8 }, (_, i) => {
        const key = { underlying: currency('BTC'), type, strike: 60_000 + 1_000 * i } as const;
        const option = inverseOption({ ...key, expiryMs });
        if (option === null) throw new Error('no terms');
        return option;
      }),
    );
    const startMs = expiryMs - 20 * 86_400_000;
    const mispricings = new Mispricings(createPrng(3), 7_000, startMs, true);
    const types = new Set<string>();
    for (let now = startMs; now < startMs + 120_000; now += 250) {
      mispricings.move(now, () => options);
      const off = options.filter((option) => mispricings.shift(option, MARK, HALF) !== 0);
      if (off.length === 0) continue;
      const [cheap, rich] = off.toSorted(
        (a, b) => mispricings.shift(a, MARK, HALF) - mispricings.shift(b, MARK, HALF),
      );
      if (cheap === undefined || rich === undefined) throw new Error('half a pair');
      expect(off).toHaveLength(2);
      expect(mispricings.shift(cheap, MARK, HALF)).toBeLessThan(0);
      expect(mispricings.shift(rich, MARK, HALF)).toBeGreaterThan(0);
      expect(rich.option?.type).toBe(cheap.option?.type);
      const apart = Math.abs((rich.option?.strikeE8 ?? 0) - (cheap.option?.strikeE8 ?? 0));
      expect(apart).toBeGreaterThanOrEqual(2_000 * 1e8);
      types.add(cheap.option?.type ?? '');
    }
    expect(types).toEqual(new Set(['call', 'put']));
  });

  it('are over for a whole expiry once its makers price it anew', () => {
    const mispricings = new Mispricings(createPrng(1), 12_000, 0);
    for (let now = 0; mispricings.made === 0; now += 250) mispricings.move(now, () => OPTIONS);
    const isOff = (): boolean =>
      OPTIONS.some((option) => mispricings.shift(option, MARK, HALF) !== 0);
    expect([mispricings.forget(1), isOff()]).toEqual([false, true]);
    expect([mispricings.forget(Date.UTC(2026, 7, 28, 8)), isOff()]).toEqual([true, false]);
  });
});
