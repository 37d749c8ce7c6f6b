import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Instrument, Quote } from '@holdfast/core/strategy';
import {
  amountE8,
  currency,
  E8,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '@holdfast/core/values';

/**
 * One recorded chain: every BTC and ETH option at one moment. Sizes were not recorded; ten minimum
 * lots are assumed.
 */
export interface Snapshot {
  readonly name: string;
  readonly at: number;
  readonly quotes: readonly Quote[];
  readonly indexes: ReadonlyMap<string, number>;
  /** Deribit's own volatility of the mark, by instrument name. */
  readonly markVols: ReadonlyMap<string, number>;
}

const TWO_TICKS = { aboveE8: 500_000, stepE8: 50_000, tickE8: 10_000 };

/** The folder of recorded chains under `HOLDFAST_DATA`; `null` when there is none. */
export function optionChainFolder(): string | null {
  const root = process.env['HOLDFAST_DATA'];
  const folder = root === undefined || root === '' ? null : join(root, 'option-chain');
  return folder !== null && existsSync(folder) ? folder : null;
}

export function snapshotNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.csv.gz'))
    .sort();
}

export function loadSnapshot(folder: string, name: string): Snapshot {
  const lines = gunzipSync(readFileSync(join(folder, name)))
    .toString('utf8')
    .trim()
    .split('\n');
  const columns = (lines[0] ?? '').split(',');
  const quotes: Quote[] = [];
  const indexes = new Map<string, number>();
  const markVols = new Map<string, number>();
  let at = 0;
  for (const line of lines.slice(1)) {
    const cells = line.split(',');
    const row = new Map(columns.map((column, i) => [column, cells[i] ?? '']));
    const text = (column: string) => row.get(column) ?? '';
    const decimal = (column: string) => (text(column) === '' ? null : Number(text(column)));
    at = Date.parse(text('timestamp'));
    indexes.set(text('currency'), Number(text('index_price')));
    markVols.set(text('instrument_name'), Number(text('implied_volatility')));
    const coin = currency(text('currency'));
    const lots = coin === 'BTC' ? 10_000_000 : E8;
    const instrument = optionInstrument({
      name: text('instrument_name'),
      coin,
      type: text('option_type') === 'call' ? 'call' : 'put',
      strike: Number(text('strike')),
      expiry: Date.parse(text('expiry_datetime')),
      amountStepE8: lots,
    });
    quotes.push({
      instrument,
      bid: decimal('bid_price'),
      bidAmount: (10 * lots) / E8,
      ask: decimal('ask_price'),
      askAmount: (10 * lots) / E8,
      ageMs: 0,
      markPrice: decimal('mark_price'),
      underlyingPrice: decimal('futures_price'),
      delta: decimal('delta'),
    });
  }
  return { name, at, quotes, indexes, markVols };
}

export interface OptionInstrumentTerms {
  readonly name: string;
  readonly coin: string;
  readonly type: 'call' | 'put';
  readonly strike: number;
  readonly expiry: number;
  readonly amountStepE8: number;
}

/** An inverse option as Deribit lists it (phases section 7.2). */
export function optionInstrument(terms: OptionInstrumentTerms): Instrument {
  const coin = currency(terms.coin);
  return {
    name: instrumentName(terms.name),
    kind: 'option',
    underlying: coin,
    settlement: coin,
    quote: 'coin',
    amountUnit: 'coin',
    tickE8: priceE8(TWO_TICKS.tickE8),
    tickLadder: [{ abovePriceE8: priceE8(TWO_TICKS.aboveE8), stepE8: priceE8(TWO_TICKS.stepE8) }],
    amountStepE8: amountE8(terms.amountStepE8),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(E8),
    expiry: monoMs(terms.expiry),
    option: { type: terms.type, strikeE8: priceE8(Math.round(terms.strike * E8)) },
    isActive: true,
    makerFeeE8: 30_000,
    takerFeeE8: 30_000,
  };
}

/** Deribit's option fee: 0.0003 coin per coin, at most 12.5 % of the price; in USD. */
export function optionFeeUsd(index: number, amount: number, price: number): number {
  return Math.min(0.0003, 0.125 * price) * amount * index;
}
