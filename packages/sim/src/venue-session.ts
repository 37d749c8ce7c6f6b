import type { Clock } from '@holdfast/runtime/ports';
import type { Network } from './network.ts';

/**
 * A request whose answer has not come by then is answered with a fault; it may still have been
 * executed.
 */
const REQUEST_TIMEOUT_MS = 3_000;

/**
 * What one process hears and is answered, session after session: nothing of an earlier session is
 * carried into a later one.
 */
export class VenueSession {
  readonly #clock: Clock;
  readonly #network: Network;
  /** The process lives. */
  #alive = true;
  /** Null while there is no session. */
  #session: number | null = 0;
  #sessions = 0;

  constructor(clock: Clock, network: Network) {
    this.#clock = clock;
    this.#network = network;
  }

  /** `reply` is called once: with the answer, or with null when none has come in time. */
  ask<Reply>(question: () => Reply, reply: (answer: Reply | null) => void): void {
    const clock = this.#clock;
    let answered = false;
    const once = (answer: Reply | null): void => {
      if (answered || !this.#alive) return;
      answered = true;
      reply(answer);
    };
    const asked = this.#session;
    if (asked === null) {
      clock.wake(clock.now(), () => once(null));
      return;
    }
    this.#network.request(() => {
      const answer = question();
      this.#network.answer(() => {
        if (this.#session === asked) once(answer);
      });
    });
    // A network without delay or loss has answered already.
    if (!answered) clock.wake(clock.now() + REQUEST_TIMEOUT_MS, () => once(null));
  }

  hear(deliver: () => void): void {
    const told = this.#session;
    if (told === null) return;
    this.#network.notify(() => {
      if (this.#alive && this.#session === told) deliver();
    });
  }

  /** The process dies: nothing more is carried to it. */
  end(): void {
    this.#alive = false;
  }

  /** @returns whether there was a session to lose. */
  lose(): boolean {
    if (!this.#alive || this.#session === null) return false;
    this.#session = null;
    return true;
  }

  /** @returns whether a new session has begun. */
  restore(): boolean {
    if (!this.#alive || this.#session !== null) return false;
    this.#sessions += 1;
    this.#session = this.#sessions;
    return true;
  }
}
