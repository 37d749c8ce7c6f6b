import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { butterflyArbitrage, calendarArbitrage } from './svi-arbitrage.ts';
import { createSmileMemory, openSmileDesk } from './smile-desk.ts';
import type { SmileFit } from './smile.ts';
import {
  fitOf,
  lifted,
  momentOf,
  NOW,
  RULES,
  SHAPE,
  sliceOf,
  termsOf,
  YEARS,
} from './svi-guard.fixture.ts';
import { monoMs } from '../values/index.ts';
import { sviDrift, sviThresholds, validateSviFit } from './svi-guard.ts';
import { type SviShape, sviVariance } from './svi.ts';

/** Anything a search, or a mistake in one, could come back with. */
const any = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: -1, max: 1 }) },
  fc.double(),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e-300, 1e300),
);

const shape: fc.Arbitrary<SviShape> = fc.oneof(
  fc.double({ min: 0.7, max: 1.5, noNaN: true }).map((times) => lifted(SHAPE, times)),
  fc.record({
    a: fc.double({ min: -0.01, max: 0.05, noNaN: true }),
    b: fc.double({ min: 0, max: 0.3, noNaN: true }),
    rho: fc.double({ min: -1, max: 1, noNaN: true }),
    m: fc.double({ min: -0.4, max: 0.4, noNaN: true }),
    sigma: fc.double({ min: 0.001, max: 1, noNaN: true }),
  }),
  fc.record({ a: any, b: any, rho: any, m: any, sigma: any }),
);

const fit: fc.Arbitrary<SmileFit> = fc
  .record({
    shape,
    years: fc.oneof(fc.double({ min: 0.001, max: 1, noNaN: true }), any),
    rmseVol: fc.oneof(fc.double({ min: 0, max: 0.1, noNaN: true }), any),
    kMin: fc.oneof(fc.double({ min: -0.5, max: 0, noNaN: true }), any),
    kMax: fc.oneof(fc.double({ min: 0, max: 0.5, noNaN: true }), any),
  })
  .map(({ shape: curve, ...more }) => fitOf(curve, more));

const context = fc.record({
  depthUsd: fc.option(any),
  before: fc.option(fit, { freq: 1 }),
  earlier: fc.option(fit, { freq: 1 }),
  later: fc.option(fit, { freq: 1 }),
});

describe('AT-241 AT-242 AT-1071 what the guard lets through', () => {
  it('is finite, near its predecessor, and admits neither butterfly nor calendar', () => {
    let passed = 0;
    fc.assert(
      fc.property(fit, context, (candidate, around) => {
        const verdict = validateSviFit(candidate, around, RULES);
        if (!verdict.ok) return;
        passed += 1;
        const { smile } = verdict;
        for (let i = 0; i <= 48; i += 1) {
          const k = smile.kMin + ((smile.kMax - smile.kMin) * i) / 48;
          const vol = Math.sqrt(sviVariance(smile.shape, k) / smile.years);
          expect(vol > 0 && vol <= 5.000001).toBe(true);
        }
        const { rmseMax, driftMax } = sviThresholds(around.depthUsd, RULES);
        expect(smile.rmseVol).toBeLessThanOrEqual(rmseMax);
        if (around.before !== null) {
          expect(sviDrift(around.before, smile, 48)).toBeLessThanOrEqual(driftMax);
        }
        expect(butterflyArbitrage(smile, 1e-6, 48)).toBeNull();
        if (around.earlier !== null) {
          expect(calendarArbitrage(around.earlier, smile, 0.15, 48)).toBeNull();
        }
        if (around.later !== null) {
          expect(calendarArbitrage(smile, around.later, 0.15, 48)).toBeNull();
        }
      }),
      { numRuns: 2_000 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  it('more is let through at no depth than below the least, whatever the fit', () => {
    fc.assert(
      fc.property(fit, context, (candidate, around) => {
        const strict = validateSviFit(candidate, { ...around, depthUsd: null }, RULES);
        const wide = validateSviFit(candidate, { ...around, depthUsd: 1 }, RULES);
        expect(strict.ok && !wide.ok).toBe(false);
        // What is no question of depth is never loosened.
        if (!strict.ok && strict.trip === 'math') expect(wide).toStrictEqual(strict);
        if (!strict.ok && strict.trip === 'arbitrage') expect(wide).toStrictEqual(strict);
      }),
    );
  });
});

describe('AT-1071 AT-241 what the guard refuses', () => {
  const vols = fc.oneof(fc.double({ min: 0.01, max: 60, noNaN: true }), fc.constantFrom(1e-6, 1e6));

  it('changes nothing: the last valid fit stays, bit for bit', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(vols, { minLength: 21, maxLength: 21 }), (quoted) => {
        const memory = createSmileMemory();
        const first = openSmileDesk(memory, momentOf()).fit(termsOf(), sliceOf(SHAPE));
        const kept = [...memory.kept];
        const later = monoMs(NOW + 1_000);
        const years = YEARS - 1_000 / 31_536_000_000;
        const mad = sliceOf(SHAPE, years, (i) => {
          const own = Math.sqrt(sviVariance(SHAPE, -0.3 + 0.03 * i) / years);
          return (quoted[i] ?? 1) - own;
        });
        const terms = termsOf();
        const answer = openSmileDesk(memory, momentOf({ now: later })).fit(terms, mad);
        if (answer.refusal === null || answer.smile === null) return;
        refused += 1;
        expect(answer.smile).toBe(first.smile);
        expect([...memory.kept]).toStrictEqual(kept);
      }),
      { numRuns: 200 },
    );
    expect(refused).toBeGreaterThan(20);
  });

  it('a lift of the whole smile passes exactly up to the limit of the depth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 2, noNaN: true }), fc.boolean(), (times, isLow) => {
        const limit = isLow ? 0.4 : 0.2;
        fc.pre(Math.abs(Math.abs(times - 1) - limit) > 1e-6);
        const depthUsd = isLow ? 299_999 : 300_000;
        const around = { depthUsd, before: fitOf(SHAPE), earlier: null, later: null };
        const verdict = validateSviFit(fitOf(lifted(SHAPE, times)), around, RULES);
        expect(verdict.ok).toBe(Math.abs(times - 1) < limit);
      }),
    );
  });
});
