import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, E8, priceE8 } from '../values/index.ts';
import { fillCashE8, markValueE8, settlementCashE8 } from './cash.ts';
import {
  BTC_CALL,
  BTC_FUTURE,
  BTC_PERPETUAL,
  BTC_PUT,
  USDC_CALL,
  USDC_PERPETUAL,
  USDC_PUT,
} from './samples.fixture.ts';

const amount = (value: number) => amountE8(Math.round(value * E8));
const at = (value: number) => priceE8(Math.round(value * E8));

describe('cash of a fill', () => {
  it('an option moves its premium', () => {
    expect(fillCashE8(BTC_CALL, 'buy', amount(0.3), at(0.0455))).toBe(-1_365_000);
    expect(fillCashE8(BTC_CALL, 'sell', amount(0.3), at(0.0455))).toBe(1_365_000);
    expect(fillCashE8(USDC_CALL, 'buy', amount(0.3), at(4_500))).toBe(-1_350 * E8);
  });

  it('a linear future moves its notional', () => {
    expect(fillCashE8(USDC_PERPETUAL, 'buy', amount(0.3), at(100_000))).toBe(-30_000 * E8);
    expect(fillCashE8(USDC_PERPETUAL, 'sell', amount(0.3), at(100_000))).toBe(30_000 * E8);
  });

  it('an inverse future moves the coin its USD are worth, the other way round', () => {
    expect(fillCashE8(BTC_PERPETUAL, 'buy', amount(30_000), at(100_000))).toBe(30_000_000);
    expect(fillCashE8(BTC_PERPETUAL, 'sell', amount(30_000), at(100_000))).toBe(-30_000_000);
  });

  it('rounds against us, and only where it must', () => {
    expect(fillCashE8(BTC_PERPETUAL, 'buy', amount(10), at(99_999.5))).toBe(10_000);
    expect(fillCashE8(BTC_PERPETUAL, 'sell', amount(10), at(99_999.5))).toBe(-10_001);
    expect(fillCashE8(BTC_CALL, 'buy', amountE8(3), priceE8(1))).toBe(-1);
    expect(fillCashE8(BTC_CALL, 'sell', amountE8(3), priceE8(1))).toBe(0);
  });

  it('is null for what is no trade', () => {
    for (const bad of [0, -E8, Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
      expect(fillCashE8(BTC_CALL, 'buy', amountE8(bad), at(0.05))).toBeNull();
      expect(fillCashE8(BTC_PERPETUAL, 'sell', amount(10), priceE8(bad))).toBeNull();
    }
    expect(fillCashE8(BTC_CALL, 'buy', amount(0.1), at(-0.05))).toBeNull();
    expect(fillCashE8(BTC_CALL, 'buy', amountE8(9e15), priceE8(9e15))).toBeNull();
  });

  it('a round trip at one price never gains, and loses at most one unit', () => {
    const sizes = fc.integer({ min: 1, max: 100_000 * E8 });
    const prices = fc.integer({ min: 1_000, max: 200_000 * E8 });
    const instruments = fc.constantFrom(BTC_CALL, USDC_CALL, BTC_PERPETUAL, USDC_PERPETUAL);
    fc.assert(
      fc.property(instruments, sizes, prices, (instrument, size, price) => {
        const bought = fillCashE8(instrument, 'buy', amountE8(size), priceE8(price));
        const sold = fillCashE8(instrument, 'sell', amountE8(size), priceE8(price));
        if (bought === null || sold === null) return;
        expect(bought + sold).toBeLessThanOrEqual(0);
        expect(bought + sold).toBeGreaterThanOrEqual(-1);
      }),
    );
  });
});

describe('mark value', () => {
  it('with the cash of the fill it is the profit', () => {
    const profit = (instrument: typeof BTC_CALL, size: number, from: number, to: number) =>
      (fillCashE8(instrument, 'buy', amount(size), at(from)) ?? Number.NaN) +
      (markValueE8(instrument, amount(size), at(to)) ?? Number.NaN);
    expect(profit(BTC_CALL, 0.3, 0.04, 0.05)).toBe(300_000);
    expect(profit(USDC_PERPETUAL, 0.3, 100_000, 110_000)).toBe(3_000 * E8);
    // 100000 USD long from 50000 to 100000: 2 - 1 coin.
    expect(profit(BTC_PERPETUAL, 100_000, 50_000, 100_000)).toBe(E8);
    expect(profit(BTC_PERPETUAL, 100_000, 100_000, 50_000)).toBe(-E8);
  });

  it('of a short is the negative, of nothing zero, without a price null', () => {
    expect(markValueE8(BTC_CALL, amount(-0.3), at(0.05))).toBe(-1_500_000);
    expect(markValueE8(BTC_PERPETUAL, amount(-100_000), at(100_000))).toBe(E8);
    expect(Object.is(markValueE8(BTC_CALL, amount(0), at(0.05)), 0)).toBe(true);
    expect(markValueE8(BTC_PERPETUAL, amount(10), at(0))).toBeNull();
    expect(markValueE8(BTC_CALL, amount(1), priceE8(Number.NaN))).toBeNull();
  });
});

describe('settlement', () => {
  it('an inverse option pays coin', () => {
    // 1 - 100000/125000 and 100000/80000 - 1.
    expect(settlementCashE8(BTC_CALL, amount(1), at(125_000))).toBe(20_000_000);
    expect(settlementCashE8(BTC_PUT, amount(1), at(80_000))).toBe(25_000_000);
    expect(settlementCashE8(BTC_CALL, amount(-0.5), at(125_000))).toBe(-10_000_000);
  });

  it('a linear option pays USDC', () => {
    expect(settlementCashE8(USDC_CALL, amount(0.5), at(125_000))).toBe(12_500 * E8);
    expect(settlementCashE8(USDC_PUT, amount(-0.5), at(80_000))).toBe(-10_000 * E8);
  });

  it('out of and at the money it pays nothing', () => {
    for (const instrument of [BTC_CALL, USDC_CALL]) {
      expect(settlementCashE8(instrument, amount(1), at(100_000))).toBe(0);
      expect(settlementCashE8(instrument, amount(-1), at(99_999))).toBe(0);
    }
    for (const instrument of [BTC_PUT, USDC_PUT]) {
      expect(settlementCashE8(instrument, amount(1), at(100_000))).toBe(0);
      expect(settlementCashE8(instrument, amount(-1), at(100_001))).toBe(0);
    }
  });

  it('a dated future settles at its mark; a perpetual never, nothing without a price', () => {
    expect(settlementCashE8(BTC_FUTURE, amount(-100_000), at(50_000))).toBe(2 * E8);
    expect(settlementCashE8(BTC_PERPETUAL, amount(100_000), at(50_000))).toBeNull();
    for (const bad of [0, -E8, Number.NaN]) {
      expect(settlementCashE8(BTC_CALL, amount(1), priceE8(bad))).toBeNull();
    }
    expect(settlementCashE8({ ...BTC_CALL, option: null }, amount(1), at(1))).toBeNull();
  });

  it('rounds against us on either side of a position', () => {
    const deliveries = fc.integer({ min: 1_000 * E8, max: 1_000_000 * E8 });
    fc.assert(
      fc.property(fc.constantFrom(BTC_CALL, BTC_PUT), deliveries, (instrument, delivery) => {
        const long = settlementCashE8(instrument, amount(0.7), priceE8(delivery)) ?? Number.NaN;
        const short = settlementCashE8(instrument, amount(-0.7), priceE8(delivery)) ?? Number.NaN;
        expect(long).toBeGreaterThanOrEqual(0);
        expect(long + short).toBeLessThanOrEqual(0);
        expect(long + short).toBeGreaterThanOrEqual(-1);
      }),
    );
  });
});
