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
  /** The touches of the reference instruments go apart, by up to this share of the price. */
  readonly widening: number;
  readonly wideningMsMax: number;
  readonly wideningMax: number;
  /** Their books keep so small a share of their size at least. */
  readonly thinning: number;
  readonly thinningMsMax: number;
  readonly thinningMin: number;
  /** Their marks leave the index, by up to this share of it. */
  readonly parting: number;
  readonly partingMsMax: number;
  readonly partingMax: number;
  /** The volatility index leaps by up to this share of itself, and comes back over a minute. */
  readonly fright: number;
  readonly frightMax: number;
  /** No volatility index is told. */
  readonly dvolSilence: number;
  readonly dvolSilenceMsMax: number;
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
  widening: 0,
  wideningMsMax: 20_000,
  wideningMax: 0.02,
  thinning: 0,
  thinningMsMax: 20_000,
  thinningMin: 0.02,
  parting: 0,
  partingMsMax: 15_000,
  partingMax: 0.03,
  fright: 0,
  frightMax: 0.4,
  dvolSilence: 0,
  dvolSilenceMsMax: 30_000,
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

/** How the reference instruments are quoted while nothing is wrong with them. */
export interface ReferenceMarket {
  /** Half the distance of the touches, as a share of the price; 0: as close as ticks allow. */
  readonly halfSpread: number;
  /** Share of their usual size. */
  readonly size: number;
  /** Mark over index, less one. */
  readonly basis: number;
  /** Volatility index over its usual value. */
  readonly fright: number;
  readonly tellsDvol: boolean;
}

/** How long a fright takes to fade to a third. */
const FRIGHT_FADES_MS = 60_000;

const SIDES = ['bids', 'asks'] as const;

/** What the hour brings; whoever makes the market asks. */
export class MarketWeather {
  readonly #prng: Prng;
  readonly #silence: Spell;
  readonly #indexSilence: Spell;
  readonly #widening: Spell;
  readonly #thinning: Spell;
  readonly #parting: Spell;
  readonly #dvolSilence: Spell;
  readonly #clock: VirtualClock;
  #halfSpread = 0;
  #size = 1;
  #basis = 0;
  #fright = 0;
  #frightAt = 0;
  #conditions: MarketConditions;

  constructor(clock: VirtualClock, prng: Prng, conditions: MarketConditions) {
    this.#prng = prng;
    this.#silence = new Spell(clock, prng.fork('silence'));
    this.#indexSilence = new Spell(clock, prng.fork('index-silence'));
    this.#widening = new Spell(clock, prng.fork('widening'));
    this.#thinning = new Spell(clock, prng.fork('thinning'));
    this.#parting = new Spell(clock, prng.fork('parting'));
    this.#dvolSilence = new Spell(clock, prng.fork('dvol-silence'));
    this.#clock = clock;
    this.#conditions = conditions;
  }

  get references(): ReferenceMarket {
    const fades = Math.exp((this.#frightAt - this.#clock.now()) / FRIGHT_FADES_MS);
    return {
      halfSpread: this.#widening.isOn ? this.#halfSpread : 0,
      size: this.#thinning.isOn ? this.#size : 1,
      basis: this.#parting.isOn ? this.#basis : 0,
      fright: 1 + this.#fright * fades,
      tellsDvol: !this.#dvolSilence.isOn,
    };
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
    this.#lookAtReferences();
    return {
      withdraws: this.#happens(withdrawal),
      lists: this.#happens(listing),
      trades: this.#happens(trades),
      leap: this.#happens(jump) ? jumpMax * (2 * this.#prng.float() - 1) : 0,
      delists: this.#happens(this.#conditions.delisting),
    };
  }

  #lookAtReferences(): void {
    const conditions = this.#conditions;
    const prng = this.#prng;
    if (this.#widening.look(conditions.widening, conditions.wideningMsMax)) {
      this.#halfSpread = (conditions.wideningMax * prng.float()) / 2;
    }
    if (this.#thinning.look(conditions.thinning, conditions.thinningMsMax)) {
      this.#size = conditions.thinningMin + (1 - conditions.thinningMin) * 0.3 * prng.float();
    }
    if (this.#parting.look(conditions.parting, conditions.partingMsMax)) {
      this.#basis = conditions.partingMax * (2 * prng.float() - 1);
    }
    this.#dvolSilence.look(conditions.dvolSilence, conditions.dvolSilenceMsMax);
    if (this.#happens(conditions.fright)) {
      this.#fright = conditions.frightMax * prng.float();
      this.#frightAt = this.#clock.now();
    }
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
    for (const spell of [this.#widening, this.#thinning, this.#parting, this.#dvolSilence]) {
      spell.end();
    }
    this.#fright = 0;
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#prng.chance(chance);
  }
}
