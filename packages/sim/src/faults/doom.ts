import type { Effect, Event } from '@holdfast/core';
import type { Prng } from '../prng.ts';

/**
 * When a process dies of itself: at the events it takes in and the effects it is about to perform,
 * as probabilities by kind.
 */
export type CrashModel = Readonly<Partial<Record<Effect['kind'] | 'event', number>>>;

/** A moment at which a process may die; `placed`: the request is on its way to the venue. */
export type Moment = Event | Effect | { readonly kind: 'placed' };

const PLACED: Moment = Object.freeze({ kind: 'placed' } as const);

/** Thrown through a dying process: nothing after it happens. */
export const PROCESS_DIED = new Error('the process died here');

/** Decides which moment is a process's last. */
export class Doom {
  readonly #prng: Prng;
  readonly #restartMsMax: number;
  #model: CrashModel;
  #armed: { readonly isIt: (moment: Moment) => boolean; readonly restartMs: number } | null = null;
  #restartMs: number | null = null;

  constructor(prng: Prng, model: CrashModel, restartMsMax: number) {
    this.#prng = prng;
    this.#model = model;
    this.#restartMsMax = restartMsMax;
  }

  /** The first such moment is the last of its process, once. */
  arm(isIt: (moment: Moment) => boolean, restartMs: number): void {
    this.#armed = { isIt, restartMs };
  }

  lift(): void {
    this.#model = {};
    this.#armed = null;
  }

  meetEvent(event: Event): void {
    this.#meet(event, this.#model.event ?? 0);
  }

  meetEffect(effect: Effect): void {
    this.#meet(effect, this.#model[effect.kind] ?? 0);
  }

  meetPlacement(): void {
    this.#meet(PLACED, 0);
  }

  /** How long the process that died last stays away, ms. */
  restartMs(): number {
    const restartMs = this.#restartMs ?? this.#prng.int(1, this.#restartMsMax);
    this.#restartMs = null;
    return restartMs;
  }

  #meet(moment: Moment, share: number): void {
    const armed = this.#armed;
    if (armed?.isIt(moment) === true) {
      this.#armed = null;
      this.#restartMs = armed.restartMs;
      throw PROCESS_DIED;
    }
    if (share > 0 && this.#prng.chance(share)) throw PROCESS_DIED;
  }
}
