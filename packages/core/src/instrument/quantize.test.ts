import { describe, expect, it } from 'vitest';
import { amountE8, priceE8, quantity } from '../values/index.ts';
import type { Instrument } from './instrument.ts';
import { isOnLadder, quantizePrice, quantizePriceE8, quantizeQuantity } from './quantize.ts';
import { BTC_CALL, BTC_PERPETUAL } from './samples.fixture.ts';

const withMetadata = (parts: Partial<Instrument>): Instrument => ({ ...BTC_CALL, ...parts });
const missing = (field: string) => ({
  ok: false,
  reject: {
    code: 'InstrumentMetadataMissing',
    operands: { instrument: BTC_CALL.name, field },
  },
});
const invalid = (field: string) => ({
  ok: false,
  reject: { code: 'InvalidInput', operands: { field } },
});

describe('quantity', () => {
  it('floors to whole steps and never up', () => {
    expect(quantizeQuantity(BTC_CALL, 0.3)).toEqual({
      ok: true,
      quantity: 3,
      amountE8: 30_000_000,
    });
    expect(quantizeQuantity(BTC_CALL, 0.39999)).toMatchObject({ quantity: 3 });
    // 0.7999999999999999 is below 0.8 and stays below it.
    expect(quantizeQuantity(BTC_CALL, 0.7999999999999999)).toMatchObject({ quantity: 7 });
    expect(quantizeQuantity(BTC_CALL, 0.1 + 0.2)).toMatchObject({ amountE8: 30_000_000 });
    expect(quantizeQuantity(BTC_PERPETUAL, 30_009)).toMatchObject({ quantity: 3000 });
  });

  it('AT-908 an amount below the minimum is refused', () => {
    for (const raw of [0, 0.05, 0.0999999999]) {
      expect(quantizeQuantity(BTC_CALL, raw)).toEqual({
        ok: false,
        reject: {
          code: 'TooSmallAfterQuantization',
          operands: { amount: 0, minAmount: 0.1 },
        },
      });
    }
    const minimumOfFive = withMetadata({ minAmount: quantity(5) });
    expect(quantizeQuantity(minimumOfFive, 0.4999)).toMatchObject({
      reject: { operands: { amount: 0.4, minAmount: 0.5 } },
    });
    expect(quantizeQuantity(minimumOfFive, 0.5)).toMatchObject({ ok: true, quantity: 5 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.5])(
    'AT-926 an amount step or minimum of %d is missing metadata',
    (bad) => {
      const step = withMetadata({ amountStepE8: amountE8(bad) });
      expect(quantizeQuantity(step, 0.3)).toEqual(missing('amount_step'));
      const minimum = withMetadata({ minAmount: quantity(bad) });
      expect(quantizeQuantity(minimum, 0.3)).toEqual(missing('min_amount'));
    },
  );

  it('AT-333 the fetched step and minimum count, not a constant', () => {
    const fine = withMetadata({ amountStepE8: amountE8(1_000_000), minAmount: quantity(2) });
    expect(quantizeQuantity(fine, 0.057)).toMatchObject({ quantity: 5, amountE8: 5_000_000 });
    expect(quantizeQuantity(BTC_CALL, 0.057)).toMatchObject({ ok: false });
    expect(quantizeQuantity(fine, 0.019)).toMatchObject({ ok: false });
  });

  it.each([-0.3, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e30])(
    'refuses %d as no quantity',
    (raw) => {
      expect(quantizeQuantity(BTC_CALL, raw)).toEqual(invalid('quantity'));
    },
  );
});

describe('price', () => {
  it('AT-219 off the tick a BUY goes down and a SELL goes up', () => {
    expect(quantizePrice(BTC_PERPETUAL, 'buy', 100_000.7)).toMatchObject({
      priceE8: 10_000_050_000_000,
      price: 200_001,
    });
    expect(quantizePrice(BTC_PERPETUAL, 'sell', 100_000.7)).toMatchObject({
      priceE8: 10_000_100_000_000,
    });
    expect(quantizePrice(BTC_CALL, 'buy', 0.00449)).toMatchObject({ priceE8: 440_000 });
    expect(quantizePrice(BTC_CALL, 'sell', 0.00441)).toMatchObject({ priceE8: 450_000 });
  });

  it('leaves a price on the tick where it is', () => {
    for (const side of ['buy', 'sell'] as const) {
      expect(quantizePrice(BTC_PERPETUAL, side, 100_000.5)).toMatchObject({ price: 200_001 });
      expect(quantizePrice(BTC_CALL, side, 0.0455)).toMatchObject({ priceE8: 4_550_000 });
    }
  });

  it('uses the coarser tick above the ladder step and the finer one at it', () => {
    expect(quantizePrice(BTC_CALL, 'buy', 0.0053)).toMatchObject({ priceE8: 500_000 });
    expect(quantizePrice(BTC_CALL, 'sell', 0.0051)).toMatchObject({ priceE8: 550_000 });
    expect(quantizePrice(BTC_CALL, 'sell', 0.00499)).toMatchObject({ priceE8: 500_000 });
    expect(isOnLadder(BTC_CALL, 500_000)).toBe(true);
    expect(isOnLadder(BTC_CALL, 510_000)).toBe(false);
    expect(isOnLadder(BTC_CALL, 490_000)).toBe(true);
  });

  it('checks again where rounding leaves a band whose bound is off the coarser tick', () => {
    // Above 2 the tick is 0.3, below it 0.1: 2.05 falls to 2.0, not to 1.8; 1.95 rises to 2.0.
    const ladder = [{ abovePriceE8: priceE8(200_000_000), stepE8: priceE8(30_000_000) }];
    const odd = withMetadata({ tickE8: priceE8(10_000_000), tickLadder: ladder });
    expect(quantizePrice(odd, 'buy', 2.05)).toMatchObject({ priceE8: 200_000_000 });
    expect(quantizePrice(odd, 'sell', 2.05)).toMatchObject({ priceE8: 210_000_000 });
    expect(quantizePrice(odd, 'sell', 1.95)).toMatchObject({ priceE8: 200_000_000 });
    // A fine tick that does not reach the bound: above 1.95 nothing is left of the band of 0.1.
    const gap = [{ abovePriceE8: priceE8(195_000_000), stepE8: priceE8(30_000_000) }];
    const short = withMetadata({ tickE8: priceE8(10_000_000), tickLadder: gap });
    expect(quantizePrice(short, 'sell', 1.93)).toMatchObject({ priceE8: 210_000_000 });
    expect(quantizePrice(short, 'buy', 2.05)).toMatchObject({ priceE8: 190_000_000 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 0.5])(
    'AT-926 a tick of %d is missing metadata',
    (bad) => {
      const tick = withMetadata({ tickE8: priceE8(bad) });
      expect(quantizePrice(tick, 'buy', 0.05)).toEqual(missing('tick_size'));
      expect(isOnLadder(tick, 500_000)).toBe(false);
      const step = [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(bad) }];
      const ladder = withMetadata({ tickLadder: step });
      expect(quantizePrice(ladder, 'sell', 0.05)).toEqual(missing('tick_size_steps'));
      expect(isOnLadder(ladder, 500_000)).toBe(false);
    },
  );

  it('AT-926 a ladder that falls, or leaves the multiples of the tick, is missing metadata', () => {
    const step = (above: number, by: number) => ({
      abovePriceE8: priceE8(above),
      stepE8: priceE8(by),
    });
    for (const tickLadder of [
      [step(500_000, 50_000), step(400_000, 100_000)],
      [step(500_000, 50_000), step(500_000, 100_000)],
      [step(500_000, 15_000)],
      [step(-1, 50_000)],
    ]) {
      expect(quantizePrice(withMetadata({ tickLadder }), 'buy', 0.05)).toEqual(
        missing('tick_size_steps'),
      );
    }
  });

  it('AT-333 the fetched tick counts, not a constant', () => {
    const coarse = withMetadata({ tickE8: priceE8(1_000_000), tickLadder: [] });
    expect(quantizePrice(coarse, 'buy', 0.0455)).toMatchObject({ price: 4, priceE8: 4_000_000 });
    expect(quantizePrice(BTC_CALL, 'buy', 0.0455)).toMatchObject({ priceE8: 4_550_000 });
  });

  it('refuses a price that is zero, negative or no number', () => {
    for (const raw of [0, -0.05, 0.00009, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(quantizePrice(BTC_CALL, 'buy', raw)).toEqual(invalid('limit_price'));
    }
    for (const raw of [0, -0.05, -0.00001, Number.NaN, Number.NEGATIVE_INFINITY]) {
      expect(quantizePrice(BTC_CALL, 'sell', raw)).toEqual(invalid('limit_price'));
    }
    expect(quantizePriceE8(BTC_CALL, 'buy', 0.5)).toEqual(invalid('limit_price'));
  });
});
