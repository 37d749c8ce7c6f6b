import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, type InstrumentName } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import { SPELL_LOOK_MS } from '../faults/spell.ts';
import { inverseFuture } from '../market/future-instrument.ts';
import { inverseOption } from '../market/inverse-option.ts';
import type { Prng } from '../prng.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { type MarketConditions, MarketWeather, type ReferenceMarket } from './market-conditions.ts';
import { ReferenceMaker } from './reference-maker.ts';

const PUBLISH_MS = 100;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SETTLEMENT_MS = 8 * HOUR_MS;
const FUTURE_MS = 30 * DAY_MS;
const UNDERLYINGS = [
  { code: 'BTC', indexE8: 6_400_000_000_000, strikes: [64_000, 66_000], nextStrike: 68_000 },
  { code: 'ETH', indexE8: 190_000_000_000, strikes: [1_900], nextStrike: 2_000 },
] as const;
const OPTION_TICKS = 400;
const LEAST_TICKS = 60;
const STRIKE_STEP = 500;

interface Quoted {
  readonly instrument: Instrument;
  midTicks: number;
  /** Between the middle and either touch, and between levels. */
  readonly gapTicks: number;
}

/**
 * `still`: prices stay what they are and every level is deep, so that a story can be told about one
 * order; only the size far from the touch changes, so that the book stays fresh.
 */
export type MarketMood = 'moving' | 'still';

/** The book of one option, as a story has it. */
export interface HeldQuotes {
  readonly sides: 'both' | 'bids' | 'asks' | 'none';
  /** Steps of its amount at each level. */
  readonly steps: number;
}

export interface MarketMakerOptions {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly prng: Prng;
  readonly mood: MarketMood;
  readonly conditions: MarketConditions;
}

/**
 * A few options with a two-sided book, moving unless told otherwise: enough market to open, close,
 * miss and be filled in part. What its conditions have befalls all of it.
 */
export class MarketMaker {
  readonly #options: MarketMakerOptions;
  readonly #weather: MarketWeather;
  readonly #trades: Prng;
  readonly #quoted: Quoted[] = [];
  readonly #references: ReferenceMaker;
  readonly #indexes = new Map<Currency, number>();
  #held: Partial<ReferenceMarket> = {};
  readonly #heldQuotes = new Map<string, HeldQuotes>();
  #published = 0;
  #strikes = 0;

  constructor(options: MarketMakerOptions) {
    const { clock, prng, conditions } = options;
    this.#options = options;
    this.#trades = prng.fork('trades');
    this.#weather = new MarketWeather(clock, prng.fork('conditions'), conditions);
    const references = { exchange: options.exchange, prng: prng.fork('references') };
    this.#references = new ReferenceMaker({ ...references, mood: options.mood });
  }

  start(): void {
    const { clock, exchange } = this.#options;
    const now = clock.now();
    const { beforeExpiryMs, futures } = this.#weather.conditions;
    for (const { code, indexE8, strikes } of UNDERLYINGS) {
      this.#indexes.set(currency(code), indexE8);
      exchange.setIndex(currency(code), indexE8, now);
      for (const strike of strikes) this.#addOption(code, strike, this.#expiryMs(now));
      if (futures > 0) this.#addFutures(code, now);
    }
    if (beforeExpiryMs > 0) {
      const [{ code, strikes }] = UNDERLYINGS;
      this.#addOption(code, strikes[0], now + beforeExpiryMs);
    }
    this.#list();
    this.#references.list([...this.#indexes.keys()], now);
    this.#tell();
    this.#tellVolatility();
    this.#publish();
    this.#often();
  }

  /** The reference instruments are as told from now on, whatever the weather. */
  holdReferences(market: Partial<ReferenceMarket>): void {
    this.#held = market;
    this.#tellVolatility();
    this.#tell();
  }

  /** From its next publication on; null: as the weather has it. */
  holdQuotes(name: InstrumentName, quotes: HeldQuotes | null): void {
    if (quotes === null) this.#heldQuotes.delete(name);
    else this.#heldQuotes.set(name, quotes);
  }

  get #referenceMarket(): ReferenceMarket {
    return { ...this.#weather.references, ...this.#held };
  }

  /** The market is orderly from now on. */
  putRight(): void {
    this.#held = {};
    this.#heldQuotes.clear();
    this.#weather.putRight();
  }

  #expiryMs(now: number): number {
    return Math.ceil(now / DAY_MS) * DAY_MS + 10 * DAY_MS + SETTLEMENT_MS;
  }

  #addOption(code: string, strike: number, expiryMs: number): void {
    const terms = { underlying: currency(code), type: 'call', strike } as const;
    this.#add(inverseOption({ ...terms, expiryMs }), OPTION_TICKS, 5);
  }

  #addFutures(code: string, now: number): void {
    const coin = currency(code);
    const expiryMs = this.#expiryMs(now) + FUTURE_MS;
    const future = inverseFuture(coin, expiryMs);
    const index = this.#indexes.get(coin) ?? 0;
    this.#add(future, Math.round(index / (future?.tickE8 ?? 1)), 1);
  }

  #add(instrument: Instrument | null, midTicks: number, gapTicks: number): void {
    if (instrument !== null) this.#quoted.push({ instrument, midTicks, gapTicks });
  }

  /** What is listed already is left out there. */
  #list(): void {
    const { clock, exchange } = this.#options;
    exchange.list(
      this.#quoted.map(({ instrument }) => instrument),
      clock.now(),
    );
  }

  #often(): void {
    const { clock, exchange } = this.#options;
    clock.wake(clock.now() + SPELL_LOOK_MS, () => {
      const { withdraws, lists, delists, trades, leap } = this.#weather.look();
      if (withdraws) exchange.withdrawQuotes(clock.now());
      if (trades) this.#tradeElsewhere();
      if (lists) this.#listAnother();
      if (delists) this.#delist();
      if (leap !== 0) this.#leap(1 + leap);
      this.#tellVolatility();
      this.#often();
    });
  }

  /** Through whatever rests near the touch, ours as well. */
  #tradeElsewhere(): void {
    const { clock, exchange } = this.#options;
    const { instrument, midTicks, gapTicks } = this.#trades.pick(this.#quoted);
    const side = this.#trades.pick(['buy', 'sell'] as const);
    const limit = midTicks + (side === 'buy' ? 3 : -3) * gapTicks;
    exchange.marketTrade(instrument.name, side, limit, this.#trades.int(1, 30), clock.now());
  }

  #listAnother(): void {
    const { clock, prng } = this.#options;
    const { code, nextStrike } = prng.fork(`listing-${this.#strikes}`).pick(UNDERLYINGS);
    this.#addOption(code, nextStrike + STRIKE_STEP * this.#strikes, this.#expiryMs(clock.now()));
    this.#strikes += 1;
    this.#list();
    this.#tell();
  }

  /** Never the last of a coin: without anything listed nobody would tell its index. */
  #delist(): void {
    const { clock, exchange } = this.#options;
    const spare = this.#quoted.filter((each) =>
      this.#quoted.some((other) => outlives(other, each)),
    );
    if (spare.length === 0) return;
    const gone = this.#trades.pick(spare);
    this.#quoted.splice(this.#quoted.indexOf(gone), 1);
    exchange.delist(gone.instrument.name, clock.now());
  }

  #leap(factor: number): void {
    for (const each of this.#quoted) {
      each.midTicks = Math.max(LEAST_TICKS, Math.round(each.midTicks * factor));
    }
    for (const [coin, index] of this.#indexes) this.#indexes.set(coin, Math.round(index * factor));
    this.#tell();
  }

  #publish(): void {
    const { clock, exchange, mood, prng } = this.#options;
    const now = clock.now();
    if (mood === 'still') this.#published += 1;
    for (const each of this.#quoted) {
      const { gapTicks } = each;
      const step = mood === 'still' ? 0 : prng.int(-1, 1);
      each.midTicks = Math.max(LEAST_TICKS, each.midTicks + gapTicks * step);
      const { name } = each.instrument;
      const held = this.#heldQuotes.get(name);
      const bids = this.#side(each.midTicks - gapTicks, 0 - gapTicks, held?.steps);
      const asks = this.#side(each.midTicks + gapTicks, gapTicks, held?.steps);
      if (this.#weather.isSilent) continue;
      const empty = this.#weather.emptySide();
      const quoted = held?.sides ?? 'both';
      const has = (side: 'bids' | 'asks'): boolean =>
        empty !== side && (quoted === 'both' || quoted === side);
      exchange.publishBook(name, has('bids') ? bids : [], has('asks') ? asks : [], now);
    }
    if (!this.#weather.isSilent) {
      this.#references.publish(this.#indexes, this.#referenceMarket, now);
    }
    if (mood === 'still' || prng.chance(0.2)) this.#tell();
    clock.wake(now + PUBLISH_MS, () => this.#publish());
  }

  #tellVolatility(): void {
    if (this.#weather.isSilent) return;
    const { clock } = this.#options;
    this.#references.tellVolatility([...this.#indexes.keys()], this.#referenceMarket, clock.now());
  }

  /**
   * Three levels, sizes new each time; the first may be small enough to fill an order only in part.
   */
  #side(best: number, step: number, held?: number): number[] {
    const { mood, prng } = this.#options;
    const levels: number[] = [];
    for (let level = 0; level < 3; level += 1) {
      const usual = mood === 'still' ? 40 : prng.int(1, level === 0 ? 16 : 40);
      const size = held ?? usual;
      levels.push(best + level * step, level === 2 ? size + (this.#published % 2) : size);
    }
    return levels;
  }

  #tell(): void {
    const { clock, exchange } = this.#options;
    const timestamp = clock.now();
    for (const [coin, indexE8] of this.#indexes) {
      if (!this.#weather.isIndexSilent) exchange.setIndex(coin, indexE8, timestamp);
      if (this.#weather.isSilent) continue;
      this.#references.tell(coin, indexE8, this.#referenceMarket, timestamp);
      for (const { instrument, midTicks } of this.#quoted) {
        if (instrument.underlying !== coin) continue;
        exchange.setTicker({
          instrument,
          timestamp,
          markPriceE8: midTicks * instrument.tickE8,
          underlyingPriceE8: indexE8,
          iv: 0.5,
          delta: 0.5,
          vega: 20,
          gamma: 0.00002,
        });
      }
    }
  }
}

/** Another option of the same coin, which is listed for at least as long. */
function outlives({ instrument: other }: Quoted, { instrument }: Quoted): boolean {
  if (other === instrument || other.kind !== 'option' || instrument.kind !== 'option') return false;
  return (
    other.underlying === instrument.underlying && Number(other.expiry) >= Number(instrument.expiry)
  );
}
