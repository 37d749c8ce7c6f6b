import { describe, expect, it } from 'vitest';
import { optionPriceUsd } from './black76.ts';
import { solveInner, type SviColumns, sviDensitySign, type SviShape, sviVariance } from './svi.ts';

const SHAPE: SviShape = { a: 0.004, b: 0.06, rho: -0.3, m: 0.02, sigma: 0.12 };

function columnsOf(ks: readonly number[], w: (k: number) => number): SviColumns {
  return {
    size: ks.length,
    k: Float64Array.from(ks),
    w: Float64Array.from(ks, w),
    weight: Float64Array.from(ks, () => 1e6),
    right: new Float64Array(ks.length),
    left: new Float64Array(ks.length),
  };
}

const STRIKES = [-0.4, -0.25, -0.15, -0.08, 0, 0.06, 0.14, 0.24, 0.38];

describe('SVI slice', () => {
  it('is the raw formula', () => {
    // By hand: x = 0.03, sqrt(0.0009 + 0.0144) = 0.12369316876852982
    const expected = 0.004 + 0.06 * (-0.3 * 0.03 + 0.12369316876852982);
    expect(sviVariance(SHAPE, 0.05)).toBeCloseTo(expected, 16);
  });

  it('density has the sign of a butterfly of prices, where it is good and where it is not', () => {
    // The well-known arbitrageable slice of Axel Vogt.
    const vogt: SviShape = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };
    let negatives = 0;
    for (const shape of [SHAPE, vogt]) {
      for (let k = -1.2; k <= 1.2; k += 0.1) {
        const price = (at: number) =>
          optionPriceUsd('call', 1, Math.exp(at), Math.sqrt(sviVariance(shape, at)), 1) ?? NaN;
        const [low, middle, high] = [Math.exp(k - 1e-3), Math.exp(k), Math.exp(k + 1e-3)];
        const left = (price(k) - price(k - 1e-3)) / (middle - low);
        const right = (price(k + 1e-3) - price(k)) / (high - middle);
        const density = sviDensitySign(shape, k);
        if (Math.abs(density) < 1e-3) continue;
        expect(Math.sign(density)).toBe(Math.sign(right - left));
        if (density < 0) negatives += 1;
      }
    }
    expect(negatives).toBeGreaterThan(0);
  });

  it('a variance that is not positive has no density at all', () => {
    expect(sviDensitySign({ ...SHAPE, a: -1 }, 0)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe('inner least squares', () => {
  it('recovers level and wings exactly when the data are a slice with that m and sigma', () => {
    const columns = columnsOf(STRIKES, (k) => sviVariance(SHAPE, k));
    const out = { a: 0, right: 0, left: 0 };
    const sum = solveInner(columns, SHAPE.m, SHAPE.sigma, -1, out);
    expect(sum).toBeLessThan(1e-20);
    expect(out.a).toBeCloseTo(SHAPE.a, 12);
    expect(out.right).toBeCloseTo(SHAPE.b * SHAPE.sigma * (1 + SHAPE.rho), 12);
    expect(out.left).toBeCloseTo(SHAPE.b * SHAPE.sigma * (1 - SHAPE.rho), 12);
  });

  it('stays in the box, and nothing in the box is better', () => {
    // Steeper on the right than Lee allows, falling on the left: both bounds bind.
    const columns = columnsOf(STRIKES, (k) => 0.5 + 2.6 * Math.max(k, 0) + 0.3 * Math.min(k, 0));
    const out = { a: 0, right: 0, left: 0 };
    const best = solveInner(columns, 0, 0.1, -1, out);
    expect(out.right).toBe(0.2);
    expect(out.left).toBe(0);
    for (let right = 0; right <= 0.2; right += 0.02) {
      for (let left = 0; left <= 0.2; left += 0.02) {
        for (const a of [out.a - 0.05, out.a - 0.01, out.a, out.a + 0.01, out.a + 0.05]) {
          let sum = 0;
          for (let i = 0; i < columns.size; i += 1) {
            const model = a + right * (columns.right[i] ?? NaN) + left * (columns.left[i] ?? NaN);
            sum += 1e6 * (model - (columns.w[i] ?? NaN)) * (model - (columns.w[i] ?? NaN));
          }
          expect(sum).toBeGreaterThanOrEqual(best * (1 - 1e-9));
        }
      }
    }
  });

  it('an excluded point has no say', () => {
    const clean = columnsOf(STRIKES, (k) => sviVariance(SHAPE, k));
    const bent = columnsOf(STRIKES, (k) => sviVariance(SHAPE, k));
    bent.w[3] = 9;
    const out = { a: 0, right: 0, left: 0 };
    expect(solveInner(bent, SHAPE.m, SHAPE.sigma, 3, out)).toBeLessThan(1e-20);
    expect(out.a).toBeCloseTo(SHAPE.a, 12);
    expect(solveInner(bent, SHAPE.m, SHAPE.sigma, -1, out)).toBeGreaterThan(1);
    expect(solveInner(clean, SHAPE.m, SHAPE.sigma, 3, out)).toBeLessThan(1e-20);
  });
});
