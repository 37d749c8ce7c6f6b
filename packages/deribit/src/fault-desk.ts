import type { Event, MonoMs } from '@holdfast/core';
import type { FaultName, LinkMeter } from './link-meter.ts';

/** Of each kind of fault, one a second is told; all of them are counted. */
const INTERVAL_MS = 1_000;

/** What goes wrong is counted, and told to the core no faster than anyone could read it. */
export class FaultDesk {
  readonly #meter: LinkMeter;
  readonly #now: () => MonoMs;
  readonly #post: (event: Event) => void;
  readonly #toldAt = new Map<FaultName, number>();

  constructor(meter: LinkMeter, now: () => MonoMs, post: (event: Event) => void) {
    this.#meter = meter;
    this.#now = now;
    this.#post = post;
  }

  note(name: FaultName, subject: string | null, detail?: string): void {
    this.#meter.fault(name);
    const at = this.#now();
    const toldAt = this.#toldAt.get(name);
    if (toldAt !== undefined && at - toldAt < INTERVAL_MS) return;
    this.#toldAt.set(name, at);
    const fault = detail === undefined || detail === '' ? name : `${name}: ${detail}`;
    this.#post({ kind: 'faultObserved', at, fault, subject });
  }

  /** An ordinary thing at the edge of a session, worth a number and no more. */
  count(name: FaultName): void {
    this.#meter.fault(name);
  }

  /** It may have been a fill: the core has to ask the venue, every time. */
  unreadablePrivate(subject: string): void {
    this.#meter.fault('private_message_unreadable');
    const fault = 'private_message_unreadable';
    this.#post({ kind: 'faultObserved', at: this.#now(), fault, subject });
  }
}
