import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, E8, priceE8, quantity } from '../values/index.ts';
import type { Instrument, TickStep } from './instrument.ts';
import { isOnLadder, quantizePrice, quantizePriceE8, quantizeQuantity } from './quantize.ts';
import { BTC_CALL } from './samples.fixture.ts';

/** Ticks from 1e-8 to 1, up to three coarser steps at bounds that need not fit any tick. */
const ladders: fc.Arbitrary<Instrument> = fc
  .tuple(
    fc.integer({ min: 1, max: E8 }),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 1e11 }), fc.integer({ min: 1, max: 20 })), {
      maxLength: 3,
    }),
  )
  .map(([tick, steps]) => {
    const bounds = [...new Set(steps.map(([bound]) => bound))].sort((a, b) => a - b);
    const tickLadder: TickStep[] = bounds.map((bound, index) => ({
      abovePriceE8: priceE8(bound),
      stepE8: priceE8(tick * (steps[index]?.[1] ?? 1)),
    }));
    return { ...BTC_CALL, tickE8: priceE8(tick), tickLadder };
  });
const sides = fc.constantFrom('buy' as const, 'sell' as const);
const prices = fc.integer({ min: 1, max: 2e11 });

describe('price properties', () => {
  it('lands on the ladder, never on the dearer side for a BUY or the cheaper for a SELL', () => {
    fc.assert(
      fc.property(ladders, sides, prices, (instrument, side, raw) => {
        const found = quantizePriceE8(instrument, side, raw);
        if (!found.ok) {
          expect(side).toBe('buy');
          return;
        }
        expect(isOnLadder(instrument, found.priceE8)).toBe(true);
        expect(found.price * instrument.tickE8).toBe(found.priceE8);
        if (side === 'buy') expect(found.priceE8).toBeLessThanOrEqual(raw);
        else expect(found.priceE8).toBeGreaterThanOrEqual(raw);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is the nearest such price: nothing on the ladder lies between', () => {
    fc.assert(
      fc.property(
        ladders,
        sides,
        prices,
        fc.nat({ max: 1_000_000 }),
        (instrument, side, raw, off) => {
          const found = quantizePriceE8(instrument, side, raw);
          if (!found.ok) return;
          const width = Math.abs(raw - found.priceE8);
          if (width === 0) return;
          const between = side === 'buy' ? raw - (off % width) : raw + (off % width);
          expect(isOnLadder(instrument, between)).toBe(false);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it('changes nothing the second time, for either side', () => {
    fc.assert(
      fc.property(ladders, sides, prices, (instrument, side, raw) => {
        const found = quantizePriceE8(instrument, side, raw);
        if (!found.ok) return;
        expect(quantizePriceE8(instrument, 'buy', found.priceE8)).toEqual(found);
        expect(quantizePriceE8(instrument, 'sell', found.priceE8)).toEqual(found);
        expect(quantizePrice(instrument, side, found.priceE8 / E8)).toEqual(found);
      }),
    );
  });

  it('keeps its direction on any float', () => {
    const floats = fc.double({ min: 1e-8, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(ladders, sides, floats, (instrument, side, raw) => {
        const found = quantizePrice(instrument, side, raw);
        if (!found.ok) return;
        if (side === 'buy') expect(found.priceE8 / E8).toBeLessThanOrEqual(raw);
        else expect(found.priceE8 / E8).toBeGreaterThanOrEqual(raw);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('quantity properties', () => {
  it('is a whole number of steps, not above the raw amount and less than one step below', () => {
    const steps = fc.integer({ min: 1, max: 1e9 });
    const floats = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(steps, floats, (step, raw) => {
        const instrument = { ...BTC_CALL, amountStepE8: amountE8(step), minAmount: quantity(1) };
        const found = quantizeQuantity(instrument, raw);
        if (!found.ok) {
          expect(raw).toBeLessThan(step / E8);
          return;
        }
        expect(found.quantity * step).toBe(found.amountE8);
        expect(found.amountE8 / E8).toBeLessThanOrEqual(raw);
        expect((found.amountE8 + step) / E8).toBeGreaterThan(raw);
        expect(quantizeQuantity(instrument, found.amountE8 / E8)).toEqual(found);
      }),
      { numRuns: 2_000 },
    );
  });
});
