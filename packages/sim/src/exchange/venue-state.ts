import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { type Account, createAccount } from './account.ts';
import { AnnouncementBoard } from './announcements.ts';
import { createInterest, type Interest, isPerpetual } from './funding.ts';
import { createCounters, type ExchangeCounters } from './illegal-order.ts';
import { LimitBook } from './matching.ts';
import type { NotificationListener, TickerNotice } from './notification.ts';
import { PrintLog } from './print-log.ts';
import { RollingStats } from './rolling-stats.ts';
import type { AccountId, Trader } from './trader.ts';
import type { VolatilityHistory } from './volatility-history.ts';

/** One tradable instrument as the exchange keeps it. */
export interface Listing {
  readonly instrument: Instrument;
  /** Deribit's `instrument_id`. */
  readonly number: number;
  readonly listedAt: number;
  readonly book: LimitBook;
  /** Null until the market has told a mark: until then nobody can trade it. */
  ticker: TickerNotice | null;
  lastTradeTicks: number | null;
  lastTickDirection: 0 | 1 | 2 | 3;
  tradeSequence: number;
  readonly stats: RollingStats;
  readonly prints: PrintLog;
  /** Null for what is no perpetual. */
  readonly interest: Interest | null;
  /** Mark at the last daily settlement, at 1e-8; null before the first. */
  settledMarkE8: number | null;
  /** Of the market that is followed; null where the market is made here. */
  readonly mirror: MirrorStanding | null;
}

/** What is known of the market behind one book. */
export interface MirrorStanding {
  /** The book of the source is not known now: nothing is shown, and nobody can trade. */
  isVoid: boolean;
  /** When the source said the latest of this book, epoch ms by its own clock. */
  saidAt: number;
}

/** An instrument that is no longer listed, as `get_instruments` with `expired` tells it. */
export interface Expired {
  readonly instrument: Instrument;
  readonly number: number;
  readonly listedAt: number;
}

export interface VenueState {
  now: number;
  readonly listings: Map<InstrumentName, Listing>;
  /** Those that never expire and pay interest. */
  readonly perpetuals: Listing[];
  /** What was listed once and is no more. */
  readonly expired: Map<InstrumentName, Expired>;
  /** Earliest expiry among the listings; infinite when none. */
  nextExpiry: number;
  /** The next 08:00 UTC; infinite until a time was told. */
  nextDailySettlement: number;
  readonly indexes: Map<Currency, number>;
  readonly volatility: Map<Currency, VolatilityHistory>;
  readonly traders: ReadonlyMap<AccountId, Trader>;
  /** Everybody else. Every trade of an account is booked against it, so that nothing is lost. */
  readonly market: Account;
  readonly fees: Map<Currency, number>;
  /** Trades by the currency their instruments are filed under. */
  readonly prints: Map<Currency, PrintLog>;
  readonly counters: ExchangeCounters;
  readonly announcements: AnnouncementBoard;
  /** Underlyings whose books take no orders. */
  readonly locked: Set<Currency>;
  readonly notify: NotificationListener;
  /** Whose quotes the request that is being answered has taken. */
  readonly taken: Set<Instrument>;
  /** Every book follows one of another exchange. */
  readonly isMirror: boolean;
  /** When the source said an index last; of a followed market only. */
  readonly indexSaidAt: Map<Currency, number>;
  changeId: number;
  readonly ids: Map<string, number>;
  /** Id of the last row of anybody's transaction log. */
  transactions: number;
}

export function createVenueState(
  traders: ReadonlyMap<AccountId, Trader>,
  listener: NotificationListener,
  isMirror = false,
): VenueState {
  const counters = createCounters();
  const notify: NotificationListener = (...notice) => {
    counters.notices += 1;
    listener(...notice);
  };
  return {
    now: 0,
    listings: new Map(),
    perpetuals: [],
    expired: new Map(),
    nextExpiry: Number.POSITIVE_INFINITY,
    nextDailySettlement: Number.POSITIVE_INFINITY,
    indexes: new Map(),
    volatility: new Map(),
    traders,
    market: createAccount(),
    fees: new Map(),
    prints: new Map(),
    counters,
    announcements: new AnnouncementBoard(),
    locked: new Set(),
    notify,
    taken: new Set(),
    isMirror,
    indexSaidAt: new Map(),
    changeId: 0,
    ids: new Map(),
    transactions: 0,
  };
}

export function createListing(
  state: VenueState,
  instrument: Instrument,
  listedAt: number,
): Listing {
  return {
    instrument,
    number: state.listings.size + state.expired.size + 1,
    listedAt,
    book: new LimitBook(instrument),
    ticker: null,
    lastTradeTicks: null,
    lastTickDirection: 1,
    tradeSequence: 0,
    stats: new RollingStats(),
    prints: new PrintLog(),
    interest: isPerpetual(instrument) ? createInterest() : null,
    settledMarkE8: null,
    mirror: state.isMirror ? { isVoid: true, saidAt: listedAt } : null,
  };
}

/** The account of an order or a call. An unknown one is the caller's mistake, not a client's. */
export function traderOf(state: VenueState, account: AccountId): Trader {
  const trader = state.traders.get(account);
  if (trader === undefined) throw new RangeError(`there is no account ${account}`);
  return trader;
}

/** `BTC-17`: Deribit numbers orders, trades and settlements per currency. */
export function nextId(state: VenueState, series: string, currency: Currency): string {
  const key = `${series}:${currency}`;
  const number = (state.ids.get(key) ?? 0) + 1;
  state.ids.set(key, number);
  return `${currency}-${number}`;
}

/** When the book was as it is: a followed one keeps the source's own word. */
export function bookAt(state: VenueState, { mirror }: Listing): number {
  return mirror?.saidAt ?? state.now;
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
    timestamp: bookAt(state, listing),
    changeId: change.changeId,
    prevChangeId: change.prevChangeId,
    bids: change.bids.levels,
    asks: change.asks.levels,
    newBidsFrom: change.bids.newFrom,
    newAsksFrom: change.asks.newFrom,
  });
}

const NOTHING: readonly Instrument[] = [];

/** Whose quotes the request that was answered has taken; asked once. */
export function takenOf({ taken }: VenueState): readonly Instrument[] {
  if (taken.size === 0) return NOTHING;
  const instruments = [...taken];
  taken.clear();
  return instruments;
}
