import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import { type Audit, auditOf } from './audit.ts';
import { holdingsE8 } from './account.ts';
import { cancelWhere } from './cancelling.ts';
import { wrongParams } from './checked-params.ts';
import type { Announcement } from './announcements.ts';
import { type CreditLimits, LOWEST_TIER } from './credits.ts';
import { nextSettlement, settleDay } from './daily-settlement.ts';
import { matchHandler } from './fills.ts';
import { accrue, fundingRateE8 } from './funding.ts';
import { countIllegal, type ExchangeCounters } from './illegal-order.ts';
import type { Levels } from './levels.ts';
import { ACTIONS, QUERIES } from './methods.ts';
import { mirrorBook, printTrade, type Said, voidBook } from './mirroring.ts';
import type {
  BookNotice,
  NotificationListener,
  SettlementNotice,
  TickerNotice,
} from './notification.ts';
import type { Direction } from './orders.ts';
import type { PrintedTrade } from './printed-trade.ts';
import { delist, settleExpired } from './settlement.ts';
import { logDeposits } from './transaction-log.ts';
import {
  type AccountId,
  createTrader,
  MAIN_ACCOUNT,
  type SelfTradeMode,
  type Trader,
} from './trader.ts';
import { place } from './trading.ts';
import { type ExchangeAnswer, failure, isParams, venueError } from './venue-error.ts';
import {
  bookAt,
  createListing,
  createVenueState,
  type Listing,
  takenOf,
  tellBook,
  traderOf,
  type VenueState,
} from './venue-state.ts';
import { VolatilityHistory } from './volatility-history.ts';

/** Methods whose every refusal is of an order that somebody tried to make. */
const MAKES_ORDERS: ReadonlySet<string> = new Set([
  'private/edit',
  'private/edit_by_label',
  'private/close_position',
]);

type Deposits = ReadonlyMap<Currency, number>;

export interface ExchangeOptions {
  /** What the account `main` brings, by currency at 1e-8. */
  readonly deposits: Deposits;
  /** Further accounts and what they bring. */
  readonly accounts?: ReadonlyMap<AccountId, Deposits>;
  /** `cancel_maker` where nothing is said. */
  readonly selfTrading?: ReadonlyMap<AccountId, SelfTradeMode>;
  /** What every account is told it may ask. Default: Deribit's lowest tier. */
  readonly limits?: CreditLimits;
  /** Its books follow those of another exchange (`mirroring.ts`). */
  readonly mirror?: boolean;
  readonly onNotification: NotificationListener;
}

/**
 * A small Deribit: a state machine without clock, randomness or I/O. The accounts' door is
 * `handle`; all other methods are the market's and the wire's. Every call carries the time, which
 * never goes back; what has come due by then is settled before the call is looked at.
 */
export class Exchange {
  readonly #state: VenueState;
  #onTaken: (instrument: Instrument, now: number) => void = () => undefined;

  constructor(options: ExchangeOptions) {
    const all = new Map([[MAIN_ACCOUNT, options.deposits], ...(options.accounts ?? [])]);
    const traders = new Map<AccountId, Trader>();
    for (const [id, deposits] of all) {
      const selfTrading = options.selfTrading?.get(id) ?? 'cancel_maker';
      const limits = options.limits ?? LOWEST_TIER;
      const number = traders.size + 1;
      traders.set(id, createTrader({ id, number, deposits, limits, selfTrading }));
    }
    this.#state = createVenueState(traders, options.onNotification, options.mirror);
    for (const trader of traders.values()) logDeposits(this.#state, trader);
  }

  /** Of all accounts together. */
  get counters(): Readonly<ExchangeCounters> {
    return this.#state.counters;
  }

  countersOf(account: AccountId): Readonly<ExchangeCounters> {
    return traderOf(this.#state, account).counters;
  }

  get accounts(): readonly AccountId[] {
    return [...this.#state.traders.keys()];
  }

  /** Latest time this exchange was told, epoch ms. */
  get now(): number {
    return this.#state.now;
  }

  /**
   * Answers one JSON-RPC request of an account: Deribit's method, params and result. Never throws
   * for what a client sends. Public methods do not look at the account.
   */
  handle(
    method: string,
    params: unknown,
    now: number,
    account: AccountId = MAIN_ACCOUNT,
  ): ExchangeAnswer {
    const trader = traderOf(this.#state, account);
    this.advance(now);
    const answer = this.#answer(method, params, trader);
    // Quotes that change by a request change after its answer.
    for (const instrument of takenOf(this.#state)) this.#onTaken(instrument, now);
    return answer;
  }

  #answer(method: string, params: unknown, trader: Trader): ExchangeAnswer {
    const state = this.#state;
    if (method === 'private/buy') return place(state, trader, 'buy', params);
    if (method === 'private/sell') return place(state, trader, 'sell', params);
    const given = params ?? {};
    if (!isParams(given)) return failure(venueError(-32602, 'params must be an object'));
    const action = ACTIONS.get(method);
    const query = QUERIES.get(method);
    if (action === undefined && query === undefined) return failure(venueError(-32601, method));
    const refused = wrongParams(method, given);
    if (refused !== null) {
      if (MAKES_ORDERS.has(method)) countIllegal(state, trader, 'malformed');
      return failure(refused);
    }
    if (action !== undefined) return action(state, trader, given);
    return query === undefined ? failure(venueError(-32601, method)) : query(state, given, trader);
  }

  /** The market hears which of its quotes an account's request has taken. */
  onTaken(listener: (instrument: Instrument, now: number) => void): void {
    this.#onTaken = listener;
  }

  /** Moves time on, settles the day and delivers what has expired. */
  advance(now: number): void {
    const state = this.#state;
    if (!(now >= state.now)) throw new RangeError(`time would go from ${state.now} to ${now}`);
    if (state.nextDailySettlement === Number.POSITIVE_INFINITY) {
      state.nextDailySettlement = nextSettlement(now);
    }
    state.now = now;
    settleDay(state);
    settleExpired(state);
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
      const listing = createListing(state, instrument, now);
      state.listings.set(name, listing);
      if (listing.interest !== null) state.perpetuals.push(listing);
      state.nextExpiry = Math.min(state.nextExpiry, expiry ?? Number.POSITIVE_INFINITY);
      listed.push(instrument);
    }
    if (listed.length > 0) state.notify('instruments', { timestamp: now, listed, gone: [] });
  }

  /** Ends trading of an option or a dated future before its expiry. Ignored when not listed. */
  delist(name: InstrumentName, now: number): void {
    this.advance(now);
    const listing = this.#state.listings.get(name);
    if (listing === undefined) return;
    if (listing.interest !== null) throw new RangeError(`${name} has no delivery`);
    delist(this.#state, listing);
  }

  /** @param saidAt when the source of a followed market said so. */
  setIndex(underlying: Currency, priceE8: number, now: number, saidAt?: number): void {
    this.advance(now);
    if (!Number.isSafeInteger(priceE8) || priceE8 <= 0) {
      throw new RangeError(`${underlying}: ${priceE8} is no index price`);
    }
    const state = this.#state;
    state.indexes.set(underlying, priceE8);
    if (saidAt !== undefined) state.indexSaidAt.set(underlying, saidAt);
    for (const listing of state.perpetuals) {
      if (listing.instrument.underlying === underlying) accrueAt(state, listing);
    }
    state.notify('index', { underlying, timestamp: saidAt ?? now, priceE8 });
  }

  /** New analytics of a listed instrument; `timestamp` is the time. Ignored once it has expired. */
  setTicker(ticker: TickerNotice): void {
    this.advance(ticker.timestamp);
    const state = this.#state;
    const listing = state.listings.get(ticker.instrument.name);
    if (listing === undefined) return;
    if (!(ticker.markPriceE8 >= 0) || !(ticker.underlyingPriceE8 > 0)) {
      throw new RangeError(`${ticker.instrument.name}: a ticker without mark or underlying`);
    }
    listing.ticker = ticker;
    accrueAt(state, listing);
    state.notify('ticker', ticker);
  }

  /** A new value of a coin's volatility index (DVOL), in percent. */
  setVolatilityIndex(underlying: Currency, value: number, now: number): void {
    this.advance(now);
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${underlying}: ${value} is no volatility`);
    }
    const state = this.#state;
    const history = state.volatility.get(underlying) ?? new VolatilityHistory();
    history.add(now, value);
    state.volatility.set(underlying, history);
    state.notify('volatilityIndex', { underlying, timestamp: now, value });
  }

  /** Publishes an announcement; one of the same id is replaced. `at` is its publication. */
  announce(announcement: Announcement): void {
    this.#state.announcements.publish(announcement);
  }

  /** Locks the books of an underlying, or opens them: while locked they take cancels only. */
  lock(underlying: Currency, locked: boolean, now: number): void {
    this.advance(now);
    const state = this.#state;
    if (state.locked.has(underlying) === locked) return;
    if (locked) state.locked.add(underlying);
    else state.locked.delete(underlying);
    state.notify('platform', { underlying, timestamp: now, locked });
  }

  setSelfTrading(account: AccountId, mode: SelfTradeMode): void {
    traderOf(this.#state, account).selfTrading = mode;
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
   * @returns steps that met orders of accounts.
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

  /** The whole book of a followed market, as `publishBook` takes it (`mirroring.ts`). */
  mirrorBook(name: InstrumentName, bids: Levels, asks: Levels, said: Said): void {
    this.advance(said.now);
    mirrorBook(this.#state, name, bids, asks, said.at);
  }

  /** The book of a followed market is not known any more (`mirroring.ts`). */
  voidBook(name: InstrumentName, now: number): void {
    this.advance(now);
    voidBook(this.#state, name);
  }

  /**
   * A public trade of a followed market.
   * @returns steps that met orders of accounts.
   */
  printTrade(name: InstrumentName, trade: PrintedTrade, isOffBook: boolean, now: number): number {
    this.advance(now);
    return printTrade(this.#state, name, trade, isOffBook);
  }

  /** When the source of a followed market said an index; null where none is followed. */
  indexSaidAt(underlying: Currency): number | null {
    return this.#state.indexSaidAt.get(underlying) ?? null;
  }

  /**
   * A connection of the account is gone and cancel-on-disconnect was on (D-18).
   * @param only ids of the orders that go: those the connection made. Default: all of the account.
   * @returns orders cancelled.
   */
  cancelOnDisconnect(
    now: number,
    account: AccountId = MAIN_ACCOUNT,
    only: Iterable<string> | null = null,
  ): number {
    this.advance(now);
    const trader = traderOf(this.#state, account);
    const ids = only === null ? null : new Set(only);
    const isWanted = ({ id }: { readonly id: string }): boolean => ids?.has(id) !== false;
    return cancelWhere(this.#state, trader, isWanted, 'cancel_on_disconnect').length;
  }

  /** Deliveries to an account from `since` on, oldest first. */
  settlementsSince(since: number, account: AccountId = MAIN_ACCOUNT): readonly SettlementNotice[] {
    return traderOf(this.#state, account).settlements.flatMap((each) =>
      each.kind === 'delivery' && each.notice.timestamp >= since ? [each.notice] : [],
    );
  }

  /** What a fresh subscription would begin with; null when the name is not listed. */
  bookSnapshot(name: InstrumentName): BookNotice | null {
    const listing = this.#state.listings.get(name);
    if (listing === undefined) return null;
    const { book, instrument } = listing;
    return {
      instrument,
      timestamp: bookAt(this.#state, listing),
      changeId: book.changeId,
      prevChangeId: null,
      bids: book.bids,
      asks: book.asks,
      newBidsFrom: 0,
      newAsksFrom: 0,
    };
  }

  /**
   * What an account holds of one currency, open futures at what they cost, without the funding that
   * the next daily settlement will pay.
   */
  settledE8(currency: Currency, account: AccountId = MAIN_ACCOUNT): number {
    const { holdings, unsettled } = traderOf(this.#state, account);
    let settled = holdingsE8(holdings, currency);
    for (const { instrument, fundingE8 } of unsettled.values()) {
      if (instrument.settlement === currency) settled -= fundingE8;
    }
    return settled;
  }

  /** Conservation: nothing is made and nothing is lost but what is listed here. */
  audit(currency: Currency): Audit {
    return auditOf(this.#state, currency);
  }
}

/** A perpetual's rate follows its premium; it earns nothing while mark or index is unknown. */
function accrueAt(state: VenueState, { interest, instrument, ticker }: Listing): void {
  const index = state.indexes.get(instrument.underlying);
  if (interest === null || ticker === null || index === undefined) return;
  accrue(interest, state.now, fundingRateE8(ticker.markPriceE8, index));
}
