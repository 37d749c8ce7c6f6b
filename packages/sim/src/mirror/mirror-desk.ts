import type {
  PlatformState,
  PublicTrade,
  WireIndex,
  WireTicker,
  WireVolatilityIndex,
} from '@holdfast/deribit/protocol';
import { indexUnderlying } from '@holdfast/deribit/protocol';
import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import type { Clock } from '@holdfast/runtime/ports';
import type { Exchange } from '../exchange/exchange.ts';
import {
  applyTold,
  asksOf,
  bidsOf,
  follow,
  type Followed,
  type ToldBook,
} from './followed-books.ts';
import type { GapCause, GapLog } from './gap-log.ts';

/** What a mirror needs of an exchange. */
export type MirrorDoor = Pick<
  Exchange,
  | 'now'
  | 'list'
  | 'delist'
  | 'lock'
  | 'setIndex'
  | 'setVolatilityIndex'
  | 'setTicker'
  | 'mirrorBook'
  | 'voidBook'
  | 'printTrade'
>;

export interface DeskPorts {
  readonly exchange: MirrorDoor;
  /** The source's time, as well as it is known. */
  readonly clock: Clock;
  readonly gaps: GapLog;
  /** Asks the source for a book anew; it may come, or not. */
  readonly askBook: (name: InstrumentName) => void;
  /** The market is not known from now on. */
  readonly onLost: (cause: GapCause) => void;
}

/** An index comes every second, whatever the market does; without one nobody knows the market. */
const SILENCE_MS = 5_000;
/** An index said so long before it was heard is of another market than this one. */
const LATE_MS = 5_000;
/** A book that was asked for and did not come is asked for again. */
const ASK_AGAIN_MS = 3_000;
/** What is listed no longer, and so long before its expiry, was delisted. */
const DELIST_MS = 60_000;

const WHOLE = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/**
 * Brings what a source says to an exchange, and nothing that it does not say. While the source is
 * not heard, or heard too late, every book is void and every coin is locked; a book whose chain
 * breaks is void by itself. What is known again comes back whole.
 */
export class MirrorDesk {
  readonly counts = {
    listed: 0,
    delisted: 0,
    books: 0,
    tickers: 0,
    trades: 0,
    tradesMissed: 0,
    tradesOffGrid: 0,
    filledSteps: 0,
    unlisted: 0,
    unreadable: 0,
  };
  readonly #ports: DeskPorts;
  readonly #followed = new Map<InstrumentName, Followed>();
  /** When each coin's index was heard in time; null while that is to come. */
  readonly #coins = new Map<Currency, number | null>();
  /** Coins the source itself has locked. */
  readonly #lockedThere = new Set<Currency>();
  /** The market is not known: nothing has been heard yet, or no longer. */
  #isLost = true;
  #heardAt: number | null = null;
  #deafUntil = 0;

  constructor(ports: DeskPorts) {
    this.#ports = ports;
  }

  /** Whether the market of the source is known now. */
  get isLive(): boolean {
    return !this.#isLost;
  }

  get instruments(): number {
    return this.#followed.size;
  }

  /** Books that are not known now. */
  get voidBooks(): number {
    return this.#followed.size - this.known().length;
  }

  /** Whole milliseconds, and never behind what the exchange has been told. */
  now(): number {
    return Math.max(Math.floor(this.#ports.clock.now()), this.#ports.exchange.now);
  }

  /** Everything the source lists that settles in a currency. */
  listed(settlement: Currency, instruments: readonly Instrument[]): void {
    const { exchange } = this.#ports;
    const now = this.now();
    const fresh = instruments.filter(
      ({ name, isActive, expiry }) =>
        isActive && !this.#followed.has(name) && (expiry === null || expiry > now),
    );
    for (const instrument of fresh) {
      this.#followed.set(instrument.name, follow(instrument));
      if (this.#coins.has(instrument.underlying)) continue;
      this.#coins.set(instrument.underlying, null);
      exchange.lock(instrument.underlying, true, now);
    }
    exchange.list(fresh, now);
    this.counts.listed += fresh.length;
    this.#letGo(settlement, new Set(instruments.map(({ name }) => name)), now);
  }

  book(told: ToldBook): void {
    const followed = this.#followed.get(told.instrument);
    if (followed === undefined) return this.#unlisted();
    const wasKnown = followed.book.usable;
    const outcome = applyTold(followed, told);
    followed.saidAt = told.timestamp;
    if (outcome !== 'applied') return this.#broken(followed, wasKnown ? outcome : null);
    followed.askedAt = null;
    this.counts.books += 1;
    if (!this.#isLost) this.#publish(followed);
  }

  /** A message of this book that nobody can read: what it changed is not known. */
  unreadableBook(name: InstrumentName): void {
    this.counts.unreadable += 1;
    const followed = this.#followed.get(name);
    if (followed === undefined) return;
    followed.book.void();
    this.#broken(followed, 'malformed');
  }

  unreadable(): void {
    this.counts.unreadable += 1;
  }

  ticker(ticker: WireTicker): void {
    const followed = this.#followed.get(ticker.instrument);
    if (followed === undefined) return this.#unlisted();
    if (!(ticker.markPriceE8 >= 0) || !(ticker.underlyingPriceE8 > 0)) return this.unreadable();
    followed.ticker = ticker;
    if (!this.#isLost) this.#mark(followed.instrument, ticker);
  }

  trades(trades: readonly PublicTrade[]): void {
    // One message may hold several trades of an instrument: told in the order of their numbers.
    for (const trade of trades.toSorted((a, b) => a.tradeSeq - b.tradeSeq)) this.#trade(trade);
  }

  index({ indexName, priceE8, timestamp }: WireIndex): void {
    const coin = indexUnderlying(indexName);
    const heard = this.#coins.get(coin);
    if (heard === undefined) return this.#unlisted();
    const now = this.now();
    this.#heardAt = now;
    if (now - timestamp > LATE_MS) return this.lost('late');
    this.#coins.set(coin, now);
    this.#ports.exchange.setIndex(coin, priceE8, now, timestamp);
    if (this.#isLost) this.#tryToResume(now);
  }

  volatilityIndex({ indexName, value }: WireVolatilityIndex): void {
    const coin = indexUnderlying(indexName);
    if (!this.#coins.has(coin)) return this.#unlisted();
    if (!this.#isLost) this.#ports.exchange.setVolatilityIndex(coin, value, this.now());
  }

  /** The source locks or opens its own books. */
  platform({ indexName, locked }: PlatformState): void {
    const coins = indexName === null ? [...this.#coins.keys()] : [indexUnderlying(indexName)];
    for (const coin of coins) {
      if (locked) this.#lockedThere.add(coin);
      else this.#lockedThere.delete(coin);
      if (this.#coins.has(coin)) this.#setLock(coin, this.now());
    }
  }

  /** Nothing of the source counts from now on, until it is heard again. */
  lost(cause: GapCause): void {
    for (const coin of this.#coins.keys()) this.#coins.set(coin, null);
    if (this.#isLost) return;
    this.#isLost = true;
    const now = this.now();
    this.#ports.gaps.open(null, cause, Math.min(this.#heardAt ?? now, now));
    for (const name of this.#followed.keys()) this.#ports.exchange.voidBook(name, now);
    for (const coin of this.#coins.keys()) this.#setLock(coin, now);
    this.#ports.onLost(cause);
  }

  /** What is held of the books was the word of a connection that is gone. */
  forgetBooks(): void {
    for (const followed of this.#followed.values()) {
      followed.book.void();
      followed.ticker = null;
    }
    this.#lockedThere.clear();
  }

  /** One book is not believed any more, until the source tells it anew. */
  breakBook(followed: Followed, cause: GapCause): void {
    followed.book.void();
    this.#broken(followed, cause);
  }

  /** The books that are known, in order of listing. */
  known(): readonly Followed[] {
    return [...this.#followed.values()].filter(({ book }) => book.usable);
  }

  /** The source is not heard for so long, whatever it says. On purpose. */
  deafen(ms: number): void {
    this.#deafUntil = this.now() + ms;
    this.lost('injected');
  }

  /** To be called every now and then: silence makes no noise. */
  look(): void {
    const now = this.now();
    this.#forgetExpired(now);
    if (this.#isLost) return;
    for (const heard of this.#coins.values()) {
      if (heard === null || now - heard > SILENCE_MS) return this.lost('silence');
    }
    for (const followed of this.#followed.values()) {
      if (followed.book.usable) continue;
      if (followed.askedAt === null || now - followed.askedAt >= ASK_AGAIN_MS) {
        this.#ask(followed, now);
      }
    }
  }

  #tryToResume(now: number): void {
    if (now < this.#deafUntil) return;
    for (const heard of this.#coins.values()) if (heard === null) return;
    this.#isLost = false;
    this.#ports.gaps.close(null, now);
    for (const coin of this.#coins.keys()) this.#setLock(coin, now);
    for (const followed of this.#followed.values()) {
      if (followed.ticker !== null) this.#mark(followed.instrument, followed.ticker);
      if (followed.book.usable) this.#publish(followed);
      // Most are on their way: only what does not come is asked for.
      else followed.askedAt = now;
    }
  }

  #mark(instrument: Instrument, ticker: WireTicker): void {
    const { markPriceE8, underlyingPriceE8, markIv: iv, delta, gamma, vega } = ticker;
    const mark = { markPriceE8, underlyingPriceE8, iv, delta, gamma, vega };
    const timestamp = this.now();
    this.#ports.exchange.setTicker({ instrument, timestamp, saidAt: ticker.timestamp, ...mark });
    this.counts.tickers += 1;
  }

  #publish(followed: Followed): void {
    const { name } = followed.instrument;
    const said = { at: followed.saidAt, now: this.now() };
    const { exchange, gaps } = this.#ports;
    exchange.mirrorBook(name, bidsOf(followed), asksOf(followed), said);
    gaps.close(name, said.now);
  }

  /** @param cause null where it was broken already. */
  #broken(followed: Followed, cause: GapCause | null): void {
    const { name } = followed.instrument;
    const now = this.now();
    if (cause === null || this.#isLost) return;
    this.#ports.gaps.open(name, cause, now);
    this.#ports.exchange.voidBook(name, now);
    this.#ask(followed, now);
  }

  #ask(followed: Followed, now: number): void {
    followed.askedAt = now;
    this.#ports.askBook(followed.instrument.name);
  }

  #trade(trade: PublicTrade): void {
    const followed = this.#followed.get(trade.instrument);
    if (followed === undefined) return this.#unlisted();
    const { instrument, lastTradeSeq: last } = followed;
    if (last !== null && trade.tradeSeq <= last) return;
    if (last !== null) this.counts.tradesMissed += trade.tradeSeq - last - 1;
    followed.lastTradeSeq = trade.tradeSeq;
    if (this.#isLost) return;
    const ticks = trade.priceE8 / instrument.tickE8;
    const steps = trade.amountE8 / instrument.amountStepE8;
    if (!WHOLE(ticks) || !WHOLE(steps)) {
      this.counts.tradesOffGrid += 1;
      return;
    }
    const { side, timestamp: at, isOffBook } = trade;
    const print = { side, ticks, steps, at };
    const { exchange } = this.#ports;
    this.counts.filledSteps += exchange.printTrade(instrument.name, print, isOffBook, this.now());
    this.counts.trades += 1;
  }

  #setLock(coin: Currency, now: number): void {
    const isLocked = this.#isLost || this.#lockedThere.has(coin);
    this.#ports.exchange.lock(coin, isLocked, now);
  }

  /** What the source does not list any more: expired by itself, or delisted before its time. */
  #letGo(settlement: Currency, named: ReadonlySet<InstrumentName>, now: number): void {
    const { exchange, gaps } = this.#ports;
    for (const [name, { instrument }] of this.#followed) {
      if (instrument.settlement !== settlement || named.has(name)) continue;
      if (instrument.expiry !== null && instrument.expiry <= now + DELIST_MS) continue;
      this.#followed.delete(name);
      gaps.close(name, now);
      this.counts.delisted += 1;
      exchange.voidBook(name, now);
      if (instrument.expiry !== null) exchange.delist(name, now);
    }
  }

  #forgetExpired(now: number): void {
    for (const [name, { instrument }] of this.#followed) {
      if (instrument.expiry === null || instrument.expiry > now) continue;
      this.#followed.delete(name);
      this.#ports.gaps.close(name, now);
    }
  }

  #unlisted(): void {
    this.counts.unlisted += 1;
  }
}
