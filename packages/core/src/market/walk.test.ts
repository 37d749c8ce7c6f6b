import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instrumentName, monoMs, price, quantity } from '../values/index.ts';
import { type Book, createBook } from './book.ts';
import { walkBook, wouldCross } from './walk.ts';

function bookOf(bids: readonly number[], asks: readonly number[]): Book {
  const book = createBook(instrumentName('BTC-PERPETUAL'));
  expect(book.applySnapshot(1, monoMs(0), bids, asks)).toBe('applied');
  return book;
}
const unusable = createBook(instrumentName('BTC-PERPETUAL'));

describe('liquidity walk', () => {
  it('costs nothing at the best level', () => {
    const book = bookOf([100, 5], [101, 5]);
    expect(walkBook(book, 'buy', quantity(5))).toEqual({
      best: 101,
      worst: 101,
      filled: 5,
      isComplete: true,
      wapTicks: 101,
      slippageBps: 0,
    });
    expect(walkBook(book, 'sell', quantity(1))).toMatchObject({ best: 100, slippageBps: 0 });
  });

  it('walks asks for a BUY and bids for a SELL, worse being positive', () => {
    const book = bookOf([1000, 1, 990, 1], [1010, 1, 1020, 3]);
    const buy = walkBook(book, 'buy', quantity(4));
    expect(buy).toMatchObject({ best: 1010, worst: 1020, filled: 4, wapTicks: 1017.5 });
    expect(buy?.slippageBps).toBeCloseTo((7.5 / 1010) * 10_000, 10);
    const sell = walkBook(book, 'sell', quantity(2));
    expect(sell).toMatchObject({ best: 1000, worst: 990, wapTicks: 995, slippageBps: 50 });
  });

  it('is exactly 10 bps where the book says so, and above it by the smallest excess', () => {
    // 10000 to 10020, half each: WAP 10010, 10 bps.
    expect(walkBook(bookOf([], [10_000, 1, 10_020, 1]), 'buy', quantity(2))?.slippageBps).toBe(10);
    // One tick-step more in two thousand million.
    const base = [1_000_000, 1_000, 1_002_000, 999];
    const exact = walkBook(bookOf([], [...base, 1_002_001, 5]), 'buy', quantity(2_000));
    expect(exact?.slippageBps).toBeGreaterThan(10);
    const equal = walkBook(
      bookOf([], [1_000_000, 1_000, 1_002_000, 1_000]),
      'buy',
      quantity(2_000),
    );
    expect(equal?.slippageBps).toBe(10);
  });

  it('a thin book is reported and passes no limit', () => {
    const book = bookOf([100, 3], [101, 5, 102, 1]);
    expect(walkBook(book, 'buy', quantity(7))).toMatchObject({
      filled: 6,
      isComplete: false,
      worst: 102,
      slippageBps: Number.POSITIVE_INFINITY,
    });
    expect(walkBook(book, 'buy', quantity(6))).toMatchObject({ isComplete: true });
    const empty = walkBook(bookOf([100, 3], []), 'buy', quantity(1));
    expect(empty).toMatchObject({ filled: 0, isComplete: false, best: Number.NaN });
    expect(empty?.slippageBps).toBe(Number.POSITIVE_INFINITY);
  });

  it('there is no walk without a usable book or a quantity', () => {
    expect(walkBook(unusable, 'buy', quantity(1))).toBeNull();
    const book = bookOf([100, 3], [101, 5]);
    for (const bad of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(walkBook(book, 'sell', quantity(bad))).toBeNull();
    }
  });

  it('sums past the exact range pass no limit', () => {
    const huge = Number.MAX_SAFE_INTEGER;
    const walk = walkBook(bookOf([], [10, huge]), 'buy', quantity(huge));
    expect(walk?.slippageBps).toBe(Number.POSITIVE_INFINITY);
  });

  it('rounds up to the very next double, so any limit is compared with the true ratio', () => {
    const levels = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 10_000 })),
      { minLength: 1, maxLength: 5 },
    );
    const shares = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(levels, fc.integer({ min: 1, max: 1e6 }), shares, (steps, first, share) => {
        const asks: number[] = [];
        let at = first - 1;
        let depth = 0;
        for (const [gap, size] of steps) {
          at += gap;
          depth += size;
          asks.push(at, size);
        }
        const wanted = Math.max(1, Math.floor(depth * share));
        const slippage = walkBook(bookOf([], asks), 'buy', quantity(wanted))?.slippageBps;
        const { excess, base } = exactly(asks, wanted);
        expect(slippage).toBeDefined();
        expect(isBelow(slippage ?? Number.NaN, excess * 10_000n, base)).toBe(false);
        if (excess > 0n) {
          expect(isBelow(doubleBefore(slippage ?? 0), excess * 10_000n, base)).toBe(true);
        } else {
          expect(slippage).toBe(0);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

/** Cost beyond the best price, and the cost at it, of a quantity the book holds. */
function exactly(asks: readonly number[], wanted: number): { excess: bigint; base: bigint } {
  let left = wanted;
  let cost = 0n;
  for (let index = 0; index < asks.length && left > 0; index += 2) {
    const taken = Math.min(left, asks[index + 1] ?? 0);
    cost += BigInt(asks[index] ?? 0) * BigInt(taken);
    left -= taken;
  }
  const base = BigInt(asks[0] ?? 0) * BigInt(wanted);
  return { excess: cost - base, base };
}

/** double < a / b, decided on whole numbers: a double of ours is one over 2^90. */
function isBelow(double: number, a: bigint, b: bigint): boolean {
  const scaled = double * Number(1n << 90n);
  expect(Number.isInteger(scaled)).toBe(true);
  return BigInt(scaled) * b < a * (1n << 90n);
}

function doubleBefore(value: number): number {
  const bits = new BigUint64Array(new Float64Array([value]).buffer);
  bits[0] = (bits[0] ?? 0n) - 1n;
  return new Float64Array(bits.buffer)[0] ?? Number.NaN;
}

describe('post-only crossing', () => {
  const book = bookOf([100, 1], [103, 1]);

  it('a BUY crosses at and above the ask, a SELL at and below the bid', () => {
    expect(wouldCross(book, 'buy', price(102))).toBe(false);
    expect(wouldCross(book, 'buy', price(103))).toBe(true);
    expect(wouldCross(book, 'buy', price(104))).toBe(true);
    expect(wouldCross(book, 'sell', price(101))).toBe(false);
    expect(wouldCross(book, 'sell', price(100))).toBe(true);
    expect(wouldCross(book, 'sell', price(99))).toBe(true);
  });

  it('what cannot be shown to rest crosses', () => {
    for (const side of ['buy', 'sell'] as const) {
      expect(wouldCross(unusable, side, price(1))).toBe(true);
      expect(wouldCross(book, side, price(Number.NaN))).toBe(true);
    }
    expect(wouldCross(bookOf([100, 1], []), 'buy', price(1))).toBe(true);
    expect(wouldCross(bookOf([], [103, 1]), 'sell', price(999))).toBe(true);
  });
});
