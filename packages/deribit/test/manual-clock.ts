import type { Clock } from '../src/clock.ts';

interface Timer {
  readonly at: number;
  readonly action: () => void;
}

/** Time that moves when a test says so; timers of one instant run in the order they were set. */
export class ManualClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  constructor(now = 1_790_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wake(at: number, action: () => void): void {
    this.#timers.push({ at: Math.max(at, this.#now), action });
  }

  /** Runs what is due within `ms`, each at its own time, also what is set meanwhile. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer;
      }
      if (next === undefined) break;
      const due = next;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = due.at;
      due.action();
    }
    this.#now = until;
  }
}
