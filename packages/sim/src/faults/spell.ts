import type { Clock } from '@holdfast/runtime/ports';
import type { Prng } from '../prng.ts';

/** How often whoever has spells looks whether one begins, ms: chances are by the second. */
export const SPELL_LOOK_MS = 1_000;

/** A trouble that begins by chance, lasts for a while and is over. */
export class Spell {
  readonly #clock: Clock;
  readonly #prng: Prng;
  #until = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, prng: Prng) {
    this.#clock = clock;
    this.#prng = prng;
  }

  get isOn(): boolean {
    return this.#clock.now() < this.#until;
  }

  /**
   * To be asked once a second.
   * @param msMax it lasts no longer.
   * @returns whether it began now; what is on already does not begin again.
   */
  look(chance: number, msMax: number): boolean {
    if (chance === 0 || this.isOn || !this.#prng.chance(chance)) return false;
    this.#until = this.#clock.now() + this.#prng.int(1, msMax);
    return true;
  }

  end(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
