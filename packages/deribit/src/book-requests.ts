import type { InstrumentName } from '@holdfast/core/values';
import type { Clock } from './clock.ts';
import { channelName, type Interval } from './protocol/channels.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface BookRequestPorts {
  readonly clock: Clock;
  readonly subscriptions: Subscriptions;
  readonly interval: Interval;
  /** What still comes of the old subscription is not to be believed. */
  readonly restart: (instrument: InstrumentName) => void;
}

type Done = (fault: string | null) => void;

/** Before the core asks again (`turn/market.ts`). */
const TIMEOUT_MS = 2_800;

/**
 * Books the core asks for after a gap. A book is had by subscribing to it anew, because the changes
 * that follow continue only the snapshot of their own subscription: one from
 * `public/get_order_book` lies between two of them. Requests of one moment share one subscription.
 */
export class BookRequests {
  readonly #ports: BookRequestPorts;
  readonly #waiting = new Map<InstrumentName, Done>();
  #syncing = false;

  constructor(ports: BookRequestPorts) {
    this.#ports = ports;
  }

  /** `done` is called once: with null when the book has begun anew. */
  ask(instrument: InstrumentName, done: Done): void {
    const { clock, subscriptions, interval, restart } = this.#ports;
    const channel = channelName({ kind: 'book', instrument, interval });
    if (!subscriptions.restart(channel)) {
      clock.wake(clock.now(), () => done('not_subscribed'));
      return;
    }
    restart(instrument);
    this.#settle(instrument, 'asked_again');
    this.#waiting.set(instrument, done);
    clock.wake(clock.now() + TIMEOUT_MS, () => {
      if (this.#waiting.get(instrument) === done) this.#settle(instrument, 'timed_out');
    });
    if (this.#syncing) return;
    this.#syncing = true;
    clock.wake(clock.now(), () => {
      this.#syncing = false;
      subscriptions.sync((fault) => {
        if (fault !== null) this.#settleAll(fault);
      });
    });
  }

  /** A snapshot of this book has come. */
  begun(instrument: InstrumentName): void {
    this.#settle(instrument, null);
  }

  /** The session is gone; its successor begins every book anew. */
  forget(): void {
    this.#settleAll('session_lost');
  }

  #settleAll(fault: string): void {
    for (const instrument of this.#waiting.keys()) this.#settle(instrument, fault);
  }

  #settle(instrument: InstrumentName, fault: string | null): void {
    const done = this.#waiting.get(instrument);
    if (done === undefined) return;
    this.#waiting.delete(instrument);
    done(fault);
  }
}
