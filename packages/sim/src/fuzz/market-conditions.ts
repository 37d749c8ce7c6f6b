import type { Prng } from '../prng.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import { Spell } from '../faults/spell.ts';

/** What befalls the market itself: chances in each second, shares of publications, times in ms. */
export interface MarketConditions {
  /** Nothing is published of any instrument; index prices go on. */
  readonly silence: number;
  readonly silenceMsMax: number;
  /** No index price is told. */
  readonly indexSilence: number;
  readonly indexSilenceMsMax: number;
  /** Every quote is taken away, until the next publication. */
  readonly withdrawal: number;
  /** All prices leap by up to `jumpMax` of themselves, either way. */
  readonly jump: number;
  readonly jumpMax: number;
  /** Publications in which one side of a book is empty. */
  readonly oneSided: number;
  /** Somebody else trades, through the touch, in one instrument. */
  readonly trades: number;
  /** Another strike is listed. */
  readonly listing: number;
  /** An option is taken off the venue before its expiry, and settled. */
  readonly delisting: number;
  /** The world begins so long before a settlement in which an option expires; 0: long before. */
  readonly beforeExpiryMs: number;
  /** The world begins so long before the end of a week (UTC); 0: long before. */
  readonly beforeWeekEndMs: number;
  /** 1: futures are listed, which the launch policy does not allow. */
  readonly futures: number;
}

export const ORDERLY_MARKET: MarketConditions = Object.freeze({
  silence: 0,
  silenceMsMax: 20_000,
  indexSilence: 0,
  indexSilenceMsMax: 10_000,
  withdrawal: 0,
  jump: 0,
  jumpMax: 0.2,
  oneSided: 0,
  trades: 0,
  listing: 0,
  delisting: 0,
  beforeExpiryMs: 0,
  beforeWeekEndMs: 0,
  futures: 0,
});

/** What happens to the market in one second. */
export interface MarketNews {
  readonly withdraws: boolean;
  readonly lists: boolean;
  readonly delists: boolean;
  readonly trades: boolean;
  /** Of all prices, as a share of themselves; 0: none. */
  readonly leap: number;
}

const SIDES = ['bids', 'asks'] as const;

/** What the hour brings; whoever makes the market asks. */
export class MarketWeather {
  readonly #prng: Prng;
  readonly #silence: Spell;
  readonly #indexSilence: Spell;
  #conditions: MarketConditions;

  constructor(clock: VirtualClock, prng: Prng, conditions: MarketConditions) {
    this.#prng = prng;
    this.#silence = new Spell(clock, prng.fork('silence'));
    this.#indexSilence = new Spell(clock, prng.fork('index-silence'));
    this.#conditions = conditions;
  }

  get conditions(): MarketConditions {
    return this.#conditions;
  }

  get isSilent(): boolean {
    return this.#silence.isOn;
  }

  get isIndexSilent(): boolean {
    return this.#indexSilence.isOn;
  }

  /**
   * To be asked once a second.
   * @returns what happens now.
   */
  look(): MarketNews {
    const { silence, silenceMsMax, indexSilence, indexSilenceMsMax } = this.#conditions;
    const { withdrawal, listing, jump, jumpMax, trades } = this.#conditions;
    this.#silence.look(silence, silenceMsMax);
    this.#indexSilence.look(indexSilence, indexSilenceMsMax);
    return {
      withdraws: this.#happens(withdrawal),
      lists: this.#happens(listing),
      trades: this.#happens(trades),
      leap: this.#happens(jump) ? jumpMax * (2 * this.#prng.float() - 1) : 0,
      delists: this.#happens(this.#conditions.delisting),
    };
  }

  /** Which side of the book this publication leaves out. */
  emptySide(): 'bids' | 'asks' | null {
    return this.#happens(this.#conditions.oneSided) ? this.#prng.pick(SIDES) : null;
  }

  /** What is listed stays listed, and nothing else befalls it. */
  putRight(): void {
    this.#conditions = ORDERLY_MARKET;
    this.#silence.end();
    this.#indexSilence.end();
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#prng.chance(chance);
  }
}
