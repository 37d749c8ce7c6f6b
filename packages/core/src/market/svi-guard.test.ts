import { describe, expect, it } from 'vitest';
import { calendarArbitrage } from './svi-arbitrage.ts';
import { fitOf, lifted, NO_CONTEXT, RULES, SHAPE, VOGT, YEARS } from './svi-guard.fixture.ts';
import type { SmileFit } from './smile.ts';
import { type SviContext, sviDrift, sviThresholds, validateSviFit } from './svi-guard.ts';
import type { SviShape } from './svi.ts';

const judge = (fit: SmileFit, context: Partial<SviContext> = {}) =>
  validateSviFit(fit, { ...NO_CONTEXT, ...context }, RULES);

const before = fitOf(SHAPE);
const LOW = { depthUsd: 299_999 };

describe('math guard', () => {
  it('AT-1071 NON-TRIP a fit of numbers is valid, and is what it was', () => {
    const fit = fitOf(SHAPE);
    const verdict = judge(fit);
    expect(verdict.ok && verdict.smile).toStrictEqual(fit);
    expect(verdict.ok && Object.isFrozen(verdict.smile.shape)).toBe(true);
  });

  it.each(['a', 'b', 'rho', 'm', 'sigma'] as const)('AT-1071 TRIP %s is no number', (name) => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const verdict = judge(fitOf({ ...SHAPE, [name]: value }));
      expect(verdict).toMatchObject({ ok: false, trip: 'math', refusal: { measured: value } });
    }
  });

  it.each([
    ['an error that is no number', { rmseVol: Number.NaN }],
    ['no time left', { years: 0 }],
    ['endless strikes', { kMax: Number.POSITIVE_INFINITY }],
  ])('AT-1071 TRIP %s', (_name, more) => {
    expect(judge(fitOf(SHAPE, more))).toMatchObject({ ok: false, trip: 'math' });
  });

  it.each([
    ['a slope that falls', { b: -0.01 }],
    ['a width of nothing', { sigma: 0 }],
    ['a lean beyond one', { rho: 1.01 }],
    ['variance below zero', { a: -1 }],
  ])('TRIP %s is no smile', (_name, more) => {
    expect(judge(fitOf({ ...SHAPE, ...more }))).toMatchObject({ ok: false, trip: 'math' });
  });

  it('TRIP a volatility above 500 %, NON-TRIP one of 499 %', () => {
    const flat = (vol: number): SviShape => ({
      a: vol * vol * YEARS,
      b: 0,
      rho: 0,
      m: 0,
      sigma: 0.1,
    });
    const wild = judge(fitOf(flat(5.01)));
    expect(wild).toMatchObject({ trip: 'math', refusal: { code: 'SmileNotFinite', limit: 5 } });
    expect(judge(fitOf(flat(4.99))).ok).toBe(true);
  });
});

describe('thresholds by depth', () => {
  const strict = { rmseMax: 0.05, driftMax: 0.2 };
  const wide = { rmseMax: 0.08, driftMax: 0.4 };

  it('AT-287 TRIP one dollar under the least depth has the wider limits', () => {
    expect(sviThresholds(299_999, RULES)).toStrictEqual(wide);
    const noisy = fitOf(lifted(SHAPE, 1.399), { rmseVol: 0.08 });
    expect(judge(noisy, { ...LOW, before }).ok).toBe(true);
    const noisier = fitOf(lifted(SHAPE, 1.399), { rmseVol: 0.0801 });
    expect(judge(noisier, { ...LOW, before })).toMatchObject({ trip: null });
    const further = fitOf(lifted(SHAPE, 1.401), { rmseVol: 0.08 });
    expect(judge(further, { ...LOW, before })).toMatchObject({ trip: 'drift' });
  });

  it('AT-287 NON-TRIP at the least depth the limits are the strict ones', () => {
    expect(sviThresholds(300_000, RULES)).toStrictEqual(strict);
    expect(judge(fitOf(lifted(SHAPE, 1.201)), { before })).toMatchObject({ trip: 'drift' });
    expect(judge(fitOf(lifted(SHAPE, 1.199)), { before }).ok).toBe(true);
    expect(judge(fitOf(SHAPE, { rmseVol: 0.0501 }))).toMatchObject({
      trip: null,
      refusal: { code: 'SmileFitPoor', measured: 0.0501, limit: 0.05 },
    });
    expect(judge(fitOf(SHAPE, { rmseVol: 0.05 })).ok).toBe(true);
  });

  it.each([null, Number.NaN, -1, Number.POSITIVE_INFINITY])(
    'AT-287 a depth of %s is unknown or plenty: strict',
    (depthUsd) => {
      expect(sviThresholds(depthUsd, RULES)).toStrictEqual(strict);
    },
  );
});

describe('drift', () => {
  it('is the largest relative change of volatility', () => {
    expect(sviDrift(before, fitOf(lifted(SHAPE, 1.25)), 48)).toBeCloseTo(0.25, 12);
    expect(sviDrift(before, fitOf(lifted(SHAPE, 0.75)), 48)).toBeCloseTo(0.25, 12);
    expect(sviDrift(before, before, 48)).toBe(0);
  });

  it('minds no parameter that the curve does not mind', () => {
    // Two fits to one calm market a second apart: every parameter elsewhere, the curve not.
    const one: SviShape = { a: 0.001777, b: 0.03, rho: 0, m: 0, sigma: 0.1 };
    const other: SviShape = { ...one, a: one.a + 0.003, b: 0, m: 5, rho: 0.9 };
    const narrow = { kMin: -0.001, kMax: 0.001 };
    expect(sviDrift(fitOf(one, narrow), fitOf(other, narrow), 48)).toBeLessThan(1e-3);
  });

  it('TRIP without a strike in common nobody can say, NON-TRIP one is enough', () => {
    const elsewhere = fitOf(SHAPE, { kMin: 0.31, kMax: 0.5 });
    expect(judge(elsewhere, { before })).toMatchObject({
      trip: 'drift',
      refusal: { code: 'SmileDrifted', measured: Number.POSITIVE_INFINITY },
    });
    expect(judge(fitOf(SHAPE, { kMin: 0.3, kMax: 0.5 }), { before }).ok).toBe(true);
  });

  it('NON-TRIP a first fit has nothing to drift from', () => {
    expect(judge(fitOf(lifted(SHAPE, 3))).ok).toBe(true);
  });
});

describe('arbitrage guards', () => {
  const wavy = fitOf(VOGT, { years: 1, kMin: -1, kMax: 1, rmseVol: 0.0001 });

  it('AT-241 TRIP a perfect fit that is not convex is no smile', () => {
    expect(judge(wavy)).toMatchObject({
      ok: false,
      trip: 'arbitrage',
      refusal: { code: 'SmileArbitrage', limit: -1e-6 },
    });
  });

  it('AT-241 NON-TRIP the same error on a convex one', () => {
    expect(judge(fitOf(SHAPE, { rmseVol: 0.0001 })).ok).toBe(true);
  });

  it('AT-242 in a shallow market a drift of 30 % and an error of 0.07 pass', () => {
    const moved = fitOf(lifted(SHAPE, 1.3), { rmseVol: 0.07 });
    expect(judge(moved, { ...LOW, before }).ok).toBe(true);
  });

  it('AT-242 TRIP never where the same drift and error come with arbitrage', () => {
    const from = fitOf(lifted(VOGT, 1 / 1.3), { years: 1, kMin: -1, kMax: 1 });
    const moved = fitOf(VOGT, { years: 1, kMin: -1, kMax: 1, rmseVol: 0.07 });
    expect(sviDrift(from, moved, 48)).toBeCloseTo(0.3, 9);
    expect(judge(moved, { ...LOW, before: from })).toMatchObject({ trip: 'arbitrage' });
  });

  it('TRIP a later expiry with less variance than an earlier one, NON-TRIP within epsilon', () => {
    const earlier = fitOf(SHAPE);
    const later = (share: number): SmileFit =>
      fitOf(lifted(SHAPE, Math.sqrt(share)), { years: 2 * YEARS });
    expect(judge(later(0.84), { earlier })).toMatchObject({
      trip: 'arbitrage',
      refusal: { measured: expect.closeTo(-0.16, 9), limit: -0.15 },
    });
    expect(judge(later(0.86), { earlier }).ok).toBe(true);
    expect(judge(earlier, { later: later(0.84) })).toMatchObject({ trip: 'arbitrage' });
    expect(judge(earlier, { later: later(0.86) }).ok).toBe(true);
  });

  it('two expiries without a strike in common make no calendar spread', () => {
    const cheap = fitOf(lifted(SHAPE, 0.5), { kMin: 0.31, kMax: 0.5 });
    expect(calendarArbitrage(fitOf(SHAPE), cheap, 0.15, 48)).toBeNull();
  });
});
