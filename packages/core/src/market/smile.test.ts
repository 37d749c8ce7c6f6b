import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { describe, expect, it } from 'vitest';
import {
  fitSmile,
  leaveOneOutVol,
  prepareSlice,
  SMILE_CRITERIA,
  smileFault,
  type SmileFit,
  type SmilePoint,
  type SmileSlice,
  smileVol,
} from './smile.ts';
import { type SviShape, sviVariance } from './svi.ts';

const YEARS = 20 / 365;

const SHAPES: readonly SviShape[] = [
  { a: 0.002, b: 0.02, rho: -0.3, m: 0.01, sigma: 0.1 },
  { a: -0.004, b: 0.05, rho: 0.2, m: -0.03, sigma: 0.15 },
  { a: 0.0005, b: 0.04, rho: -0.7, m: 0.05, sigma: 0.06 },
];

const STRIKES = Array.from({ length: 21 }, (_, i) => -0.3 + 0.03 * i);

function pointsOf(shape: SviShape, error: (i: number) => number): SmilePoint[] {
  return STRIKES.map((k, i) => ({
    logMoneyness: k,
    vol: Math.sqrt(sviVariance(shape, k) / YEARS) + error(i),
    volHalfSpread: 0.004 + 0.02 * Math.abs(k),
  }));
}

function prepared(points: readonly SmilePoint[]): SmileSlice {
  const slice = prepareSlice(points, YEARS, SMILE_CRITERIA);
  if (!slice.ok) throw new Error(slice.code);
  return slice;
}

function fitted(slice: SmileSlice, warm: SviShape | null = null): SmileFit {
  const fit = fitSmile(slice, warm, null);
  const fault = smileFault(slice, fit);
  if (fault !== null) throw new Error(fault.code);
  return fit;
}

/** Deterministic noise of about +-0.003 in volatility. */
const noise = (i: number) => 0.003 * Math.sin(12.9898 * i + 0.5);

describe('smile fit', () => {
  it.each(SHAPES)('recovers a clean slice to 1e-6 in volatility (%o)', (shape) => {
    const fit = fitted(prepared(pointsOf(shape, () => 0)));
    expect(fit.points).toBe(21);
    expect(fit.rmseVol).toBeLessThan(1e-6);
    for (const k of [-0.29, -0.1, 0.004, 0.17]) {
      const exact = Math.sqrt(sviVariance(shape, k) / YEARS);
      expect(Math.abs((smileVol(fit, k) ?? Number.NaN) - exact)).toBeLessThan(1e-6);
    }
  });

  it.each(SHAPES)('is as good as Levenberg-Marquardt on a noisy slice (%o)', (shape) => {
    const points = pointsOf(shape, noise);
    const slice = prepared(points);
    const fit = fitted(slice);
    const { columns } = slice;
    // Residuals in standard deviations, so that both minimise the same sum; x counts the points.
    const precision = [...columns.weight].map((weight) => Math.sqrt(weight));
    const reference = levenbergMarquardt(
      {
        x: points.map((_, i) => i),
        y: [...columns.w].map((w, i) => w * (precision[i] ?? Number.NaN)),
      },
      (parameters) => {
        const [a = 0, b = 0, rho = 0, m = 0, sigma = 0] = parameters;
        return (i: number) =>
          sviVariance({ a, b, rho, m, sigma }, columns.k[i] ?? NaN) * (precision[i] ?? NaN);
      },
      {
        initialValues: [shape.a, shape.b, shape.rho, shape.m, shape.sigma],
        minValues: [-1, 0, -0.999, -1, 0.001],
        maxValues: [1, 2, 0.999, 1, 2],
        maxIterations: 2000,
        gradientDifference: 1e-7,
        centralDifference: true,
        errorTolerance: 1e-12,
      },
    );
    const [a = 0, b = 0, rho = 0, m = 0, sigma = 0] = reference.parameterValues;
    const theirs: SviShape = { a, b, rho, m, sigma };
    const cost = (of: SviShape) =>
      points.reduce((sum, point, i) => {
        const miss = sviVariance(of, point.logMoneyness) - (columns.w[i] ?? Number.NaN);
        return sum + (columns.weight[i] ?? Number.NaN) * miss * miss;
      }, 0);
    // The reference must itself have improved on the noiseless truth, or it proves nothing.
    expect(cost(theirs)).toBeLessThan(cost(shape));
    expect(cost(fit.shape)).toBeLessThanOrEqual(cost(theirs) * (1 + 1e-4));
    for (const k of [-0.2, 0, 0.15]) {
      const other = Math.sqrt(sviVariance(theirs, k) / YEARS);
      expect(Math.abs((smileVol(fit, k) ?? Number.NaN) - other)).toBeLessThan(2e-3);
    }
  });

  it('a warm start reaches the same curve', () => {
    const slice = prepared(pointsOf(SHAPES[0] ?? { a: 0, b: 0, rho: 0, m: 0, sigma: 0 }, noise));
    const cold = fitted(slice);
    const moved = { ...cold.shape, m: cold.shape.m + 0.01, sigma: cold.shape.sigma * 1.1 };
    const warm = fitted(slice, moved);
    for (const k of STRIKES) {
      const difference = (smileVol(warm, k) ?? NaN) - (smileVol(cold, k) ?? NaN);
      expect(Math.abs(difference)).toBeLessThan(1e-4);
    }
  });

  it('weighs a point by its spread', () => {
    const points = pointsOf(SHAPES[0] ?? { a: 0, b: 0, rho: 0, m: 0, sigma: 0 }, () => 0);
    const bump = (volHalfSpread: number) =>
      fitted(
        prepared(
          points.map((point, i) =>
            i === 10 ? { ...point, vol: point.vol + 0.03, volHalfSpread } : point,
          ),
        ),
      );
    const clean = smileVol(fitted(prepared(points)), 0) ?? NaN;
    const trusted = (smileVol(bump(0.003), 0) ?? NaN) - clean;
    const doubted = (smileVol(bump(0.05), 0) ?? NaN) - clean;
    expect(trusted).toBeGreaterThan(0.003);
    expect(doubted).toBeLessThan(0.2 * trusted);
  });
});

describe('leaving one out', () => {
  const shape: SviShape = { a: 0.002, b: 0.02, rho: -0.3, m: 0.01, sigma: 0.1 };
  const planted = 13;
  const slice = prepared(pointsOf(shape, (i) => (i === planted ? -0.05 : 0)));
  const truth = Math.sqrt(sviVariance(shape, STRIKES[planted] ?? NaN) / YEARS);

  it('the value of a quote does not move with the quote', () => {
    const whole = fitted(slice);
    const without = fitSmile(slice, null, planted);
    const deeper = prepared(pointsOf(shape, (i) => (i === planted ? -0.08 : 0)));
    expect(fitSmile(deeper, null, planted)).toStrictEqual(without);
    expect(without.points).toBe(20);
    const own = smileVol(whole, STRIKES[planted] ?? NaN) ?? NaN;
    const others = smileVol(without, STRIKES[planted] ?? NaN);
    expect(Math.abs((others ?? NaN) - truth)).toBeLessThan(1e-4);
    expect(truth - own).toBeGreaterThan(0.002);
  });

  it('the quick screen is much nearer to the truth than the bent curve', () => {
    const whole = fitted(slice);
    const own = smileVol(whole, STRIKES[planted] ?? NaN) ?? NaN;
    const quick = leaveOneOutVol(slice, whole.shape, planted) ?? NaN;
    expect(Math.abs(quick - truth)).toBeLessThan(0.7 * Math.abs(own - truth));
    expect(leaveOneOutVol(slice, whole.shape, 99)).toBeNull();
  });
});

describe('smile refusals', () => {
  const shape: SviShape = { a: 0.002, b: 0.02, rho: -0.3, m: 0.01, sigma: 0.1 };
  const good = pointsOf(shape, () => 0);

  it('TRIP seven two-sided quotes, NON-TRIP eight', () => {
    expect(prepareSlice(good.slice(0, 7), YEARS, SMILE_CRITERIA)).toStrictEqual({
      ok: false,
      code: 'SmileTooFewQuotes',
      points: 7,
      measured: 7,
      limit: 8,
    });
    expect(prepareSlice(good.slice(0, 8), YEARS, SMILE_CRITERIA).ok).toBe(true);
  });

  it.each([
    ['vol', Number.NaN],
    ['vol', 0],
    ['vol', -0.4],
    ['vol', Number.POSITIVE_INFINITY],
    ['volHalfSpread', -0.001],
    ['volHalfSpread', Number.NaN],
    ['volHalfSpread', Number.POSITIVE_INFINITY],
    ['logMoneyness', Number.NaN],
    ['logMoneyness', Number.NEGATIVE_INFINITY],
  ])('TRIP %s %d names the point', (field, value) => {
    const points = good.map((point, i) => (i === 5 ? { ...point, [field]: value } : point));
    const result = prepareSlice(points, YEARS, SMILE_CRITERIA);
    expect(result).toMatchObject({ ok: false, code: 'SmileInputInvalid', measured: 5 });
  });

  it('TRIP no time left, and one strike only', () => {
    for (const years of [0, -1, Number.NaN]) {
      expect(prepareSlice(good, years, SMILE_CRITERIA)).toMatchObject({
        code: 'SmileInputInvalid',
      });
    }
    const same = good.map((point) => ({ ...point, logMoneyness: 0.1 }));
    expect(prepareSlice(same, YEARS, SMILE_CRITERIA)).toMatchObject({ code: 'SmileInputInvalid' });
  });

  it('TRIP a saw is not a smile; NON-TRIP the same saw under a looser limit', () => {
    const points = pointsOf(shape, (i) => (i % 2 === 0 ? 0.06 : -0.06));
    const slice = prepared(points);
    const fault = smileFault(slice, fitSmile(slice, null, null));
    expect(fault).toMatchObject({ ok: false, code: 'SmileFitPoor', limit: 0.03 });
    expect(fault?.measured).toBeGreaterThan(0.03);
    const loose = prepareSlice(points, YEARS, { ...SMILE_CRITERIA, rmseVolMax: 0.1 });
    expect(loose.ok && smileFault(loose, fitSmile(loose, null, null))).toBeNull();
  });

  it('TRIP a perfect fit to quotes that allow a free butterfly', () => {
    // Axel Vogt's slice: every point lies on it, and its density is negative inside the strikes.
    const vogt: SviShape = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
    const points = Array.from({ length: 31 }, (_, i) => -1.5 + 0.1 * i).map((k) => ({
      logMoneyness: k,
      vol: Math.sqrt(sviVariance(vogt, k)),
      volHalfSpread: 0.003,
    }));
    const slice = prepareSlice(points, 1, SMILE_CRITERIA);
    const fault = slice.ok ? smileFault(slice, fitSmile(slice, null, null)) : null;
    expect(fault).toMatchObject({ ok: false, code: 'SmileArbitrage' });
    expect(fault?.measured).toBeLessThan(0);
    const blind = prepareSlice(points, 1, { ...SMILE_CRITERIA, densityTolerance: 1 });
    const seen = blind.ok ? fitSmile(blind, null, null) : null;
    expect(seen?.rmseVol).toBeLessThan(1e-4);
  });
});
