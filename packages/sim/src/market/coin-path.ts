import { MS_PER_YEAR } from '@holdfast/core/strategy';
import type { Currency } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';
import type { Regime } from './regime.ts';
import type { VolSurface } from './vol-surface.ts';

const HOUR_MS = 3_600_000;

/** What a coin is like before any weather. */
export interface CoinTraits {
  readonly code: Currency;
  readonly startUsd: number;
  readonly shortVol: number;
  readonly longVol: number;
  readonly rho: number;
  readonly eta: number;
}

/** Per year: how fast the volatility's term structure reaches its far end. */
const REVERSION = 4;
/** Short volatility returns to its level with this time constant. */
const VOL_MEMORY_MS = 60_000;
/** Per unit of stress: what a crash does to the surface and the quotes. */
const STRESS = { vol: 1, rho: -0.4, eta: 0.3, indexVol: 3, spread: 3, size: 0.8 } as const;
const STRESS_RISE_MS = 6_000;
/** When a crash stops getting worse, counted from its onset, and how it fades then. */
const STRESS_RISES_MS = 15_000;
const STRESS_FADE_MS = 11_000;

/**
 * What a crash does to the futures, which are quoted as before long before the options are: half
 * spread as a share of the price, and the logarithm of what sizes shrink by.
 */
const PANIC = { half: 0.0045, size: 3, comesMs: 2_000, lastsMs: 17_000, goesMs: 6_000 } as const;

/** Makers are nervous from so long before a crash until so long after its onset. */
const NERVES_MS = { before: 16_000, after: 20_000 } as const;

const CARRY = { near: 0.02, far: 0.045, memoryYears: 0.3 } as const;
const BASIS_MAX = 0.0005;
const BASIS_MEMORY_MS = 120_000;

/** Forces that all coins share: one sign, one set of dates, one factor of the returns. */
export interface Weather {
  /** Epoch ms of the crash's onset; infinite without one. */
  readonly onsetAt: number;
  readonly direction: 1 | -1;
  /** Standard normal of this step, shared. */
  shared: number;
  /** Nobody quotes until then. */
  gapUntil: number;
  nextGapAt: number;
}

/** Log of the jump after a gap: its least and its range. */
const GAP = {
  jumpMin: 0.015,
  jumpRange: 0.025,
  msMin: 3_000,
  msMax: 8_000,
  restMs: 20_000,
} as const;
const ONSET_MS = { min: 33_000, max: 36_000 } as const;
/** Correlation of the coins' returns is its square. */
const SHARED = 0.9;

export function openWeather(regime: Regime, prng: Prng, now: number): Weather {
  const onset = prng.int(ONSET_MS.min, ONSET_MS.max);
  const direction = prng.chance(0.5) ? 1 : -1;
  const rest = GAP.restMs + prng.exponential(Math.max(0, regime.gapEveryMs - GAP.restMs));
  return {
    onsetAt: regime.crashDepth > 0 ? now + onset : Number.POSITIVE_INFINITY,
    direction,
    shared: 0,
    gapUntil: Number.NEGATIVE_INFINITY,
    nextGapAt: regime.gapEveryMs > 0 ? now + Math.ceil(rest) : Number.POSITIVE_INFINITY,
  };
}

/** Moves what is shared. @returns the log jump of all indexes at this step, mostly 0. */
export function moveWeather(weather: Weather, regime: Regime, prng: Prng, now: number): number {
  weather.shared = prng.gaussian();
  if (now >= weather.nextGapAt) {
    weather.gapUntil = now + prng.int(GAP.msMin, GAP.msMax);
    const rest = GAP.restMs + prng.exponential(regime.gapEveryMs - GAP.restMs);
    weather.nextGapAt = weather.gapUntil + Math.ceil(rest);
    return 0;
  }
  if (weather.gapUntil === Number.NEGATIVE_INFINITY || now < weather.gapUntil) return 0;
  weather.gapUntil = Number.NEGATIVE_INFINITY;
  const size = GAP.jumpMin + GAP.jumpRange * prng.float();
  return prng.chance(0.5) ? size : -size;
}

/** One coin on its way: index, surface, carry, and how quotes are made. */
export class CoinPath {
  readonly traits: CoinTraits;
  readonly #regime: Regime;
  readonly #weather: Weather;
  readonly #prng: Prng;
  #logIndex: number;
  /** Logarithm of short volatility over its level. */
  #logVol = 0;
  #basis = 0;
  #stress = 0;
  #panic = 0;

  constructor(traits: CoinTraits, regime: Regime, weather: Weather, prng: Prng) {
    this.traits = traits;
    this.#regime = regime;
    this.#weather = weather;
    this.#prng = prng;
    this.#logIndex = Math.log(traits.startUsd * (0.97 + 0.06 * prng.float()));
  }

  move(now: number, elapsedMs: number, jump: number): void {
    const regime = this.#regime;
    const before = this.#stress;
    this.#stress = stressAt(now - this.#weather.onsetAt);
    this.#panic = panicAt(now - this.#weather.onsetAt);
    const share = SHARED * this.#weather.shared;
    const own = Math.sqrt(1 - SHARED * SHARED) * this.#prng.gaussian();
    const vol = regime.indexVol * (1 + STRESS.indexVol * this.#stress);
    const drift = (this.#weather.direction * regime.driftPerHour * elapsedMs) / HOUR_MS;
    const fall = regime.crashDepth * (this.#stress - before);
    const noise = vol * Math.sqrt(elapsedMs / MS_PER_YEAR) * (share + own);
    this.#logIndex += noise + drift - fall + jump;
    const memory = Math.exp(-elapsedMs / VOL_MEMORY_MS);
    const shock = regime.volOfVol * Math.sqrt(elapsedMs / HOUR_MS) * this.#prng.gaussian();
    this.#logVol = Math.min(
      0.5,
      Math.max(-0.3, this.#logVol * memory + shock + Math.abs(3 * jump)),
    );
    const basisMemory = Math.exp(-elapsedMs / BASIS_MEMORY_MS);
    const basisShock = 0.0001 * Math.sqrt(elapsedMs / BASIS_MEMORY_MS) * this.#prng.gaussian();
    const basis = this.#basis * basisMemory + basisShock;
    this.#basis = Math.min(BASIS_MAX, Math.max(-BASIS_MAX, basis));
  }

  get indexUsd(): number {
    return Math.exp(this.#logIndex);
  }

  /** Whether anybody quotes. */
  isQuoted(now: number): boolean {
    return !(now < this.#weather.gapUntil);
  }

  /** Whether a quote that is taken makes its makers price the others anew. */
  areMakersNervous(now: number): boolean {
    const sinceMs = now - this.#weather.onsetAt;
    return sinceMs >= -NERVES_MS.before && sinceMs < NERVES_MS.after;
  }

  get surface(): VolSurface {
    const { shortVol, longVol, rho, eta } = this.traits;
    const stress = this.#stress;
    return {
      shortVol: shortVol * Math.exp(this.#logVol) * (1 + STRESS.vol * stress),
      longVol: longVol * (1 + 0.2 * STRESS.vol * stress),
      reversion: REVERSION,
      rho: rho + STRESS.rho * stress,
      eta: eta + STRESS.eta * stress,
    };
  }

  get spreadScale(): number {
    return this.#regime.spreadScale * (1 + STRESS.spread * this.#stress);
  }

  /** Half spread of a future on top of its usual one, as a share of its price. */
  get futureHalf(): number {
    return PANIC.half * this.#panic;
  }

  /** Mean size at the best price of a future, before its share of an option's. */
  get futureMeanUsd(): number {
    return this.#regime.meanUsd * Math.exp(-PANIC.size * this.#panic);
  }

  get meanUsd(): number {
    return this.#regime.meanUsd * (1 - STRESS.size * this.#stress);
  }

  /** The curve of all futures: the index carried to a time to expiry. */
  forwardUsd(years: number): number {
    const tilt = Math.exp(-years / CARRY.memoryYears);
    return this.indexUsd * Math.exp((CARRY.far + (CARRY.near - CARRY.far) * tilt) * years);
  }

  get perpetualUsd(): number {
    return this.indexUsd * (1 + this.#basis);
  }
}

/** 0 before the onset, 1 within seconds and for a while, then soon gone. */
function panicAt(sinceMs: number): number {
  if (!(sinceMs > 0)) return 0;
  const fading = Math.exp(-Math.max(0, sinceMs - PANIC.lastsMs) / PANIC.goesMs);
  return Math.min(1, sinceMs / PANIC.comesMs) * fading;
}

/** 0 before the onset, rising towards 1, fading in the end. */
function stressAt(sinceMs: number): number {
  if (!(sinceMs > 0)) return 0;
  const risen = 1 - Math.exp(-Math.min(sinceMs, STRESS_RISES_MS) / STRESS_RISE_MS);
  return risen * Math.exp(-Math.max(0, sinceMs - STRESS_RISES_MS) / STRESS_FADE_MS);
}
