import type { Instrument } from '@holdfast/core/instrument';
import type { InstrumentName } from '@holdfast/core/values';
import { E8 } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';
import type { CoinPath } from './coin-path.ts';
import { deribitExpiries, tenorOf } from './deribit-calendar.ts';
import { indexExpiries, volatilityIndex } from './dvol.ts';
import { inverseFuture, inversePerpetual, linearPerpetual } from './future-instrument.ts';
import { inverseOption } from './inverse-option.ts';
import type { LiveQuote } from './market-model.ts';
import { MISPRICED, Mispricings } from './mispricing.ts';
import {
  centsE8,
  isLiquid,
  type PricedExpiry,
  type PricedOption,
  priceOption,
  rhoUsd,
  yearsTo,
} from './option-pricer.ts';
import { futureQuote, sidesAround } from './quote-sides.ts';
import type { Regime } from './regime.ts';
import { strikesAround } from './strike-ladder.ts';
import { atmVariance, sliceAt } from './vol-surface.ts';

const DAY_MS = 86_400_000;
/** Closer to its expiry nobody quotes an option. */
const QUOTED_MS_MIN = 30_000;

/** Half spread in volatility: its floor, and what short options have on top, over sqrt(years). */
const HALF_SPREAD = { floor: 0.0035, short: 0.0006, perDistance: 0.4, cap: 6 } as const;
/** Half spread of an option in the money, coin per unit of |delta| above one half. */
const IN_THE_MONEY = 0.002;
/** Own error of a quote against the surface, volatility, and how long it lasts. */
const NOISE = { deviation: 0.0008, memoryMs: 30_000 } as const;
/** Futures are deeper than options: so many times their mean size. */
const FUTURE_SIZE = 3;
const MOOD_MS = { min: 5_000, max: 30_000 } as const;
/** A quote's own mood, which outlives one look at it. */
interface Mood {
  noise: number;
  noiseAt: number;
  missing: 'bid' | 'ask' | null;
  isSilent: boolean;
  until: number;
}

/** One coin of a synthetic market: what is listed, and what it is quoted at. */
export class RegimeCoin {
  readonly path: CoinPath;
  readonly #regime: Regime;
  readonly #prng: Prng;
  readonly #mispricings: Mispricings;
  readonly #options = new Map<number, Map<number, readonly Instrument[]>>();
  readonly #futures = new Set<number>();
  readonly #moods = new Map<InstrumentName, Mood>();
  readonly #expiries = new Map<number, PricedExpiry>();
  #repriced = 0;
  #now = Number.NEGATIVE_INFINITY;

  constructor(path: CoinPath, regime: Regime, prng: Prng, now: number) {
    this.path = path;
    this.#regime = regime;
    this.#prng = prng.fork('quotes');
    const { mispricingEveryMs, mispricedPairs } = regime;
    const mispricing = prng.fork('mispricing');
    this.#mispricings = new Mispricings(mispricing, mispricingEveryMs, now, mispricedPairs);
  }

  get mispriced(): number {
    return this.#mispricings.made;
  }

  /** How often makers have priced an expiry anew because one of its quotes was taken. */
  get repriced(): number {
    return this.#repriced;
  }

  get indexE8(): number {
    return centsE8(this.path.indexUsd);
  }

  move(now: number, elapsedMs: number, jump: number): void {
    this.path.move(now, elapsedMs, jump);
    this.#look(now);
    this.#mispricings.move(now, () => this.#candidates());
  }

  /** Instruments that Deribit would list by now and this market has not. */
  list(now: number): readonly Instrument[] {
    this.#look(now);
    const coin = this.path.traits.code;
    const listed: (Instrument | null)[] = [];
    if (this.#futures.size === 0) {
      this.#futures.add(0);
      listed.push(inversePerpetual(coin), linearPerpetual(coin));
    }
    for (const expiry of deribitExpiries(now)) {
      const tenor = tenorOf(expiry);
      if (tenor !== 'day' && !this.#futures.has(expiry)) {
        this.#futures.add(expiry);
        listed.push(inverseFuture(coin, expiry));
      }
      const strikes = this.#options.get(expiry) ?? new Map<number, readonly Instrument[]>();
      this.#options.set(expiry, strikes);
      for (const strike of strikesAround(coin, tenor, this.#priced(expiry).forward)) {
        if (strikes.has(strike)) continue;
        const pair = (['call', 'put'] as const)
          .map((type) => inverseOption({ underlying: coin, type, strike, expiryMs: expiry }))
          .filter((option) => option !== null);
        strikes.set(strike, pair);
        listed.push(...pair);
      }
    }
    return listed.filter((instrument) => instrument !== null);
  }

  /**
   * Nervous makers price a whole expiry anew once one of its quotes is taken: whoever wanted a
   * second one of the old quotes comes too late. @returns whether they did.
   */
  taken({ option, expiry }: Instrument, now: number): boolean {
    if (option === null || expiry === null || !this.path.areMakersNervous(now)) return false;
    if (!this.#mispricings.forget(expiry)) return false;
    this.#repriced += 1;
    return true;
  }

  quote(instrument: Instrument): LiveQuote | null {
    return instrument.option === null
      ? this.#quoteFuture(instrument)
      : this.#quoteOption(instrument);
  }

  /** Percent; from the surface's marks of the two expiries around 30 days. */
  volatilityIndex(): number | null {
    const marks = [];
    for (const expiry of indexExpiries(this.#options.keys(), this.#now)) {
      const priced = this.#priced(expiry);
      for (const instrument of [...(this.#options.get(expiry)?.values() ?? [])].flat()) {
        const fair = priceOption(priced, instrument);
        if (fair === null) continue;
        const markE8 = (fair.greeks.priceUsd / priced.forward) * E8;
        marks.push({ instrument, markE8, underlyingE8: priced.forwardE8 });
      }
    }
    return volatilityIndex(marks, this.#now);
  }

  #look(now: number): void {
    this.#now = now;
    this.#expiries.clear();
    for (const [expiry, strikes] of this.#options) {
      if (expiry > now) continue;
      for (const { name } of [...strikes.values()].flat()) this.#moods.delete(name);
      this.#options.delete(expiry);
      this.#futures.delete(expiry);
    }
  }

  #priced(expiryMs: number): PricedExpiry {
    const known = this.#expiries.get(expiryMs);
    if (known !== undefined) return known;
    const years = yearsTo(expiryMs, this.#now);
    const forwardE8 = centsE8(this.path.forwardUsd(years));
    const { surface } = this.path;
    const theta = atmVariance(surface, years);
    const shape = sliceAt(surface, years);
    const priced = { years, forward: forwardE8 / E8, forwardE8, theta, shape };
    this.#expiries.set(expiryMs, priced);
    return priced;
  }

  #candidates(): readonly Instrument[] {
    const found: Instrument[] = [];
    for (const [expiry, strikes] of this.#options) {
      const days = (expiry - this.#now) / DAY_MS;
      if (!(days >= MISPRICED.daysMin && days <= MISPRICED.daysMax)) continue;
      const priced = this.#priced(expiry);
      for (const instrument of [...strikes.values()].flat()) {
        const fair = priceOption(priced, instrument);
        const size = Math.abs(fair?.greeks.delta ?? 0);
        if (size >= MISPRICED.deltaMin && size <= MISPRICED.deltaMax) found.push(instrument);
      }
    }
    return found;
  }

  #quoteOption(instrument: Instrument): LiveQuote | null {
    const { expiry, name } = instrument;
    if (expiry === null || expiry - this.#now < QUOTED_MS_MIN) return null;
    const priced = this.#priced(expiry);
    const fair = priceOption(priced, instrument);
    if (fair === null) return null;
    const { greeks, vol } = fair;
    const { forward, years } = priced;
    const mood = this.#mood(name);
    const mark = greeks.priceUsd / forward;
    const vegaCoin = greeks.vegaUsd / forward;
    const depthIn = Math.max(0, Math.abs(greeks.delta) - 0.5);
    const scale = this.path.spreadScale;
    const half = scale * (halfSpreadVol(fair, years) * vegaCoin + IN_THE_MONEY * depthIn);
    const shift = this.#mispricings.shift(instrument, mark, half);
    const middle = mark + mood.noise * vegaCoin + shift;
    const sides = sidesAround(instrument, middle, half);
    const isQuoted = this.path.isQuoted(this.#now);
    const isMissing = (side: 'bid' | 'ask'): boolean =>
      !isQuoted || (mood.missing === side && shift === 0);
    const isFast = shift !== 0 || isLiquid(greeks.delta, years);
    return {
      instrument,
      bidTicks: isMissing('bid') ? null : sides.bidTicks,
      askTicks: isMissing('ask') ? null : sides.askTicks,
      markE8: Math.max(1, Math.round(mark * E8)),
      underlyingE8: priced.forwardE8,
      iv: vol,
      delta: greeks.delta,
      vega: greeks.vegaUsd / 100,
      gamma: greeks.gamma,
      theta: greeks.thetaUsdPerDay,
      rho: rhoUsd(greeks, forward, years),
      meanUsd: this.path.meanUsd / (1 + fair.distance),
      pace: mood.isSilent ? 'silent' : isFast ? 'fast' : 'slow',
    };
  }

  #quoteFuture(instrument: Instrument): LiveQuote | null {
    const { expiry } = instrument;
    if (expiry !== null && expiry <= this.#now) return null;
    const price = expiry === null ? this.path.perpetualUsd : this.#priced(expiry).forward;
    return futureQuote(instrument, {
      price,
      indexE8: this.indexE8,
      spreadScale: this.path.spreadScale,
      halfMore: this.path.futureHalf,
      meanUsd: this.path.futureMeanUsd * FUTURE_SIZE,
      isQuoted: this.path.isQuoted(this.#now),
    });
  }

  #mood(name: InstrumentName): Mood {
    const prng = this.#prng;
    let mood = this.#moods.get(name);
    if (mood === undefined) {
      const noise = prng.gaussian() * NOISE.deviation;
      mood = { noise, noiseAt: this.#now, missing: null, isSilent: false, until: this.#now };
      this.#moods.set(name, mood);
    }
    const memory = Math.exp((mood.noiseAt - this.#now) / NOISE.memoryMs);
    const fresh = NOISE.deviation * Math.sqrt(1 - memory * memory);
    mood.noise = mood.noise * memory + fresh * prng.gaussian();
    mood.noiseAt = this.#now;
    if (this.#now >= mood.until) {
      mood.missing = prng.chance(this.#regime.oneSided) ? prng.pick(['bid', 'ask'] as const) : null;
      mood.isSilent = prng.chance(this.#regime.silent);
      mood.until = this.#now + prng.int(MOOD_MS.min, MOOD_MS.max);
    }
    return mood;
  }
}

function halfSpreadVol({ distance }: PricedOption, years: number): number {
  const { floor, short, perDistance, cap } = HALF_SPREAD;
  const wing = Math.min(cap, 1 + perDistance * distance * distance);
  return (floor + short / Math.sqrt(years)) * wing;
}
