import { describe, expect, it } from 'vitest';
import { instrumentName, monoMs } from '../values/index.ts';
import { type Book, createBook, type MutableBook } from './book.ts';
import { LEVELS_MAX } from './book-side.ts';

const NAME = instrumentName('BTC-27MAR26-100000-C');
const AT = monoMs(1_000);
const BIDS = [475, 10, 470, 20, 460, 5];
const ASKS = [480, 7, 490, 30];

function side(book: Book, name: 'bid' | 'ask'): number[] {
  const pairs: number[] = [];
  for (let level = 0; level < book[`${name}Count`]; level += 1) {
    pairs.push(book[`${name}Price`](level), book[`${name}Quantity`](level));
  }
  return pairs;
}

function calm(): MutableBook {
  const book = createBook(NAME);
  expect(book.applySnapshot(7, AT, BIDS, ASKS)).toBe('applied');
  return book;
}

function expectVoid(book: Book): void {
  expect(book.usable).toBe(false);
  expect(book.bidCount + book.askCount).toBe(0);
  expect(book.bidPrice(0)).toBeNaN();
  expect(book.askQuantity(0)).toBeNaN();
}

describe('book', () => {
  it('is not usable before a snapshot, not even by a change', () => {
    const book = createBook(NAME);
    expectVoid(book);
    expect(book.updatedAt).toBeNull();
    expect(book.applyChange(1, 0, AT, [475, 1], [])).toBe('gap');
    expectVoid(book);
  });

  it('takes a snapshot best first', () => {
    const book = calm();
    expect(book).toMatchObject({ usable: true, changeId: 7, updatedAt: 1000, instrument: NAME });
    expect(side(book, 'bid')).toEqual(BIDS);
    expect(side(book, 'ask')).toEqual(ASKS);
    expect(book.bidPrice(3)).toBeNaN();
    expect(book.askPrice(-1)).toBeNaN();
  });

  it('sets, replaces, inserts and deletes by changes in any order', () => {
    const book = calm();
    const bids = [460, 0, 476, 3, 470, 25, 465, 1];
    expect(book.applyChange(8, 7, monoMs(1_100), bids, [490, 0, 485, 2, 479, 1])).toBe('applied');
    expect(side(book, 'bid')).toEqual([476, 3, 475, 10, 470, 25, 465, 1]);
    expect(side(book, 'ask')).toEqual([479, 1, 480, 7, 485, 2]);
    expect(book).toMatchObject({ changeId: 8, updatedAt: 1100 });
    expect(book.applyChange(9, 8, monoMs(1_200), [], [])).toBe('applied');
    expect(book.updatedAt).toBe(1200);
  });

  it('a delete of what is not held leaves the same book', () => {
    const book = calm();
    expect(book.applyChange(8, 7, AT, [474, 0, 1, 0], [500, 0])).toBe('applied');
    expect(side(book, 'bid')).toEqual(BIDS);
  });

  it('may be emptied and filled again', () => {
    const book = calm();
    expect(book.applyChange(8, 7, AT, [475, 0, 470, 0, 460, 0], [480, 0, 490, 0])).toBe('applied');
    expect(book).toMatchObject({ usable: true, bidCount: 0, askCount: 0 });
    expect(book.applyChange(9, 8, AT, [], [480, 1])).toBe('applied');
    expect(book.applyChange(10, 9, AT, [479, 1], [])).toBe('applied');
    expect(side(book, 'bid')).toEqual([479, 1]);
  });

  it.each([6, 8, 0, Number.NaN])(
    'a change that follows %d is a gap until the next snapshot',
    (prev) => {
      const book = calm();
      expect(book.applyChange(9, prev, AT, [474, 1], [])).toBe('gap');
      expectVoid(book);
      expect(book.applyChange(8, 7, AT, [474, 1], [])).toBe('gap');
      expect(book.applySnapshot(20, AT, BIDS, ASKS)).toBe('applied');
      expect(book.applyChange(21, 20, AT, [474, 1], [])).toBe('applied');
    },
  );

  it.each([
    ['a crossed book', [480, 1], [479, 1]],
    ['bids that rise', [470, 1, 475, 1], [480, 1]],
    ['asks that fall', [470, 1], [490, 1, 480, 1]],
    ['a price twice', [475, 1, 475, 1], [480, 1]],
    ['a zero price', [475, 1, 0, 1], [480, 1]],
    ['a negative price', [475, 1, -1, 1], [480, 1]],
    ['a price between ticks', [475.5, 1], [480, 1]],
    ['a price that is no number', [Number.NaN, 1], [480, 1]],
    ['an infinite price', [475, 1], [Number.POSITIVE_INFINITY, 1]],
    ['a zero quantity', [475, 0], [480, 1]],
    ['a negative quantity', [475, -1], [480, 1]],
    ['a quantity that is no number', [475, Number.NaN], [480, 1]],
    ['a quantity between steps', [475, 1.5], [480, 1]],
    ['half a level', [475, 1, 470], [480, 1]],
  ])('a snapshot with %s is malformed', (_name, bids, asks) => {
    const book = calm();
    expect(book.applySnapshot(9, AT, bids, asks)).toBe('malformed');
    expectVoid(book);
  });

  it.each([
    ['crosses the book', [480.0, 0, 481, 1], []],
    ['has a zero price', [0, 1], []],
    ['has a negative price', [-5, 0], []],
    ['has a negative quantity', [474, -1], []],
    ['is not a number', [474, Number.NaN], []],
    ['has half a level', [], [480]],
    ['has an infinite price', [], [Number.POSITIVE_INFINITY, 1]],
  ])('a change that %s is malformed', (_name, bids, asks) => {
    const book = calm();
    expect(book.applyChange(8, 7, AT, bids, asks)).toBe('malformed');
    expectVoid(book);
  });

  it('refuses ids and times that cannot be', () => {
    for (const id of [7, 6, 7.5, Number.NaN]) {
      expect(calm().applyChange(id, 7, AT, [], [])).toBe('malformed');
    }
    expect(calm().applyChange(8, 7, monoMs(Number.NaN), [], [])).toBe('malformed');
    expect(calm().applySnapshot(-1, AT, BIDS, ASKS)).toBe('malformed');
    expect(calm().applySnapshot(9, monoMs(Number.NaN), BIDS, ASKS)).toBe('malformed');
  });

  it('equal touches are a book', () => {
    const book = createBook(NAME);
    expect(book.applySnapshot(1, AT, [480, 1], [480, 1])).toBe('applied');
  });
});

describe('a book deeper than its bound', () => {
  const deep = Array.from({ length: LEVELS_MAX + 50 }, (_, level) => [10_000 - level, 1]).flat();

  it('keeps the best levels of a snapshot', () => {
    const book = createBook(NAME);
    expect(book.applySnapshot(1, AT, deep, [20_000, 1])).toBe('applied');
    expect(book.bidCount).toBe(LEVELS_MAX);
    expect(book.bidPrice(0)).toBe(10_000);
    expect(book.bidPrice(LEVELS_MAX - 1)).toBe(10_000 - LEVELS_MAX + 1);
    expect(book.applySnapshot(2, AT, [...deep, 1, Number.NaN], [20_000, 1])).toBe('malformed');
  });

  it('drops the worst for a better one and nothing for a worse one', () => {
    const book = createBook(NAME);
    book.applySnapshot(1, AT, deep.slice(0, LEVELS_MAX * 2), [20_000, 1]);
    const worst = book.bidPrice(LEVELS_MAX - 1);
    expect(book.applyChange(2, 1, AT, [worst - 1, 5], [])).toBe('applied');
    expect(book.bidPrice(LEVELS_MAX - 1)).toBe(worst);
    expect(book.applyChange(3, 2, AT, [10_001, 9], [])).toBe('applied');
    expect(book.bidCount).toBe(LEVELS_MAX);
    expect(book.bidPrice(0)).toBe(10_001);
    expect(book.bidQuantity(0)).toBe(9);
    expect(book.bidPrice(LEVELS_MAX - 1)).toBe(worst + 1);
  });
});
