import type { Clock } from '@holdfast/runtime/ports';
import type { VirtualClock } from '../virtual-clock.ts';

/** How one process's clock differs from the exchange's. */
export interface ClockError {
  /** Ahead by this much when the process begins, ms. */
  readonly offsetMs: number;
  /** Millionths by which it runs fast. */
  readonly driftPpm: number;
}

const TRUE_CLOCK: ClockError = Object.freeze({ offsetMs: 0, driftPpm: 0 });

/**
 * One operating-system process in virtual time: its own monotonic clock, a single thread that may
 * be held up, and an end after which nothing of it runs. Whatever reaches it, timer, frame or
 * answer of the disk, comes through `run`.
 */
export class Process implements Clock {
  readonly #world: VirtualClock;
  readonly #bornAt: number;
  readonly #rate: number;
  #offset: number;
  /** Its own time is at least this: what a thread that is busy has reached already. */
  #reached = Number.NEGATIVE_INFINITY;
  #busyUntil = Number.NEGATIVE_INFINITY;
  /** What reached it while it was busy, the oldest first. */
  readonly #waiting: (() => void)[] = [];
  #alive = true;

  constructor(world: VirtualClock, { offsetMs, driftPpm }: ClockError = TRUE_CLOCK) {
    this.#world = world;
    this.#bornAt = world.now();
    this.#offset = offsetMs;
    this.#rate = 1 + driftPpm / 1_000_000;
  }

  /** Its clock runs at the world's rate: what it is off by, it stays off by. */
  get runsTrue(): boolean {
    return this.#rate === 1;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** When its thread is free again, by the world's clock; in the past: it is free. */
  get freeAt(): number {
    return this.#busyUntil;
  }

  now(): number {
    return Math.max(this.#reached, Math.floor(this.#told()));
  }

  /**
   * How far its clock is ahead of the world's, ms, once its thread is free: one that has only begun
   * to stand still is behind already by all it will miss.
   */
  get aheadMs(): number {
    return this.#told() - this.#world.now();
  }

  /** What its clock says where no thread has reached further. */
  #told(): number {
    const lived = (this.#world.now() - this.#bornAt) * this.#rate;
    return this.#bornAt + lived + this.#offset;
  }

  wake(at: number, action: () => void): void {
    this.#wake(at, action, this.#world.now());
  }

  #wake(at: number, action: () => void, notBefore: number): void {
    const due = this.#bornAt + (at - this.#bornAt - this.#offset) / this.#rate;
    this.#world.wake(Math.max(Math.ceil(due), notBefore), () => {
      if (!this.#alive) return;
      // A clock that stood still meanwhile is not there yet; nor, by a rounding, may another be.
      if (this.now() < at) return this.#wake(at, action, this.#world.now() + 1);
      this.run(action);
    });
  }

  /**
   * Runs `action` on the thread: now, or once it is free and after what came before; never when the
   * process has ended.
   */
  run(action: () => void): void {
    if (!this.#alive) return;
    if (this.#waiting.length === 0 && this.#world.now() >= this.#busyUntil) return action();
    this.#waiting.push(action);
    this.#runLater();
  }

  /** The thread works for so long, by its own clock: nothing else runs meanwhile. */
  work(ms: number): void {
    this.#reached = this.now() + ms;
    this.#occupy(ms / this.#rate);
  }

  /** The machine is suspended: its monotonic clock stands still while the world goes on. */
  suspend(ms: number): void {
    this.#occupy(ms);
    this.#reached = this.now();
    this.#offset -= ms * this.#rate;
  }

  end(): void {
    this.#alive = false;
  }

  /** One timer for each that waits; whichever comes takes the oldest. */
  #runLater(): void {
    this.#world.wake(Math.max(this.#busyUntil, this.#world.now()), () => {
      if (!this.#alive) return;
      if (this.#world.now() < this.#busyUntil) return this.#runLater();
      this.#waiting.shift()?.();
    });
  }

  #occupy(ms: number): void {
    this.#busyUntil = Math.max(this.#busyUntil, this.#world.now()) + Math.ceil(ms);
  }
}
