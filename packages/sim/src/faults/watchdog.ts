import type { Clock } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';
import { Spell } from './spell.ts';

/** What becomes of the watchdog beside the trader. */
export interface WatchdogModel {
  /** Chance in each second that its heartbeats fail to come for a while. */
  readonly silence: number;
  readonly silenceMsMax: number;
}

export const ALERT_WATCHDOG: WatchdogModel = Object.freeze({ silence: 0, silenceMsMax: 30_000 });

/** The other process: one heartbeat a second, unless it is silent. */
export class Watchdog {
  readonly #silence: Spell;
  readonly #beat: () => void;
  #model: WatchdogModel;

  constructor(clock: Clock, prng: Prng, model: WatchdogModel, beat: () => void) {
    this.#silence = new Spell(clock, prng);
    this.#beat = beat;
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    this.#silence.look(this.#model.silence, this.#model.silenceMsMax);
    this.beat();
  }

  /** A process that has just started is greeted at once. */
  beat(): void {
    if (!this.#silence.isOn) this.#beat();
  }

  putRight(): void {
    this.#model = ALERT_WATCHDOG;
    this.#silence.end();
  }
}
