import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftOf, entryOf, MAKING, RECORDING, T0 } from './diary.fixture.ts';
import { Diary } from './diary.ts';
import { makeEntry } from './entry.ts';
import { record } from './record.ts';
import {
  classifyRegime,
  FEATURES,
  type FeatureName,
  type MarketFeatures,
  REGIME_PARAMETERS,
  type RegimeParameters,
} from './regime.ts';
import { type MarketSample, measureFeatures } from './regime-features.ts';

/** A window in which a deviation of 60 % a year is 1 %: the numbers stay readable. */
const PARAMETERS: RegimeParameters = {
  windowMs: (365 * 86_400_000) / 3_600,
  featureAgeMaxMs: 60_000,
  volRatioStress: 2,
  basisStress: 0.01,
  moveStress: 4,
  moveWeight: 0.5,
  moveFull: 2,
  leanLeast: 0.4,
};
type Values = Readonly<Record<FeatureName, number>>;
const CALM: Values = { indexReturn: 0, realizedVol: 0.6, impliedVol: 0.6, basis: 0, trend: 0 };
const featuresOf = (values: Partial<Values>, at = T0): MarketFeatures =>
  Object.fromEntries(
    FEATURES.map((name) => [name, { value: { ...CALM, ...values }[name], at }]),
  ) as MarketFeatures;
const read = (values: Partial<Values>, parameters = PARAMETERS) => {
  const { regime, confidence } = classifyRegime(featuresOf(values), T0, parameters);
  return [regime, confidence === null ? null : Number(confidence.toFixed(6))];
};

describe('a regime', () => {
  it.each([
    // lean 0, stress 0.5 by volatility.
    [{}, 'balanced', 0.5],
    [{ realizedVol: 0.3 }, 'balanced', 0.75],
    [{ realizedVol: 0 }, 'balanced', 1],
    // lean = 0.5 * trend.
    [{ realizedVol: 0, trend: 0.4 }, 'balanced', 0.5],
    [{ realizedVol: 0, trend: -0.4 }, 'balanced', 0.5],
    [{ realizedVol: 0, trend: 0.8 }, 'bullish', 0],
    [{ realizedVol: 0, trend: 0.79 }, 'balanced', 0.0125],
    [{ realizedVol: 0, trend: -0.8 }, 'bearish', 0],
    [{ realizedVol: 0, trend: 1 }, 'bullish', 0.166667],
    // move 1 of 2 is half: lean 0.25 + 0.5.
    [{ realizedVol: 0, indexReturn: 0.01, trend: 1 }, 'bullish', 0.583333],
    [{ realizedVol: 0, indexReturn: -0.01, trend: -1 }, 'bearish', 0.583333],
    // move 3 counts as 2, and is three quarters of the stress.
    [{ realizedVol: 0, indexReturn: 0.03, trend: 1 }, 'bullish', 0.25],
    [{ realizedVol: 0, indexReturn: -0.03, trend: -1 }, 'bearish', 0.25],
    [{ realizedVol: 0, indexReturn: 0.03, trend: -1 }, 'balanced', 0.25],
    // stress of one and more.
    [{ realizedVol: 1.2 }, 'dislocated', 0],
    [{ realizedVol: 1.19 }, 'balanced', 0.008333],
    [{ realizedVol: 1.8 }, 'dislocated', 0.5],
    [{ realizedVol: 2.4 }, 'dislocated', 1],
    [{ realizedVol: 6 }, 'dislocated', 1],
    [{ basis: 0.01 }, 'dislocated', 0],
    [{ basis: -0.015 }, 'dislocated', 0.5],
    [{ basis: 0.0099, realizedVol: 0 }, 'balanced', 0.01],
    [{ indexReturn: -0.05, trend: -1 }, 'dislocated', 0.25],
    [{ indexReturn: 0.05, trend: 1 }, 'dislocated', 0.25],
    // The same move under twice the volatility is half of it.
    [{ indexReturn: 0.05, impliedVol: 1.2, realizedVol: 0, trend: 1 }, 'bullish', 0.375],
  ])('with %j is %s with confidence %d', (values, regime, confidence) => {
    expect(read(values)).toEqual([regime, confidence]);
  });

  it('leans by the weights it was given', () => {
    const only = { ...PARAMETERS, moveWeight: 1 };
    expect(read({ realizedVol: 0, trend: 1 }, only)[0]).toBe('balanced');
    expect(read({ realizedVol: 0, indexReturn: 0.02 }, only)).toEqual(['bullish', 0.5]);
  });

  it('goes into an entry as it is', () => {
    const reading = classifyRegime(featuresOf({}), T0, PARAMETERS);
    expect(reading).toEqual({
      regime: 'balanced',
      confidence: 0.5,
      features: CALM,
      timestamp: '2026-03-01T09:00:00.000Z',
      faults: [],
    });
    const { faults: _, ...regime_state } = reading;
    const made = makeEntry({ ...draftOf(), regime_state }, MAKING);
    expect(made.ok && record(new Diary(), made.value, RECORDING).ok).toBe(true);
  });

  it.each(FEATURES)('without %s is unknown, and never balanced', (name) => {
    const without = classifyRegime({ ...featuresOf({}), [name]: null }, T0, PARAMETERS);
    expect(without).toMatchObject({
      regime: null,
      confidence: null,
      faults: [`feature_missing:${name}`],
    });
    expect(without.features).not.toHaveProperty(name);
    for (const [at, isKnown] of [
      [T0, true],
      [T0 - 60_000, true],
      [T0 - 60_001, false],
      [T0 + 1, false],
      [Number.NaN, false],
    ] as const) {
      const told = { ...featuresOf({}), [name]: { value: CALM[name], at } };
      const faults = isKnown ? [] : [`feature_stale:${name}`];
      expect(classifyRegime(told, T0, PARAMETERS)).toMatchObject({ faults });
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const told = { ...featuresOf({}), [name]: { value, at: T0 } };
      const reading = classifyRegime(told, T0, PARAMETERS);
      expect(reading).toMatchObject({ regime: null, faults: [`feature_senseless:${name}`] });
      expect(reading.features).not.toHaveProperty(name);
    }
  });

  it.each([
    ['impliedVol', 0, false],
    ['impliedVol', -0.1, false],
    ['impliedVol', 0.01, true],
    ['realizedVol', -0.01, false],
    ['realizedVol', 0, true],
    ['trend', 1, true],
    ['trend', -1, true],
    ['trend', 1.01, false],
    ['trend', -1.01, false],
    ['indexReturn', -0.5, true],
    ['basis', -0.5, true],
  ] as const)('%s of %d makes sense: %s', (name, value, makes) => {
    const { faults } = classifyRegime(featuresOf({ [name]: value }), T0, PARAMETERS);
    expect(faults).toEqual(makes ? [] : [`feature_senseless:${name}`]);
  });

  it('reaches all four labels with the parameters it ships with', () => {
    const day = { realizedVol: 0.5, impliedVol: 0.5, basis: 0.0002 };
    const label = (values: Partial<Values>) =>
      classifyRegime(featuresOf({ ...day, ...values }), T0).regime;
    expect(label({ indexReturn: 0.001, trend: 0.05 })).toBe('balanced');
    expect(label({ indexReturn: 0.03, trend: 0.4 })).toBe('bullish');
    expect(label({ indexReturn: -0.03, trend: -0.4 })).toBe('bearish');
    expect(label({ indexReturn: -0.12, trend: -0.7, realizedVol: 1.1 })).toBe('dislocated');
    expect(REGIME_PARAMETERS.windowMs).toBe(86_400_000);
  });

  it('mirrors: up and down are the same but for the name, and confidence is a share', () => {
    const number = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
    const other = {
      balanced: 'balanced',
      bullish: 'bearish',
      bearish: 'bullish',
      dislocated: 'dislocated',
    };
    fc.assert(
      fc.property(
        number(0.3),
        number(0.02),
        number(1),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (indexReturn, basis, trend, realizedVol) => {
          const up = classifyRegime(featuresOf({ indexReturn, basis, trend, realizedVol }), T0);
          const down = classifyRegime(
            featuresOf({ indexReturn: -indexReturn, basis: -basis, trend: -trend, realizedVol }),
            T0,
          );
          if (up.regime === null || up.confidence === null) throw new Error('unknown');
          expect(down).toMatchObject({ regime: other[up.regime], confidence: up.confidence });
          expect(up.confidence >= 0 && up.confidence <= 1).toBe(true);
        },
      ),
    );
  });
});

describe('the features of a window', () => {
  const MINUTE = 60_000;
  const RULES = { windowMs: 10 * MINUTE, gapMaxMs: 2 * MINUTE };
  const sample = (
    minute: number,
    index: number | null,
    change: Partial<MarketSample> = {},
  ): MarketSample => ({
    at: T0 + minute * MINUTE,
    index,
    perpetual: index,
    impliedVol: 0.5,
    ...change,
  });
  const NOW = T0 + 10 * MINUTE;
  const rising = Array.from({ length: 11 }, (_, minute) =>
    sample(minute, 100 * Math.exp(minute / 1_000)),
  );
  const measure = (samples: readonly MarketSample[]) => measureFeatures(samples, NOW, RULES);

  it('are return, realised volatility and trend over it, and the last of the rest', () => {
    const last = sample(10, 101, { perpetual: 102.01, impliedVol: 0.7 });
    const told = measure([...rising.slice(0, 10), last]);
    expect(told.indexReturn).toEqual({ value: expect.closeTo(Math.log(1.01), 12), at: NOW });
    expect(told.trend).toEqual({ value: expect.closeTo(1, 12), at: NOW });
    expect(told.trend?.value).toBeLessThanOrEqual(1);
    expect(told.basis).toEqual({ value: expect.closeTo(0.01, 12), at: NOW });
    expect(told.impliedVol).toEqual({ value: 0.7, at: NOW });
    const step = 1 / 1_000;
    const year = 365 * 86_400_000;
    const vol = measure(rising).realizedVol?.value ?? 0;
    expect(vol).toBeCloseTo(Math.sqrt((10 * step * step * year) / (10 * MINUTE)), 9);
  });

  it('do not depend on the order of samples, nor on what is outside of the window', () => {
    const told = measure(rising);
    expect(measure(rising.toReversed())).toEqual(told);
    expect(measure([sample(-1, 50), sample(11, 500), sample(-300, 1), ...rising])).toEqual(told);
  });

  it('turn back: a way that leads nowhere has no trend', () => {
    const zigzag = rising.map(({ at }, index) => ({
      ...sample(0, index % 2 === 0 ? 100 : 101),
      at,
    }));
    expect(measure(zigzag).trend?.value).toBeCloseTo(0, 12);
    expect(measure(rising.map(({ at }) => ({ ...sample(0, 100), at })))).toMatchObject({
      indexReturn: { value: 0 },
      realizedVol: { value: 0 },
      trend: { value: 0 },
    });
    const falling = rising.map(({ at }, index) => ({ ...sample(0, 100 - index), at }));
    expect(measure(falling).trend?.value).toBeCloseTo(-1, 12);
    expect(measure(falling).trend?.value).toBeGreaterThanOrEqual(-1);
  });

  const unknown = { indexReturn: null, realizedVol: null, trend: null };
  it.each([
    ['begins too late', rising.slice(1)],
    ['has a gap', rising.filter((_, minute) => minute < 4 || minute > 6)],
    [
      'has an index of nothing',
      rising.map((one, minute) => (minute > 3 && minute < 7 ? { ...one, index: null } : one)),
    ],
    [
      'has an index of zero',
      rising.map((one, minute) => (minute > 3 && minute < 7 ? { ...one, index: 0 } : one)),
    ],
    [
      'has no number',
      rising.map((one, minute) => (minute > 3 && minute < 7 ? { ...one, index: Number.NaN } : one)),
    ],
    ['has one point', [sample(0, 100)]],
    ['is empty', []],
  ])('are unknown where it %s', (_what, samples) => {
    expect(measure(samples)).toMatchObject(unknown);
  });

  it('bear a silence that is as long as it may be', () => {
    expect(measure(rising.filter((_, minute) => minute !== 5)).indexReturn).not.toBeNull();
    expect(measure([sample(-2, 100), ...rising.slice(1)]).indexReturn).toBeNull();
    expect(measure([sample(-1, 100), ...rising.slice(1)]).indexReturn).not.toBeNull();
  });

  it('have no basis and no volatility where nobody said', () => {
    const silent = rising.map((one) => ({ ...one, perpetual: null, impliedVol: null }));
    expect(measure(silent)).toMatchObject({ basis: null, impliedVol: null });
    const blind = rising.map((one) => ({ ...one, index: null }));
    expect(measure(blind).basis).toBeNull();
    expect(measure([sample(9, 100, { perpetual: 0 })]).basis).toBeNull();
    expect(measure([sample(9, 0, { perpetual: 1 })]).basis).toBeNull();
    expect(measure([sample(9, 100, { impliedVol: 0 })]).impliedVol).toBeNull();
  });
});

it('an entry with the regime nobody knows is an entry', () => {
  expect(
    entryOf({ regime_state: { regime: null, confidence: null } }).regime_state.regime,
  ).toBeNull();
});
