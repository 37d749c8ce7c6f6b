import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BTC_CALL,
  BTC_PERPETUAL,
  USDC_CALL,
  USDC_PERPETUAL,
} from '../instrument/samples.fixture.ts';
import { amountE8, coinE8, E8, priceE8 } from '../values/index.ts';
import { bufferedFeeE8, feeE8, feeStaleness } from './fees.ts';

const amount = (value: number) => amountE8(Math.round(value * E8));
const at = (value: number) => priceE8(Math.round(value * E8));
const INDEX = at(100_000);

describe('fees', () => {
  it('an inverse option pays the rate in coin', () => {
    expect(feeE8(BTC_CALL, amount(0.3), at(0.0455), 'taker', null)).toBe(9_000);
  });

  it('an inverse option pays at most an eighth of its price', () => {
    // Below 0.0024 the cap counts: 0.0016 / 8 = 0.0002.
    expect(feeE8(BTC_CALL, amount(1), at(0.0024), 'taker', null)).toBe(30_000);
    expect(feeE8(BTC_CALL, amount(1), at(0.0016), 'taker', null)).toBe(20_000);
    expect(feeE8(BTC_CALL, amount(1), at(0), 'taker', null)).toBe(0);
  });

  it('a linear option pays the rate on the index, at most an eighth of its price, in USDC', () => {
    // 0.0003 * 100000 = 30 per coin.
    expect(feeE8(USDC_CALL, amount(0.5), at(4_500), 'taker', INDEX)).toBe(15 * E8);
    expect(feeE8(USDC_CALL, amount(0.5), at(200), 'taker', INDEX)).toBe(12.5 * E8);
    expect(feeE8(USDC_CALL, amount(0.5), at(4_500), 'taker', null)).toBeNaN();
  });

  it('a future pays the rate on its notional in its settlement currency', () => {
    expect(feeE8(BTC_PERPETUAL, amount(30_000), INDEX, 'taker', null)).toBe(15_000);
    expect(feeE8(USDC_PERPETUAL, amount(0.3), INDEX, 'taker', null)).toBe(15 * E8);
    expect(feeE8(BTC_PERPETUAL, amount(30_000), INDEX, 'maker', null)).toBe(0);
  });

  it('a rebate is negative and rounded down in size, a charge up', () => {
    const rebate = { ...BTC_PERPETUAL, makerFeeE8: -10_000 };
    expect(feeE8(rebate, amount(30_000), INDEX, 'maker', null)).toBe(-3_000);
    expect(feeE8(rebate, amount(10), at(99_999.5), 'maker', null)).toBe(-1);
    expect(feeE8(BTC_PERPETUAL, amount(10), at(99_999.5), 'taker', null)).toBe(6);
  });

  it('is unknown where an input is', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5]) {
      expect(feeE8(BTC_CALL, amountE8(bad), at(0.05), 'taker', null)).toBeNaN();
      expect(feeE8(BTC_PERPETUAL, amount(10), priceE8(bad), 'taker', null)).toBeNaN();
      const rate = { ...BTC_CALL, takerFeeE8: bad === -1 ? Number.NaN : bad };
      expect(feeE8(rate, amount(1), at(0.05), 'taker', null)).toBeNaN();
      expect(feeE8(USDC_CALL, amount(1), at(100), 'taker', priceE8(bad))).toBeNaN();
    }
    expect(feeE8(BTC_CALL, amount(1), at(-0.05), 'taker', null)).toBeNaN();
    expect(feeE8(BTC_PERPETUAL, amount(10), at(0), 'taker', null)).toBeNaN();
  });

  it('is never below the exact fee and never a unit above it for an option', () => {
    const sizes = fc.integer({ min: 1, max: 10_000 * E8 });
    const premiums = fc.integer({ min: 0, max: E8 });
    fc.assert(
      fc.property(sizes, premiums, (size, premium) => {
        const fee = feeE8(BTC_CALL, amountE8(size), priceE8(premium), 'taker', null);
        const perUnit = BigInt(Math.min(30_000 * 8, premium));
        const exact = BigInt(size) * perUnit;
        const by = BigInt(E8) * 8n;
        expect(BigInt(fee)).toBe((exact + by - 1n) / by);
      }),
    );
  });
});

describe('fee staleness', () => {
  const rule = { feeCacheSoftS: 300, feeCacheHardS: 900, feeStaleBuffer: 0.2 };
  const state = (ageS: number | null) => feeStaleness(ageS, rule).state;

  it('is fresh to 300 s, buffered to 900 s, hard after, to the millisecond', () => {
    expect([0, 300, 300.001, 900, 900.001].map(state)).toEqual([
      'fresh',
      'fresh',
      'buffered',
      'buffered',
      'hard',
    ]);
  });

  it('is hard without an age, and with one from the future', () => {
    expect([null, -0.001, Number.NaN, Number.POSITIVE_INFINITY].map(state)).toEqual(
      Array.from({ length: 4 }, () => 'hard'),
    );
  });

  it('is hard by limits that are no numbers', () => {
    expect(feeStaleness(10, { ...rule, feeCacheHardS: Number.NaN }).state).toBe('hard');
    expect(feeStaleness(301, { ...rule, feeStaleBuffer: Number.NaN }).state).toBe('hard');
    expect(feeStaleness(301, { ...rule, feeStaleBuffer: -0.2 }).state).toBe('hard');
    expect(feeStaleness(10, { ...rule, feeCacheSoftS: Number.NaN }).state).toBe('buffered');
  });

  it('raises a fee by a fifth and up, only when buffered or worse', () => {
    const fee = coinE8(9_001);
    expect(bufferedFeeE8(fee, feeStaleness(300, rule))).toBe(9_001);
    expect(bufferedFeeE8(fee, feeStaleness(301, rule))).toBe(10_802);
    expect(bufferedFeeE8(fee, feeStaleness(901, rule))).toBe(10_802);
    expect(
      bufferedFeeE8(fee, feeStaleness(null, { ...rule, feeStaleBuffer: Number.NaN })),
    ).toBeNaN();
  });

  it('does not count on a rebate it read too long ago', () => {
    expect(bufferedFeeE8(coinE8(-500), feeStaleness(10, rule))).toBe(-500);
    expect(bufferedFeeE8(coinE8(-500), feeStaleness(301, rule))).toBe(0);
  });
});
