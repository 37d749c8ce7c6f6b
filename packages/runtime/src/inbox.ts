import type { Event } from '@holdfast/core';

/**
 * Slots that only the ledger's answers and the tick may use: a full inbox must keep neither from
 * being heard.
 */
const RESERVED = 1_024;

/**
 * Single-consumer queue between the world and the core. Bounded: an ordinary event that finds no
 * room is refused and counted, and the loss itself becomes an event; nothing is dropped in silence.
 */
export class Inbox {
  readonly #capacity: number;
  #events: Event[] = [];
  #next = 0;
  #lost = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get depth(): number {
    return this.#events.length - this.#next;
  }

  offer(event: Event): boolean {
    const limit = isVital(event) ? this.#capacity + RESERVED : this.#capacity;
    if (this.depth >= limit) {
      this.#lost += 1;
      return false;
    }
    this.#events.push(event);
    return true;
  }

  take(): Event | undefined {
    const event = this.#events[this.#next];
    if (event === undefined) return undefined;
    this.#next += 1;
    if (this.#next === this.#events.length) {
      this.#events.length = 0;
      this.#next = 0;
    } else if (this.#next > this.#capacity) {
      this.#events = this.#events.slice(this.#next);
      this.#next = 0;
    }
    return event;
  }

  /** How many events were lost since the last call. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }
}

function isVital({ kind }: Event): boolean {
  return kind === 'recorded' || kind === 'appendRefused' || kind === 'ticked';
}
