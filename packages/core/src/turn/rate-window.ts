import type { RateView } from '../gates/gate.ts';
import type { MonoMs } from '../values/index.ts';

const CAPACITY = 1_024;

/**
 * When orders were let through, newest last. A ring: past its capacity the count saturates, which
 * can only refuse more (no launch policy allows a thousand orders a minute).
 */
export class RateWindow implements RateView {
  readonly #times = new Float64Array(CAPACITY);
  #written = 0;
  #now = 0;

  get lastOrderAt(): MonoMs | null {
    if (this.#written === 0) return null;
    return (this.#times[(this.#written - 1) % CAPACITY] ?? 0) as MonoMs;
  }

  note(at: MonoMs): void {
    this.#times[this.#written % CAPACITY] = at;
    this.#written += 1;
  }

  /** Windows are counted back from here. */
  advance(now: MonoMs): void {
    this.#now = now;
  }

  /**
   * Orders less than `windowMs` old. The ring is in order, so the boundary is searched, not walked
   * to.
   */
  countWithin(windowMs: number): number {
    const kept = Math.min(this.#written, CAPACITY);
    let young = 0;
    let rest = kept;
    while (young < rest) {
      const middle = (young + rest) >> 1;
      const at = this.#times[(this.#written - 1 - middle) % CAPACITY] ?? 0;
      if (this.#now - at < windowMs) young = middle + 1;
      else rest = middle;
    }
    return young;
  }
}
