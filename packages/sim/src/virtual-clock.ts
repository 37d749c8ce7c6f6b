import type { Clock } from '@holdfast/runtime/ports';

interface Timer {
  readonly at: number;
  /** Insertion number: timers of the same instant run in the order they were set. */
  readonly order: number;
  readonly action: () => void;
}

/**
 * Time that only moves when it is told to: from timer to timer, never back (architecture section
 * 3).
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  /** Binary heap, earliest first. */
  readonly #timers: Timer[] = [];

  /** @param startMs epoch milliseconds of the first instant. */
  constructor(startMs: number) {
    if (!Number.isFinite(startMs)) throw new RangeError('a clock starts at a finite instant');
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** When the next timer is due; null when there is none. */
  get nextAt(): number | null {
    return this.#timers[0]?.at ?? null;
  }

  /** What is due already runs at the next step, in its turn: never inside this call. */
  wake(at: number, action: () => void): void {
    if (!Number.isFinite(at)) throw new RangeError(`no timer can be set for ${at}`);
    this.#order += 1;
    this.#push({ at: at < this.#now ? this.#now : at, order: this.#order, action });
  }

  /** Runs the next timer, moving time to it; false when there is none. */
  step(): boolean {
    const timer = this.#pop();
    if (timer === undefined) return false;
    this.#advance(timer.at);
    timer.action();
    return true;
  }

  /**
   * Runs everything due up to and including `until`, also what is set meanwhile; then it is
   * `until`.
   */
  runUntil(until: number): void {
    if (!(until >= this.#now)) throw new RangeError(`time would go from ${this.#now} to ${until}`);
    for (let next = this.#timers[0]; next !== undefined && next.at <= until; ) {
      this.step();
      next = this.#timers[0];
    }
    this.#advance(until);
  }

  #advance(to: number): void {
    if (to < this.#now) throw new RangeError(`time would go from ${this.#now} to ${to}`);
    this.#now = to;
  }

  #push(timer: Timer): void {
    const heap = this.#timers;
    let slot = heap.length;
    heap.push(timer);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[slot] = above;
      slot = parent;
    }
    heap[slot] = timer;
  }

  #pop(): Timer | undefined {
    const heap = this.#timers;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let slot = 0;
    for (;;) {
      const left = 2 * slot + 1;
      const a = heap[left];
      const b = heap[left + 1];
      if (a === undefined) break;
      const child = b !== undefined && isBefore(b, a) ? b : a;
      if (!isBefore(child, last)) break;
      heap[slot] = child;
      slot = child === a ? left : left + 1;
    }
    heap[slot] = last;
    return first;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
