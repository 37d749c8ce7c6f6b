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
  /** How far, as a multiple of what is just enough. */
  readonly excess: number;
}

const FIRST_MS = 3_000;
const CHEAP_MS = { min: 25_000, max: 60_000 } as const;
const FAIR_MS = { min: 8_000, max: 20_000 } as const;
const RICH_MS = { min: 20_000, max: 40_000 } as const;
const EXCESS = { min: 1.15, range: 0.6 } as const;
const AT_ONCE_MAX = 4;
/** Rich again after cheap: otherwise its buyer would have to wait for another market. */
const RICH_CHANCE = 0.7;

/**
 * Which single options somebody quotes off the surface, by a seed: cheap for a while, then fair,
 * then mostly rich. A strategy that waits for one and then for the other has something to do.
 */
export class Mispricings {
  readonly #prng: Prng;
  readonly #everyMs: number;
  readonly #current = new Map<InstrumentName, Mispricing>();
  #nextAt: number;
  #made = 0;

  /** @param everyMs mean time between two; 0: none, ever. */
  constructor(prng: Prng, everyMs: number, now: number) {
    this.#prng = prng;
    this.#everyMs = everyMs;
    this.#nextAt = everyMs > 0 ? now + FIRST_MS : Number.POSITIVE_INFINITY;
  }

  get made(): number {
    return this.#made;
  }

  /** @param candidates options that may be chosen now; asked for only when one is. */
  move(now: number, candidates: () => readonly Instrument[]): void {
    for (const [name, one] of this.#current) {
      if (now < one.until) continue;
      const next = this.#after(one.phase);
      if (next === null) this.#current.delete(name);
      else Object.assign(one, { phase: next.phase, until: now + next.ms });
    }
    if (now < this.#nextAt) return;
    this.#nextAt = now + Math.ceil(this.#prng.exponential(this.#everyMs));
    const excess = EXCESS.min + EXCESS.range * this.#prng.float();
    const until = now + this.#prng.int(CHEAP_MS.min, CHEAP_MS.max);
    const free = candidates().filter(({ name }) => !this.#current.has(name));
    if (free.length === 0 || this.#current.size >= AT_ONCE_MAX) return;
    const { name } = this.#prng.pick(free);
    this.#current.set(name, { phase: 'cheap', until, excess });
    this.#made += 1;
  }

  /** What the option's quotes are moved by, coin; mostly 0. `half` is its half spread, coin. */
  shift(instrument: Instrument, mark: number, half: number): number {
    const one = this.#current.get(instrument.name);
    if (one === undefined || one.phase === 'fair') return 0;
    const enough = half + FEES + tickAt(instrument, mark);
    const far = Math.min(one.excess * enough, MARK_SHARE_MAX * mark);
    return one.phase === 'cheap' ? -far : far;
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
