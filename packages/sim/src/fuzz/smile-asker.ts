import {
  MS_PER_YEAR,
  prepareSlice,
  SMILE_CRITERIA,
  type SmilePoint,
  type StrategyView,
} from '@holdfast/core/strategy';
import type { Prng } from '../prng.ts';

/** How a workload asks for smiles. */
export interface SmileAppetite {
  /** Turns in which it asks for one, as a share. */
  readonly smiles: number;
  /** Every so many ms the quotes it fits are mad; 0: never. */
  readonly madSmileMs: number;
}

const STRIKES = 21;
const WIDTH = 0.3;
const VOL = 0.5;
const HALF_SPREAD = 0.004;

/**
 * Asks the desk for the smile of an expiry that is really listed, from quotes that nobody made: a
 * market of a few options has no surface that could go mad. It goes mad while the system is Active
 * only, so that what comes of it can also come to an end.
 */
export class SmileAsker {
  readonly #random: Prng;
  readonly #appetite: SmileAppetite;
  #period: number | null = null;

  constructor(random: Prng, appetite: SmileAppetite) {
    this.#random = random;
    this.#appetite = appetite;
  }

  ask(view: StrategyView): void {
    const { smiles } = this.#appetite;
    if (smiles === 0 || !this.#random.chance(smiles)) return;
    const listed = [...view.quotes].filter(({ instrument: { option, expiry } }) => {
      return option !== null && (expiry ?? 0) > view.now;
    });
    if (listed.length === 0) return;
    const { instrument } = this.#random.pick(listed);
    const years = ((instrument.expiry ?? 0) - view.now) / MS_PER_YEAR;
    const slice = prepareSlice(this.#points(view), years, SMILE_CRITERIA);
    if (!slice.ok) return;
    const { smile } = view.smiles.fit(instrument, slice);
    if (smile !== null) view.smiles.without(instrument, slice, this.#random.int(0, STRIKES - 1));
  }

  #points(view: StrategyView): readonly SmilePoint[] {
    const madness = this.#isMad(view) ? this.#random.pick(MADNESSES) : SANITY;
    return Array.from({ length: STRIKES }, (_, i) => {
      const logMoneyness = WIDTH * ((2 * i) / (STRIKES - 1) - 1);
      const vol = VOL * (1 + logMoneyness * logMoneyness) * madness(i, this.#random);
      return { logMoneyness, vol, volHalfSpread: HALF_SPREAD };
    });
  }

  /** The first look of each period but the first. */
  #isMad({ mode, now }: StrategyView): boolean {
    const { madSmileMs } = this.#appetite;
    if (madSmileMs === 0 || mode !== 'Active') return false;
    const period = Math.floor(now / madSmileMs);
    const isNew = this.#period !== null && period !== this.#period;
    this.#period = period;
    return isNew;
  }
}

/** What a quote's volatility is multiplied by. */
type Madness = (i: number, random: Prng) => number;

const SANITY: Madness = () => 1;

/** Each of them no market, and each of them trips: too high, or far too high. */
const MADNESSES: readonly Madness[] = [
  () => 20,
  () => 1e6,
  (_, random) => 11 + random.float(),
  (i) => 12 + (i % 2),
];
