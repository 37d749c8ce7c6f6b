import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { holdingsE8 } from './account.ts';
import type { ExchangeCounters } from './illegal-order.ts';
import type { Levels } from './levels.ts';
import type {
  BookNotice,
  NotificationListener,
  SettlementNotice,
  TickerNotice,
} from './notification.ts';
import type { CancelReason, Direction, VenueOrder } from './orders.ts';
import { QUERIES } from './queries.ts';
import { settleExpired } from './settlement.ts';
import { cancelOrder, matchHandler, place } from './trading.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  isParams,
  missing,
  type Params,
  venueError,
} from './venue-error.ts';
import { createListing, createVenueState, tellBook, type VenueState } from './venue-state.ts';
import { toWireOrder } from './wire.ts';

export interface ExchangeOptions {
  /** What the client brings, by currency at 1e-8. */
  readonly deposits: ReadonlyMap<Currency, number>;
  readonly onNotification: NotificationListener;
}

/**
 * Where every unit of one currency is, at 1e-8. `client + market + fees` is `deposited`, always.
 */
export interface Audit {
  readonly deposited: number;
  readonly client: number;
  readonly market: number;
  readonly fees: number;
}

/**
 * A small Deribit: a state machine without clock, randomness or I/O. The client's door is `handle`;
 * all other methods are the market's. Every call carries the time, which never goes back; what has
 * expired by then is delivered before the call is looked at.
 */
export class Exchange {
  readonly #state: VenueState;

  constructor(options: ExchangeOptions) {
    this.#state = createVenueState(options.deposits, options.onNotification);
  }

  get counters(): Readonly<ExchangeCounters> {
    return this.#state.counters;
  }

  /** Latest time this exchange was told, epoch ms. */
  get now(): number {
    return this.#state.now;
  }

  /**
   * Answers one JSON-RPC request: Deribit's method, params and result. Never throws for what a
   * client sends.
   */
  handle(method: string, params: unknown, now: number): ExchangeAnswer {
    this.advance(now);
    const state = this.#state;
    if (method === 'private/buy') return place(state, 'buy', params);
    if (method === 'private/sell') return place(state, 'sell', params);
    const given = params ?? {};
    if (!isParams(given)) return failure(venueError(-32602, 'params must be an object'));
    if (method === 'private/cancel') return this.#cancel(given['order_id']);
    if (method === 'private/cancel_by_label') return this.#cancelByLabel(given);
    if (method === 'private/cancel_all') {
      return answer(this.#cancelWhere(() => true, 'user_request'));
    }
    const query = QUERIES.get(method);
    return query === undefined ? failure(venueError(-32601, method)) : query(state, given);
  }

  /** Moves time on and delivers what has expired. */
  advance(now: number): void {
    if (!(now >= this.#state.now)) {
      throw new RangeError(`time would go from ${this.#state.now} to ${now}`);
    }
    this.#state.now = now;
    settleExpired(this.#state);
  }

  /** Opens trading. Names listed before, and those already past their expiry, are left out. */
  list(instruments: readonly Instrument[], now: number): void {
    this.advance(now);
    const state = this.#state;
    const listed: Instrument[] = [];
    for (const instrument of instruments) {
      const { name, expiry } = instrument;
      if (state.listings.has(name) || state.expired.has(name)) continue;
      if (expiry !== null && expiry <= now) continue;
      state.listings.set(name, createListing(instrument, now));
      state.nextExpiry = Math.min(state.nextExpiry, expiry ?? Number.POSITIVE_INFINITY);
      listed.push(instrument);
    }
    if (listed.length > 0) state.notify('instruments', { timestamp: now, listed, gone: [] });
  }

  setIndex(underlying: Currency, priceE8: number, now: number): void {
    this.advance(now);
    if (!Number.isSafeInteger(priceE8) || priceE8 <= 0) {
      throw new RangeError(`${underlying}: ${priceE8} is no index price`);
    }
    this.#state.indexes.set(underlying, priceE8);
    this.#state.notify('index', { underlying, timestamp: now, priceE8 });
  }

  /** New analytics of a listed instrument; `timestamp` is the time. Ignored once it has expired. */
  setTicker(ticker: TickerNotice): void {
    this.advance(ticker.timestamp);
    const listing = this.#state.listings.get(ticker.instrument.name);
    if (listing === undefined) return;
    if (!(ticker.markPriceE8 >= 0) || !(ticker.underlyingPriceE8 > 0)) {
      throw new RangeError(`${ticker.instrument.name}: a ticker without mark or underlying`);
    }
    listing.ticker = ticker;
    this.#state.notify('ticker', ticker);
  }

  /**
   * The market's whole book of one instrument, flat pairs of ticks and steps, best first. The
   * arrays are kept: never change them afterwards, and pass the same one again where a side did not
   * change. Ignored when not listed.
   */
  publishBook(name: InstrumentName, bids: Levels, asks: Levels, now: number): void {
    if (now !== this.#state.now || now >= this.#state.nextExpiry) this.advance(now);
    const listing = this.#state.listings.get(name);
    if (listing === undefined) return;
    listing.book.publish(bids, asks, matchHandler(this.#state, listing));
    tellBook(this.#state, listing);
  }

  /**
   * Every quote is gone, and nobody says so: books grow stale. The next publication is a snapshot.
   */
  withdrawQuotes(now: number): void {
    this.advance(now);
    for (const { book } of this.#state.listings.values()) book.withdraw();
  }

  /**
   * Somebody else trades: takes up to `steps` at `limitTicks` or better.
   * @returns steps that met orders of the client.
   */
  marketTrade(
    name: InstrumentName,
    side: Direction,
    limitTicks: number,
    steps: number,
    now: number,
  ): number {
    this.advance(now);
    const listing = this.#state.listings.get(name);
    if (listing === undefined) return 0;
    const handler = matchHandler(this.#state, listing);
    const filled = listing.book.marketTrade(side, limitTicks, steps, handler);
    tellBook(this.#state, listing);
    return filled;
  }

  /**
   * The client's connection is gone and cancel-on-disconnect was on (D-18).
   * @returns orders cancelled.
   */
  cancelOnDisconnect(now: number): number {
    this.advance(now);
    return this.#cancelWhere(() => true, 'cancel_on_disconnect');
  }

  /** Deliveries from `since` on, oldest first. */
  settlementsSince(since: number): readonly SettlementNotice[] {
    return this.#state.settlements.filter((settlement) => settlement.timestamp >= since);
  }

  /** What a fresh subscription would begin with; null when the name is not listed. */
  bookSnapshot(name: InstrumentName): BookNotice | null {
    const listing = this.#state.listings.get(name);
    if (listing === undefined) return null;
    const { book, instrument } = listing;
    return {
      instrument,
      timestamp: this.#state.now,
      changeId: book.changeId,
      prevChangeId: null,
      bids: book.bids,
      asks: book.asks,
      newBidsFrom: 0,
      newAsksFrom: 0,
    };
  }

  /** Conservation: nothing is made and nothing is lost but what is listed here. */
  audit(currency: Currency): Audit {
    const { deposits, client, market, fees } = this.#state;
    return {
      deposited: deposits.get(currency) ?? 0,
      client: holdingsE8(client, currency),
      market: holdingsE8(market, currency),
      fees: fees.get(currency) ?? 0,
    };
  }

  #cancel(id: unknown): ExchangeAnswer {
    if (typeof id !== 'string') {
      return missing('order_id');
    }
    const order = this.#state.orders.byId(id);
    if (order === undefined) return failure(venueError(10004, `no order ${id}`, 'order_id'));
    if (order.state !== 'open') return failure(venueError(11044, order.state, 'order_id'));
    cancelOrder(this.#state, order, 'user_request');
    return answer(toWireOrder(order));
  }

  #cancelByLabel({ label, currency }: Params): ExchangeAnswer {
    if (typeof label !== 'string') {
      return missing('label');
    }
    const isWanted = ({ request }: VenueOrder): boolean =>
      request.label === label &&
      (currency === undefined || request.instrument.settlement === currency);
    return answer(this.#cancelWhere(isWanted, 'user_request'));
  }

  #cancelWhere(isWanted: (order: VenueOrder) => boolean, reason: CancelReason): number {
    const wanted = [...this.#state.orders.open()].filter(isWanted);
    for (const order of wanted) cancelOrder(this.#state, order, reason);
    return wanted.length;
  }
}
