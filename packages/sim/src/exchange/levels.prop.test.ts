import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSorted, levelChanges, quantityAt, withLevel } from './levels.ts';

const side = fc.constantFrom(1 as const, -1 as const);
const levelMap = fc.dictionary(
  fc.integer({ min: 1, max: 30 }).map(String),
  fc.integer({ min: 1, max: 9 }),
);

function flat(map: Readonly<Record<string, number>>, sign: 1 | -1): number[] {
  return Object.entries(map)
    .map(([price, quantity]) => [Number(price), quantity] as const)
    .sort((a, b) => (a[0] - b[0]) * sign)
    .flat();
}

describe('levels', () => {
  it('changes turn what was into what is, and only name what differs', () => {
    fc.assert(
      fc.property(levelMap, levelMap, side, (before, after, sign) => {
        const { levels, newFrom } = levelChanges(flat(before, sign), flat(after, sign), sign);
        const rebuilt: Record<string, number> = { ...before };
        for (let index = 0; index < levels.length; index += 2) {
          const price = String(levels[index]);
          const quantity = levels[index + 1] ?? 0;
          expect(rebuilt[price] ?? 0).not.toBe(quantity);
          expect(price in before).toBe(index < newFrom);
          if (quantity === 0) delete rebuilt[price];
          else rebuilt[price] = quantity;
        }
        expect(rebuilt).toEqual(after);
      }),
    );
  });

  it('a level is added to, taken from, or gone, and the side stays sorted', () => {
    fc.assert(
      fc.property(
        levelMap,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: -9, max: 9 }),
        side,
        (map, price, more, sign) => {
          const before = flat(map, sign);
          const there = quantityAt(before, price);
          fc.pre(there + more >= 0);
          const after = withLevel(before, price, more, sign);
          expect(isSorted(after, sign)).toBe(true);
          expect(quantityAt(after, price)).toBe(there + more);
          const others = Object.keys(map).filter((key) => Number(key) !== price);
          for (const key of others) expect(quantityAt(after, Number(key))).toBe(map[key]);
        },
      ),
    );
  });

  it('knows what is no side of a book', () => {
    expect(isSorted([], 1)).toBe(true);
    expect(isSorted([5, 1, 6, 1], 1)).toBe(true);
    for (const wrong of [[5], [5, 0], [5, -1], [5, 1.5], [0, 1], [6, 1, 5, 1], [5, 1, 5, 1]]) {
      expect(isSorted(wrong, 1)).toBe(false);
    }
    expect(isSorted([6, 1, 5, 1], -1)).toBe(true);
  });
});
