import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  amountE8,
  coinE8,
  currency,
  instrumentName,
  label,
  microUsd,
  priceE8,
} from '../values/index.ts';
import { Reservations } from './reservation.ts';

const BTC = currency('BTC');

const ORDER = {
  instrument: instrumentName('BTC-1'),
  side: 'buy',
  amountE8: amountE8(1),
  limitPriceE8: priceE8(1),
} as const;

it('the sums are those of the standing reservations, and nothing is left once all are gone', () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    delta: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    notional: fc.integer({ min: 0, max: 1_000_000 }),
    remaining: fc.double({ min: 0, max: 1, noNaN: true }),
    release: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const reservations = new Reservations();
      const model = new Map<number, { delta: number; notional: number }>();
      for (const { id, delta, notional, remaining, release } of steps) {
        const key = label(String(id));
        if (release) {
          reservations.release(key);
          reservations.release(key);
          model.delete(id);
          continue;
        }
        reservations.reserve(key, BTC, coinE8(delta), microUsd(notional), ORDER);
        reservations.fill(key, remaining);
        const size = Math.ceil(Math.abs(delta) * remaining);
        model.set(id, {
          delta: delta >= 0 ? size : -size,
          notional: Math.ceil(notional * remaining),
        });
      }
      const standing = [...model.values()];
      const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
      expect(reservations.longDeltaE8(BTC)).toBe(
        sum(standing.map(({ delta }) => Math.max(0, delta))),
      );
      expect(reservations.shortDeltaE8(BTC) + 0).toBe(
        sum(standing.map(({ delta }) => Math.min(0, delta))) + 0,
      );
      expect(reservations.notional(BTC)).toBe(sum(standing.map(({ notional }) => notional)));
      for (const id of model.keys()) reservations.release(label(String(id)));
      expect(reservations.notional(BTC)).toBe(0);
      expect(reservations.size).toBe(0);
    }),
  );
});
