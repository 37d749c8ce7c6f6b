/**
 * Against stored vectors of 40 digits (fixtures/pricing, with the program that made them), and
 * against a second judge that shares nothing with either: fixed point with 60 decimals.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { optionGreeks, optionPriceUsd } from './black76.ts';
import {
  type ExactTerms,
  exactExp,
  exactLog,
  exactPrice,
  exactRoot,
  type Fixed,
  fixedOf,
  fixedOfDecimal,
  numberOf,
  over,
  times,
} from './exact-black76.fixture.ts';
import { impliedVol } from './implied-vol.ts';

interface Vector {
  readonly type: 'call' | 'put';
  readonly forward: number;
  readonly strike: number;
  readonly vol: number;
  readonly years: number;
  readonly coin: string;
  readonly delta: string;
  readonly gamma: string;
  readonly vega: string;
  readonly theta: string;
}

const path = new URL('../../../../fixtures/pricing/black76.json', import.meta.url);
const vectors: readonly Vector[] = JSON.parse(readFileSync(path, 'utf8'));

function exactTerms({ type, forward, strike, vol, years }: Vector): ExactTerms {
  return {
    type,
    forward: fixedOf(forward),
    strike: fixedOf(strike),
    vol: fixedOf(vol),
    years: fixedOf(years),
  };
}

function expectClose(actual: number | undefined, exact: string, relative: number): void {
  const miss = Math.abs((actual ?? Number.NaN) - Number(exact));
  expect(miss).toBeLessThanOrEqual(relative * Math.abs(Number(exact)) + Number.MIN_VALUE);
}

/** Rounding of d1 is multiplied by d1 in the exponent of a density, and beyond 37 it underflows. */
function isRepresentable(exact: string): boolean {
  return Math.abs(Number(exact)) > 1e-290;
}

describe('stored vectors', () => {
  it('are many, and the two judges agree on them to 39 digits', () => {
    expect(vectors).toHaveLength(480);
    for (const vector of vectors) {
      const terms = exactTerms(vector);
      const coin = over(exactPrice(terms), terms.forward);
      expect(Math.abs(numberOf(coin - fixedOfDecimal(vector.coin)))).toBeLessThan(1e-38);
    }
  });

  it('price to 1e-15 coin, far inside the 1e-10 that is promised', () => {
    let worst = 0;
    for (const { type, forward, strike, vol, years, coin } of vectors) {
      const usd = optionPriceUsd(type, forward, strike, vol, years) ?? Number.NaN;
      const exact = fixedOfDecimal(coin);
      const miss = Math.abs(numberOf(over(fixedOf(usd), fixedOf(forward)) - exact));
      worst = Math.max(worst, miss / Math.max(1, Number(coin)));
      expect(miss).toBeLessThan(1e-10);
    }
    expect(worst).toBeLessThan(1e-15);
  });

  it('price, delta, gamma, vega and theta to eleven digits of their own, however small', () => {
    let compared = 0;
    for (const vector of vectors) {
      const { type, forward, strike, vol, years } = vector;
      const greeks = optionGreeks(type, forward, strike, vol, years);
      if (!isRepresentable(vector.gamma) || !isRepresentable(vector.coin)) continue;
      compared += 1;
      expectClose((greeks?.priceUsd ?? NaN) / forward, vector.coin, 1e-11);
      expectClose(greeks?.delta, vector.delta, 1e-11);
      expectClose(greeks?.gamma, vector.gamma, 1e-11);
      expectClose(greeks?.vegaUsd, vector.vega, 1e-11);
      expectClose(greeks?.thetaUsdPerDay, vector.theta, 1e-11);
    }
    expect(compared).toBeGreaterThan(300);
  });

  it('implied volatility gives the volatility back to 1e-10 wherever it answers', () => {
    let answered = 0;
    for (const { type, forward, strike, vol, years, coin } of vectors) {
      const found = impliedVol(type, forward, strike, Number(coin) * forward, years);
      if (found === null) continue;
      answered += 1;
      expect(Math.abs(found - vol)).toBeLessThan(1e-10);
    }
    expect(answered).toBeGreaterThan(200);
  });
});

describe('greeks', () => {
  const STEP: Fixed = fixedOf(2 ** -50);
  type Field = 'forward' | 'vol' | 'years';

  /** Central difference of the exact price, to some 25 digits. */
  function slope(terms: ExactTerms, field: Field): Fixed {
    const move = times(terms[field], STEP);
    const at = (by: Fixed): Fixed => exactPrice({ ...terms, [field]: terms[field] + by });
    return over(at(move) - at(-move), 2n * move);
  }

  function curvature(terms: ExactTerms): Fixed {
    const move = times(terms.forward, STEP);
    const at = (by: Fixed): Fixed => exactPrice({ ...terms, forward: terms.forward + by });
    return over(over(at(move) - 2n * at(0n) + at(-move), move), move);
  }

  it('are the slopes of the exact price, by differences in 60 digits', () => {
    let compared = 0;
    for (const vector of vectors.filter((_, index) => index % 7 === 0)) {
      // Where the slopes themselves are lost in the last places there is nothing to compare.
      if (Math.abs(Number(vector.vega)) < 1e-8 * vector.forward) continue;
      compared += 1;
      const { type, forward, strike, vol, years } = vector;
      const terms = exactTerms(vector);
      const greeks = optionGreeks(type, forward, strike, vol, years);
      expectClose(greeks?.delta, String(numberOf(slope(terms, 'forward'))), 1e-12);
      expectClose(greeks?.gamma, String(numberOf(curvature(terms))), 1e-12);
      expectClose(greeks?.vegaUsd, String(numberOf(slope(terms, 'vol'))), 1e-12);
      const perDay = -numberOf(slope(terms, 'years')) / 365;
      expectClose(greeks?.thetaUsdPerDay, String(perDay), 1e-12);
    }
    expect(compared).toBeGreaterThan(30);
  });
});

describe('the second judge', () => {
  it('knows the numbers that everybody knows', () => {
    const e = '2.7182818284590452353602874713526624977572470937';
    const gap = (a: Fixed, b: Fixed): number => Math.abs(numberOf(a - b));
    expect(gap(exactExp(fixedOf(1)), fixedOfDecimal(e))).toBeLessThan(1e-45);
    expect(gap(exactLog(fixedOfDecimal(e)), fixedOf(1))).toBeLessThan(1e-45);
    const two = fixedOf(2);
    const root = exactRoot(two);
    expect(gap(times(root, root), two)).toBeLessThan(1e-58);
    expect(numberOf(fixedOf(-0.1))).toBe(-0.1);
    expect(numberOf(fixedOfDecimal('-1.25e-3'))).toBe(-0.00125);
    expect(() => fixedOf(Number.NaN)).toThrow(RangeError);
    expect(() => fixedOfDecimal('0x1')).toThrow(RangeError);
  });
});
