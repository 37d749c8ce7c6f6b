import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instrumentName, monoMs } from '../values/index.ts';
import { createBook } from './book.ts';

/** Bids below 500 and asks above, so that no generated change crosses. */
const level = fc.tuple(fc.integer({ min: 1, max: 499 }), fc.nat({ max: 50 }));
const batch = fc.record({
  bids: fc.array(level, { maxLength: 40 }),
  asks: fc.array(level, { maxLength: 40 }),
});

/** What a book is: a price has the quantity it was last given. */
function fold(into: Map<number, number>, pairs: readonly (readonly [number, number])[]): void {
  for (const [price, quantity] of pairs) {
    if (quantity === 0) into.delete(price);
    else into.set(price, quantity);
  }
}

describe('book properties', () => {
  it('equals a plain map of prices after any changes', () => {
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), (batches) => {
        const book = createBook(instrumentName('BTC-PERPETUAL'));
        book.applySnapshot(0, monoMs(0), [], []);
        const bids = new Map<number, number>();
        const asks = new Map<number, number>();
        batches.forEach((change, index) => {
          const askPairs = change.asks.map(
            ([price, quantity]) => [1000 - price, quantity] as const,
          );
          fold(bids, change.bids);
          fold(asks, askPairs);
          const update = book.applyChange(
            index + 1,
            index,
            monoMs(index),
            change.bids.flat(),
            askPairs.flat(),
          );
          expect(update).toBe('applied');
        });
        const bidLevels = [...bids].sort(([a], [b]) => b - a);
        const askLevels = [...asks].sort(([a], [b]) => a - b);
        expect(book.bidCount).toBe(bidLevels.length);
        expect(book.askCount).toBe(askLevels.length);
        bidLevels.forEach(([price, quantity], at) => {
          expect([book.bidPrice(at), book.bidQuantity(at)]).toEqual([price, quantity]);
        });
        askLevels.forEach(([price, quantity], at) => {
          expect([book.askPrice(at), book.askQuantity(at)]).toEqual([price, quantity]);
        });
      }),
    );
  });

  it('whatever it is fed, it is either sound and uncrossed, or unusable and empty', () => {
    const odd = fc.oneof(
      fc.integer({ min: -2, max: 6 }),
      fc.constantFrom(Number.NaN, 1.5, Number.POSITIVE_INFINITY),
      fc.integer({ min: 1, max: 6 }),
    );
    const pairs = fc.array(odd, { maxLength: 6 });
    const event = fc.tuple(fc.boolean(), pairs, pairs);
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), (events) => {
        const book = createBook(instrumentName('BTC-PERPETUAL'));
        events.forEach(([isSnapshot, bids, asks], index) => {
          const update = isSnapshot
            ? book.applySnapshot(index + 1, monoMs(index), bids, asks)
            : book.applyChange(index + 1, index, monoMs(index), bids, asks);
          expect(book.usable).toBe(update === 'applied');
          if (!book.usable) expect(book.bidCount + book.askCount).toBe(0);
          if (book.bidCount > 0 && book.askCount > 0) {
            expect(book.bidPrice(0)).toBeLessThanOrEqual(book.askPrice(0));
          }
          for (let at = 0; at < book.bidCount; at += 1) {
            expect(book.bidPrice(at)).toBeGreaterThan(0);
            expect(book.bidQuantity(at)).toBeGreaterThan(0);
            if (at > 0) expect(book.bidPrice(at)).toBeLessThan(book.bidPrice(at - 1));
          }
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
