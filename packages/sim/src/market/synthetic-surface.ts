import { optionGreeks } from '@holdfast/core/strategy';

/** Raw SVI in volatility squared over `x = ln(K/F) / sqrt(T)`: one shape for all expiries. */
export interface Smile {
  readonly level: number;
  readonly slope: number;
  readonly skew: number;
  readonly centre: number;
  readonly width: number;
}

export const SMILE: Smile = { level: 0.13, slope: 0.13, skew: -0.2, centre: 0.05, width: 0.45 };

/** Volatility at a strike; `years` positive. */
export function surfaceVol(smile: Smile, strike: number, forward: number, years: number): number {
  const x = Math.log(strike / forward) / Math.sqrt(years) - smile.centre;
  const wings = smile.skew * x + Math.sqrt(x * x + smile.width * smile.width);
  return Math.sqrt(smile.level + smile.slope * wings);
}

export interface PricedOption {
  /** In coin. */
  readonly price: number;
  readonly delta: number;
  /** USD per volatility point. */
  readonly vega: number;
}

/** Null where the formula has no answer: expired, or no volatility. */
export function priceOption(
  type: 'call' | 'put',
  forward: number,
  strike: number,
  vol: number,
  years: number,
): PricedOption | null {
  const greeks = optionGreeks(type, forward, strike, vol, years);
  if (greeks === null) return null;
  return { price: greeks.priceUsd / forward, delta: greeks.delta, vega: greeks.vegaUsd / 100 };
}
