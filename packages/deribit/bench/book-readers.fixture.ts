/**
 * Who reads a book message, and how: the same bytes in, a book out. Each is used as its own
 * documentation and its own receiving code use it.
 */
import type { Event, MonoMs } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import { createBook, type MutableBook } from '@holdfast/core/market';
import {
  amountE8,
  currency,
  type InstrumentName,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '@holdfast/core/values';
import { pro } from 'ccxt';
import { normalizeBookChanges, OrderBook } from 'tardis-dev';
import { FaultDesk } from '../src/fault-desk.ts';
import { Inbound } from '../src/inbound.ts';
import { Instruments } from '../src/instruments.ts';
import { LinkMeter } from '../src/link-meter.ts';
import { MarketFeed } from '../src/market-feed.ts';
import { RpcClient } from '../src/rpc-client.ts';
import { WireTap } from '../src/wire-tap.ts';
import type { StreamInstrument, Top } from './book-stream.fixture.ts';

/** One frame, as the socket hands it over and as text. */
export interface BookFrame {
  readonly bytes: Buffer;
  readonly text: string;
}

export interface BookReader {
  readonly name: string;
  /** Empty books. */
  begin(): void;
  read(frame: BookFrame): void;
  /** Null for who keeps no book. */
  top(instrument: StreamInstrument): Top | null;
}

/** Text to objects and nothing else: not even the bytes to text. */
export function jsonParse(): BookReader {
  let changes = 0;
  return {
    name: 'JSON.parse alone',
    begin() {
      changes = 0;
    },
    read({ text }) {
      const parsed = JSON.parse(text) as { readonly params: { readonly data: object } };
      // Used, so that it cannot be left out.
      if ('change_id' in parsed.params.data) changes += 1;
    },
    top: () => (changes >= 0 ? null : { bid: 0, ask: 0 }),
  };
}

/** What the socket calls for each message, up to the event; and the core's book for that event. */
export function holdfast(instruments: readonly StreamInstrument[]): BookReader {
  const listed = new Instruments();
  listed.replace(currency('BTC'), instruments.map(toInstrument), 0);
  const books = new Map<InstrumentName, MutableBook>(
    instruments.map(({ name }) => [instrumentName(name), createBook(instrumentName(name))]),
  );
  let trouble: string | null = null;
  const post = (event: Event): void => {
    if (event.kind !== 'bookChanged') {
      trouble ??= event.kind;
      return;
    }
    const { instrument, changeId, prevChangeId, at, bids, asks } = event;
    const book = books.get(instrument);
    const outcome =
      prevChangeId === null
        ? book?.applySnapshot(changeId, at, bids, asks)
        : book?.applyChange(changeId, prevChangeId, at, bids, asks);
    if (outcome !== 'applied') trouble ??= outcome ?? 'no such book';
  };
  const { inbound, market } = connectionOf(listed, post, (name) => {
    trouble ??= name;
  });
  return {
    name: 'holdfast',
    begin() {
      market.forget();
      for (const book of books.values()) book.void();
    },
    read({ bytes }) {
      inbound.message(bytes);
    },
    top({ name, places, tick }) {
      if (trouble !== null) throw new Error(`holdfast: ${trouble}`);
      const book = books.get(instrumentName(name));
      if (book?.usable !== true) return null;
      const price = (ticks: number): number => Number(`${ticks * tick}e-${places}`);
      return { bid: price(book.bidPrice(0)), ask: price(book.askPrice(0)) };
    },
  };
}

/** The receiving half of a link, as the link puts it together. */
function connectionOf(
  instruments: Instruments,
  post: (event: Event) => void,
  trouble: (name: string) => void,
): { readonly inbound: Inbound; readonly market: MarketFeed } {
  const origin = performance.timeOrigin;
  const now = (): MonoMs => monoMs(Math.floor(origin + performance.now()));
  const clock = { now, wake: () => {} };
  const meter = new LinkMeter();
  const market = new MarketFeed({
    now,
    aheadMs: () => 0,
    dated: () => {},
    post,
    instruments,
    fault: trouble,
    count: trouble,
    heard: (at) => {
      meter.lastMarketDataAt = at;
    },
    snapshot: () => {},
  });
  const quiet = { sent() {}, answered() {}, timedOut() {}, late() {} };
  const inbound = new Inbound({
    now,
    post,
    meter,
    faults: new FaultDesk(meter, now, post),
    rpc: new RpcClient(clock, quiet),
    market,
    tap: new WireTap(clock, undefined),
    isPrivate: true,
    end: ({ cause }) => trouble(cause),
    relist: () => {},
    checkHealth: () => {},
  });
  return { inbound, market };
}

function toInstrument({ name, places, tick, step }: StreamInstrument): Instrument {
  const coin = currency(name.slice(0, 3));
  const isOption = /-[CP]$/.test(name);
  return {
    name: instrumentName(name),
    kind: isOption ? 'option' : 'perpetual',
    underlying: coin,
    settlement: coin,
    quote: isOption ? 'coin' : 'usd',
    amountUnit: isOption ? 'coin' : 'usd',
    tickE8: priceE8(Number(`${tick}e${8 - places}`)),
    tickLadder: [],
    amountStepE8: amountE8(10_000_000 * step),
    minAmount: quantity(1),
    contractMultiplierE8: amountE8(100_000_000),
    expiry: null,
    option: null,
    isActive: true,
    makerFeeE8: 0,
    takerFeeE8: 0,
  };
}

/**
 * ccxt.pro: what its own WebSocket calls for each message, with the text frame as bytes. A snapshot
 * does not empty a book it has, so each pass begins without books.
 */
export function ccxtPro(instruments: readonly StreamInstrument[]): BookReader {
  const exchange = new pro.deribit();
  exchange.setMarkets(
    instruments.map(({ name }) =>
      exchange.safeMarketStructure({ id: name, symbol: `${name}:T`, base: 'BTC', quote: 'USD' }),
    ),
  );
  const client = exchange.client('wss://127.0.0.1:9/ws/api/v2');
  return {
    name: 'ccxt.pro',
    begin() {
      exchange.orderbooks = exchange.createSafeDictionary();
    },
    read({ bytes }) {
      client.onMessage({ data: bytes });
    },
    top({ name }) {
      const book = exchange.orderbooks[`${name}:T`];
      const [bid, ask] = [book?.bids[0]?.[0], book?.asks[0]?.[0]];
      return typeof bid === 'number' && typeof ask === 'number' ? { bid, ask } : null;
    },
  };
}

/** tardis-dev: JSON.parse, its mapper for Deribit's books, its order book. */
export function tardisDev(instruments: readonly StreamInstrument[]): BookReader {
  const mapper = normalizeBookChanges('deribit', new Date(0));
  const books = new Map<string, OrderBook>();
  return {
    name: 'tardis-dev',
    begin() {
      books.clear();
      for (const { name } of instruments) books.set(name, new OrderBook());
    },
    read({ bytes }) {
      const message: unknown = JSON.parse(bytes.toString());
      if (!mapper.canHandle(message)) return;
      for (const change of mapper.map(message, new Date()) ?? []) {
        books.get(change.symbol)?.update(change);
      }
    },
    top({ name }) {
      const book = books.get(name);
      const [bid, ask] = [book?.bestBid()?.price, book?.bestAsk()?.price];
      return bid !== undefined && ask !== undefined ? { bid, ask } : null;
    },
  };
}
