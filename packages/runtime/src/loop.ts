import { type Effect, type Event, InvariantViolation } from '@holdfast/core';
import type { State } from '@holdfast/core/step';
import { step } from '@holdfast/core/step';
import { monoMs } from '@holdfast/core/values';
import { Inbox } from './inbox.ts';
import type { Clock } from './ports.ts';
import type { TurnTape } from './replay/turn-recorder.ts';

export interface LoopOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly inboxCapacity: number;
  readonly perform: (effect: Effect) => void;
  /** Keeps every turn, so that the run can be replayed. */
  readonly tape?: TurnTape;
  /** Sees every event before the core does: the checkers of the simulator, and metrics. */
  readonly onEvent?: (event: Event) => void;
  readonly onEffect?: (effect: Effect) => void;
  /**
   * An invariant broke. Nothing more is processed; the process ends and recovery is the ordinary
   * start.
   */
  readonly onFatal: (error: InvariantViolation) => void;
}

/**
 * The synchronous hot loop: one writer, one event at a time, effects performed in the order they
 * were asked.
 */
export class Loop {
  readonly #options: LoopOptions;
  readonly #inbox: Inbox;
  #draining = false;
  #stopped = false;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#inbox = new Inbox(options.inboxCapacity);
  }

  get isRunning(): boolean {
    return !this.#stopped;
  }

  get depth(): number {
    return this.#inbox.depth;
  }

  /** Takes an event in and, unless the core is already at work, runs until the inbox is empty. */
  post(event: Event): void {
    if (this.#stopped) return;
    this.#inbox.offer(event);
    if (!this.#draining) this.#drain();
  }

  stop(): void {
    this.#stopped = true;
  }

  #drain(): void {
    this.#draining = true;
    try {
      for (let event = this.#next(); event !== undefined; event = this.#next()) this.#turn(event);
    } catch (error) {
      this.#stopped = true;
      this.#options.tape?.broke(error instanceof Error ? error.message : String(error));
      if (!(error instanceof InvariantViolation)) throw error;
      this.#options.onFatal(error);
    } finally {
      this.#draining = false;
    }
  }

  #next(): Event | undefined {
    if (this.#stopped) return undefined;
    const lost = this.#inbox.takeLost();
    if (lost > 0) {
      const at = monoMs(this.#options.clock.now());
      this.#turn({ kind: 'faultObserved', at, fault: 'inbox_overflow', subject: String(lost) });
    }
    return this.#inbox.take();
  }

  #turn(event: Event): void {
    const { state, perform, tape, onEvent, onEffect } = this.#options;
    onEvent?.(event);
    tape?.heard(event);
    const { effects } = step(state, event);
    try {
      for (const effect of effects) {
        onEffect?.(effect);
        perform(effect);
      }
    } finally {
      tape?.answered(effects);
    }
  }
}
