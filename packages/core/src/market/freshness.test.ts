import { describe, expect, it } from 'vitest';
import { instrumentName, monoMs } from '../values/index.ts';
import { createBook } from './book.ts';
import { ageMs, isBookFresh, isFresh } from './freshness.ts';

const NOW = monoMs(10_000);

describe('freshness', () => {
  it('is fresh at exactly the limit and stale one later', () => {
    expect(isFresh(NOW, monoMs(9_000), 1_000)).toBe(true);
    expect(isFresh(NOW, monoMs(8_999), 1_000)).toBe(false);
    expect(isFresh(NOW, NOW, 0)).toBe(true);
  });

  it('has no age for what is missing, from the future or no time', () => {
    expect(ageMs(NOW, monoMs(9_000))).toBe(1_000);
    expect(ageMs(NOW, null)).toBeNull();
    for (const at of [10_001, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      expect(ageMs(NOW, monoMs(at))).toBeNull();
      expect(isFresh(NOW, monoMs(at), 1e9)).toBe(false);
    }
    expect(isFresh(monoMs(Number.NaN), NOW, 1e9)).toBe(false);
    expect(isFresh(NOW, NOW, Number.NaN)).toBe(false);
  });

  it('a book has to be usable as well', () => {
    const book = createBook(instrumentName('BTC-PERPETUAL'));
    expect(isBookFresh(book, NOW, 1_000)).toBe(false);
    book.applySnapshot(1, monoMs(9_000), [1, 1], [2, 1]);
    expect(isBookFresh(book, NOW, 1_000)).toBe(true);
    expect(isBookFresh(book, NOW, 999)).toBe(false);
    expect(isBookFresh(book, monoMs(8_999), 1_000)).toBe(false);
    book.applyChange(3, 2, NOW, [], []);
    expect(isBookFresh(book, NOW, 1_000)).toBe(false);
  });
});
