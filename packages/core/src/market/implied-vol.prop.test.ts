import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionPriceUsd } from './black76.ts';
import { impliedVol } from './implied-vol.ts';

const option = fc.record({
  type: fc.constantFrom('call' as const, 'put' as const),
  forward: fc.double({ min: 0.5, max: 200_000, noNaN: true }),
  vol: fc.double({ min: 0.03, max: 4, noNaN: true }),
  years: fc.double({ min: 1 / 8760, max: 3, noNaN: true }),
});

describe('implied volatility, any option', () => {
  it('recovers volatility to 1e-10 within four deviations, unless deep in the money', () => {
    fc.assert(
      fc.property(
        option,
        fc.double({ min: -4, max: 4, noNaN: true }),
        ({ type, forward, vol, years }, deviations) => {
          const deviation = vol * Math.sqrt(years);
          fc.pre(deviation < 2);
          const strike = forward * Math.exp(deviations * deviation);
          const inTheMoney = (type === 'call') === deviations < 0;
          fc.pre(!inTheMoney || Math.abs(deviations) < 1);
          const price = optionPriceUsd(type, forward, strike, vol, years) ?? Number.NaN;
          const found = impliedVol(type, forward, strike, price, years);
          expect(Math.abs((found ?? Number.NaN) - vol)).toBeLessThanOrEqual(1e-10);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('anywhere at all, answers to 1e-10 or not at all', () => {
    fc.assert(
      fc.property(
        option,
        fc.double({ min: -3, max: 3, noNaN: true }),
        ({ type, forward, vol, years }, logMoneyness) => {
          const strike = forward * Math.exp(logMoneyness);
          const price = optionPriceUsd(type, forward, strike, vol, years);
          fc.pre(price !== null);
          const found = impliedVol(type, forward, strike, price, years);
          if (found !== null) expect(Math.abs(found - vol)).toBeLessThanOrEqual(1e-10);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('rises with the price', () => {
    fc.assert(
      fc.property(option, fc.double({ min: 0.001, max: 0.3, noNaN: true }), (input, share) => {
        const { type, forward, years } = input;
        const low = impliedVol(type, forward, forward, share * forward, years);
        const high = impliedVol(type, forward, forward, share * 1.001 * forward, years);
        expect(high ?? Number.NaN).toBeGreaterThan(low ?? Number.NaN);
      }),
    );
  });
});
