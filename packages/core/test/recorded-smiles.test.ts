/**
 * The SVI fit over the smiles of recorded chains, against `ml-levenberg-marquardt` on the same sum
 * of squares. `HOLDFAST_DATA` as in recorded-pricing.test.ts.
 */
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { describe, expect, it } from 'vitest';
import { optionGreeks } from '../src/market/black76.ts';
import { impliedVol } from '../src/market/implied-vol.ts';
import {
  fitSmile,
  prepareSlice,
  SMILE_CRITERIA,
  smileFault,
  type SmilePoint,
  type SmileSlice,
} from '../src/market/smile.ts';
import { type SviShape, sviVariance } from '../src/market/svi.ts';
import {
  type RecordedQuote,
  recordedFolder,
  recordedSnapshots,
} from './recorded-quotes.fixture.ts';

const folder = recordedFolder();
if (folder === null) console.log('skipped: recorded smiles (HOLDFAST_DATA has no option-chain)');

it('recorded chains are there when they are required', () => {
  expect(folder !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.skipIf(folder === null)('recorded smiles', () => {
  const snapshots = folder === null ? [] : recordedSnapshots(folder);
  const slices = snapshots.filter((_, index) => index % 6 === 0).flatMap(slicesOf);

  it('are fitted as well as Levenberg-Marquardt can, from its own start and from ours', () => {
    const gains: number[] = [];
    for (const slice of slices) {
      const fit = fitSmile(slice, null, null);
      const fault = smileFault(slice, fit);
      if (fault !== null) throw new Error(fault.code);
      const ours = cost(slice, fit.shape);
      const cold = reference(slice, coldStart(slice));
      const polished = reference(slice, fit.shape);
      gains.push(1 - Math.min(cost(slice, cold), cost(slice, polished)) / ours);
    }
    const worst = Math.max(...gains);
    console.log(
      `smiles ${slices.length}: most that Levenberg-Marquardt gained ${worst.toExponential(2)}`,
    );
    expect(slices.length).toBeGreaterThan(60);
    // Measured 2.8e-7 of the sum of squares.
    expect(worst).toBeLessThan(1e-5);
  });
});

/** One slice per coin and expiry: two-sided quotes out of the money, by strike. */
function slicesOf(quotes: readonly RecordedQuote[]): readonly SmileSlice[] {
  const groups = Map.groupBy(quotes, ({ coin, expiry }) => `${coin}-${expiry}`);
  return [...groups.values()].flatMap((group) => {
    const points = group
      .toSorted((a, b) => a.strike - b.strike)
      .map(pointOf)
      .filter((point) => point !== null);
    const slice = prepareSlice(points, group[0]?.years ?? Number.NaN, SMILE_CRITERIA);
    return slice.ok ? [slice] : [];
  });
}

function pointOf({ type, strike, forward, years, bid, ask }: RecordedQuote): SmilePoint | null {
  if ((type === 'call') !== strike >= forward || bid === null || ask === null) return null;
  const vol = impliedVol(type, forward, strike, ((bid + ask) / 2) * forward, years);
  if (vol === null) return null;
  const vega = optionGreeks(type, forward, strike, vol, years)?.vegaUsd ?? 0;
  const volHalfSpread = ((ask - bid) / 2) * (forward / vega);
  if (!(volHalfSpread <= 0.25 * vol)) return null;
  return { logMoneyness: Math.log(strike / forward), vol, volHalfSpread };
}

function cost({ columns }: SmileSlice, shape: SviShape): number {
  let sum = 0;
  for (const [i, k] of columns.k.entries()) {
    const miss = sviVariance(shape, k) - (columns.w[i] ?? Number.NaN);
    sum += (columns.weight[i] ?? Number.NaN) * miss * miss;
  }
  return sum;
}

/** A plain guess that knows nothing of our search. */
function coldStart({ columns, kMin, kMax }: SmileSlice): SviShape {
  const least = Math.min(...columns.w);
  const slope = (Math.max(...columns.w) - least) / (kMax - kMin);
  return { a: least / 2, b: slope, rho: -0.2, m: 0, sigma: (kMax - kMin) / 6 };
}

/**
 * The best slice with the bounds of our own search: wings no steeper than Lee allows, b * (1 +-
 * rho) in [0, 2], and a vertex no further out than the strikes are wide. Its parameters are scaled
 * to the order of one.
 */
function reference({ columns, kMin, kMax }: SmileSlice, start: SviShape): SviShape {
  const precision = [...columns.weight].map((weight) => Math.sqrt(weight));
  const range = kMax - kMin;
  const scale = Math.max(...columns.w);
  const shapeOf = (parameters: readonly number[]): SviShape => {
    const [a = 0, right = 0, left = 0, m = 0, sigma = 0] = parameters;
    const b = (right + left) / 2;
    const rho = b > 0 ? (right - left) / (2 * b) : 0;
    return { a: a * scale, b, rho, m: kMin + m * range, sigma: sigma * range };
  };
  const found = levenbergMarquardt(
    {
      x: precision.map((_, i) => i),
      y: precision.map((one, i) => one * (columns.w[i] ?? Number.NaN)),
    },
    (parameters) => {
      const shape = shapeOf(parameters);
      return (i: number) => sviVariance(shape, columns.k[i] ?? NaN) * (precision[i] ?? NaN);
    },
    {
      initialValues: [
        start.a / scale,
        start.b * (1 + start.rho),
        start.b * (1 - start.rho),
        (start.m - kMin) / range,
        start.sigma / range,
      ],
      minValues: [-100, 0, 0, -1, 0.005],
      maxValues: [100, 2, 2, 2, 4],
      maxIterations: 500,
      gradientDifference: 1e-6,
      centralDifference: true,
      errorTolerance: 1e-12,
    },
  );
  return shapeOf(found.parameterValues);
}
