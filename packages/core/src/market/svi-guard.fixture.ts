import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import { currency, monoMs } from '../values/index.ts';
import { MS_PER_YEAR } from './black76.ts';
import type { SmileMoment, SmileTerms } from './smile-desk.ts';
import {
  prepareSlice,
  SMILE_CRITERIA,
  type SmileFit,
  type SmilePoint,
  type SmileSlice,
} from './smile.ts';
import type { SviContext, SviRules } from './svi-guard.ts';
import { type SviShape, sviVariance } from './svi.ts';

/** The launch policy's. */
export const RULES: SviRules = {
  ...DEFAULT_PARAMETERS,
  butterflyEpsilon: 1e-6,
  calendarEpsilon: 0.15,
  gridSteps: 48,
};

export const NO_CONTEXT: SviContext = {
  depthUsd: 300_000,
  before: null,
  earlier: null,
  later: null,
};

export const NOW = monoMs(Date.UTC(2026, 2, 1, 12));
export const YEARS = 20 / 365;

/** A smile of about 50 % at twenty days, free of arbitrage. */
export const SHAPE: SviShape = { a: 0.004, b: 0.06, rho: -0.25, m: 0.01, sigma: 0.12 };

/** Axel Vogt's: its density is negative inside the strikes. Over one year. */
export const VOGT: SviShape = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };

/** The same smile with every volatility so many times what it is. */
export function lifted({ a, b, ...rest }: SviShape, times: number): SviShape {
  return { a: a * times * times, b: b * times * times, ...rest };
}

/** A fit as the search would have left it. */
export function fitOf(shape: SviShape, more: Partial<SmileFit> = {}): SmileFit {
  return {
    shape,
    years: YEARS,
    kMin: -0.3,
    kMax: 0.3,
    points: 21,
    rmseVol: 0.002,
    rmseHalfSpreads: 0.5,
    ...more,
  };
}

export function termsOf(years = YEARS): SmileTerms {
  const coin = currency('BTC');
  return { underlying: coin, settlement: coin, expiry: monoMs(NOW + years * MS_PER_YEAR) };
}

/** Quotes that lie on this shape, each off by `error` in volatility. */
export function sliceOf(
  shape: SviShape,
  years = YEARS,
  error: (i: number) => number = () => 0,
  { criteria = SMILE_CRITERIA, width = 0.3 } = {},
): SmileSlice {
  const points = Array.from({ length: 21 }, (_, i): SmilePoint => {
    const k = width * (0.1 * i - 1);
    const vol = Math.sqrt(sviVariance(shape, k) / years) + error(i);
    return { logMoneyness: k, vol, volHalfSpread: 0.004 };
  });
  const slice = prepareSlice(points, years, criteria);
  if (!slice.ok) throw new Error(slice.code);
  return slice;
}

export function momentOf(more: Partial<SmileMoment> = {}): SmileMoment {
  return { now: NOW, rules: RULES, keptMsMax: 300_000, depthUsd: () => 300_000, ...more };
}
