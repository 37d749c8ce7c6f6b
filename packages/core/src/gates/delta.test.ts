import { describe, expect, it } from 'vitest';
import { amountE8, coinE8 } from '../values/index.ts';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  BTC_PUT,
  BTC_USDC_PERPETUAL,
  candidateOf,
  exposureOf,
  INDEX_E8,
  listingOf,
} from './context.fixture.ts';
import { facedDeltaE8, orderDeltaE8, reachedDeltaE8, reducesInventory } from './delta.ts';

const deltaOf = (
  instrument: typeof BTC_CALL,
  side: 'buy' | 'sell',
  delta: number | null,
  amount: number,
  indexE8: number | null = INDEX_E8,
) => {
  const candidate = { ...candidateOf({ side, delta }), amountE8: amountE8(amount * 1e8) };
  return orderDeltaE8(candidate, listingOf({ instrument }), indexE8);
};

describe('delta of an order', () => {
  it.each([
    ['a bought call', BTC_CALL, 'buy', 0.5, 0.15],
    ['a sold call', BTC_CALL, 'sell', 0.5, -0.15],
    ['a bought put', BTC_PUT, 'buy', -0.5, -0.15],
    ['a sold put', BTC_PUT, 'sell', -0.5, 0.15],
    ['a bought call without a greek', BTC_CALL, 'buy', null, 0.3],
    ['a sold put without a greek', BTC_PUT, 'sell', null, 0.3],
    ['a greek of the wrong sign', BTC_PUT, 'buy', 0.5, -0.15],
    ['a greek that is none', BTC_CALL, 'buy', Number.NaN, 0.3],
    ['a future', BTC_USDC_PERPETUAL, 'buy', 0.1, 0.3],
  ] as const)('%s', (_name, instrument, side, delta, coins) => {
    expect(deltaOf(instrument, side, delta, 0.3)).toBe(Math.round(coins * 1e8));
  });

  it('values USD amounts at the index, and not without one', () => {
    expect(deltaOf(BTC_PERPETUAL, 'sell', null, 30_000)).toBe(-30_000_000);
    expect(deltaOf(BTC_PERPETUAL, 'sell', null, 30_000, null)).toBeNaN();
  });

  it('rounds away from zero', () => {
    expect(deltaOf(BTC_CALL, 'buy', 1e-12, 0.3)).toBe(1);
    expect(deltaOf(BTC_CALL, 'sell', 1e-12, 0.3)).toBe(-1);
  });
});

describe('the side an order pushes to', () => {
  const exposure = exposureOf({
    current: { BTC: 1 },
    pendingLong: { BTC: 4 },
    pendingShort: { BTC: -3 },
  });
  const order = (delta: number) => ({ ...candidateOf(), deltaE8: coinE8(delta * 1e8) });
  const listing = listingOf();

  it('counts the reservations of that side alone', () => {
    expect(facedDeltaE8(exposure, order(1), listing)).toBe(5e8);
    expect(facedDeltaE8(exposure, order(-1), listing)).toBe(-2e8);
  });

  it('is compared with a limit in its own direction', () => {
    expect(reachedDeltaE8(exposure, order(1), listing)).toBe(6e8);
    expect(reachedDeltaE8(exposure, order(-1), listing)).toBe(3e8);
  });

  it('reduces only where even then something is left to reduce', () => {
    expect(reducesInventory(exposure, order(-1), listing)).toBe(false);
    expect(reducesInventory(exposureOf({ current: { BTC: 1 } }), order(-1), listing)).toBe(true);
    expect(reducesInventory(exposureOf({ current: { BTC: -1 } }), order(1), listing)).toBe(true);
    expect(reducesInventory(exposureOf(), order(1), listing)).toBe(false);
  });

  it('has nothing to reduce where the order has no delta', () => {
    const short = exposureOf({ current: { BTC: -1 } });
    expect(reducesInventory(short, order(0), listing)).toBe(false);
  });
});
