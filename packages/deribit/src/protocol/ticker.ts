import { type InstrumentName, instrumentName, type PriceE8, priceE8 } from '@holdfast/core/values';
import { TICKER } from './results.ts';
import { createReader, optionalE8, unsignedE8, type WireFault } from './wire-fault.ts';

/**
 * Analytics of one instrument. Prices at 1e-8; null where Deribit has none (an empty side, a young
 * listing, an option's own figures on a future). Greeks are per unit of the underlying.
 */
export interface WireTicker {
  readonly instrument: InstrumentName;
  readonly timestamp: number;
  readonly state: string;
  readonly markPriceE8: PriceE8;
  /** What an option is priced on; of a future, its index. */
  readonly underlyingPriceE8: PriceE8;
  readonly indexPriceE8: PriceE8 | null;
  readonly lastPriceE8: PriceE8 | null;
  readonly bestBidE8: PriceE8 | null;
  readonly bestAskE8: PriceE8 | null;
  /** A fraction, where the wire has percent. */
  readonly markIv: number | null;
  readonly delta: number | null;
  readonly gamma: number | null;
  readonly vega: number | null;
}

/** `data` of a `ticker.{instrument}.{interval}` notification, and the result of `public/ticker`. */
export const parseTicker = createReader('ticker', TICKER, (data, faultAt) => {
  const mark = unsignedE8(data.mark_price);
  if (mark === null) return faultAt('/mark_price', 'off_grid');
  const prices = ['index_price', 'last_price', 'best_bid_price', 'best_ask_price'] as const;
  for (const field of prices) {
    const value = data[field] ?? 0;
    if (value !== 0 && optionalE8(value) === null) return faultAt(`/${field}`, 'off_grid');
  }
  const index = priceOrNone(data.index_price);
  const underlying = data.underlying_price === undefined ? index : modelled(data.underlying_price);
  if (underlying === null) return faultAt('/underlying_price', 'off_grid');
  return {
    instrument: instrumentName(data.instrument_name),
    timestamp: data.timestamp,
    state: data.state,
    markPriceE8: priceE8(mark),
    underlyingPriceE8: underlying,
    indexPriceE8: index,
    lastPriceE8: priceOrNone(data.last_price),
    bestBidE8: priceOrNone(data.best_bid_price),
    bestAskE8: priceOrNone(data.best_ask_price),
    markIv: data.mark_iv === undefined ? null : data.mark_iv / 100,
    delta: data.greeks?.delta ?? null,
    gamma: data.greeks?.gamma ?? null,
    vega: data.greeks?.vega ?? null,
  } satisfies WireTicker | WireFault;
});

function priceOrNone(value: number | null | undefined): PriceE8 | null {
  const e8 = optionalE8(value);
  return e8 === null ? null : priceE8(e8);
}

/**
 * The underlying of an option without a future of its own is interpolated and has as many decimals
 * as a double: a model's figure, no price anybody can trade at. It alone is rounded.
 */
function modelled(value: number): PriceE8 | null {
  const rounded = Math.round(value * 100_000_000);
  return Number.isSafeInteger(rounded) && rounded > 0 ? priceE8(rounded) : null;
}
