import { MS_PER_YEAR } from '@holdfast/core/strategy';
import type { Prng } from '../prng.ts';

/**
 * A path between two known values, in the logarithm: random on the way, exact at the end. Where it
 * is looked at does not change where it may go.
 */
export class BrownianBridge {
  readonly #prng: Prng;
  readonly #vol: number;
  #at = 0;
  #log = 0;
  #endsAt = 0;
  #endLog = 0;
  #end = 0;

  /** @param vol per square root of a year. */
  constructor(prng: Prng, vol: number) {
    this.#prng = prng;
    this.#vol = vol;
  }

  /** A new stretch; its first value is what was recorded at `at`. */
  span(at: number, value: number, endsAt: number, end: number): void {
    this.#at = at;
    this.#log = Math.log(value);
    this.#endsAt = endsAt;
    this.#endLog = Math.log(end);
    this.#end = end;
  }

  /** The value at `now`, which never goes back. */
  move(now: number): number {
    const left = this.#endsAt - this.#at;
    const step = now - this.#at;
    if (step >= left) return this.#end;
    if (step > 0) {
      const deviation = this.#vol * Math.sqrt((step * (left - step)) / left / MS_PER_YEAR);
      this.#log += ((this.#endLog - this.#log) * step) / left + deviation * this.#prng.gaussian();
      this.#at = now;
    }
    return Math.exp(this.#log);
  }
}
