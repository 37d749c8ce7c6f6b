const SLOTS = 60;

/** How many there were in the last `windowMs`, to a sixtieth of it, in constant space. */
export class RollingCount {
  readonly #slotMs: number;
  readonly #counts = new Float64Array(SLOTS);
  /** Which slot of time each place holds. */
  readonly #slots = new Float64Array(SLOTS).fill(-1);

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  add(now: number): void {
    const slot = Math.floor(now / this.#slotMs);
    const place = slot % SLOTS;
    if (this.#slots[place] !== slot) {
      this.#slots[place] = slot;
      this.#counts[place] = 0;
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  count(now: number): number {
    const newest = Math.floor(now / this.#slotMs);
    let total = 0;
    for (let place = 0; place < SLOTS; place += 1) {
      const slot = this.#slots[place] ?? -1;
      if (slot <= newest && slot > newest - SLOTS) total += this.#counts[place] ?? 0;
    }
    return total;
  }
}

const SAMPLES = 1_024;

/** Durations of the last `windowMs`; of more than a thousand, the latest. */
export class RollingDurations {
  readonly #windowMs: number;
  readonly #at = new Float64Array(SAMPLES).fill(Number.NEGATIVE_INFINITY);
  readonly #durations = new Float64Array(SAMPLES);
  #next = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(now: number, durationMs: number): void {
    this.#at[this.#next] = now;
    this.#durations[this.#next] = durationMs;
    this.#next = (this.#next + 1) % SAMPLES;
  }

  /** The smallest duration that at least `share` of them do not pass; null when there are none. */
  quantile(now: number, share: number): number | null {
    const recent = this.#durations.filter(
      (_, index) => (this.#at[index] ?? Number.NEGATIVE_INFINITY) > now - this.#windowMs,
    );
    if (recent.length === 0) return null;
    recent.sort();
    return recent[Math.max(0, Math.ceil(recent.length * share) - 1)] ?? null;
  }
}
