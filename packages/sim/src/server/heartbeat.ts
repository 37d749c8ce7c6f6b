/** Deribit's least interval, seconds. */
export const HEARTBEAT_MIN_S = 10;
/** A connection that says nothing for so long, without a heartbeat, is closed. */
export const INACTIVITY_MAX_MS = 600_000;

/**
 * `public/set_heartbeat`: every interval a `heartbeat` and a `test_request`, which is to be
 * answered with `public/test` before the next one is due.
 */
export class Heartbeat {
  readonly #intervalMs: number;
  #dueAt: number;
  #asked = false;

  constructor(intervalS: number, now: number) {
    this.#intervalMs = intervalS * 1_000;
    this.#dueAt = now + this.#intervalMs;
  }

  /** `public/test` came. */
  answered(): void {
    this.#asked = false;
  }

  /** `lost`: the last question was not answered in time, and the connection is to be closed. */
  check(now: number): 'quiet' | 'due' | 'lost' {
    if (now < this.#dueAt) return 'quiet';
    if (this.#asked) return 'lost';
    this.#asked = true;
    this.#dueAt = now + this.#intervalMs;
    return 'due';
  }
}
