import { type Channel, encodeHeartbeat } from '@holdfast/deribit/protocol';
import type { Identity } from './auth.ts';
import { Heartbeat, INACTIVITY_MAX_MS } from './heartbeat.ts';
import type { Listener } from './hub.ts';

/** Why the exchange ended a session, or how it saw it end. */
export type SessionEnd =
  | 'closed'
  | 'logout'
  | 'too_many_requests'
  | 'heartbeat_lost'
  | 'inactive'
  | 'slow_reader'
  | 'key_revoked'
  | 'server_closing';

/** Of the close frame, by the WebSocket protocol. */
export const CLOSE_CODES: Readonly<Record<SessionEnd, number>> = Object.freeze({
  closed: 1000,
  logout: 1000,
  too_many_requests: 1008,
  heartbeat_lost: 1001,
  inactive: 1001,
  slow_reader: 1008,
  key_revoked: 1008,
  server_closing: 1001,
});

/** The socket under a session. */
export interface Wire {
  send(frame: string): void;
  /** Bytes that were sent and not taken yet. */
  buffered(): number;
  /** Says good-bye after what is queued; nothing else is said afterwards. */
  close(why: SessionEnd): void;
  /** At once. */
  drop(): void;
}

export interface SessionOptions {
  readonly number: number;
  readonly ip: string;
  readonly wire: Wire;
  readonly now: number;
  readonly bufferMax: number;
  /** Called once. */
  readonly onEnd: (session: Session, why: SessionEnd) => void;
}

export interface Subscription {
  readonly channel: Channel;
  /** Whose, for a private channel; empty for a public one. */
  readonly account: string;
}

/** One WebSocket connection: who it is, what it listens to, and whether it is still there. */
export class Session implements Listener {
  readonly number: number;
  readonly ip: string;
  identity: Identity | null = null;
  /** By the name it was asked for. */
  readonly subscriptions = new Map<string, Subscription>();
  /** Whether its open orders are cancelled when it is lost (D-18). */
  cancelsOnDisconnect = false;
  readonly #options: SessionOptions;
  #heartbeat: Heartbeat | null = null;
  #heardAt: number;
  #isOver = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.number = options.number;
    this.ip = options.ip;
    this.#heardAt = options.now;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A reader that does not read is dropped: its backlog is bounded, and nobody else waits. */
  send(frame: string): void {
    if (this.#isOver) return;
    this.#options.wire.send(frame);
    if (this.#options.wire.buffered() > this.#options.bufferMax) this.end('slow_reader');
  }

  heard(now: number): void {
    this.#heardAt = now;
  }

  setHeartbeat(intervalS: number | null, now: number): void {
    this.#heartbeat = intervalS === null ? null : new Heartbeat(intervalS, now);
  }

  answeredTest(): void {
    this.#heartbeat?.answered();
  }

  /** To be called several times a second. */
  check(now: number): void {
    if (this.#heartbeat === null) {
      if (now - this.#heardAt >= INACTIVITY_MAX_MS) this.end('inactive');
      return;
    }
    const state = this.#heartbeat.check(now);
    if (state === 'lost') this.end('heartbeat_lost');
    if (state !== 'due') return;
    this.send(encodeHeartbeat('heartbeat'));
    this.send(encodeHeartbeat('test_request'));
  }

  end(why: SessionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (why === 'slow_reader') this.#options.wire.drop();
    else if (why !== 'closed') this.#options.wire.close(why);
    this.#options.onEnd(this, why);
  }
}
