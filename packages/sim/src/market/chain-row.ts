import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, E8, e8FromNumber } from '@holdfast/core/values';
import { ladderCeilE8, ladderFloorE8 } from '../exchange/tick-ladder.ts';
import type { Cells } from './csv-table.ts';
import { dateCode, inverseOption, optionName } from './inverse-option.ts';
import type { MarketRow } from './market.ts';

export const CHAIN_COLUMNS = [
  'timestamp',
  'instrument_name',
  'underlying',
  'underlying_name',
  'option_type',
  'strike',
  'expiry_datetime',
  'time_to_maturity',
  'bid_price',
  'ask_price',
  'mark_price',
  'mid_price',
  'futures_price',
  'futures_instrument_name',
  'implied_volatility',
  'delta',
  'vega',
  'open_interest',
  'volume',
  'bid_ask_spread',
  'currency',
  'index_price',
  'volume_usd',
] as const;

export type ChainColumn = (typeof CHAIN_COLUMNS)[number];

/** Columns that are empty where a side was not quoted. */
const MAY_BE_EMPTY: ReadonlySet<ChainColumn> = new Set<ChainColumn>([
  'bid_price',
  'ask_price',
  'mid_price',
  'bid_ask_spread',
]);
const NUMERIC: readonly ChainColumn[] = [
  'underlying',
  'strike',
  'time_to_maturity',
  'bid_price',
  'ask_price',
  'mark_price',
  'mid_price',
  'futures_price',
  'implied_volatility',
  'delta',
  'vega',
  'open_interest',
  'volume',
  'bid_ask_spread',
  'index_price',
  'volume_usd',
];

const DECIMAL = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?\+00:00$/;
const EIGHT_UTC = 'T08:00:00';

export interface ChainRow {
  readonly at: number;
  readonly currency: Currency;
  readonly indexE8: number;
  readonly row: MarketRow;
  /** Sides whose recorded price was off the tick grid and was moved outward. */
  readonly snapped: number;
  /** Mark, underlying or index had more than eight decimals. */
  readonly rounded: boolean;
}

export type ReadRow =
  | { readonly ok: true; readonly value: ChainRow }
  | { readonly ok: false; readonly column: ChainColumn; readonly fault: string };

type No = Extract<ReadRow, { ok: false }>;

/** @param intern the instrument of a name seen before, so that a name is one object all through. */
export function readChainRow(cells: Cells<ChainColumn>, intern: Map<string, Instrument>): ReadRow {
  for (const column of NUMERIC) {
    const cell = cells[column];
    if (cell === '' && MAY_BE_EMPTY.has(column)) continue;
    if (!DECIMAL.test(cell) || !Number.isFinite(Number(cell))) {
      return no(column, cell === '' ? 'empty' : `not_a_number: ${cell.slice(0, 40)}`);
    }
  }
  for (const column of ['underlying', 'index_price', 'strike'] as const) {
    if (!(Math.round(Number(cells[column]) * E8) > 0)) return no(column, 'not_positive');
  }
  // A mark of 0 is ordinary: what is worth less than 1e-8 coin.
  if (Number(cells.mark_price) < 0) return no('mark_price', 'negative');
  const at = instantOf(cells.timestamp);
  if (at === null) return no('timestamp', 'not_a_utc_instant');
  const instrument = intern.get(cells.instrument_name) ?? instrumentOf(cells);
  if ('fault' in instrument) return instrument;
  const mismatch = nameMismatch(cells, instrument);
  if (mismatch !== null) return mismatch;
  intern.set(cells.instrument_name, instrument);
  return readPrices(cells, at, instrument);
}

function no(column: ChainColumn, fault: string): No {
  return { ok: false, column, fault };
}

function instantOf(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const at = Date.parse(`${match[1]}Z`) + Math.floor(Number(match[2] ?? '0') * 1_000);
  return Number.isFinite(at) ? at : null;
}

function expiryOf(cells: Cells<ChainColumn>): number | null {
  return cells.expiry_datetime.includes(EIGHT_UTC) ? instantOf(cells.expiry_datetime) : null;
}

function instrumentOf(cells: Cells<ChainColumn>): Instrument | No {
  const type = cells.option_type;
  if (type !== 'call' && type !== 'put') return no('option_type', `unknown: ${type}`);
  const expiryMs = expiryOf(cells);
  if (expiryMs === null) return no('expiry_datetime', 'not_08:00_utc');
  const strike = Number(cells.strike);
  if (!Number.isSafeInteger(strike)) return no('strike', 'not_whole_usd');
  const underlying = currency(cells.currency);
  const instrument = inverseOption({ underlying, type, strike, expiryMs });
  return instrument ?? no('currency', `unknown: ${cells.currency}`);
}

/** The name says the same as the other columns, every time it is met. */
function nameMismatch(cells: Cells<ChainColumn>, instrument: Instrument): No | null {
  const { option, underlying, expiry } = instrument;
  if (option === null || expiry === null) return no('instrument_name', 'no_option');
  if (cells.currency !== underlying) return no('currency', 'not_the_one_in_the_name');
  if (cells.option_type !== option.type) return no('option_type', 'not_the_one_in_the_name');
  const strike = option.strikeE8 / E8;
  if (Number(cells.strike) !== strike) return no('strike', 'not_the_one_in_the_name');
  if (expiryOf(cells) !== expiry) {
    return no('expiry_datetime', `not the ${dateCode(expiry)} of the name`);
  }
  const name = optionName({ underlying, type: option.type, strike, expiryMs: expiry });
  return name === cells.instrument_name ? null : no('instrument_name', `should be ${name}`);
}

function readPrices(cells: Cells<ChainColumn>, at: number, instrument: Instrument): ReadRow {
  const bid = snapped(cells.bid_price, instrument, 'bid');
  const ask = snapped(cells.ask_price, instrument, 'ask');
  if (bid === null) return no('bid_price', 'not_positive');
  if (ask === null) return no('ask_price', 'not_positive');
  const { tickE8 } = instrument;
  const bidTicks = bid.priceE8 === 0 ? null : bid.priceE8 / tickE8;
  const askTicks = ask.priceE8 === 0 ? null : ask.priceE8 / tickE8;
  if (bidTicks !== null && askTicks !== null && bidTicks >= askTicks) {
    return no('ask_price', 'not_above_bid_price');
  }
  const markE8 = Math.round(Number(cells.mark_price) * E8);
  const underlyingE8 = Math.round(Number(cells.underlying) * E8);
  const indexE8 = Math.round(Number(cells.index_price) * E8);
  for (const [column, value] of [
    ['underlying', underlyingE8],
    ['index_price', indexE8],
    ['mark_price', markE8],
  ] as const) {
    if (!Number.isSafeInteger(value)) return no(column, 'out_of_range');
  }
  const exact = [cells.mark_price, cells.underlying, cells.index_price].every(
    (cell) => e8FromNumber(Number(cell)) !== null,
  );
  const iv = Number(cells.implied_volatility);
  const row: MarketRow = {
    instrument,
    bidTicks,
    askTicks,
    markE8,
    underlyingE8,
    underlyingName: cells.underlying_name,
    iv: iv > 0 ? iv : null,
    delta: Number(cells.delta),
    vega: Number(cells.vega),
  };
  const value: ChainRow = {
    at,
    currency: instrument.underlying,
    indexE8,
    row,
    snapped: Number(bid.moved) + Number(ask.moved),
    rounded: !exact,
  };
  return { ok: true, value };
}

/**
 * The recorded price on the tick grid: moved outward if need be. 0 is no quote; null is no price.
 */
function snapped(
  cell: string,
  instrument: Instrument,
  side: 'bid' | 'ask',
): { readonly priceE8: number; readonly moved: boolean } | null {
  if (cell === '') return { priceE8: 0, moved: false };
  const given = Number(cell);
  if (!(given > 0)) return null;
  const scaled = given * E8;
  const exact = e8FromNumber(given);
  const onE8 = exact ?? (side === 'bid' ? Math.floor(scaled) : Math.ceil(scaled));
  if (!Number.isSafeInteger(onE8)) return null;
  const priceE8 = side === 'bid' ? ladderFloorE8(instrument, onE8) : ladderCeilE8(instrument, onE8);
  return { priceE8, moved: priceE8 !== exact };
}
