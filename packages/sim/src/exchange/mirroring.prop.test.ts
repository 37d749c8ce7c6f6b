/** What must hold of every followed book, whatever it shows. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL, order, placed } from './exchange.fixture.ts';
import { leftOf } from './displayed-quotes.ts';
import { openMirrorBench } from './mirroring.fixture.ts';

/** Asks on the 0.0005 grid around the mark, best first. */
const asks = fc
  .uniqueArray(fc.record({ slot: fc.nat(40), steps: fc.integer({ min: 1, max: 60 }) }), {
    selector: ({ slot }) => slot,
    minLength: 1,
    maxLength: 12,
  })
  .map((levels) =>
    levels
      .toSorted((a, b) => a.slot - b.slot)
      .flatMap(({ slot, steps }) => [1_000 + slot * 5, steps]),
  );
const size = fc.integer({ min: 1, max: 200 });

interface Taken {
  readonly filled: number;
  readonly average: number;
}

function take(levels: readonly number[], steps: number): Taken {
  const bench = openMirrorBench();
  bench.show([500, 1], levels);
  const { order: taken } = placed(bench.send('private/buy', order(CALL, steps / 10, 0.2)));
  return { filled: Number(taken['filled_amount']), average: Number(taken['average_price']) };
}

describe('the same book', () => {
  it('gives the same order the same average price, and twice the size none that is better', () => {
    fc.assert(
      fc.property(asks, size, (levels, steps) => {
        const once = take(levels, steps);
        expect(take(levels, steps)).toEqual(once);
        const twice = take(levels, 2 * steps);
        // Averages are told as doubles; a tick is eleven orders above their last bit.
        expect(twice.average).toBeGreaterThanOrEqual(once.average - 1e-12);
        expect(twice.filled).toBeGreaterThanOrEqual(once.filled);
      }),
    );
  });

  it('costs more for twice the size where the first size is all there is at the best price', () => {
    fc.assert(
      fc.property(size, size, (steps, more) => {
        const levels = [1_000, steps, 1_005, steps + more];
        expect(take(levels, 2 * steps).average).toBeGreaterThan(take(levels, steps).average);
      }),
    );
  });

  it('never gives more in several orders than it shows', () => {
    fc.assert(
      fc.property(asks, fc.array(size, { maxLength: 6 }), (levels, sizes) => {
        const bench = openMirrorBench();
        const shown = levels.reduce((sum, value, at) => (at % 2 === 1 ? sum + value : sum), 0);
        let filled = 0;
        for (const steps of sizes) {
          bench.show([500, 1], levels);
          const { order: taken } = placed(bench.send('private/buy', order(CALL, steps / 10, 0.2)));
          filled += Math.round(Number(taken['filled_amount']) * 10);
        }
        expect(filled).toBe(
          Math.min(
            shown,
            sizes.reduce((sum, steps) => sum + steps, 0),
          ),
        );
      }),
    );
  });
});

describe('what is left', () => {
  it('is never more than is shown, nor more than was left and has come', () => {
    fc.assert(
      fc.property(asks, asks, fc.array(fc.nat(60), { minLength: 12 }), (before, now, cuts) => {
        const left = before.flatMap((value, at) => {
          if (at % 2 === 0) return [];
          const rest = Math.max(0, value - (cuts[at % cuts.length] ?? 0));
          return rest === 0 ? [] : [before[at - 1] ?? 0, rest];
        });
        const at = (levels: readonly number[], ticks: number): number => {
          const index = levels.findIndex((value, slot) => slot % 2 === 0 && value === ticks);
          return index < 0 ? 0 : (levels[index + 1] ?? 0);
        };
        const offered = leftOf(before, left, now);
        for (let index = 0; index < now.length; index += 2) {
          const ticks = now[index] ?? 0;
          const grown = Math.max(0, at(now, ticks) - at(before, ticks));
          const most = at(left, ticks) + grown;
          expect(at(offered, ticks)).toBe(Math.min(at(now, ticks), most));
        }
        for (let index = 0; index < offered.length; index += 2) {
          expect(at(now, offered[index] ?? 0)).toBeGreaterThan(0);
        }
      }),
    );
  });
});
