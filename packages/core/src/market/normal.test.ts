import { describe, expect, it } from 'vitest';
import { normalCdf, normalOffset, normalPdf, normalQuantile, scaledTail } from './normal.ts';

// mpmath 1.3, 60 digits: erfc(-x / sqrt 2) / 2 and exp(-x * x / 2) / sqrt(2 pi), rounded to double.
const CDF_PDF: readonly (readonly [number, number, number])[] = [
  [-37.5, 4.605353009581955e-308, 1.7282337322841054e-306],
  [-37.5193793471445, 2.2250738585071436e-308, 8.35426108684429e-307],
  [-30.25, 2.6086402857412604e-201, 7.899741722660823e-200],
  [-20.125, 2.228860638310343e-90, 4.4966030919559795e-89],
  [-12.7, 2.95648536485205e-37, 3.777735721149138e-36],
  [-8.3, 5.205569744890254e-17, 4.3816394355093325e-16],
  [-5.7, 5.990371401063528e-9, 3.5139550948204334e-8],
  [-5.6, 1.071759025831093e-8, 6.182620500165856e-8],
  [-3, 0.0013498980316300946, 0.0044318484119380075],
  [-1.959963984540054, 0.025000000000000012, 0.05844506980503538],
  [-1, 0.15865525393145705, 0.24197072451914334],
  [-0.7, 0.24196365222307303, 0.31225393336676127],
  [-0.67, 0.2514288950953101, 0.3187371384754015],
  [-0.3, 0.3820885778110474, 0.3813878154605241],
  [-1e-5, 0.49999601057719606, 0.39894228038148555],
  [0, 0.5, 0.3989422804014327],
  [0.5, 0.6914624612740131, 0.35206532676429947],
  [1, 0.8413447460685429, 0.24197072451914334],
  [2.5, 0.9937903346742238, 0.017528300493568537],
  [6, 0.9999999990134123, 6.075882849823285e-9],
  [8.2, 0.9999999999999999, 9.99837874849721e-16],
];

// mpmath 1.3, 60 digits: exp(z * z / 2) * erfc(z / sqrt 2) / 2.
const SCALED_TAIL: readonly (readonly [number, number])[] = [
  [0, 0.5],
  [0.1, 0.4624787852875356],
  [0.66, 0.316587414337978],
  [0.68, 0.3128254250797352],
  [1, 0.2615782918651234],
  [3, 0.12151394835556217],
  [5.65, 0.06857829293882563],
  [5.66, 0.06846373063610375],
  [10, 0.039506694101386006],
  [38, 0.010491225699639976],
  [1000, 0.0003989418814603491],
];

// mpmath 1.3, 60 digits: bisection of the distribution function, 220 halvings.
const QUANTILE: readonly (readonly [number, number])[] = [
  [1e-300, -37.0470962993612],
  [1e-100, -21.273453560965326],
  [1e-20, -9.262340089798407],
  [1e-11, -6.706023155495136],
  [1e-9, -5.9978070150076865],
  [0.001, -3.0902323061678136],
  [0.02425, -1.972961051311885],
  [0.07, -1.4757910281791706],
  [0.075, -1.439531470938456],
  [0.1, -1.2815515655446004],
  [0.3, -0.5244005127080408],
  [0.4999, -0.00025066283008800747],
  [0.5, 0],
  [0.6, 0.2533471031357997],
  [0.925, 1.4395314709384561],
  [0.93, 1.475791028179171],
  [0.975, 1.9599639845400538],
  [0.999, 3.090232306167813],
  [0.9999999999, 6.361340889697422],
];

function relativeError(actual: number, exact: number): number {
  return exact === 0 ? Math.abs(actual) : Math.abs(actual / exact - 1);
}

describe('standard normal', () => {
  it.each(CDF_PDF)('distribution and density at %d to 1e-14', (x, cdf, pdf) => {
    expect(relativeError(normalCdf(x), cdf)).toBeLessThanOrEqual(1e-14);
    expect(relativeError(normalPdf(x), pdf)).toBeLessThanOrEqual(1e-14);
  });

  it('is within one subnormal step at -38, where doubles have no more digits', () => {
    expect(Math.abs(normalCdf(-38) - 2.88542835e-316)).toBeLessThanOrEqual(Number.MIN_VALUE);
  });

  it.each(SCALED_TAIL)('scaled tail at %d to 1e-14', (z, exact) => {
    expect(relativeError(scaledTail(z), exact)).toBeLessThanOrEqual(1e-14);
  });

  it.each(QUANTILE)('quantile of %d to 1e-15', (p, exact) => {
    expect(relativeError(normalQuantile(p), exact)).toBeLessThanOrEqual(1e-15);
  });

  it('keeps its digits beside one half', () => {
    // mpmath: erf(1e-9 / sqrt 2) / 2
    expect(relativeError(normalOffset(1e-9), 3.989422804014327e-10)).toBeLessThanOrEqual(1e-15);
    expect(normalOffset(3)).toBe(normalCdf(3) - 0.5);
  });

  it('answers NaN for NaN and outside its domain, and the limits at the ends', () => {
    for (const f of [normalCdf, normalPdf, normalOffset, normalQuantile, scaledTail]) {
      expect(f(Number.NaN)).toBeNaN();
    }
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(normalPdf(Number.POSITIVE_INFINITY)).toBe(0);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(-1e-9)).toBeNaN();
    expect(normalQuantile(1.1)).toBeNaN();
  });
});
