import { intrinsicUsd, normalisedTimeValue, type OptionType } from './black76.ts';
import { normalCdf, normalPdf, normalQuantile } from './normal.ts';

/** Iterations needed are 3 to 5; the bound is for inputs nobody thought of. */
const ITERATIONS_MAX = 64;

/**
 * An answer is given only where rounding of the price itself moves the volatility by less than
 * this.
 */
const VOL_ROUNDING_MAX = 2e-11;

/** The order of a Halley step is three: after one this small, the next would be below rounding. */
const CONVERGED = 1e-7;

const EPSILON = 2.220446049250313e-16;

/**
 * Volatility (per square root of a year; 0.4 is 40 %) at which Black-76 gives `priceUsd`; good to
 * 1e-10 wherever it answers. `null` when an input is not finite and positive, when the price is at
 * or outside its no-arbitrage bounds (intrinsic value, and forward for a call or strike for a put),
 * or when vega is so small that the last digit of the price would decide the answer.
 *
 * The total deviation is found on the time value, which call and put share, by Halley steps on a
 * transform of the price that is nearly straight (Jäckel, "By Implication", 2006), each kept inside
 * a shrinking bracket.
 */
export function impliedVol(
  type: OptionType,
  forward: number,
  strike: number,
  priceUsd: number,
  years: number,
): number | null {
  if (!isPositive(forward) || !isPositive(strike)) return null;
  if (!isPositive(priceUsd) || !isPositive(years)) return null;
  const distance = Math.abs(Math.log(forward / strike));
  const scale = Math.sqrt(forward) * Math.sqrt(strike);
  const target = (priceUsd - intrinsicUsd(type, forward, strike)) / scale;
  const ceiling = Math.exp(-0.5 * distance);
  if (!(target > 0 && target < ceiling)) return null;
  const deviation = totalDeviation(distance, target, ceiling);
  if (deviation === null) return null;
  const root = Math.sqrt(years);
  const roundingPrice = (4 * EPSILON * priceUsd) / scale + 4 * Number.MIN_VALUE;
  const rounding = roundingPrice / (slope(distance, deviation) * root);
  const vol = deviation / root;
  return rounding <= VOL_ROUNDING_MAX && isPositive(vol) ? vol : null;
}

function totalDeviation(distance: number, target: number, ceiling: number): number | null {
  const inflection = Math.sqrt(2 * distance);
  const atInflection = distance > 0 ? normalisedTimeValue(distance, inflection) : 0;
  const lower = target < atInflection;
  let low = lower ? 0 : inflection;
  let high = lower ? inflection : Number.POSITIVE_INFINITY;
  let guess = lower
    ? lowerGuess(distance, target, atInflection)
    : upperGuess(distance, target, ceiling, atInflection);
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration += 1) {
    if (!(guess > low && guess < high)) guess = insideBracket(low, high);
    const value = normalisedTimeValue(distance, guess);
    if (value < target) low = guess;
    else high = guess;
    const step =
      value > 0 ? halley(distance, guess, value, target, lower ? null : ceiling) : Number.NaN;
    const next = guess + step;
    if (Math.abs(step) <= CONVERGED * guess) return next;
    if (high - low <= 2 * EPSILON * guess) return guess;
    guess = next;
  }
  return null;
}

/** One Halley step; below the inflection on 1 / ln(price), above it on ln(ceiling - price). */
function halley(
  distance: number,
  deviation: number,
  value: number,
  target: number,
  ceiling: number | null,
): number {
  const first = slope(distance, deviation);
  const curvature = (distance * distance) / (deviation * deviation * deviation) - deviation / 4;
  if (ceiling === null) {
    const log = Math.log(value);
    const newton = ((Math.log(target) - log) * (log / Math.log(target)) * value) / first;
    const bend = curvature - (first / value) * (1 + 2 / log);
    return damped(newton, bend);
  }
  const rest = ceiling - value;
  const newton = (Math.log(rest / (ceiling - target)) * rest) / first;
  return damped(newton, curvature + first / rest);
}

/** Halley's correction of a Newton step, never larger than a factor two either way. */
function damped(newton: number, bend: number): number {
  const factor = 1 + 0.5 * newton * bend;
  return newton / Math.min(Math.max(factor, 0.5), 2);
}

/** Derivative of the normalised time value by the total deviation. */
function slope(distance: number, deviation: number): number {
  const h = distance / deviation;
  const t = deviation / 2;
  return normalPdf(Math.sqrt(h * h + t * t));
}

/** Exact in the limit of a vanishing price and at the inflection. */
function lowerGuess(distance: number, target: number, atInflection: number): number {
  const depth = Math.log(atInflection / target);
  return Math.sqrt((2 * distance * distance) / (distance + 4 * depth));
}

/** Exact in the limit of a price at its ceiling and at the inflection. */
function upperGuess(
  distance: number,
  target: number,
  ceiling: number,
  atInflection: number,
): number {
  const share = (ceiling - target) / (ceiling - atInflection);
  return -2 * normalQuantile(share * normalCdf(-Math.sqrt(distance / 2)));
}

function insideBracket(low: number, high: number): number {
  if (high === Number.POSITIVE_INFINITY) return low > 0 ? 2 * low : 1;
  return low > 0 ? Math.sqrt(low) * Math.sqrt(high) : high / 2;
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}
