import type { Event } from '@holdfast/core';
import { hedgesOfCoins } from '@holdfast/core/instrument';
import type { PaperRun } from '@holdfast/core/proof';
import { currency, type InstrumentName } from '@holdfast/core/values';
import {
  connectDeribit,
  type DeribitLink,
  openWebSocket,
  type OpenSocket,
} from '@holdfast/deribit/venue';
import type { Clock } from '@holdfast/runtime/ports';
import type { GapCause } from './gap-log.ts';
import type { MirrorDesk } from './mirror-desk.ts';
import type { MirrorSource } from './source.ts';
import { SourceFeed } from './source-feed.ts';

export interface LiveOptions {
  readonly url: string;
  /** Settlement currencies; what hedges their coins is followed with them. */
  readonly currencies: readonly string[];
  /** This machine's. */
  readonly clock: Clock;
  readonly jitter: () => number;
  /** A WebSocket unless said otherwise. */
  readonly openSocket?: OpenSocket;
}

/** The source's time: ours, less how far it was ahead when the source first told its own. */
class ShiftedClock implements Clock {
  readonly #clock: Clock;
  #aheadMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isSet(): boolean {
    return this.#aheadMs !== null;
  }

  /** Once: time that is told to an exchange never goes back. */
  set(aheadMs: number): void {
    this.#aheadMs ??= Math.round(aheadMs);
  }

  now(): number {
    return this.#clock.now() - (this.#aheadMs ?? 0);
  }

  wake(at: number, action: () => void): void {
    this.#clock.wake(at + (this.#aheadMs ?? 0), action);
  }
}

/**
 * A market that is heard as it happens: the client of an engine, without a key. It lists,
 * subscribes, reconnects and measures time as an engine's does; every frame goes to the desk as it
 * came.
 */
export class LiveSource implements MirrorSource {
  readonly about: PaperRun['source'];
  readonly over = new Promise<void>(() => undefined);
  readonly #options: LiveOptions;
  readonly #clock: ShiftedClock;
  readonly #link: DeribitLink;
  #desk: MirrorDesk | null = null;
  #feed: SourceFeed | null = null;
  #sockets = 0;
  #requests = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.about = { kind: 'address', place: options.url, sha256: null, speed: 1 };
    this.#clock = new ShiftedClock(options.clock);
    const { url, currencies, clock, jitter } = options;
    this.#link = connectDeribit({
      url,
      credentials: null,
      currencies,
      hedges: hedgesOfCoins(currencies.map((code) => currency(code))),
      clock,
      post: (event) => this.#hear(event),
      jitter,
      marketInterval: '100ms',
      openSocket: (address, handlers) => this.#open(address, handlers),
    });
  }

  get clock(): Clock {
    return this.#clock;
  }

  begin(desk: MirrorDesk): void {
    this.#desk = desk;
    this.#feed = new SourceFeed(desk, 'skip');
    this.#link.open();
  }

  askBook(instrument: InstrumentName): void {
    this.#requests += 1;
    const requestId = this.#requests;
    this.#link.venue.fetch({ kind: 'fetch', requestId, what: 'book', instrument });
  }

  /** A line on which nothing comes, or comes too late, is given up for another. */
  lost(cause: GapCause): void {
    if (cause === 'silence' || cause === 'late') this.#link.drop();
  }

  drop(): void {
    this.#link.drop();
  }

  offset(): number | null {
    const { driftMs } = this.#link.telemetry();
    return driftMs === null ? null : Math.round(driftMs);
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  /** The ordinary socket, overheard. What a session said that is gone counts no more. */
  #open(...[url, handlers]: Parameters<OpenSocket>): ReturnType<OpenSocket> {
    const { openSocket = openWebSocket } = this.#options;
    this.#sockets += 1;
    const number = this.#sockets;
    return openSocket(url, {
      ...handlers,
      message: (bytes) => {
        handlers.message(bytes);
        // Before the first list nothing can be placed, and the source's time is not known.
        if (this.#clock.isSet && number === this.#sockets) this.#feed?.hear(bytes);
      },
      closed: (end) => {
        if (number === this.#sockets) this.#gone();
        handlers.closed(end);
      },
    });
  }

  #gone(): void {
    this.#desk?.forgetBooks();
    this.#desk?.lost('session_lost');
  }

  #hear(event: Event): void {
    const desk = this.#desk;
    if (desk === null) return;
    if (event.kind === 'sessionChanged' && !event.connected) this.#gone();
    if (event.kind === 'venueHealthObserved') {
      desk.platform({ indexName: null, locked: event.locked });
    }
    if (event.kind !== 'instrumentsListed') return;
    const ahead = this.#link.telemetry().driftMs;
    if (ahead !== null) this.#clock.set(ahead);
    if (this.#clock.isSet) desk.listed(event.currency, event.instruments);
  }
}
