import type { Instrument } from '@holdfast/core/instrument';
import { E8, instrumentName } from '@holdfast/core/values';
import { fundingOfPeriod, totalAt } from './funding.ts';
import type { Levels } from './levels.ts';
import { marksOf, type Marks } from './margin.ts';
import { greeksOf, tradeIv } from './option-analytics.ts';
import type { TickerNotice } from './notification.ts';
import { priceBand } from './price-band.ts';
import type { DayStats } from './rolling-stats.ts';
import type { Listing, VenueState } from './venue-state.ts';
import { decimal, wireAmount, wirePrice } from './wire.ts';
import { filingOf } from './wire-instrument.ts';

type Json = Readonly<Record<string, unknown>>;

/** Everything that is told of an instrument needs its mark and its index. */
interface Quoted {
  readonly listing: Listing;
  readonly ticker: TickerNotice;
  readonly marks: Marks;
}

export function quotedOf(state: VenueState, listing: Listing): Quoted | null {
  const marks = marksOf(state, listing);
  const { ticker } = listing;
  return ticker === null || marks === null ? null : { listing, ticker, marks };
}

/** `public/ticker` and `data` of `ticker.{instrument_name}.{interval}`. */
export function toTicker(state: VenueState, quoted: Quoted): Json {
  const { listing, marks } = quoted;
  return {
    ...topOf(state, quoted),
    estimated_delivery_price: decimal(marks.indexE8),
    ...(listing.interest === null ? {} : { interest_value: totalAt(listing.interest, state.now) }),
  };
}

/** `public/get_order_book`: the ticker's figures with the book. */
export function toOrderBook(state: VenueState, quoted: Quoted, depth: number): Json {
  const { book, instrument } = quoted.listing;
  return {
    ...topOf(state, quoted),
    change_id: book.changeId,
    bids: rows(instrument, book.bids, depth),
    asks: rows(instrument, book.asks, depth),
  };
}

/** One element of `public/get_book_summary_by_currency`. */
export function toBookSummary(state: VenueState, quoted: Quoted): Json {
  const { listing, ticker, marks } = quoted;
  const { instrument, interest } = listing;
  const best = bestOf(instrument, listing.book.bids, listing.book.asks);
  const [bid, ask] = [best.best_bid_price, best.best_ask_price];
  const day = listing.stats.read(state.now);
  const stats = toStats(quoted, day);
  return {
    instrument_name: instrument.name,
    base_currency: instrument.underlying,
    quote_currency: filingOf(instrument).quoteCurrency,
    creation_timestamp: state.now,
    high: stats.high,
    low: stats.low,
    last: lastOf(listing),
    price_change: stats.price_change,
    volume: stats.volume,
    volume_usd: stats.volume_usd ?? usdOf(quoted, day),
    ...(instrument.kind === 'option' ? {} : { volume_notional: day.turnover }),
    bid_price: bid,
    ask_price: ask,
    mid_price: bid === null || ask === null ? null : (bid + ask) / 2,
    mark_price: decimal(marks.markE8),
    open_interest: openInterest(state, listing),
    estimated_delivery_price: decimal(marks.indexE8),
    ...(instrument.kind === 'option' ? optionFigures(state, quoted) : {}),
    ...(ticker.iv === null || instrument.kind !== 'option' ? {} : { mark_iv: percent(ticker.iv) }),
    ...(interest === null
      ? {}
      : {
          current_funding: decimal(interest.rateE8),
          funding_8h: fundingOfPeriod(interest, state.now),
        }),
  };
}

/** What ticker and order book share. */
function topOf(state: VenueState, quoted: Quoted): Json {
  const { listing, ticker, marks } = quoted;
  const { instrument, book, interest } = listing;
  const band = priceBand(instrument, marks);
  const best = bestOf(instrument, book.bids, book.asks);
  return {
    instrument_name: instrument.name,
    timestamp: saidAt(state, quoted),
    state: state.locked.has(instrument.underlying) ? 'locked' : 'open',
    stats: toStats(quoted, listing.stats.read(state.now)),
    open_interest: openInterest(state, listing),
    ...best,
    index_price: decimal(marks.indexE8),
    min_price: decimal(band.minE8),
    max_price: decimal(band.maxE8),
    mark_price: decimal(marks.markE8),
    last_price: lastOf(listing),
    settlement_price: decimal(listing.settledMarkE8 ?? marks.markE8),
    ...(instrument.kind === 'option' ? optionFigures(state, quoted) : {}),
    ...(instrument.kind === 'option' ? optionVolatility(state, quoted, ticker) : {}),
    ...(interest === null
      ? {}
      : {
          current_funding: decimal(interest.rateE8),
          funding_8h: fundingOfPeriod(interest, state.now),
        }),
  };
}

/** Of a followed market as old as the source's own words, never as young as the question. */
function saidAt(state: VenueState, { listing, ticker }: Quoted): number {
  return listing.mirror === null ? state.now : Math.max(listing.mirror.saidAt, ticker.saidAt ?? 0);
}

/** Options: what they are priced from. Their interest rate is 0: marks carry no discount. */
function optionFigures(state: VenueState, { listing, marks }: Quoted): Json {
  return {
    underlying_price: decimal(marks.underlyingE8),
    underlying_index: underlyingIndex(state, listing.instrument),
    interest_rate: 0,
  };
}

/** Volatilities in percent; 0 where no volatility gives the price, as Deribit has it. */
function optionVolatility(
  state: VenueState,
  { listing, marks }: Quoted,
  ticker: TickerNotice,
): Json {
  const { instrument, book } = listing;
  const ivAt = (ticks: number | undefined): number =>
    ticks === undefined ? 0 : (tradeIv(instrument, marks, ticks, state.now) ?? 0);
  return {
    bid_iv: ivAt(book.bids[0]),
    ask_iv: ivAt(book.asks[0]),
    ...(ticker.iv === null ? {} : { mark_iv: percent(ticker.iv) }),
    greeks: greeksOf(ticker, state.now),
  };
}

/** The future of the same expiry, or Deribit's synthetic one where none is listed. */
function underlyingIndex(state: VenueState, { name }: Instrument): string {
  const future = name.split('-').slice(0, 2).join('-');
  return state.listings.has(instrumentName(future)) ? future : `SYN.${future}`;
}

function percent(fraction: number): number {
  return Math.round(fraction * 10_000) / 100;
}

function lastOf({ instrument, lastTradeTicks }: Listing): number | null {
  return lastTradeTicks === null ? null : wirePrice(instrument, lastTradeTicks);
}

interface Stats {
  /** In coin. */
  readonly volume: number;
  readonly volume_usd?: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Percent; null without a trade. */
  readonly price_change: number | null;
}

function toStats({ listing, marks }: Quoted, day: DayStats): Stats {
  const { instrument, lastTradeTicks: last } = listing;
  const amount = wireAmount(instrument, day.steps);
  const { first } = day;
  const change = first === null || last === null ? null : (last / first - 1) * 100;
  const isUsd = instrument.amountUnit === 'usd';
  return {
    volume: isUsd ? (amount * E8) / marks.indexE8 : amount,
    ...(instrument.kind === 'option' ? {} : { volume_usd: day.turnover }),
    low: day.low === null ? null : wirePrice(instrument, day.low),
    high: day.high === null ? null : wirePrice(instrument, day.high),
    price_change: change === null ? null : Math.round(change * 10_000) / 10_000,
  };
}

/** Premium of options in USD. */
function usdOf({ listing, marks }: Quoted, day: DayStats): number {
  const { quote } = listing.instrument;
  return quote === 'coin' ? day.turnover * decimal(marks.indexE8) : day.turnover;
}

interface Best {
  readonly best_bid_price: number | null;
  readonly best_bid_amount: number;
  readonly best_ask_price: number | null;
  readonly best_ask_amount: number;
}

function bestOf(instrument: Instrument, bids: Levels, asks: Levels): Best {
  const price = (ticks: number | undefined): number | null =>
    ticks === undefined ? null : wirePrice(instrument, ticks);
  return {
    best_bid_price: price(bids[0]),
    best_bid_amount: wireAmount(instrument, bids[1] ?? 0),
    best_ask_price: price(asks[0]),
    best_ask_amount: wireAmount(instrument, asks[1] ?? 0),
  };
}

function rows(
  instrument: Instrument,
  levels: Levels,
  depth: number,
): readonly (readonly [price: number, amount: number])[] {
  const result: (readonly [number, number])[] = [];
  for (let at = 0; at < levels.length && at < 2 * depth; at += 2) {
    const steps = levels[at + 1] ?? 0;
    result.push([wirePrice(instrument, levels[at] ?? 0), wireAmount(instrument, steps)]);
  }
  return result;
}

/** Contracts outstanding here, on top of those the market told of. */
function openInterest(state: VenueState, { instrument, ticker }: Listing): number {
  let held = 0;
  let net = 0;
  for (const { holdings } of state.traders.values()) {
    const steps = holdings.positions.get(instrument.name)?.steps ?? 0;
    held += Math.abs(steps);
    net += steps;
  }
  // Every contract has two sides, and the market is on the other one of what is not among traders.
  const here = wireAmount(instrument, (held + Math.abs(net)) / 2);
  return (ticker?.openInterest ?? 0) + here;
}
