import type { Instrument } from '@holdfast/core/instrument';
import type { InstrumentName } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';
import { tickAt } from './quote-sides.ts';

/** Fee of a purchase and of a sale, coin: with half a spread and a tick, what is just enough. */
const FEES = 0.0006;
/** No further off than this share of the mark. */
const MARK_SHARE_MAX = 0.6;

/** Where an option may be mispriced: days to expiry, and |delta|. */
export const MISPRICED = { daysMin: 2, daysMax: 45, deltaMin: 0.15, deltaMax: 0.42 } as const;

/** How one option's quotes stand against the surface, until a time. */
type Phase = 'cheap' | 'fair' | 'rich';

interface Mispricing {
  phase: Phase;
  until: number;
  readonly expiry: number | null;
  /** One of two that are off at once: nothing follows its phase. */
  readonly isPaired: boolean;
  /** How far, as a multiple of what is just enough. */
  readonly excess: number;
}

const FIRST_MS = 3_000;
const CHEAP_MS = { min: 25_000, max: 60_000 } as const;
const FAIR_MS = { min: 8_000, max: 20_000 } as const;
const RICH_MS = { min: 20_000, max: 40_000 } as const;
const EXCESS = { min: 1.15, range: 0.6, paired: 1.5 } as const;
const AT_ONCE_MAX = 4;
const DAY_MS = 86_400_000;
/** Of a pair: in an expiry far enough off, and no neighbours, or one would hide the other. */
const PAIR = { daysMin: 5, strikesApart: 2, msMin: 7_000, msMax: 12_000 } as const;
/** Rich again after cheap: otherwise its buyer would have to wait for another market. */
const RICH_CHANCE = 0.7;

/**
 * Which single options somebody quotes off the surface, by a seed: cheap for a while, then fair,
 * then mostly rich. A strategy that waits for one and then for the other has something to do.
 */
export class Mispricings {
  readonly #prng: Prng;
  readonly #everyMs: number;
  readonly #inPairs: boolean;
  readonly #current = new Map<InstrumentName, Mispricing>();
  #nextAt: number;
  #made = 0;

  /**
   * @param everyMs mean time between two; 0: none, ever.
   * @param inPairs two of one expiry and type at once, one cheap and one rich.
   */
  constructor(prng: Prng, everyMs: number, now: number, inPairs = false) {
    this.#prng = prng;
    this.#everyMs = everyMs;
    this.#inPairs = inPairs;
    this.#nextAt = everyMs > 0 ? now + FIRST_MS : Number.POSITIVE_INFINITY;
  }

  get made(): number {
    return this.#made;
  }

  /** @param candidates options that may be chosen now; asked for only when one is. */
  move(now: number, candidates: () => readonly Instrument[]): void {
    for (const [name, one] of this.#current) {
      if (now < one.until) continue;
      const next = one.isPaired ? null : this.#after(one.phase);
      if (next === null) this.#current.delete(name);
      else Object.assign(one, { phase: next.phase, until: now + next.ms });
    }
    if (now < this.#nextAt) return;
    this.#nextAt = now + this.#pauseMs();
    const least = this.#inPairs ? EXCESS.paired : EXCESS.min;
    const excess = least + EXCESS.range * this.#prng.float();
    const until = now + this.#lastingMs();
    const free = candidates().filter(({ name }) => !this.#current.has(name));
    if (this.#current.size >= AT_ONCE_MAX) return;
    const chosen = this.#inPairs ? this.#pickPair(free, now) : this.#pickOne(free);
    for (const [at, { name, expiry }] of chosen.entries()) {
      const phase: Phase = at === 0 ? 'cheap' : 'rich';
      this.#current.set(name, { phase, until, excess, expiry, isPaired: this.#inPairs });
      this.#made += 1;
    }
  }

  /** Whoever quotes this expiry prices it anew. @returns whether anything was off there. */
  forget(expiry: number): boolean {
    const off = [...this.#current].filter(([, one]) => one.expiry === expiry);
    for (const [name] of off) this.#current.delete(name);
    return off.length > 0;
  }

  /** What the option's quotes are moved by, coin; mostly 0. `half` is its half spread, coin. */
  shift(instrument: Instrument, mark: number, half: number): number {
    const one = this.#current.get(instrument.name);
    if (one === undefined || one.phase === 'fair') return 0;
    const enough = half + FEES + tickAt(instrument, mark);
    const far = Math.min(one.excess * enough, MARK_SHARE_MAX * mark);
    return one.phase === 'cheap' ? -far : far;
  }

  #lastingMs(): number {
    return this.#inPairs
      ? this.#prng.int(PAIR.msMin, PAIR.msMax)
      : this.#prng.int(CHEAP_MS.min, CHEAP_MS.max);
  }

  /** Pairs come and go evenly and soon: a market of them is only watched for minutes. */
  #pauseMs(): number {
    const share = this.#inPairs ? 0.5 + this.#prng.float() : this.#prng.exponential(1);
    return Math.ceil(share * this.#everyMs);
  }

  #pickOne(free: readonly Instrument[]): readonly Instrument[] {
    return free.length === 0 ? [] : [this.#prng.pick(free)];
  }

  /** Calls and puts in turn: one at random where none is off, and another that is no neighbour. */
  #pickPair(free: readonly Instrument[], now: number): readonly Instrument[] {
    const taken = new Set([...this.#current.values()].map(({ expiry }) => expiry));
    const type = this.#made % 4 === 0 ? 'call' : 'put';
    const far = free.filter(
      ({ expiry, option }) =>
        option?.type === type &&
        (expiry ?? now) - now >= PAIR.daysMin * DAY_MS &&
        !taken.has(expiry),
    );
    const [one] = this.#pickOne(far);
    if (one === undefined) return [];
    const row = far
      .filter(({ expiry }) => expiry === one.expiry)
      .sort((a, b) => (a.option?.strikeE8 ?? 0) - (b.option?.strikeE8 ?? 0));
    const at = row.indexOf(one);
    const others = row.filter((_, place) => Math.abs(place - at) >= PAIR.strikesApart);
    const [other] = this.#pickOne(others);
    return other === undefined ? [] : [one, other];
  }

  #after(phase: Phase): { readonly phase: Phase; readonly ms: number } | null {
    const prng = this.#prng;
    if (phase === 'cheap') return { phase: 'fair', ms: prng.int(FAIR_MS.min, FAIR_MS.max) };
    if (phase === 'fair' && prng.chance(RICH_CHANCE)) {
      return { phase: 'rich', ms: prng.int(RICH_MS.min, RICH_MS.max) };
    }
    return null;
  }
}
