import type { Instrument } from '@holdfast/core/instrument';
import { impliedVol, MS_PER_YEAR, optionGreeks } from '@holdfast/core/strategy';
import { E8 } from '@holdfast/core/values';
import type { Marks } from './margin.ts';
import type { TickerNotice } from './notification.ts';

/** As Deribit publishes them: vega in USD per volatility point, theta in USD per day. */
export interface Greeks {
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
}

/** Years to an option's expiry, counted in calendar time; null for what has none left. */
function yearsLeft({ expiry }: Instrument, now: number): number | null {
  return expiry === null || expiry <= now ? null : (expiry - now) / MS_PER_YEAR;
}

/**
 * Black-76 volatility of an option's price, in percent; null where no volatility gives that price.
 */
export function tradeIv(
  instrument: Instrument,
  marks: Pick<Marks, 'underlyingE8'>,
  ticks: number,
  now: number,
): number | null {
  const { option } = instrument;
  const years = yearsLeft(instrument, now);
  if (option === null || years === null) return null;
  const forward = marks.underlyingE8 / E8;
  const price = (ticks * instrument.tickE8) / E8;
  const usd = instrument.quote === 'coin' ? price * forward : price;
  const vol = impliedVol(option.type, forward, option.strikeE8 / E8, usd, years);
  return vol === null ? null : rounded(vol * 100, 100);
}

/**
 * What the market told of an option's greeks, and Black-76 at its mark volatility for the rest; 0
 * where there is no volatility to compute them from.
 */
export function greeksOf(ticker: TickerNotice, now: number): Greeks {
  const { instrument, iv } = ticker;
  const model = iv === null ? null : modelGreeks(instrument, ticker.underlyingPriceE8, iv, now);
  return {
    delta: ticker.delta ?? model?.delta ?? 0,
    gamma: ticker.gamma ?? model?.gamma ?? 0,
    vega: ticker.vega ?? model?.vega ?? 0,
    theta: ticker.theta ?? model?.theta ?? 0,
    rho: ticker.rho ?? model?.rho ?? 0,
  };
}

function modelGreeks(
  instrument: Instrument,
  underlyingE8: number,
  iv: number,
  now: number,
): Greeks | null {
  const { option } = instrument;
  const years = yearsLeft(instrument, now);
  if (option === null || years === null) return null;
  const forward = underlyingE8 / E8;
  const model = optionGreeks(option.type, forward, option.strikeE8 / E8, iv, years);
  if (model === null) return null;
  // Less than a day from expiry Deribit shows the theta of the lifetime that is left.
  const days = Math.min(1, years * 365);
  return {
    delta: rounded(model.delta, 100_000),
    gamma: rounded(model.gamma, 100_000),
    vega: rounded(model.vegaUsd / 100, 100_000),
    theta: rounded(model.thetaUsdPerDay * days, 100_000),
    // Priced undiscounted from the forward: only the carry of the premium itself is left.
    rho: rounded((0 - model.priceUsd * years) / 100, 100_000),
  };
}

function rounded(value: number, scale: number): number {
  return Math.round(value * scale) / scale;
}
