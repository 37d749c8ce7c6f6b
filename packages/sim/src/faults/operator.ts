import type { Event } from '@holdfast/core';
import { ENDPOINT, WATCHDOG } from '@holdfast/core/ledger';
import type { State } from '@holdfast/core/step';
import type { MonoMs } from '@holdfast/core/values';
import type { Prng } from '../prng.ts';

/** What people, and the watchdog in their place, command: chances in each second. */
export interface OperatorModel {
  readonly kill: number;
  readonly reduceOnly: number;
  readonly release: number;
  /** A latched loss is taken back, with an approval; whether that is heard is the core's say. */
  readonly resets: number;
  /**
   * The watchdog, or somebody at the emergency endpoint, calls for reduce-only: over after its
   * cooldown, without a release.
   */
  readonly watchdog: number;
}

export const NO_OPERATOR: OperatorModel = Object.freeze({
  kill: 0,
  reduceOnly: 0,
  release: 0,
  resets: 0,
  watchdog: 0,
});

/** Stands for the digest of one: signatures are the shell's business. */
const APPROVAL = 'a'.repeat(64);

type Commanded = Extract<Event, { kind: 'operatorCommanded' }>;

export interface OperatorOptions {
  readonly prng: Prng;
  readonly state: () => State | null;
  readonly post: (make: (at: MonoMs) => Event) => void;
}

/** Whoever sits at the control socket. */
export class Operator {
  readonly #options: OperatorOptions;
  #model: OperatorModel;
  /** It stopped something itself: what a scenario's operator stopped is not its business. */
  #hasStopped = false;
  #isGoing = false;

  constructor(options: OperatorOptions, model: OperatorModel) {
    this.#options = options;
    this.#model = model;
  }

  /** To be asked once a second. */
  look(): void {
    const { kill, reduceOnly, release, resets, watchdog } = this.#model;
    if (this.#happens(kill)) this.#stop('kill');
    if (this.#happens(reduceOnly)) this.#stop('reduce_only');
    if (this.#isGoing || this.#happens(resets)) this.#reset();
    if (this.#happens(watchdog)) {
      const caller = this.#options.prng.chance(0.5) ? WATCHDOG : `${ENDPOINT}world`;
      this.#command('reduce_only', caller);
    }
    if (this.#happens(release) || (this.#isGoing && this.#holds())) this.#command('release');
  }

  /** Nothing is stopped any more, and what was is released: no process may do that by itself. */
  putRight(): void {
    this.#model = NO_OPERATOR;
    this.#isGoing = true;
  }

  #holds(): boolean {
    return this.#hasStopped && this.#options.state()?.observations.operatorStop != null;
  }

  /** Every latch that stands, as an approval would name it. */
  #reset(): void {
    const latches = this.#options.state()?.facts.lossLatches.values() ?? [];
    for (const { limit, at: latchedAt } of latches) {
      const words = { operator: 'world', reason: 'the world says so', approvers: ['another'] };
      const approval = APPROVAL;
      this.#options.post((at) => {
        return { kind: 'lossResetCommanded', at, limit, latchedAt, approval, ...words };
      });
    }
  }

  #stop(command: 'kill' | 'reduce_only'): void {
    this.#hasStopped = true;
    this.#command(command);
  }

  #command(command: Commanded['command'], operator = 'world'): void {
    const reason = 'the world says so';
    this.#options.post((at) => ({ kind: 'operatorCommanded', at, command, operator, reason }));
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#options.prng.chance(chance);
  }
}
