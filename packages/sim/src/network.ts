import type { Clock } from '@holdfast/runtime/ports';
import type { Prng } from './prng.ts';

/**
 * The network model of one run: everything it may do to a message, as probabilities and delays
 * (ms).
 */
export interface NetworkModel {
  readonly delayMsMin: number;
  readonly delayMsMax: number;
  /** A request that never reaches the venue. */
  readonly requestLoss: number;
  /** An answer or a notification that never reaches us. */
  readonly answerLoss: number;
  readonly notificationLoss: number;
  /** Told twice, the second time later. */
  readonly notificationDouble: number;
  /** Takes this much longer than its delay, and so overtakes nothing and is overtaken. */
  readonly straggle: number;
  readonly straggleMs: number;
}

export const PERFECT_NETWORK: NetworkModel = Object.freeze({
  delayMsMin: 0,
  delayMsMax: 0,
  requestLoss: 0,
  answerLoss: 0,
  notificationLoss: 0,
  notificationDouble: 0,
  straggle: 0,
  straggleMs: 0,
});

export interface NetworkCounts {
  lostRequests: number;
  lostAnswers: number;
  lostNotifications: number;
  doubled: number;
  straggled: number;
}

/**
 * Carries messages between us and the venue in virtual time. A request is never doubled: the
 * transport is a stream, and what it can do to a request is lose it, be late with it, or lose its
 * answer.
 */
export class Network {
  readonly counts: NetworkCounts = {
    lostRequests: 0,
    lostAnswers: 0,
    lostNotifications: 0,
    doubled: 0,
    straggled: 0,
  };
  readonly #clock: Clock;
  readonly #prng: Prng;
  #model: NetworkModel;

  constructor(clock: Clock, prng: Prng, model: NetworkModel) {
    this.#clock = clock;
    this.#prng = prng;
    this.#model = model;
  }

  /** From now on it behaves like this. */
  become(model: NetworkModel): void {
    this.#model = model;
  }

  request(deliver: () => void): void {
    if (this.#happens(this.#model.requestLoss)) this.counts.lostRequests += 1;
    else this.#carry(deliver);
  }

  answer(deliver: () => void): void {
    if (this.#happens(this.#model.answerLoss)) this.counts.lostAnswers += 1;
    else this.#carry(deliver);
  }

  notify(deliver: () => void): void {
    if (this.#happens(this.#model.notificationLoss)) {
      this.counts.lostNotifications += 1;
      return;
    }
    this.#carry(deliver);
    if (!this.#happens(this.#model.notificationDouble)) return;
    this.counts.doubled += 1;
    this.#carry(deliver);
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#prng.chance(probability);
  }

  #carry(deliver: () => void): void {
    const { delayMsMin, delayMsMax, straggle, straggleMs } = this.#model;
    let delay = delayMsMax > delayMsMin ? this.#prng.int(delayMsMin, delayMsMax) : delayMsMin;
    if (this.#happens(straggle)) {
      this.counts.straggled += 1;
      delay += straggleMs;
    }
    // No delay is no trip through the timer: the built-in venue answers in the same instant.
    if (delay === 0) deliver();
    else this.#clock.wake(this.#clock.now() + delay, deliver);
  }
}
