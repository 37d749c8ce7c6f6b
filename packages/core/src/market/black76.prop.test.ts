import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optionGreeks, optionPriceUsd } from './black76.ts';

const market = fc.record({
  forward: fc.double({ min: 0.5, max: 200_000, noNaN: true }),
  logMoneyness: fc.double({ min: -2, max: 2, noNaN: true }),
  vol: fc.double({ min: 0.02, max: 4, noNaN: true }),
  years: fc.double({ min: 1e-4, max: 3, noNaN: true }),
});

const required = (value: number | null): number => value ?? Number.NaN;

describe('Black-76, any market', () => {
  it('call less put is forward less strike', () => {
    fc.assert(
      fc.property(market, ({ forward, logMoneyness, vol, years }) => {
        const strike = forward * Math.exp(logMoneyness);
        const call = required(optionPriceUsd('call', forward, strike, vol, years));
        const put = required(optionPriceUsd('put', forward, strike, vol, years));
        expect(Math.abs(call - put - (forward - strike))).toBeLessThanOrEqual(
          1e-13 * (forward + strike),
        );
      }),
    );
  });

  it('stays within intrinsic value and the no-arbitrage ceiling, and rises with volatility', () => {
    fc.assert(
      fc.property(market, ({ forward, logMoneyness, vol, years }) => {
        const strike = forward * Math.exp(logMoneyness);
        const call = required(optionPriceUsd('call', forward, strike, vol, years));
        const more = required(optionPriceUsd('call', forward, strike, vol * 1.01, years));
        expect(call).toBeGreaterThanOrEqual(Math.max(forward - strike, 0));
        expect(call).toBeLessThanOrEqual(forward * (1 + 1e-14));
        expect(more).toBeGreaterThanOrEqual(call * (1 - 1e-14));
      }),
    );
  });

  it('greeks are the slopes of the price', () => {
    fc.assert(
      fc.property(market, ({ forward, logMoneyness, vol, years }) => {
        // A step of the forward must be small beside a standard deviation for the difference to be
        // a slope.
        fc.pre(vol * Math.sqrt(years) > 0.01);
        const strike = forward * Math.exp(logMoneyness);
        const at = (f: number, v: number, t: number) =>
          required(optionPriceUsd('put', f, strike, v, t));
        const greeks = optionGreeks('put', forward, strike, vol, years);
        const step = 1e-5;
        const up = at(forward * (1 + step), vol, years);
        const down = at(forward * (1 - step), vol, years);
        const tolerance = 1e-3;
        const delta = (up - down) / (2 * step * forward);
        expect(Math.abs(delta - required(greeks?.delta ?? null))).toBeLessThanOrEqual(tolerance);
        const vega =
          (at(forward, vol * (1 + step), years) - at(forward, vol * (1 - step), years)) /
          (2 * step * vol);
        expect(Math.abs(vega - required(greeks?.vegaUsd ?? null)) / forward).toBeLessThanOrEqual(
          tolerance,
        );
        const decay =
          (at(forward, vol, years * (1 + step)) - at(forward, vol, years * (1 - step))) /
          (2 * step * years * 365);
        expect(
          Math.abs(decay + required(greeks?.thetaUsdPerDay ?? null)) / forward,
        ).toBeLessThanOrEqual(tolerance);
      }),
    );
  });
});
