import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALL } from './exchange.fixture.ts';
import {
  isOnLadder,
  ladderCeilE8,
  ladderFloorE8,
  priceAboveE8,
  priceBelowE8,
} from './tick-ladder.ts';

const price = fc.integer({ min: 1, max: 3_000_000 });

it('floor and ceil are the nearest valid prices around, and a valid price is its own', () => {
  fc.assert(
    fc.property(price, (raw) => {
      const floor = ladderFloorE8(CALL, raw);
      const ceil = ladderCeilE8(CALL, raw);
      expect(floor <= raw && raw <= ceil).toBe(true);
      expect(floor === 0 || isOnLadder(CALL, floor)).toBe(true);
      expect(isOnLadder(CALL, ceil)).toBe(true);
      if (isOnLadder(CALL, raw)) expect([floor, ceil]).toEqual([raw, raw]);
      else expect(ceil === priceAboveE8(CALL, Math.max(floor, 1)) || floor === 0).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

it('steps across the ladder boundary at 0.005 both ways', () => {
  expect(priceAboveE8(CALL, 500_000)).toBe(550_000);
  expect(priceBelowE8(CALL, 550_000)).toBe(500_000);
  expect(priceBelowE8(CALL, 500_000)).toBe(490_000);
  expect(isOnLadder(CALL, 510_000)).toBe(false);
  expect(isOnLadder(CALL, 490_000)).toBe(true);
});
