import { expect, it } from 'vitest';
import { instrumentName, monoMs } from '../values/index.ts';
import { createBook } from './book.ts';
import { isBookFresh } from './freshness.ts';

const NOW = monoMs(10_000);

it('a book has to be young and usable', () => {
  const book = createBook(instrumentName('BTC-PERPETUAL'));
  expect(isBookFresh(book, NOW, 1_000)).toBe(false);
  book.applySnapshot(1, monoMs(9_000), [1, 1], [2, 1]);
  expect(isBookFresh(book, NOW, 1_000)).toBe(true);
  expect(isBookFresh(book, NOW, 999)).toBe(false);
  expect(isBookFresh(book, monoMs(8_999), 1_000)).toBe(false);
  book.applyChange(3, 2, NOW, [], []);
  expect(isBookFresh(book, NOW, 1_000)).toBe(false);
});
