import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, E8 } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import { inversePerpetual, linearPerpetual } from '../market/future-instrument.ts';
import type { Prng } from '../prng.ts';
import type { ReferenceMarket } from './market-conditions.ts';

const LEVELS = 5;
/** USD on each side. */
export const REFERENCE_DEPTH_USD = 2_000_000;
const LEVEL_USD = REFERENCE_DEPTH_USD / LEVELS;
/** Percent. */
export const REFERENCE_DVOL = 50;

export interface ReferenceMakerOptions {
  readonly exchange: Exchange;
  readonly prng: Prng;
  /** `still`: only the size far from the touch changes, so that the book stays fresh. */
  readonly mood: 'moving' | 'still';
}

/** One perpetual, and the chance that its sizes are drawn from. */
interface Made {
  readonly coin: Currency;
  readonly instrument: Instrument;
  readonly prng: Prng;
  /** USD a step of its amount is worth. */
  readonly stepUsd: (indexE8: number) => number;
}

/**
 * Makes the market of the perpetuals that the market monitors look at and of those that hedge, and
 * tells the volatility indexes: close, deep and at the index, unless the weather says otherwise.
 */
export class ReferenceMaker {
  readonly #options: ReferenceMakerOptions;
  readonly #made: Made[] = [];
  #published = 0;

  constructor(options: ReferenceMakerOptions) {
    this.#options = options;
  }

  list(coins: readonly Currency[], now: number): void {
    const { exchange, prng } = this.#options;
    const hedges = prng.fork('hedges');
    for (const coin of coins) {
      this.#make(coin, inversePerpetual(coin), prng);
      this.#make(coin, linearPerpetual(coin), hedges);
    }
    exchange.list(
      this.#made.map(({ instrument }) => instrument),
      now,
    );
  }

  #make(coin: Currency, instrument: Instrument | null, prng: Prng): void {
    if (instrument === null) return;
    const step = instrument.amountStepE8 / E8;
    const inCoin = instrument.amountUnit === 'coin';
    const stepUsd = (indexE8: number): number => (inCoin ? (step * indexE8) / E8 : step);
    this.#made.push({ coin, instrument, prng, stepUsd });
  }

  publish(indexes: ReadonlyMap<Currency, number>, market: ReferenceMarket, now: number): void {
    this.#published += 1;
    for (const made of this.#made) {
      const { coin, instrument } = made;
      const indexE8 = indexes.get(coin) ?? 0;
      const middle = indexE8 / instrument.tickE8;
      const half = Math.max(1, Math.round(middle * market.halfSpread));
      const ticks = Math.round(middle);
      this.#options.exchange.publishBook(
        instrument.name,
        this.#side(made, indexE8, ticks - half, -1, market.size),
        this.#side(made, indexE8, ticks + half, 1, market.size),
        now,
      );
    }
  }

  tell(coin: Currency, indexE8: number, { basis }: ReferenceMarket, timestamp: number): void {
    for (const { coin: of, instrument } of this.#made) {
      if (of !== coin) continue;
      this.#options.exchange.setTicker({
        instrument,
        timestamp,
        markPriceE8: Math.round(indexE8 * (1 + basis)),
        underlyingPriceE8: indexE8,
        iv: null,
        delta: null,
        vega: null,
      });
    }
  }

  tellVolatility(
    coins: readonly Currency[],
    { fright, tellsDvol }: ReferenceMarket,
    now: number,
  ): void {
    if (!tellsDvol) return;
    for (const coin of coins)
      this.#options.exchange.setVolatilityIndex(coin, REFERENCE_DVOL * fright, now);
  }

  #side(
    { prng, stepUsd }: Made,
    indexE8: number,
    best: number,
    sign: 1 | -1,
    size: number,
  ): number[] {
    const { mood } = this.#options;
    const levels: number[] = [];
    for (let level = 0; level < LEVELS; level += 1) {
      const share = mood === 'still' ? 1 : 0.8 + 0.4 * prng.float();
      const steps = Math.max(1, Math.round((LEVEL_USD * size * share) / stepUsd(indexE8)));
      levels.push(
        best + sign * level,
        level === LEVELS - 1 ? steps + (this.#published % 2) : steps,
      );
    }
    return levels;
  }
}
