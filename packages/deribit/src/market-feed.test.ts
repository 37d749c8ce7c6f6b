import type { Event } from '@holdfast/core';
import { createBook } from '@holdfast/core/market';
import { currency, instrumentName, monoMs } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { INSTRUMENT_ROWS, OPTION, PERPETUAL } from '../test/wire-rows.ts';
import { Instruments } from './instruments.ts';
import type { FaultName } from './link-meter.ts';
import { MarketFeed } from './market-feed.ts';
import { parseChannel } from './protocol/channels.ts';
import { parseInstruments } from './protocol/instruments.ts';

function feed() {
  const instruments = new Instruments();
  const parsed = parseInstruments(INSTRUMENT_ROWS);
  instruments.replace(currency('BTC'), parsed?.instruments ?? [], 0);
  const events: Event[] = [];
  const faults: FaultName[] = [];
  const begun: string[] = [];
  const market = new MarketFeed({
    now: () => monoMs(5),
    aheadMs: () => null,
    dated: () => {},
    post: (event) => events.push(event),
    instruments,
    fault: (name) => faults.push(name),
    count: (name) => faults.push(name),
    heard: () => {},
    snapshot: (name) => begun.push(name),
  });
  const say = (name: string, data: unknown): boolean => {
    const channel = parseChannel(name);
    return channel !== null && market.notification(channel, data);
  };
  return { market, events, faults, begun, say };
}

const BOOK = `book.${OPTION}.100ms`;

function book(more: Readonly<Record<string, unknown>>): unknown {
  return {
    type: 'snapshot',
    timestamp: 1_790_000_000_000,
    instrument_name: OPTION,
    change_id: 7,
    bids: [['new', 0.0105, 2.5]],
    asks: [['new', 0.011, 0.1]],
    ...more,
  };
}

const CHANGE = {
  type: 'change',
  change_id: 8,
  prev_change_id: 7,
  bids: [['delete', 0.0105, 0]],
  asks: [],
};

/** The core's own book, fed with what was posted. */
function asHeld(events: readonly Event[]) {
  const held = createBook(instrumentName(OPTION));
  const outcomes = events.flatMap((event) => {
    if (event.kind !== 'bookChanged') return [];
    const { changeId, prevChangeId, at, bids, asks } = event;
    return prevChangeId === null
      ? [held.applySnapshot(changeId, at, bids, asks)]
      : [held.applyChange(changeId, prevChangeId, at, bids, asks)];
  });
  return { held, outcomes };
}

describe('books', () => {
  it('come in ticks and steps of their instrument, and the core can hold them', () => {
    const { say, events, begun, faults } = feed();
    expect(say(BOOK, book({}))).toBe(true);
    say(BOOK, book(CHANGE));
    expect(events).toMatchObject([
      { kind: 'bookChanged', changeId: 7, prevChangeId: null, bids: [105, 25], asks: [110, 1] },
      { kind: 'bookChanged', changeId: 8, prevChangeId: 7, bids: [105, 0], asks: [] },
    ]);
    const { held, outcomes } = asHeld(events);
    expect(outcomes).toEqual(['applied', 'applied']);
    expect(held.bidCount).toBe(0);
    expect(held.askCount).toBe(1);
    expect(begun).toEqual([OPTION]);
    expect(faults).toEqual([]);
  });

  it('a change that does not follow reaches the core as the gap it is', () => {
    const { say, events } = feed();
    say(BOOK, book({}));
    say(BOOK, book({ ...CHANGE, prev_change_id: 9, change_id: 10 }));
    expect(asHeld(events).outcomes).toEqual(['applied', 'gap']);
  });

  it.each([
    ['a price between two ticks', { bids: [['new', 0.01055, 1]] }, 'book_off_grid'],
    ['an amount between two steps', { asks: [['new', 0.011, 0.15]] }, 'book_off_grid'],
    ['an amount that is text', { asks: [['new', 0.011, '1']] }, 'market_message_malformed'],
    ['more than eight decimals', { bids: [['new', 0.010500001, 1]] }, 'market_message_malformed'],
    ['no change id', { change_id: null }, 'market_message_malformed'],
  ])('with %s cost the book that is held', (_what, wrong, fault) => {
    const { say, events, faults } = feed();
    say(BOOK, book({}));
    say(BOOK, book(wrong));
    const { held, outcomes } = asHeld(events);
    expect(outcomes).toEqual(['applied', 'malformed']);
    expect(held.usable).toBe(false);
    expect(faults).toEqual([fault]);
  });

  it('that begin anew are not believed before their snapshot', () => {
    const { market, say, events, faults } = feed();
    say(BOOK, book({}));
    market.restart(instrumentName(OPTION));
    say(BOOK, book(CHANGE));
    expect(faults).toEqual(['book_change_before_snapshot']);
    say(BOOK, book({ change_id: 20 }));
    say(BOOK, book({ ...CHANGE, prev_change_id: 20, change_id: 21 }));
    expect(asHeld(events).outcomes).toEqual(['applied', 'applied', 'applied']);
  });

  it('of a new subscription that begins without a snapshot are void, once', () => {
    const { market, say, events, faults } = feed();
    say(BOOK, book({}));
    market.forget();
    say(BOOK, book({ ...CHANGE, prev_change_id: 21, change_id: 22 }));
    say(BOOK, book({ ...CHANGE, prev_change_id: 22, change_id: 23 }));
    expect(events.slice(1)).toMatchObject([
      { kind: 'bookChanged', instrument: OPTION, changeId: Number.NaN, prevChangeId: null },
    ]);
    expect(faults).toEqual(['book_change_before_snapshot', 'book_change_before_snapshot']);
    say(BOOK, book({}));
    expect(events.at(-1)).toMatchObject({ kind: 'bookChanged', prevChangeId: null, changeId: 7 });
  });

  it('of an instrument nobody listed are counted and dropped', () => {
    const { say, events, faults } = feed();
    say('book.BTC-UNKNOWN.100ms', book({ instrument_name: 'BTC-UNKNOWN' }));
    expect(events).toEqual([]);
    expect(faults).toEqual(['market_message_unlisted']);
  });
});

describe('tickers, trades and indexes', () => {
  it('carry what the core asks of them', () => {
    const { say, events } = feed();
    say(`ticker.${OPTION}.100ms`, {
      instrument_name: OPTION,
      timestamp: 1,
      state: 'open',
      mark_price: 0.0107,
      underlying_price: 90_100.25,
      index_price: 90_000,
      mark_iv: 55,
      best_bid_price: 0.0105,
      best_ask_price: null,
      greeks: { delta: 0.4, gamma: 0.00001, vega: 120 },
    });
    say('deribit_price_index.btc_usd', { index_name: 'btc_usd', price: 90_000.01, timestamp: 1 });
    say('deribit_volatility_index.btc_usd', {
      index_name: 'btc_usd',
      volatility: 51.5,
      timestamp: 1,
    });
    expect(events).toEqual([
      {
        kind: 'tickerChanged',
        at: 5,
        instrument: OPTION,
        markPriceE8: 1_070_000,
        underlyingPriceE8: 9_010_025_000_000,
        delta: 0.4,
        vega: 120,
        gamma: 0.00001,
        bestBidE8: 1_050_000,
        bestAskE8: null,
      },
      { kind: 'indexChanged', at: 5, underlying: 'BTC', priceE8: 9_000_001_000_000 },
      { kind: 'volatilityIndexChanged', at: 5, underlying: 'BTC', value: 51.5 },
    ]);
  });

  it('tell the trades of one message in the order of their numbers', () => {
    const { say, events } = feed();
    const trade = (seq: number) => ({
      trade_id: String(seq),
      trade_seq: seq,
      instrument_name: PERPETUAL,
      timestamp: 1,
      direction: 'buy',
      price: 90_000.5,
      amount: 10,
    });
    say('trades.future.BTC.100ms', [trade(3), trade(2)]);
    expect(events).toMatchObject([
      { kind: 'publicTradeObserved', instrument: PERPETUAL, tradeSeq: 2 },
      { kind: 'publicTradeObserved', tradeSeq: 3, priceE8: 9_000_050_000_000 },
    ]);
  });

  it('that cannot be read are counted and make no event', () => {
    const { say, events, faults } = feed();
    say(`ticker.${OPTION}.100ms`, { instrument_name: OPTION });
    say('trades.option.BTC.100ms', [{ trade_seq: '1' }]);
    say('deribit_price_index.btc_usd', { index_name: 'btc_usd', price: 0, timestamp: 1 });
    expect(events).toEqual([]);
    expect(faults).toEqual(Array.from({ length: 3 }, () => 'market_message_malformed'));
    expect(say('platform_state', {})).toBe(false);
  });
});
