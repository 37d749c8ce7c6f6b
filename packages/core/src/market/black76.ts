import type { OptionTerms } from '../instrument/instrument.ts';
import { normalCdf, normalOffset, normalPdf, scaledTail } from './normal.ts';

export type OptionType = OptionTerms['type'];

/** Deribit counts time to expiry in calendar time, 365 days to the year. */
export const MS_PER_YEAR = 31_536_000_000;

const DAYS_PER_YEAR = 365;

/** Sensitivities of one option on one coin. USD per coin unless the name says otherwise. */
export interface OptionGreeks {
  readonly priceUsd: number;
  /** USD of price per USD of forward: what Deribit publishes as `delta`, premium not subtracted. */
  readonly delta: number;
  /** Change of `delta` per USD of forward. */
  readonly gamma: number;
  /** USD per 1.00 of volatility; Deribit publishes a hundredth of it. */
  readonly vegaUsd: number;
  /** USD per calendar day, negative for a holder. */
  readonly thetaUsdPerDay: number;
}

/**
 * Black-76 price in USD, discount 1 (Deribit's options are margined and settled without one).
 * `forward` and `strike` in USD, `vol` per square root of a year (0.4 is 40 %), `years` to expiry.
 * `null` unless all four are finite and positive. The time value is added to the intrinsic value,
 * so it is exact in its own scale and never negative, however deep in the money the option is.
 */
export function optionPriceUsd(
  type: OptionType,
  forward: number,
  strike: number,
  vol: number,
  years: number,
): number | null {
  if (!isPositive(forward) || !isPositive(strike)) return null;
  const deviation = totalDeviation(vol, years);
  if (deviation === null) return null;
  const distance = Math.abs(Math.log(forward / strike));
  const scale = Math.sqrt(forward) * Math.sqrt(strike);
  const price =
    intrinsicUsd(type, forward, strike) + scale * normalisedTimeValue(distance, deviation);
  return Number.isFinite(price) ? price : null;
}

/** Price and sensitivities; inputs and refusals as `optionPriceUsd`. */
export function optionGreeks(
  type: OptionType,
  forward: number,
  strike: number,
  vol: number,
  years: number,
): OptionGreeks | null {
  const priceUsd = optionPriceUsd(type, forward, strike, vol, years);
  const deviation = totalDeviation(vol, years);
  if (priceUsd === null || deviation === null) return null;
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  const density = normalPdf(d1);
  const root = Math.sqrt(years);
  const greeks: OptionGreeks = {
    priceUsd,
    delta: type === 'call' ? normalCdf(d1) : -normalCdf(-d1),
    gamma: density / (forward * deviation),
    vegaUsd: forward * density * root,
    thetaUsdPerDay: -(forward * density * vol) / (2 * root * DAYS_PER_YEAR),
  };
  const finite = Number.isFinite(greeks.gamma + greeks.vegaUsd + greeks.thetaUsdPerDay);
  return finite && Number.isFinite(greeks.delta) ? greeks : null;
}

/** Price of an inverse option in coin, as Deribit quotes it. */
export function coinFromUsd(priceUsd: number, forward: number): number | null {
  const coin = priceUsd / forward;
  return isPositive(forward) && priceUsd >= 0 && Number.isFinite(coin) ? coin : null;
}

/** Price of an inverse option in USD at the forward it is priced from. */
export function usdFromCoin(priceCoin: number, forward: number): number | null {
  const usd = priceCoin * forward;
  return isPositive(forward) && priceCoin >= 0 && Number.isFinite(usd) ? usd : null;
}

/**
 * Coin delta of an inverse option: the premium is paid and held in coin, so a holder's coin
 * exposure is the Black delta less the coin price. Deribit's `delta` is the Black one; its
 * portfolio deltas are this one.
 */
export function premiumAdjustedDelta(delta: number, priceCoin: number): number {
  return delta - priceCoin;
}

/** What exercise at the forward would pay, USD. */
export function intrinsicUsd(type: OptionType, forward: number, strike: number): number {
  return Math.max(type === 'call' ? forward - strike : strike - forward, 0);
}

/**
 * Time value divided by sqrt(forward * strike), for `distance` = |ln(forward / strike)| and total
 * deviation `deviation` = vol * sqrt(years) > 0. By parity it is the same for call and put.
 */
export function normalisedTimeValue(distance: number, deviation: number): number {
  const h = distance / deviation;
  const t = deviation / 2;
  // Both arguments in the lower tail: take the Gaussian out, and the tails do not cancel to
  // nothing.
  if (h >= t) return Math.exp(-0.5 * (h * h + t * t)) * (scaledTail(h - t) - scaledTail(h + t));
  const near = Math.exp(-0.5 * distance) * normalOffset(t - h);
  const far = Math.exp(0.5 * distance) * normalOffset(t + h);
  return near + far - Math.sinh(0.5 * distance);
}

function totalDeviation(vol: number, years: number): number | null {
  const deviation = vol * Math.sqrt(years);
  return isPositive(vol) && isPositive(years) && isPositive(deviation) ? deviation : null;
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}
