import type { Clock } from './clock.ts';

/** One timer that can be brought forward: rings once, at the earliest time it was set for. */
export class Alarm {
  readonly #clock: Clock;
  readonly #action: () => void;
  #due: number | null = null;

  constructor(clock: Clock, action: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  set(at: number): void {
    if (this.#due !== null && this.#due <= at) return;
    this.#due = at;
    this.#clock.wake(at, () => {
      // Brought forward meanwhile: it has rung already.
      if (this.#due !== at) return;
      this.#due = null;
      this.#action();
    });
  }
}
