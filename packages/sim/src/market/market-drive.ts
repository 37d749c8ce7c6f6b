import type { Instrument } from '@holdfast/core/instrument';
import type { Currency, InstrumentName } from '@holdfast/core/values';
import type { Clock } from '@holdfast/runtime/ports';
import type { Levels } from '../exchange/levels.ts';
import type { TickerNotice } from '../exchange/notification.ts';
import type { Direction } from '../exchange/orders.ts';
import { priceAboveE8, priceBelowE8 } from '../exchange/tick-ladder.ts';
import type { Prng } from '../prng.ts';
import { type Depth, NO_DEPTH, nextDepth } from './depth.ts';
import type { LiveQuote, MarketModel, MarketTurn } from './market-model.ts';

/** What a market needs of an exchange. */
export interface MarketDoor {
  readonly now: number;
  list(instruments: readonly Instrument[], now: number): void;
  /** USD per coin at 1e-8. */
  setIndex(underlying: Currency, priceE8: number, now: number): void;
  /** Percent. */
  setVolatilityIndex(underlying: Currency, value: number, now: number): void;
  setTicker(ticker: TickerNotice): void;
  publishBook(name: InstrumentName, bids: Levels, asks: Levels, now: number): void;
  withdrawQuotes(now: number): void;
  marketTrade(
    name: InstrumentName,
    side: Direction,
    limitTicks: number,
    steps: number,
    now: number,
  ): number;
  /** From now on the market hears which of its quotes an account has taken, after each request. */
  onTaken(listener: (instrument: Instrument, now: number) => void): void;
}

/** How often what is looked at, in steps of `stepMs`. Together they bound the market's rate. */
export interface DrivePace {
  readonly stepMs: number;
  /** A liquid book is requoted once in so many steps; the books are spread over them. */
  readonly fastSteps: number;
  readonly slowSteps: number;
  /** A ticker goes with every so many publications of its book. */
  readonly publicationsPerTicker: number;
  readonly volatilitySteps: number;
}

const DEFAULT_PACE: DrivePace = Object.freeze({
  stepMs: 250,
  fastSteps: 2,
  slowSteps: 8,
  publicationsPerTicker: 2,
  volatilitySteps: 4,
});

export interface DriveOptions {
  readonly clock: Clock;
  readonly exchange: MarketDoor;
  readonly pace?: Partial<DrivePace>;
  /** A recorded market has been played to its end. */
  readonly onEnd?: () => void;
}

/** How much market there was so far. */
export interface DriveReport {
  readonly startedAt: number | null;
  readonly now: number | null;
  readonly steps: number;
  readonly listed: number;
  readonly expired: number;
  readonly publications: number;
  readonly tickers: number;
  readonly trades: number;
  /** Amount steps that met orders of an account. */
  readonly filledSteps: number;
  /** What the model counts: mispricings, gaps, snapshots. */
  readonly model: Readonly<Record<string, number>>;
}

export interface MarketDrive {
  /** Lists and quotes everything at once, then goes on by the clock's timers. */
  start(): void;
  /** No further timer does anything. Quotes stay as they are, and grow old. */
  stop(): void;
  report(): DriveReport;
}

interface Slot {
  readonly instrument: Instrument;
  readonly phase: number;
  dueStep: number;
  publications: number;
  depth: Depth;
  quote: LiveQuote | null;
}

/** Expected aggressor: of a liquid book, mostly a future's. */
const FUTURE_SHARE = 0.5;
/** Of the best level's size, at most this share is taken. */
const TRADE_SHARE = 0.6;
/** Somebody pays one tick more than is asked: orders between the quotes are met, too. */
const EAGER = 0.3;
const TRADES_PER_STEP_MAX = 50;

/** Brings a model to an exchange, step by step. */
export class ModelDrive implements MarketDrive {
  readonly #model: MarketModel;
  readonly #clock: Clock;
  readonly #exchange: MarketDoor;
  readonly #pace: DrivePace;
  readonly #onEnd: (() => void) | undefined;
  readonly #sizes: Prng;
  readonly #flow: Prng;
  #slots: Slot[] = [];
  #isStarted = false;
  #startedAt: number | null = null;
  #now: number | null = null;
  #step = 0;
  #tradeDebt = 0;
  #stopped = false;
  #listed = 0;
  #expired = 0;
  #publications = 0;
  #tickers = 0;
  #trades = 0;
  #filledSteps = 0;

  constructor(model: MarketModel, prng: Prng, options: DriveOptions) {
    this.#model = model;
    this.#clock = options.clock;
    this.#exchange = options.exchange;
    this.#onEnd = options.onEnd;
    this.#pace = { ...DEFAULT_PACE, ...options.pace };
    const whole = Object.values(this.#pace);
    if (whole.some((value) => !Number.isSafeInteger(value) || value < 1)) {
      throw new RangeError('every number of a market drive is whole and positive');
    }
    this.#sizes = prng.fork('sizes');
    this.#flow = prng.fork('flow');
  }

  start(): void {
    if (this.#isStarted) throw new Error('a market drive is started once');
    this.#isStarted = true;
    this.#exchange.onTaken((instrument, now) => this.#noteTaken(instrument, now));
    const { startAt } = this.#model;
    if (startAt === null || this.#clock.now() >= startAt) this.#move();
    else this.#clock.wake(startAt, () => this.#move());
  }

  stop(): void {
    this.#stopped = true;
  }

  report(): DriveReport {
    return {
      startedAt: this.#startedAt,
      now: this.#now,
      steps: this.#step,
      listed: this.#listed,
      expired: this.#expired,
      publications: this.#publications,
      tickers: this.#tickers,
      trades: this.#trades,
      filledSteps: this.#filledSteps,
      model: this.#model.counts(),
    };
  }

  #move(): void {
    if (this.#stopped) return;
    // Whole milliseconds, and never behind what the exchange has been told.
    const now = Math.max(Math.floor(this.#clock.now()), this.#exchange.now);
    this.#now = now;
    this.#startedAt ??= now;
    const turn = this.#model.advance(now);
    this.#tellIndexes(now);
    this.#admit(turn, now);
    // Against the books as they stand: what is told anew afterwards is told whole.
    this.#trade(now);
    this.#requote(turn, now);
    this.#step += 1;
    if (turn.over) {
      this.#stopped = true;
      this.#exchange.withdrawQuotes(now);
      this.#onEnd?.();
      return;
    }
    const next = now + this.#pace.stepMs - ((now - this.#startedAt) % this.#pace.stepMs);
    const exact = this.#model.nextAt ?? Number.POSITIVE_INFINITY;
    this.#await(Math.min(next, exact));
  }

  /** A timer may come a fraction of a millisecond early: then it is simply not yet time. */
  #await(at: number): void {
    this.#clock.wake(at, () => {
      if (this.#clock.now() < at) this.#await(at);
      else this.#move();
    });
  }

  #tellIndexes(now: number): void {
    const tellsVolatility = this.#step % this.#pace.volatilitySteps === 0;
    for (const [coin, priceE8] of this.#model.indexes) {
      this.#exchange.setIndex(coin, priceE8, now);
      const volatility = tellsVolatility ? this.#model.volatilityIndex(coin) : null;
      if (volatility !== null) this.#exchange.setVolatilityIndex(coin, volatility, now);
    }
  }

  #admit(turn: MarketTurn, now: number): void {
    const before = this.#slots.length;
    this.#slots = this.#slots.filter(
      ({ instrument: { expiry } }) => !(expiry !== null && expiry <= now),
    );
    this.#expired += before - this.#slots.length;
    if (turn.listed.length === 0) return;
    this.#exchange.list(turn.listed, now);
    for (const instrument of turn.listed) {
      const phase = this.#listed;
      this.#listed += 1;
      const slot = { instrument, phase, publications: 0, depth: NO_DEPTH, quote: null };
      this.#slots.push({ ...slot, dueStep: this.#step });
    }
  }

  #requote(turn: MarketTurn, now: number): void {
    for (const slot of this.#slots) {
      const swept = turn.sweep.has(slot.instrument.underlying);
      if (swept || slot.dueStep <= this.#step) this.#requoteOne(slot, swept, now);
    }
  }

  #requoteOne(slot: Slot, swept: boolean, now: number): void {
    const { fastSteps, slowSteps, publicationsPerTicker } = this.#pace;
    const { instrument } = slot;
    const quote = this.#model.quote(instrument);
    const every = quote?.pace === 'fast' ? fastSteps : slowSteps;
    slot.dueStep = this.#step + every - ((this.#step + slot.phase) % every);
    const isFirst = slot.publications === 0;
    if (quote?.pace === 'silent' && !isFirst && !swept) return;
    slot.quote = quote;
    if (quote !== null && (isFirst || swept || slot.publications % publicationsPerTicker === 0)) {
      this.#tellTicker(quote, now);
    }
    const depth = quote === null ? NO_DEPTH : nextDepth(slot.depth, quote, this.#sizes);
    slot.publications += 1;
    if (!isFirst && depth.bids === slot.depth.bids && depth.asks === slot.depth.asks) return;
    slot.depth = depth;
    this.#exchange.publishBook(instrument.name, depth.bids, depth.asks, now);
    this.#publications += 1;
  }

  #noteTaken(taken: Instrument, now: number): void {
    if (this.#stopped || !this.#model.taken(taken, now)) return;
    const { expiry, underlying } = taken;
    for (const slot of this.#slots) {
      const { instrument: each } = slot;
      if (each.option === null || each.expiry !== expiry) continue;
      if (each.underlying === underlying) this.#requoteOne(slot, true, now);
    }
  }

  #tellTicker(quote: LiveQuote, timestamp: number): void {
    const { instrument, markE8, underlyingE8, iv, delta, gamma, vega, theta, rho } = quote;
    this.#exchange.setTicker({
      instrument,
      timestamp,
      markPriceE8: markE8,
      underlyingPriceE8: underlyingE8,
      iv,
      delta,
      gamma,
      vega,
      theta,
      rho,
    });
    this.#tickers += 1;
  }

  /** Somebody trades with the market, at random times: trades move, and resting orders are met. */
  #trade(now: number): void {
    const mean = this.#model.tradesPerSecond * (this.#pace.stepMs / 1_000);
    this.#tradeDebt += mean;
    let made = 0;
    while (this.#tradeDebt > 0 && this.#slots.length > 0 && made < TRADES_PER_STEP_MAX) {
      this.#tradeDebt -= this.#flow.exponential(1);
      made += 1;
      this.#tradeOnce(now);
    }
  }

  #tradeOnce(now: number): void {
    const flow = this.#flow;
    const isFuture = flow.chance(FUTURE_SHARE);
    const side: Direction = flow.chance(0.5) ? 'buy' : 'sell';
    const [share, eager] = [flow.float() * TRADE_SHARE, flow.chance(EAGER)];
    const slot = flow.pick(this.#slots);
    const found = isFuture ? this.#nextFuture(slot) : slot;
    if (found.quote === null || found.quote.pace !== 'fast') return;
    const { instrument, depth } = found;
    const [best, size] = side === 'buy' ? depth.asks : depth.bids;
    if (best === undefined || size === undefined) return;
    const bestE8 = best * instrument.tickE8;
    const eagerE8 =
      side === 'buy' ? priceAboveE8(instrument, bestE8) : priceBelowE8(instrument, bestE8);
    const limitE8 = eager && eagerE8 > 0 ? eagerE8 : bestE8;
    const steps = Math.max(1, Math.ceil(share * size));
    const limit = limitE8 / instrument.tickE8;
    this.#filledSteps += this.#exchange.marketTrade(instrument.name, side, limit, steps, now);
    this.#trades += 1;
  }

  /** The first future at or after a slot, in order of listing. */
  #nextFuture(slot: Slot): Slot {
    const from = this.#slots.indexOf(slot);
    for (let step = 0; step < this.#slots.length; step += 1) {
      const next = this.#slots[(from + step) % this.#slots.length];
      if (next !== undefined && next.instrument.option === null) return next;
    }
    return slot;
  }
}
