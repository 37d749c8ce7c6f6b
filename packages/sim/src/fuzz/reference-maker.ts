import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, E8 } from '@holdfast/core/values';
import type { Exchange } from '../exchange/index.ts';
import { inversePerpetual } from '../market/future-instrument.ts';
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

/**
 * Makes the market of the perpetuals that the market monitors look at, and tells the volatility
 * indexes: close, deep and at the index, unless the weather says otherwise.
 */
export class ReferenceMaker {
  readonly #options: ReferenceMakerOptions;
  readonly #perpetuals = new Map<Currency, Instrument>();
  #published = 0;

  constructor(options: ReferenceMakerOptions) {
    this.#options = options;
  }

  list(coins: readonly Currency[], now: number): void {
    for (const coin of coins) {
      const perpetual = inversePerpetual(coin);
      if (perpetual !== null) this.#perpetuals.set(coin, perpetual);
    }
    this.#options.exchange.list([...this.#perpetuals.values()], now);
  }

  publish(indexes: ReadonlyMap<Currency, number>, market: ReferenceMarket, now: number): void {
    this.#published += 1;
    for (const [coin, perpetual] of this.#perpetuals) {
      const middle = (indexes.get(coin) ?? 0) / perpetual.tickE8;
      const half = Math.max(1, Math.round(middle * market.halfSpread));
      const ticks = Math.round(middle);
      this.#options.exchange.publishBook(
        perpetual.name,
        this.#side(perpetual, ticks - half, -1, market.size),
        this.#side(perpetual, ticks + half, 1, market.size),
        now,
      );
    }
  }

  tell(coin: Currency, indexE8: number, { basis }: ReferenceMarket, timestamp: number): void {
    const instrument = this.#perpetuals.get(coin);
    if (instrument === undefined) return;
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

  tellVolatility(
    coins: readonly Currency[],
    { fright, tellsDvol }: ReferenceMarket,
    now: number,
  ): void {
    if (!tellsDvol) return;
    for (const coin of coins)
      this.#options.exchange.setVolatilityIndex(coin, REFERENCE_DVOL * fright, now);
  }

  #side({ amountStepE8 }: Instrument, best: number, sign: 1 | -1, size: number): number[] {
    const { mood, prng } = this.#options;
    const stepUsd = amountStepE8 / E8;
    const levels: number[] = [];
    for (let level = 0; level < LEVELS; level += 1) {
      const share = mood === 'still' ? 1 : 0.8 + 0.4 * prng.float();
      const steps = Math.max(1, Math.round((LEVEL_USD * size * share) / stepUsd));
      levels.push(
        best + sign * level,
        level === LEVELS - 1 ? steps + (this.#published % 2) : steps,
      );
    }
    return levels;
  }
}
