import { describe, expect, it } from 'vitest';
import { ageMs, isFresh, isOlder } from './age.ts';
import { monoMs } from './time.ts';

const NOW = monoMs(10_000);

describe('age', () => {
  it('is fresh at exactly the limit and old one later', () => {
    expect(isFresh(NOW, monoMs(9_000), 1_000)).toBe(true);
    expect(isFresh(NOW, monoMs(8_999), 1_000)).toBe(false);
    expect(isFresh(NOW, NOW, 0)).toBe(true);
    expect(isOlder(NOW, monoMs(9_000), 1_000)).toBe(false);
    expect(isOlder(NOW, monoMs(8_999), 1_000)).toBe(true);
  });

  it('is none for what is missing, from the future or no time: neither fresh nor old', () => {
    expect(ageMs(NOW, monoMs(9_000))).toBe(1_000);
    expect(ageMs(NOW, null)).toBeNull();
    for (const at of [10_001, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      expect(ageMs(NOW, monoMs(at))).toBeNull();
      expect(isFresh(NOW, monoMs(at), 1e9)).toBe(false);
      expect(isOlder(NOW, monoMs(at), 0)).toBe(false);
    }
    expect(isFresh(monoMs(Number.NaN), NOW, 1e9)).toBe(false);
    expect(isFresh(NOW, NOW, Number.NaN)).toBe(false);
    expect(isOlder(NOW, NOW, Number.NaN)).toBe(false);
  });
});
