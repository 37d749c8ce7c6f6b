import type { EventClient, StreamEnd } from './event-client.ts';
import type { StreamEvent } from './stream-event.ts';

export interface HubLimits {
  readonly clientsMax: number;
  /** Events and bytes of them that are kept for clients that come back. */
  readonly keptMax: number;
  readonly keptBytesMax: number;
}

export const HUB_LIMITS: HubLimits = Object.freeze({
  clientsMax: 16,
  keptMax: 1_024,
  keptBytesMax: 1 << 19,
});

/** What may wait for one client; more than everything that is kept, so that a replay fits. */
export const CLIENT_BYTES_MAX = 1 << 20;

export interface HubOptions {
  readonly runId: string;
  readonly limits: HubLimits;
  readonly onEnd: (reason: StreamEnd) => void;
}

/** Everybody who listens, and the last events for those who were away. */
export class EventHub {
  readonly #options: HubOptions;
  readonly #clients = new Set<EventClient>();
  #kept: StreamEvent[] = [];
  #keptBytes = 0;
  /** The last event heard of; 0 before the first. */
  #sequence = 0;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#options.limits.clientsMax;
  }

  push(event: StreamEvent): void {
    const missed = event.sequence - this.#sequence - 1;
    this.#sequence = event.sequence;
    if (missed > 0) this.#sayToAll('gap', { reason: 'lost', missed });
    this.#keep(event);
    for (const client of this.#clients) {
      if (!client.tell(event, this.#options.runId)) this.end(client, 'slow_client');
    }
  }

  /**
   * From now on the client hears everything. With the id of the last event it had, first what it
   * missed, and whether some of that is no longer kept.
   */
  attach(client: EventClient, lastEventId: string | null, retryMs: number): void {
    this.#clients.add(client);
    const { runId } = this.#options;
    client.say('hello', { run_id: runId, last_sequence: this.#sequence }, retryMs);
    if (lastEventId === null) return;
    const last = this.#placeOf(lastEventId);
    if (last === null) client.say('gap', { reason: 'other_run' });
    for (const event of this.#after(client, last ?? 0, last !== null)) {
      if (client.tell(event, runId)) continue;
      this.end(client, 'slow_client');
      return;
    }
  }

  /** The connection is gone. */
  forget(client: EventClient): void {
    this.#clients.delete(client);
  }

  end(client: EventClient, reason: StreamEnd): void {
    if (!this.#clients.delete(client)) return;
    client.end(reason);
    this.#options.onEnd(reason);
  }

  close(): void {
    for (const client of this.#clients) this.end(client, 'closing');
  }

  /** What is kept behind `last`; says so when some of what came behind it is not. */
  #after(client: EventClient, last: number, isOurs: boolean): readonly StreamEvent[] {
    const later = this.#kept.filter(({ sequence }) => sequence > last);
    const missed = this.#sequence - last - later.length;
    if (isOurs && missed > 0) client.say('gap', { reason: 'no_longer_kept', missed });
    return later;
  }

  /** Null for an id of another run, or one that was never given. */
  #placeOf(id: string): number | null {
    const { runId } = this.#options;
    if (!id.startsWith(`${runId}:`)) return null;
    const text = id.slice(runId.length + 1);
    const sequence = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return sequence <= this.#sequence ? sequence : null;
  }

  #sayToAll(name: string, data: Readonly<Record<string, unknown>>): void {
    for (const client of this.#clients) {
      if (!client.say(name, data)) this.end(client, 'slow_client');
    }
  }

  #keep(event: StreamEvent): void {
    const { keptMax, keptBytesMax } = this.#options.limits;
    this.#kept.push(event);
    this.#keptBytes += event.data.length;
    while (this.#kept.length > keptMax || this.#keptBytes > keptBytesMax) {
      this.#keptBytes -= this.#kept.shift()?.data.length ?? 0;
    }
  }
}
