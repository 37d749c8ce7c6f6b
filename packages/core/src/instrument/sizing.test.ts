import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, E8, priceE8 } from '../values/index.ts';
import { BTC_CALL, BTC_PERPETUAL, USDC_PERPETUAL } from './samples.fixture.ts';
import { contractsMatch, notionalOf, sizeOrder } from './sizing.ts';

const INDEX = priceE8(100_000 * E8);

describe('sizing', () => {
  it('AT-277 an option of 0.3 coin is sent as 0.3, worth 30000 USD, with no USD quantity', () => {
    expect(sizeOrder(BTC_CALL, amountE8(30_000_000), INDEX)).toEqual({
      ok: true,
      size: {
        amount: 0.3,
        qtyCoinE8: 30_000_000,
        qtyUsdE8: null,
        contractsE8: 30_000_000,
        notional: 30_000_000_000,
      },
    });
  });

  it('AT-277 an inverse perpetual of 30000 USD is sent as 30000, is 0.3 coin, 30000 USD', () => {
    expect(sizeOrder(BTC_PERPETUAL, amountE8(30_000 * E8), INDEX)).toEqual({
      ok: true,
      size: {
        amount: 30_000,
        qtyCoinE8: 30_000_000,
        qtyUsdE8: 30_000 * E8,
        contractsE8: 3_000 * E8,
        notional: 30_000_000_000,
      },
    });
  });

  it('a linear perpetual is sized in coin', () => {
    expect(sizeOrder(USDC_PERPETUAL, amountE8(30_000_000), INDEX)).toMatchObject({
      size: { amount: 0.3, qtyUsdE8: null, notional: 30_000_000_000 },
    });
  });

  it('AT-333 contracts follow the fetched multiplier', () => {
    const instrument = { ...BTC_CALL, contractMultiplierE8: amountE8(20_000_000) };
    expect(sizeOrder(instrument, amountE8(30_000_000), INDEX)).toMatchObject({
      size: { contractsE8: 150_000_000 },
    });
    const thirds = { ...BTC_CALL, contractMultiplierE8: amountE8(90_000_000) };
    expect(sizeOrder(thirds, amountE8(30_000_000), INDEX)).toMatchObject({
      size: { contractsE8: null },
    });
  });

  it.each([null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses the index %s', (index) => {
    const given = index === null ? null : priceE8(index);
    for (const instrument of [BTC_CALL, BTC_PERPETUAL, USDC_PERPETUAL]) {
      expect(sizeOrder(instrument, amountE8(E8), given)).toEqual({
        ok: false,
        reject: {
          code: 'InstrumentMetadataMissing',
          operands: { instrument: instrument.name, field: 'index_price' },
        },
      });
    }
  });

  it('refuses a missing multiplier and an amount no exact integer can be worth', () => {
    const instrument = { ...BTC_CALL, contractMultiplierE8: amountE8(0) };
    expect(sizeOrder(instrument, amountE8(E8), INDEX)).toMatchObject({
      reject: { operands: { field: 'contract_multiplier' } },
    });
    for (const bad of [0, -E8, Number.NaN, Number.MAX_SAFE_INTEGER]) {
      expect(sizeOrder(BTC_CALL, amountE8(bad), INDEX)).toMatchObject({
        reject: { code: 'InvalidInput' },
      });
    }
  });

  it('rounds notional and coin up, exactly', () => {
    const amounts = fc.integer({ min: 1, max: 1_000_000 * E8 });
    const indexes = fc.integer({ min: E8, max: 1_000_000 * E8 });
    const ceil = (a: bigint, b: bigint) => Number((a + b - 1n) / b);
    fc.assert(
      fc.property(amounts, indexes, (amount, index) => {
        const exact = BigInt(amount) * BigInt(index);
        const coin = notionalOf(BTC_CALL, amountE8(amount), priceE8(index));
        if (exact / 10_000_000_000n < 4_000_000_000_000_000n) {
          expect(coin).toBe(ceil(exact, 10_000_000_000n));
        }
        expect(notionalOf(BTC_CALL, amountE8(-amount), priceE8(index))).toBe(coin);
        const usd = sizeOrder(BTC_PERPETUAL, amountE8(amount), priceE8(index));
        expect(usd).toMatchObject({
          size: {
            notional: ceil(BigInt(amount), 100n),
            qtyCoinE8: ceil(BigInt(amount) * BigInt(E8), BigInt(index)),
          },
        });
      }),
    );
  });

  it('an inverse notional needs no index, a coin one is unknown without', () => {
    expect(notionalOf(BTC_PERPETUAL, amountE8(10 * E8), null)).toBe(10_000_000);
    expect(notionalOf(BTC_CALL, amountE8(E8), null)).toBeNaN();
  });
});

describe('contracts and amount', () => {
  it('AT-280 100 contracts and an amount off by more than 0.1 % do not match', () => {
    expect(contractsMatch(1_001.1, 100, 10, 0.001)).toBe(false);
    expect(contractsMatch(998.9, 100, 10, 0.001)).toBe(false);
    expect(contractsMatch(1_000.9, 100, 10, 0.001)).toBe(true);
    expect(contractsMatch(1_000, 100, 10, 0.001)).toBe(true);
  });

  it('AT-920 contracts that do not make the amount do not match, those that do match', () => {
    expect(contractsMatch(30_000, 3_000, 10, 0.001)).toBe(true);
    expect(contractsMatch(30_000, 300, 10, 0.001)).toBe(false);
    expect(contractsMatch(0.3, 3, 1, 0.001)).toBe(false);
  });

  it('takes decimal contracts (D-6)', () => {
    expect(contractsMatch(0.1, 0.1, 1, 0.001)).toBe(true);
    expect(contractsMatch(0.3, 0.1 + 0.2, 1, 0)).toBe(false);
    expect(contractsMatch(0.3, 0.3, 1, 0)).toBe(true);
  });

  it.each([
    [0.3, 0.3003, 1],
    [0.3, 0.2997, 1],
    [30_000, 3_003, 10],
    [100, 100.1, 1],
    [0.7, 0.6993, 1],
    [1.1, 1.1011, 1],
  ])('passes at exactly the tolerance: %d against %d of %d', (amount, contracts, multiplier) => {
    expect(contractsMatch(amount, contracts, multiplier, 0.001)).toBe(true);
    expect(contractsMatch(amount, contracts, multiplier, 0.00099999)).toBe(false);
  });

  it('never matches what is no number', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(contractsMatch(bad, 1, 1, 0.001)).toBe(false);
      expect(contractsMatch(1, bad, 1, 0.001)).toBe(false);
      expect(contractsMatch(1, 1, Number.NaN, 0.001)).toBe(false);
      expect(contractsMatch(1, 1, 1, Number.NaN)).toBe(false);
    }
    expect(contractsMatch(1, 1, 0, 0.001)).toBe(false);
    expect(contractsMatch(1, 1, 1, -0.001)).toBe(false);
    expect(contractsMatch(0, 1, 1, 0.001)).toBe(false);
  });
});
