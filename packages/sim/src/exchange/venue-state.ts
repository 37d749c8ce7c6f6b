import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { type Account, createAccount } from './account.ts';
import { createCounters, type ExchangeCounters } from './illegal-order.ts';
import { LimitBook } from './matching.ts';
import type { NotificationListener, SettlementNotice, TickerNotice } from './notification.ts';
import { OrderStore } from './orders.ts';
import type { WireTrade } from './wire.ts';

/** One tradable instrument as the exchange keeps it. */
export interface Listing {
  readonly instrument: Instrument;
  readonly listedAt: number;
  readonly book: LimitBook;
  /** Null until the market has told a mark: until then nobody can trade it. */
  ticker: TickerNotice | null;
  lastTradeTicks: number | null;
  lastTickDirection: 0 | 1 | 2 | 3;
  tradeSequence: number;
  tradedSteps: number;
}

/** A trade of the client with what a query selects by. */
export interface KeptTrade {
  readonly wire: WireTrade;
  readonly instrument: Instrument;
}

export interface VenueState {
  now: number;
  readonly listings: Map<InstrumentName, Listing>;
  /** Names that were listed once and are no more. */
  readonly expired: Set<InstrumentName>;
  /** Earliest expiry among the listings; infinite when none. */
  nextExpiry: number;
  readonly indexes: Map<Currency, number>;
  readonly deposits: ReadonlyMap<Currency, number>;
  readonly client: Account;
  /** Everybody the client trades with. */
  readonly market: Account;
  readonly fees: Map<Currency, number>;
  readonly orders: OrderStore;
  /** The client's trades, oldest first. */
  readonly trades: KeptTrade[];
  readonly settlements: SettlementNotice[];
  readonly counters: ExchangeCounters;
  readonly notify: NotificationListener;
  changeId: number;
  readonly ids: Map<string, number>;
}

export function createVenueState(
  deposits: ReadonlyMap<Currency, number>,
  listener: NotificationListener,
): VenueState {
  const counters = createCounters();
  const notify: NotificationListener = (...notice) => {
    counters.notices += 1;
    listener(...notice);
  };
  return {
    now: 0,
    listings: new Map(),
    expired: new Set(),
    nextExpiry: Number.POSITIVE_INFINITY,
    indexes: new Map(),
    deposits: new Map(deposits),
    client: createAccount(deposits),
    market: createAccount(),
    fees: new Map(),
    orders: new OrderStore(),
    trades: [],
    settlements: [],
    counters,
    notify,
    changeId: 0,
    ids: new Map(),
  };
}

export function createListing(instrument: Instrument, listedAt: number): Listing {
  return {
    instrument,
    listedAt,
    book: new LimitBook(instrument),
    ticker: null,
    lastTradeTicks: null,
    lastTickDirection: 1,
    tradeSequence: 0,
    tradedSteps: 0,
  };
}

/** `BTC-17`: Deribit numbers orders, trades and settlements per currency. */
export function nextId(state: VenueState, series: string, currency: Currency): string {
  const key = `${series}:${currency}`;
  const number = (state.ids.get(key) ?? 0) + 1;
  state.ids.set(key, number);
  return `${currency}-${number}`;
}

/** Tells what changed in a book, if anything did. */
export function tellBook(state: VenueState, listing: Listing): void {
  const change = listing.book.flush(() => {
    state.changeId += 1;
    return state.changeId;
  });
  if (change === null) return;
  state.notify('book', {
    instrument: listing.instrument,
    timestamp: state.now,
    changeId: change.changeId,
    prevChangeId: change.prevChangeId,
    bids: change.bids.levels,
    asks: change.asks.levels,
    newBidsFrom: change.bids.newFrom,
    newAsksFrom: change.asks.newFrom,
  });
}
