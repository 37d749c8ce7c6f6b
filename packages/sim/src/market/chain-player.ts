import type { Currency } from '@holdfast/core/values';
import type { Clock } from '@holdfast/runtime/ports';
import type { Exchange } from '../exchange/exchange.ts';
import { type Levels, NO_LEVELS } from '../exchange/levels.ts';
import type { Prng } from '../prng.ts';
import type { MarketRow, MarketSnapshot, MarketSource } from './market.ts';
import type { SizeModel } from './size-model.ts';

export interface PlayerOptions {
  readonly clock: Clock;
  readonly exchange: Exchange;
  readonly source: MarketSource;
  readonly sizes: SizeModel;
  readonly prng: Prng;
  /** Market time for which a snapshot's quotes stand, from its own timestamp on. Default 20 s. */
  readonly windowMs?: number;
  /** Every quoted book is published once in this time. Default 500 ms. */
  readonly publishEveryMs?: number;
  /** Books are published in this many groups, evenly spread over `publishEveryMs`. Default 10. */
  readonly groups?: number;
  /** A ticker is repeated with every so many publications of its book. Default 4. */
  readonly publicationsPerTicker?: number;
  /** The last snapshot's window has closed. */
  readonly onEnd?: () => void;
}

/** How much market there was, and what was made up. */
export interface PlayerReport {
  readonly source: string;
  readonly data: 'recorded' | 'synthetic';
  readonly sizeModel: string;
  readonly notes: readonly string[];
  readonly snapshots: number;
  readonly publications: number;
  /**
   * Market time with quotes, and from the first quote to the last. Outside, the market is silent.
   */
  readonly coveredMs: number;
  readonly spanMs: number;
  /** Oldest index that an expiry was delivered at; null when nothing expired. */
  readonly settlementIndexAgeMsMax: number | null;
  readonly expiries: number;
}

export interface ChainPlayer {
  /** Sets the first timer. Snapshots before the clock's time are left out. */
  start(): void;
  report(): PlayerReport;
}

/** A quoted row with the arrays the exchange last saw; a new array means a changed side. */
interface Quoted {
  readonly row: MarketRow;
  bids: Levels;
  asks: Levels;
  publications: number;
}

/**
 * Turns snapshots into liquidity. From each snapshot's own timestamp on its quotes stand for one
 * window, in which every quoted book is published again and again at the recorded prices; then
 * everything is withdrawn in silence until the next one. Between two snapshots nothing is invented.
 */
export function createChainPlayer(options: PlayerOptions): ChainPlayer {
  const player = new Player(options);
  return { start: () => player.start(), report: () => player.report() };
}

class Player {
  readonly #options: PlayerOptions;
  readonly #windowMs: number;
  readonly #publishEveryMs: number;
  readonly #groups: number;
  readonly #tickerEvery: number;
  readonly #snapshots: Iterator<MarketSnapshot>;
  #pulled: MarketSnapshot | null = null;
  #quoted: Quoted[] = [];
  #indexes: ReadonlyMap<Currency, number> = new Map();
  readonly #expiries = new Set<number>();
  #played = 0;
  #publications = 0;
  #coveredMs = 0;
  #firstAt: number | null = null;
  #openedAt = 0;
  #closedAt = 0;
  #indexAt = 0;
  #expired = 0;
  #indexAgeMsMax: number | null = null;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#windowMs = options.windowMs ?? 20_000;
    this.#publishEveryMs = options.publishEveryMs ?? 500;
    this.#groups = options.groups ?? 10;
    this.#tickerEvery = options.publicationsPerTicker ?? 4;
    const whole = [this.#windowMs, this.#publishEveryMs, this.#groups, this.#tickerEvery];
    if (whole.some((value) => !Number.isSafeInteger(value) || value < 1)) {
      throw new RangeError(
        'window, publication time, groups and ticker rate are whole and positive',
      );
    }
    if (this.#publishEveryMs % this.#groups !== 0) {
      throw new RangeError('the groups must divide the publication time');
    }
    this.#snapshots = options.source.snapshots()[Symbol.iterator]();
  }

  start(): void {
    const { clock } = this.#options;
    let next = this.#pull();
    while (next !== null && next.at < clock.now()) next = this.#pull();
    this.#await(next);
  }

  report(): PlayerReport {
    const { source, sizes } = this.#options;
    return {
      source: source.name,
      data: source.data,
      sizeModel: `${sizes.name}: ${sizes.description}`,
      notes: [
        ...source.notes,
        `quotes stand for ${this.#windowMs} ms from each snapshot's timestamp and are published ` +
          `every ${this.#publishEveryMs} ms; in between nobody quotes and books grow stale`,
      ],
      snapshots: this.#played,
      publications: this.#publications,
      coveredMs: this.#coveredMs,
      spanMs: this.#firstAt === null || this.#closedAt === 0 ? 0 : this.#closedAt - this.#firstAt,
      settlementIndexAgeMsMax: this.#indexAgeMsMax,
      expiries: this.#expired,
    };
  }

  #pull(): MarketSnapshot | null {
    const next = this.#snapshots.next();
    const snapshot = next.done === true ? null : next.value;
    if (snapshot !== null && this.#pulled !== null && snapshot.at <= this.#pulled.at) {
      throw new RangeError('snapshots must ascend in time');
    }
    this.#pulled = snapshot;
    return snapshot;
  }

  #await(snapshot: MarketSnapshot | null): void {
    if (snapshot === null) this.#options.onEnd?.();
    else this.#options.clock.wake(snapshot.at, () => this.#open(snapshot));
  }

  #open(snapshot: MarketSnapshot): void {
    const { clock, exchange, sizes } = this.#options;
    const now = clock.now();
    this.#played += 1;
    this.#openedAt = now;
    this.#firstAt ??= now;
    this.#indexes = snapshot.indexes;
    this.#publishIndexes(now);
    exchange.list(
      snapshot.rows.map(({ instrument }) => instrument),
      now,
    );
    this.#dropMissing(snapshot, now);
    // Asked for before the window ends: a close successor cuts it short.
    const next = this.#pull();
    const endsAt = Math.min(now + this.#windowMs, next?.at ?? Number.POSITIVE_INFINITY);
    this.#quoted = [];
    for (const row of snapshot.rows) {
      const { expiry } = row.instrument;
      if (expiry !== null && expiry <= (next?.at ?? endsAt)) this.#awaitExpiry(expiry, now);
      if (expiry !== null && expiry <= now) continue;
      const bids = row.bidTicks === null ? NO_LEVELS : [row.bidTicks, sizes.draw(row)];
      const asks = row.askTicks === null ? NO_LEVELS : [row.askTicks, sizes.draw(row)];
      this.#quoted.push({ row, bids, asks, publications: 0 });
    }
    this.#publishGroup(0, endsAt);
    clock.wake(endsAt, () => this.#close(next));
  }

  /**
   * Where one window follows the next without a silence, quotes that were not renewed are taken off
   * aloud.
   */
  #dropMissing(snapshot: MarketSnapshot, now: number): void {
    if (this.#quoted.length === 0) return;
    const renewed = new Set(snapshot.rows.map(({ instrument }) => instrument.name));
    for (const { row } of this.#quoted) {
      const { name } = row.instrument;
      if (!renewed.has(name)) this.#options.exchange.publishBook(name, NO_LEVELS, NO_LEVELS, now);
    }
  }

  #close(next: MarketSnapshot | null): void {
    const { clock, exchange } = this.#options;
    const now = clock.now();
    this.#coveredMs += now - this.#openedAt;
    this.#closedAt = now;
    // A successor at this very instant takes over without a silence.
    if (next === null || next.at > now) {
      exchange.withdrawQuotes(now);
      this.#quoted = [];
    }
    this.#await(next);
  }

  #publishGroup(turn: number, endsAt: number): void {
    const { clock } = this.#options;
    const now = clock.now();
    const group = turn % this.#groups;
    if (group === 0 && turn > 0) this.#publishIndexes(now);
    for (let at = group; at < this.#quoted.length; at += this.#groups) {
      const quoted = this.#quoted[at];
      if (quoted !== undefined) this.#publish(quoted, now);
    }
    const nextAt = now + this.#publishEveryMs / this.#groups;
    if (nextAt < endsAt) clock.wake(nextAt, () => this.#publishGroup(turn + 1, endsAt));
  }

  #publish(quoted: Quoted, now: number): void {
    const { exchange } = this.#options;
    const { row } = quoted;
    if (quoted.publications % this.#tickerEvery === 0) {
      exchange.setTicker({
        instrument: row.instrument,
        timestamp: now,
        markPriceE8: row.markE8,
        underlyingPriceE8: row.underlyingE8,
        iv: row.iv,
        delta: row.delta,
        vega: row.vega,
      });
    }
    quoted.publications += 1;
    const isUnquoted = row.bidTicks === null && row.askTicks === null;
    if (isUnquoted && quoted.publications > 1) return;
    if (quoted.publications > 1) this.#resize(quoted);
    exchange.publishBook(row.instrument.name, quoted.bids, quoted.asks, now);
    this.#publications += 1;
  }

  /** One quoted side gets another size: prices stand still, quotes do not. */
  #resize(quoted: Quoted): void {
    const { sizes, prng } = this.#options;
    const { row } = quoted;
    const isBid = row.askTicks === null || (row.bidTicks !== null && prng.chance(0.5));
    const side = isBid ? quoted.bids : quoted.asks;
    const resized = [side[0] ?? 0, sizes.redraw(row, side[1] ?? 1)];
    if (isBid) quoted.bids = resized;
    else quoted.asks = resized;
  }

  #publishIndexes(now: number): void {
    for (const [underlying, priceE8] of this.#indexes) {
      this.#options.exchange.setIndex(underlying, priceE8, now);
    }
    this.#indexAt = now;
  }

  /**
   * Options are delivered when they expire, whether anybody quotes then or not, at the last index
   * told.
   */
  #awaitExpiry(expiry: number, now: number): void {
    if (expiry <= now || this.#expiries.has(expiry)) return;
    this.#expiries.add(expiry);
    const { clock, exchange } = this.#options;
    clock.wake(expiry, () => {
      this.#expiries.delete(expiry);
      this.#expired += 1;
      this.#indexAgeMsMax = Math.max(this.#indexAgeMsMax ?? 0, clock.now() - this.#indexAt);
      exchange.advance(clock.now());
    });
  }
}
