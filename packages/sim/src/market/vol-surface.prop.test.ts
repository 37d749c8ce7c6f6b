import { sviDensitySign, sviVariance } from '@holdfast/core/strategy';
import { currency, E8 } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { CoinPath, openWeather, moveWeather } from './coin-path.ts';
import { REGIMES } from './regime.ts';
import { RegimeModel } from './regime-model.ts';
import { atmVariance, isArbitrageFree, sliceAt, type VolSurface } from './vol-surface.ts';

const DAY_YEARS = 1 / 365;
const HORIZONS = [0.05, 0.5, 1, 2, 3, 7, 14, 30, 60, 120, 240, 400].map((days) => days * DAY_YEARS);
/** ln(strike / forward), as far as anybody lists and further. */
const MONEYNESS = Array.from({ length: 61 }, (_, i) => -3 + 0.1 * i);
const START = Date.UTC(2026, 7, 5, 7, 59);

/** Independent of how the surface is built: slice by slice, strike by strike. */
function faultsOf(surface: VolSurface): readonly string[] {
  const faults: string[] = [];
  for (const k of MONEYNESS) {
    let before = 0;
    for (const years of HORIZONS) {
      const shape = sliceAt(surface, years);
      // In the far wings g tends to a limit at or above zero; rounding may go below it.
      if (!(sviDensitySign(shape, k) >= -1e-9)) faults.push(`butterfly at ${k}, ${years}`);
      const variance = sviVariance(shape, k);
      if (!(variance >= before)) faults.push(`calendar at ${k}, ${years}`);
      before = variance;
    }
  }
  return faults;
}

const surfaces = fc
  .record({
    shortVol: fc.double({ min: 0.05, max: 4, noNaN: true }),
    longVol: fc.double({ min: 0.05, max: 3, noNaN: true }),
    reversion: fc.double({ min: 0.1, max: 40, noNaN: true }),
    rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
    eta: fc.double({ min: 0.01, max: 3, noNaN: true }),
  })
  .filter(isArbitrageFree);

const weather = fc.record({
  regime: fc.constantFrom(...REGIMES.values()),
  seed: fc.nat(),
  minutes: fc.integer({ min: 0, max: 240 }),
});

describe('volatility surface', () => {
  it('has neither a free butterfly nor a free calendar spread wherever it says so', () => {
    fc.assert(
      fc.property(surfaces, (surface) => {
        expect(faultsOf(surface)).toStrictEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('the check itself finds a surface that has them', () => {
    const good = { shortVol: 0.5, longVol: 0.5, reversion: 4, rho: -0.3, eta: 0.8 };
    expect(faultsOf(good)).toStrictEqual([]);
    const curved = { ...good, rho: -0.9, eta: 4 };
    expect(isArbitrageFree(curved)).toBe(false);
    expect(faultsOf(curved).some((fault) => fault.startsWith('butterfly'))).toBe(true);
    expect(isArbitrageFree({ ...good, longVol: -0.5 })).toBe(false);
  });

  it('is at the money what its term structure says', () => {
    const surface = { shortVol: 0.6, longVol: 0.4, reversion: 4, rho: -0.3, eta: 0.8 };
    for (const years of HORIZONS) {
      expect(sviVariance(sliceAt(surface, years), 0)).toBeCloseTo(atmVariance(surface, years), 14);
    }
    expect(Math.sqrt(atmVariance(surface, 1e-6) / 1e-6)).toBeCloseTo(0.6, 5);
    expect(Math.sqrt(atmVariance(surface, 200) / 200)).toBeCloseTo(0.4, 2);
  });

  it('stays free of arbitrage in every regime, at every time, for every seed', () => {
    const traits = { startUsd: 65_000, shortVol: 0.5, longVol: 0.58, rho: -0.14, eta: 0.75 };
    fc.assert(
      fc.property(weather, ({ regime, seed, minutes }) => {
        const prng = createPrng(seed);
        const shared = openWeather(regime, prng, START);
        const path = new CoinPath({ code: currency('BTC'), ...traits }, regime, shared, prng);
        for (let minute = 0; minute <= minutes; minute += 1) {
          const now = START + minute * 60_000;
          path.move(now, 60_000, moveWeather(shared, regime, prng, now));
          if (!isArbitrageFree(path.surface)) throw new Error(`at minute ${minute}`);
        }
        expect(faultsOf(path.surface)).toStrictEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('published marks', () => {
  interface Marked {
    readonly strike: number;
    readonly call: number;
    readonly put: number;
    readonly forward: number;
  }

  /** Marks in USD by expiry, after some seconds of market. */
  function marksOf(model: RegimeModel, seconds: number): readonly (readonly Marked[])[] {
    const now = START + seconds * 1_000;
    const listed = [...model.advance(START).listed];
    for (let at = START + 10_000; at < now; at += 10_000) listed.push(...model.advance(at).listed);
    listed.push(...model.advance(now).listed);
    const groups = new Map<string, Map<number, { call: number; put: number; forward: number }>>();
    for (const instrument of listed) {
      const { option, underlying, expiry } = instrument;
      const quote = option === null ? null : model.quote(instrument);
      if (quote === null || option === null) continue;
      const key = `${underlying}-${expiry}`;
      const group = groups.get(key) ?? new Map();
      groups.set(key, group);
      const strike = option.strikeE8 / E8;
      const forward = quote.underlyingE8 / E8;
      const entry = group.get(strike) ?? { call: Number.NaN, put: Number.NaN, forward };
      group.set(strike, { ...entry, [option.type]: (quote.markE8 / E8) * forward });
    }
    return [...groups.values()].map((group) =>
      [...group]
        .map(([strike, entry]) => ({ strike, ...entry }))
        .sort((a, b) => a.strike - b.strike),
    );
  }

  it('keep call and put at parity and allow no free butterfly within an expiry', () => {
    // A mark is rounded to 1e-8 coin, less than a tenth of a cent.
    const ROUNDING_USD = 0.002;
    let compared = 0;
    fc.assert(
      fc.property(weather, ({ regime, seed, minutes }) => {
        const model = new RegimeModel(regime, createPrng(seed));
        for (const marks of marksOf(model, minutes)) {
          for (const [i, middle] of marks.entries()) {
            const { strike, call, put, forward } = middle;
            expect(Math.abs(call - put - (forward - strike))).toBeLessThan(ROUNDING_USD);
            const [low, high] = [marks[i - 1], marks[i + 1]];
            if (low === undefined || high === undefined) continue;
            const share = (high.strike - strike) / (high.strike - low.strike);
            const butterfly = share * low.call + (1 - share) * high.call - call;
            expect(butterfly).toBeGreaterThan(-ROUNDING_USD);
            compared += 1;
          }
        }
      }),
      { numRuns: 12 },
    );
    expect(compared).toBeGreaterThan(5_000);
  });
});
