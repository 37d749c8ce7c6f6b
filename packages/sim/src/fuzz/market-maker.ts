import type { Instrument } from '@holdfast/core/instrument';
import { currency } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import { inverseOption } from '../market/inverse-option.ts';
import type { Prng } from '../prng.ts';
import type { VirtualClock } from '../virtual-clock.ts';

const PUBLISH_MS = 100;
const DAY_MS = 86_400_000;
const UNDERLYINGS = [
  { code: 'BTC', indexE8: 6_400_000_000_000, strikes: [64_000, 66_000] },
  { code: 'ETH', indexE8: 190_000_000_000, strikes: [1_900] },
] as const;

interface Quoted {
  readonly instrument: Instrument;
  midTicks: number;
}

/**
 * `still`: prices stay what they are and every level is deep, so that a story can be told about one
 * order; only the size far from the touch changes, so that the book stays fresh.
 */
export type MarketMood = 'moving' | 'still';

/**
 * A few options with a two-sided book, moving unless told otherwise: enough market to open, close,
 * miss and be filled in part.
 */
export class MarketMaker {
  readonly #clock: VirtualClock;
  readonly #exchange: Exchange;
  readonly #prng: Prng;
  readonly #mood: MarketMood;
  readonly #quoted: Quoted[] = [];
  #published = 0;

  constructor(clock: VirtualClock, exchange: Exchange, prng: Prng, mood: MarketMood) {
    this.#mood = mood;
    this.#clock = clock;
    this.#exchange = exchange;
    this.#prng = prng;
  }

  start(): void {
    const now = this.#clock.now();
    const expiryMs = Math.ceil(now / DAY_MS) * DAY_MS + 10 * DAY_MS + 8 * 3_600_000;
    for (const { code, indexE8, strikes } of UNDERLYINGS) {
      this.#exchange.setIndex(currency(code), indexE8, now);
      for (const strike of strikes) {
        const terms = { underlying: currency(code), type: 'call', strike } as const;
        const instrument = inverseOption({ ...terms, expiryMs });
        if (instrument !== null) this.#quoted.push({ instrument, midTicks: 400 });
      }
    }
    this.#exchange.list(
      this.#quoted.map(({ instrument }) => instrument),
      now,
    );
    this.#tell();
    this.#publish();
  }

  #publish(): void {
    const now = this.#clock.now();
    if (this.#mood === 'still') this.#published += 1;
    for (const each of this.#quoted) {
      const step = this.#mood === 'still' ? 0 : this.#prng.int(-1, 1);
      each.midTicks = Math.max(60, each.midTicks + 5 * step);
      this.#exchange.publishBook(
        each.instrument.name,
        this.#side(each.midTicks - 5, -5),
        this.#side(each.midTicks + 5, 5),
        now,
      );
    }
    if (this.#mood === 'still' || this.#prng.chance(0.2)) this.#tell();
    this.#clock.wake(now + PUBLISH_MS, () => this.#publish());
  }

  /**
   * Three levels, sizes new each time; the first may be small enough to fill an order only in part.
   */
  #side(best: number, step: number): number[] {
    const levels: number[] = [];
    for (let level = 0; level < 3; level += 1) {
      const size = this.#mood === 'still' ? 40 : this.#prng.int(1, level === 0 ? 16 : 40);
      levels.push(best + level * step, level === 2 ? size + (this.#published % 2) : size);
    }
    return levels;
  }

  #tell(): void {
    const timestamp = this.#clock.now();
    for (const { code, indexE8 } of UNDERLYINGS) {
      this.#exchange.setIndex(currency(code), indexE8, timestamp);
      for (const { instrument, midTicks } of this.#quoted) {
        if (instrument.underlying !== code) continue;
        this.#exchange.setTicker({
          instrument,
          timestamp,
          markPriceE8: midTicks * instrument.tickE8,
          underlyingPriceE8: indexE8,
          iv: 0.5,
          delta: 0.5,
          vega: 20,
        });
      }
    }
  }
}
