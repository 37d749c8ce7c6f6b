import {
  type Currency,
  currency,
  type InstrumentName,
  instrumentName,
  type PriceE8,
  priceE8,
} from '@holdfast/core/values';
import { INDEX_DATA, OPTION_MARKS_DATA, VOLATILITY_DATA } from './channel-data.ts';
import { createReader, positiveE8, unsignedE8, type WireFault } from './wire-fault.ts';

export interface WireIndex {
  /** `btc_usd`, `eth_usdc`. */
  readonly indexName: string;
  readonly priceE8: PriceE8;
  readonly timestamp: number;
}

/** `data` of `deribit_price_index.{index_name}`. */
export const parseIndex = createReader(
  'index',
  INDEX_DATA,
  (data, faultAt): WireIndex | WireFault => {
    const price = positiveE8(data.price);
    if (price === null) return faultAt('/price', 'off_grid');
    return { indexName: data.index_name, priceE8: priceE8(price), timestamp: data.timestamp };
  },
);

export interface WireVolatilityIndex {
  readonly indexName: string;
  /** DVOL in percent; analytics, never money. */
  readonly value: number;
  readonly timestamp: number;
}

/** `data` of `deribit_volatility_index.{index_name}`. */
export const parseVolatilityIndex = createReader(
  'volatility_index',
  VOLATILITY_DATA,
  (data, faultAt): WireVolatilityIndex | WireFault =>
    data.volatility > 0
      ? { indexName: data.index_name, value: data.volatility, timestamp: data.timestamp }
      : faultAt('/volatility', 'contradiction'),
);

export interface OptionMark {
  readonly instrument: InstrumentName;
  readonly markPriceE8: PriceE8;
  /** A fraction, as on the wire. */
  readonly iv: number;
}

/** `data` of `markprice.options.{index_name}`: the marks of every option on that index. */
export const parseOptionMarks = createReader(
  'option_marks',
  OPTION_MARKS_DATA,
  (data, faultAt): readonly OptionMark[] | WireFault => {
    const marks: OptionMark[] = [];
    for (const [index, { instrument_name, mark_price, iv }] of data.entries()) {
      const price = unsignedE8(mark_price);
      if (price === null) return faultAt(`/${index}/mark_price`, 'off_grid');
      marks.push({ instrument: instrumentName(instrument_name), markPriceE8: priceE8(price), iv });
    }
    return marks;
  },
);

/** The coin an index prices: `btc_usd` is BTC. */
export function indexUnderlying(indexName: string): Currency {
  return currency((indexName.split('_')[0] ?? '').toUpperCase());
}
