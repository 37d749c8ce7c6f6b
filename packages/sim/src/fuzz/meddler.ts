import type { Event } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import type { MonoMs } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';

/** What reaches the core past every strategy, as chances in each second. */
export interface MeddlerModel {
  /** A proposal of the last ones is made again, of the same group. */
  readonly repeats: number;
  /** Somebody proposes in the name of a strategy that is not listened to. */
  readonly impostors: number;
}

export const NO_MEDDLER: MeddlerModel = Object.freeze({ repeats: 0, impostors: 0 });

const REMEMBERED = 16;

type Proposed = Extract<Event, { kind: 'intentProposed' }>;

export interface MeddlerOptions {
  readonly prng: Prng;
  readonly state: () => State | null;
  readonly post: (make: (at: MonoMs) => Event) => void;
}

/** Listens at the core's door, and says again what it heard there. */
export class Meddler {
  readonly #options: MeddlerOptions;
  readonly #heard: Proposed[] = [];
  #model: MeddlerModel;

  constructor(options: MeddlerOptions, model: MeddlerModel) {
    this.#options = options;
    this.#model = model;
  }

  hear(event: Event): void {
    if (event.kind !== 'intentProposed') return;
    this.#heard.push(event);
    if (this.#heard.length > REMEMBERED) this.#heard.shift();
  }

  /** A process has ended, and with it whatever stood at its door. */
  forget(): void {
    this.#heard.length = 0;
  }

  /** To be asked once a second. */
  look(): void {
    if (this.#heard.length === 0) return;
    const { repeats, impostors } = this.#model;
    if (this.#happens(repeats)) this.#say((heard) => heard);
    const [suspended] = this.#options.state()?.observations.suspended ?? [];
    if (suspended === undefined || !this.#happens(impostors)) return;
    this.#say((heard) => ({ ...heard, strategyId: suspended }));
  }

  putRight(): void {
    this.#model = NO_MEDDLER;
  }

  #say(as: (heard: Proposed) => Proposed): void {
    const heard = this.#options.prng.pick(this.#heard);
    this.#options.post((at) => ({ ...as(heard), at }));
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#options.prng.chance(chance);
  }
}
