import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';
import { CoinPath, type CoinTraits, moveWeather, openWeather, type Weather } from './coin-path.ts';
import type { LiveQuote, MarketModel, MarketTurn } from './market-model.ts';
import type { Regime } from './regime.ts';
import { RegimeCoin } from './regime-coin.ts';

const COINS: readonly CoinTraits[] = [
  {
    code: currency('BTC'),
    startUsd: 65_000,
    shortVol: 0.36,
    longVol: 0.46,
    rho: -0.14,
    eta: 0.75,
  },
  {
    code: currency('ETH'),
    startUsd: 1_900,
    shortVol: 0.5,
    longVol: 0.58,
    rho: -0.1,
    eta: 0.75,
  },
];

const LIST_EVERY_MS = 5_000;
/** A longer silence of the clock is one step of this length: a host that slept is not an era. */
const STEP_MS_MAX = 60_000;
const NONE: ReadonlySet<Currency> = new Set();

/** A synthetic market of one regime: every price from one surface and one curve per coin. */
export class RegimeModel implements MarketModel {
  readonly startAt = null;
  readonly nextAt = null;
  readonly indexes = new Map<Currency, number>();
  readonly #regime: Regime;
  readonly #prng: Prng;
  readonly #weatherPrng: Prng;
  #coins: readonly RegimeCoin[] = [];
  #weather: Weather | null = null;
  #now = 0;
  #listAt = 0;
  #quoted = true;
  #gaps = 0;

  constructor(regime: Regime, prng: Prng) {
    this.#regime = regime;
    this.#prng = prng;
    this.#weatherPrng = prng.fork('weather');
  }

  get tradesPerSecond(): number {
    return this.#regime.tradesPerSecond;
  }

  advance(now: number): MarketTurn {
    const weather = this.#weather ?? this.#open(now);
    const elapsedMs = Math.min(STEP_MS_MAX, now - this.#now);
    this.#now = now;
    const jump = moveWeather(weather, this.#regime, this.#weatherPrng, now);
    for (const coin of this.#coins) {
      coin.move(now, elapsedMs, jump);
      this.indexes.set(coin.path.traits.code, coin.indexE8);
    }
    const isQuoted = !(now < weather.gapUntil);
    const turned = isQuoted !== this.#quoted;
    this.#quoted = isQuoted;
    if (turned && isQuoted) this.#gaps += 1;
    return {
      listed: this.#list(now),
      sweep: turned ? new Set(this.indexes.keys()) : NONE,
      over: false,
    };
  }

  quote(instrument: Instrument): LiveQuote | null {
    return this.#coinOf(instrument.underlying)?.quote(instrument) ?? null;
  }

  volatilityIndex(coin: Currency): number | null {
    return this.#coinOf(coin)?.volatilityIndex() ?? null;
  }

  taken(instrument: Instrument, now: number): boolean {
    return this.#coinOf(instrument.underlying)?.taken(instrument, now) ?? false;
  }

  counts(): Readonly<Record<string, number>> {
    const mispriced = this.#coins.reduce((sum, coin) => sum + coin.mispriced, 0);
    const repriced = this.#coins.reduce((sum, coin) => sum + coin.repriced, 0);
    return { mispriced, repriced, gaps: this.#gaps };
  }

  #open(now: number): Weather {
    const weather = openWeather(this.#regime, this.#weatherPrng, now);
    this.#weather = weather;
    this.#now = now;
    this.#coins = COINS.map((traits) => {
      const prng = this.#prng.fork(`coin-${traits.code}`);
      const path = new CoinPath(traits, this.#regime, weather, prng.fork('path'));
      return new RegimeCoin(path, this.#regime, prng, now);
    });
    return weather;
  }

  #coinOf(code: Currency): RegimeCoin | undefined {
    return this.#coins.find(({ path }) => path.traits.code === code);
  }

  #list(now: number): readonly Instrument[] {
    if (now < this.#listAt) return [];
    this.#listAt = now + LIST_EVERY_MS;
    return this.#coins.flatMap((coin) => [...coin.list(now)]);
  }
}
