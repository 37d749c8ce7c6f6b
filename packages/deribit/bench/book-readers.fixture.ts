/**
 * Who reads a book message, and how: the same bytes in, a book out. Each is used as its own
 * documentation and its own receiving code use it.
 */
import type { BookChanged } from '@holdfast/core';
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
import { Instruments } from '../src/instruments.ts';
import { MarketFeed } from '../src/market-feed.ts';
import { scanBook } from '../src/protocol/book-scanner.ts';
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

/** Bytes, the scanner, the feed's event, the core's book. */
export function holdfast(instruments: readonly StreamInstrument[]): BookReader {
  const listed = new Instruments();
  listed.replace(currency('BTC'), instruments.map(toInstrument), 0);
  const books = new Map<InstrumentName, MutableBook>();
  const trouble: string[] = [];
  const origin = performance.timeOrigin;
  const apply = (event: BookChanged): string => {
    const { instrument, changeId, prevChangeId, at, bids, asks } = event;
    const book = books.get(instrument);
    if (book === undefined) return 'no such book';
    return prevChangeId === null
      ? book.applySnapshot(changeId, at, bids, asks)
      : book.applyChange(changeId, prevChangeId, at, bids, asks);
  };
  const feed = new MarketFeed({
    now: () => monoMs(Math.floor(origin + performance.now())),
    post: (event) => {
      const outcome = event.kind === 'bookChanged' ? apply(event) : event.kind;
      if (outcome !== 'applied') trouble.push(outcome);
    },
    instruments: listed,
    fault: (name) => trouble.push(name),
    count: (name) => trouble.push(name),
    heard: () => {},
    snapshot: () => {},
  });
  return {
    name: 'holdfast',
    begin() {
      feed.forget();
      books.clear();
      for (const { name } of instruments) {
        books.set(instrumentName(name), createBook(instrumentName(name)));
      }
    },
    read({ bytes }) {
      const scanned = scanBook(bytes);
      if (scanned === null) trouble.push('left to the schema');
      else feed.book(scanned);
    },
    top({ name, places, tick }) {
      if (trouble.length > 0) throw new Error(`holdfast: ${trouble[0]}`);
      const book = books.get(instrumentName(name));
      if (book?.usable !== true) return null;
      const price = (ticks: number): number => Number(((ticks * tick) / 10 ** places).toFixed(8));
      return { bid: price(book.bidPrice(0)), ask: price(book.askPrice(0)) };
    },
  };
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
    tickE8: priceE8((100_000_000 / 10 ** places) * tick),
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
