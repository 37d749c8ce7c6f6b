import type { Event, MonoMs } from '@holdfast/core';
import type { Instrument } from '@holdfast/core/instrument';
import { type InstrumentName, instrumentName, monoMs } from '@holdfast/core/values';
import type { Instruments } from './instruments.ts';
import type { FaultName } from './link-meter.ts';
import { parseBook } from './protocol/book.ts';
import type { ScannedBook } from './protocol/book-scanner.ts';
import type { Channel } from './protocol/channels.ts';
import { levelsOnGrid } from './protocol/grid.ts';
import { indexUnderlying, parseIndex, parseVolatilityIndex } from './protocol/indexes.ts';
import { parsePublicTrades } from './protocol/public-trades.ts';
import { parseTicker } from './protocol/ticker.ts';
import type { WireFault } from './protocol/wire-fault.ts';

export interface MarketFeedPorts {
  readonly now: () => MonoMs;
  /** How far our clock is ahead of the venue's, ms; null until that is known. */
  readonly aheadMs: () => number | null;
  /** The venue dated a message so, and it was heard then, each by its own clock. */
  readonly dated: (saidAt: number, heardAt: number) => void;
  readonly post: (event: Event) => void;
  readonly instruments: Instruments;
  /** Counted, and told to the core. */
  readonly fault: (name: FaultName, subject: string | null, detail?: string) => void;
  /** Counted alone: what is expected while a book begins anew. */
  readonly count: (name: FaultName) => void;
  /** A book, a ticker or a trade was heard (contract-1 section 46). */
  readonly heard: (at: MonoMs) => void;
  /** A book has begun anew. */
  readonly snapshot: (instrument: InstrumentName) => void;
}

/**
 * Public messages as events of the core. Books are carried over in ticks and steps of their
 * instrument; whether a change follows what is held, the core decides. Nothing is repaired here: a
 * message that cannot be read costs that instrument its book, until a snapshot brings it back.
 */
export class MarketFeed {
  readonly #ports: MarketFeedPorts;
  /** Books that have begun with a snapshot in this session: a change of any other is no change. */
  readonly #begun = new Set<InstrumentName>();
  /** Books whose snapshot was asked for again: until it comes, changes are those of the old one. */
  readonly #awaited = new Set<InstrumentName>();

  constructor(ports: MarketFeedPorts) {
    this.#ports = ports;
  }

  /** The session is gone: every book begins anew. */
  forget(): void {
    this.#begun.clear();
    this.#awaited.clear();
  }

  /** This book is asked for anew; what still comes of the old one is not believed. */
  restart(instrument: InstrumentName): void {
    this.#begun.delete(instrument);
    this.#awaited.add(instrument);
  }

  /** @returns false when the channel is none of the market's. */
  notification(channel: Channel, data: unknown): boolean {
    switch (channel.kind) {
      case 'book': {
        this.#parsedBook(data, channel.instrument);
        return true;
      }
      case 'ticker':
        this.ticker(data, channel.instrument);
        return true;
      case 'trades':
      case 'trades_by_kind':
        this.#trades(data);
        return true;
      case 'index_price':
        this.#index(data, channel.indexName);
        return true;
      case 'volatility_index':
        this.#volatilityIndex(data, channel.indexName);
        return true;
      default:
        return false;
    }
  }

  /**
   * What a fast scan made of the bytes; read before this returns, and not kept.
   * @param heardAt when the message was heard.
   */
  book(book: Levels & BookHead, heardAt: MonoMs): void {
    const { post, fault, count, snapshot } = this.#ports;
    const at = this.#heard(book.timestamp, heardAt);
    const { instrument: name, changeId, prevChangeId } = book;
    const instrument = this.#listed(name);
    if (instrument === undefined) return;
    if (prevChangeId === null) {
      this.#begun.add(name);
      this.#awaited.delete(name);
      snapshot(name);
    } else if (!this.#begun.has(name)) {
      count('book_change_before_snapshot');
      // A subscription begins with its snapshot: where that was lost, nothing else brings it.
      if (!this.#awaited.has(name)) this.#void(name, at);
      this.#awaited.add(name);
      return;
    }
    const bids = levelsOnGrid(book.bids, book.bidsLength, instrument);
    const asks = levelsOnGrid(book.asks, book.asksLength, instrument);
    if (bids === null || asks === null) {
      fault('book_off_grid', name);
      this.#void(name, at);
      return;
    }
    post({ kind: 'bookChanged', at, instrument: name, changeId, prevChangeId, bids, asks });
  }

  #parsedBook(data: unknown, subject: string): void {
    const parsed = parseBook(data);
    if (!parsed.ok) return this.#malformedBook(instrumentName(subject), parsed);
    const { bids, asks, ...head } = parsed.value;
    const lengths = { bidsLength: bids.length, asksLength: asks.length };
    this.book({ ...head, bids, asks, ...lengths }, this.#ports.now());
  }

  #malformedBook(name: InstrumentName, { fault, path, rule }: WireFault): void {
    this.#ports.fault('market_message_malformed', name, `${fault} ${path} ${rule}`);
    this.#void(name, this.#ports.now());
  }

  /**
   * A snapshot that no book can be made of: the core gives up what it holds and asks for a new one,
   * as after any gap (AT-271).
   */
  #void(instrument: InstrumentName, at: MonoMs): void {
    const nothing = { changeId: Number.NaN, prevChangeId: null, bids: [], asks: [] };
    this.#ports.post({ kind: 'bookChanged', at, instrument, ...nothing });
  }

  /**
   * Told by its channel, or asked for. @returns whether it could be read.
   */
  ticker(data: unknown, subject: string): boolean {
    const ticker = parseTicker(data);
    if (!ticker.ok) {
      this.#malformed(ticker, subject);
      return false;
    }
    const { instrument, timestamp, markPriceE8, underlyingPriceE8, ...told } = ticker.value;
    const { delta, vega, gamma, bestBidE8, bestAskE8 } = told;
    const at = this.#heard(timestamp, this.#ports.now());
    if (this.#listed(instrument) === undefined) return true;
    this.#ports.post({
      kind: 'tickerChanged',
      at,
      instrument,
      markPriceE8,
      underlyingPriceE8,
      delta,
      vega,
      gamma,
      bestBidE8,
      bestAskE8,
    });
    return true;
  }

  #trades(data: unknown): void {
    const trades = parsePublicTrades(data);
    if (!trades.ok) return this.#malformed(trades, null);
    // One message may hold several trades of an instrument: told in the order of their numbers.
    const inOrder = trades.value.toSorted((a, b) => a.tradeSeq - b.tradeSeq);
    const now = this.#ports.now();
    for (const { instrument, tradeSeq, priceE8, amountE8, side, timestamp } of inOrder) {
      const at = this.#heard(timestamp, now);
      if (this.#ports.instruments.get(instrument) === undefined) continue;
      const trade = { instrument, tradeSeq, priceE8, amountE8, side };
      this.#ports.post({ kind: 'publicTradeObserved', at, ...trade });
    }
  }

  #index(data: unknown, subject: string): void {
    const index = parseIndex(data);
    if (!index.ok) return this.#malformed(index, subject);
    const { indexName, priceE8, timestamp } = index.value;
    const underlying = indexUnderlying(indexName);
    const at = this.#saidAt(timestamp, this.#ports.now());
    this.#ports.post({ kind: 'indexChanged', at, underlying, priceE8 });
  }

  #volatilityIndex(data: unknown, subject: string): void {
    const index = parseVolatilityIndex(data);
    if (!index.ok) return this.#malformed(index, subject);
    const { indexName, value, timestamp } = index.value;
    const underlying = indexUnderlying(indexName);
    const at = this.#saidAt(timestamp, this.#ports.now());
    this.#ports.post({ kind: 'volatilityIndexChanged', at, underlying, value });
  }

  #heard(timestamp: number, heardAt: MonoMs): MonoMs {
    this.#ports.heard(heardAt);
    return this.#saidAt(timestamp, heardAt);
  }

  /**
   * When the venue said it, by our clock. What waited on its way, or for a process that stood
   * still, is as old as it is: stamped with its arrival, a backlog of old books would pass for
   * fresh ones.
   */
  #saidAt(timestamp: number, heardAt: MonoMs): MonoMs {
    this.#ports.dated(timestamp, heardAt);
    const ahead = this.#ports.aheadMs();
    if (ahead === null) return heardAt;
    return monoMs(Math.min(heardAt, Math.floor(timestamp + ahead)));
  }

  #listed(name: InstrumentName): Instrument | undefined {
    const instrument = this.#ports.instruments.get(name);
    if (instrument === undefined) this.#ports.fault('market_message_unlisted', null);
    return instrument;
  }

  #malformed({ fault, path, rule }: WireFault, subject: string | null): void {
    this.#ports.fault('market_message_malformed', subject, `${fault} ${path} ${rule}`);
  }
}

type BookHead = Pick<ScannedBook, 'instrument' | 'changeId' | 'prevChangeId' | 'timestamp'>;

/** Flat pairs at 1e-8, of which the first so many numbers count. */
interface Levels {
  readonly bids: ArrayLike<number>;
  readonly bidsLength: number;
  readonly asks: ArrayLike<number>;
  readonly asksLength: number;
}
