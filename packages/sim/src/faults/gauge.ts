import type { DiskMeasurement } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';

/** What measurements of the disk's use say, as shares of them. */
export interface GaugeModel {
  /** Those that find the disk past one of the watermarks. */
  readonly high: number;
  /** Those of which the second opinion is another. */
  readonly disagreement: number;
  /** Those that lack one opinion, or both. */
  readonly missing: number;
}

export const ROOMY_DISK: GaugeModel = Object.freeze({ high: 0, disagreement: 0, missing: 0 });

const ROOMY = 0.5;
/** Around each watermark of contract-1 section 47: archives, Degraded, Kill. */
const LEVELS = [0.79, 0.8, 0.84, 0.85, 0.91, 0.92, 0.99, 1] as const;

/** Two opinions of how full the disk is; what the ledger can write is not its business. */
export class DiskGauge {
  readonly #prng: Prng;
  #model: GaugeModel;

  constructor(prng: Prng, model: GaugeModel) {
    this.#prng = prng;
    this.#model = model;
  }

  /** From now on it behaves like this. */
  become(model: GaugeModel): void {
    this.#model = model;
  }

  measure(): DiskMeasurement {
    const { high, disagreement, missing } = this.#model;
    const used = this.#happens(high) ? this.#prng.pick(LEVELS) : ROOMY;
    const secondary = this.#happens(disagreement) ? this.#prng.pick([ROOMY, ...LEVELS]) : used;
    if (!this.#happens(missing)) return { used, secondary };
    const lacks = this.#prng.pick(['first', 'second', 'both']);
    return {
      used: lacks === 'second' ? used : null,
      secondary: lacks === 'first' ? secondary : null,
    };
  }

  #happens(share: number): boolean {
    return share > 0 && this.#prng.chance(share);
  }
}
