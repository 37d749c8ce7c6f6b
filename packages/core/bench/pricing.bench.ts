import { optionGreeks, optionPriceUsd } from '../src/market/black76.ts';
import { impliedVol } from '../src/market/implied-vol.ts';
import {
  fitSmile,
  leaveOneOutVol,
  prepareSlice,
  SMILE_CRITERIA,
  type SmilePoint,
} from '../src/market/smile.ts';
import { type SviShape, sviVariance } from '../src/market/svi.ts';

export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly pass: boolean;
}

const FORWARD = 65_000;
const YEARS = 20 / 365;
const SHAPE: SviShape = { a: 0.002, b: 0.04, rho: -0.3, m: 0.01, sigma: 0.1 };

/**
 * 44 strikes, as BTC has three weeks out, with an error of about a quarter of a point of
 * volatility.
 */
const POINTS: readonly SmilePoint[] = Array.from({ length: 44 }, (_, i) => {
  const k = -0.45 + 0.02 * i;
  const vol = Math.sqrt(sviVariance(SHAPE, k) / YEARS) + 0.0025 * Math.sin(12.9898 * i);
  return { logMoneyness: k, vol, volHalfSpread: 0.004 + 0.03 * Math.abs(k) };
});

const OPTIONS = POINTS.map(({ logMoneyness, vol }) => {
  const type = logMoneyness >= 0 ? ('call' as const) : ('put' as const);
  const strike = FORWARD * Math.exp(logMoneyness);
  return { type, strike, vol, price: optionPriceUsd(type, FORWARD, strike, vol, YEARS) ?? NaN };
});

/**
 * Nanoseconds of one price, one volatility and one fit: the median of nine batches after a warm-up.
 */
export async function run(): Promise<BenchResult[]> {
  const slice = prepareSlice(POINTS, YEARS, SMILE_CRITERIA);
  if (!slice.ok) return [measured('smile slice', Number.POSITIVE_INFINITY, 0)];
  const warm = fitSmile(slice, null, null).shape;
  return [
    measured('black76 price', perOption(priceOf), 300),
    measured('black76 greeks', perOption(greeksOf), 600),
    measured('implied vol', perOption(volOf), 1_500),
    measured(
      'smile fit, cold, 44 points',
      nanoseconds(500, () => fitOf(slice, null)),
      600_000,
    ),
    measured(
      'smile fit, warm, 44 points',
      nanoseconds(500, () => fitOf(slice, warm)),
      300_000,
    ),
    measured(
      'smile leave-one-out screen',
      nanoseconds(20_000, (i) => leaveOneOutVol(slice, warm, i % POINTS.length) ?? 0),
      5_000,
    ),
  ];
}

type Option = (typeof OPTIONS)[number];
type Slice = Extract<ReturnType<typeof prepareSlice>, { ok: true }>;

function priceOf(option: Option): number {
  return optionPriceUsd(option.type, FORWARD, option.strike, option.vol, YEARS) ?? 0;
}

function greeksOf(option: Option): number {
  return optionGreeks(option.type, FORWARD, option.strike, option.vol, YEARS)?.delta ?? 0;
}

function volOf(option: Option): number {
  return impliedVol(option.type, FORWARD, option.strike, option.price, YEARS) ?? 0;
}

function fitOf(slice: Slice, warm: SviShape | null): number {
  return fitSmile(slice, warm, null).rmseVol;
}

function perOption(work: (option: Option) => number): number {
  return nanoseconds(100_000, (i) => {
    const option = OPTIONS[i % OPTIONS.length];
    return option === undefined ? Number.NaN : work(option);
  });
}

function nanoseconds(count: number, work: (i: number) => number): number {
  const batches: number[] = [];
  let sum = 0;
  for (let batch = 0; batch < 10; batch += 1) {
    const from = performance.now();
    for (let i = 0; i < count; i += 1) sum += work(i);
    batches.push(((performance.now() - from) * 1e6) / count);
  }
  // A sum that is not a number means the work refused, and a refusal is fast.
  if (!Number.isFinite(sum)) return Number.POSITIVE_INFINITY;
  const warmed = batches.slice(1).sort((a, b) => a - b);
  return Math.round(warmed[4] ?? Number.POSITIVE_INFINITY);
}

function measured(name: string, value: number, target: number): BenchResult {
  return { name, value, unit: 'ns', target: `<= ${target}`, pass: value <= target };
}
