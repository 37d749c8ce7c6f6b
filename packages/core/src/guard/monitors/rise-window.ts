/** More are never kept apart: two neighbours become one that is as low as the lower. */
const SAMPLES_MAX = 128;

/**
 * How far a figure has risen within a time: the lowest values of the window, each with the last
 * moment it counts for, in ascending order. Bounded; where it has to forget it forgets in the
 * direction of more rise.
 */
export class RiseWindow {
  readonly #values = new Float64Array(SAMPLES_MAX);
  readonly #at = new Float64Array(SAMPLES_MAX);
  #count = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @returns false for news that is older than the last, which is none. */
  add(value: number, at: number, windowMs: number): boolean {
    if (at < this.#lastAt) return false;
    this.#lastAt = at;
    this.#forget(at - windowMs);
    // What is not lower than the newest can never again be the lowest.
    while (this.#count > 0 && (this.#values[this.#count - 1] ?? 0) >= value) this.#count -= 1;
    if (this.#count === SAMPLES_MAX) this.#join();
    this.#values[this.#count] = value;
    this.#at[this.#count] = at;
    this.#count += 1;
    return true;
  }

  /** The newest value over the lowest of the window that ends with it, as a share; 0: none. */
  rise(): number {
    const [low, now] = [this.#values[0] ?? Number.NaN, this.#values[this.#count - 1] ?? Number.NaN];
    return this.#count === 0 ? 0 : (now - low) / low;
  }

  #forget(before: number): void {
    let gone = 0;
    while (gone < this.#count && (this.#at[gone] ?? 0) < before) gone += 1;
    if (gone === 0) return;
    this.#values.copyWithin(0, gone, this.#count);
    this.#at.copyWithin(0, gone, this.#count);
    this.#count -= gone;
  }

  /** The two newest become one: as low as the lower, as long as the later. */
  #join(): void {
    this.#at[this.#count - 2] = this.#at[this.#count - 1] ?? 0;
    this.#count -= 1;
  }
}
