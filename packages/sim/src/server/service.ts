import type { Clock } from '@holdfast/runtime/ports';
import type { Exchange } from '../exchange/exchange.ts';
import { Authenticator } from './auth.ts';
import { CreditDesk } from './credit-desk.ts';
import { DisconnectBook } from './disconnect.ts';
import { type Machine, THIS_MACHINE } from './machine.ts';
import { Hub } from './hub.ts';
import type { ApiKey } from './keys.ts';
import type { NoticeBoard } from './notice-board.ts';
import type { Rooms } from './request.ts';
import { Responder } from './respond.ts';
import { createServerCounters } from './server-counters.ts';
import { Session, type SessionEnd, type Wire } from './session.ts';
import { leaveAll, leavePrivate } from './subscribe-methods.ts';
import { TokenStore } from './tokens.ts';

/** How often `tick` wants to be called. */
export const TICK_MS = 100;

export interface ServiceOptions {
  readonly exchange: Exchange;
  /** Where `exchange` posts its notices. */
  readonly notices: NoticeBoard;
  /** The exchange's time; never behind what `exchange` was told last. */
  readonly clock: Clock;
  readonly keys: readonly ApiKey[];
  /** Default true. */
  readonly creditsEnabled?: boolean;
  readonly tokenLifetimeS: number;
  /** Bytes a reader may lag behind before it is dropped. */
  readonly sendBufferBytes: number;
  /** Where requests go instead of straight to the exchange. */
  readonly handle?: Exchange['handle'];
  /** Whether the end of a session is noticed, and its orders cancelled (D-18). Default: always. */
  readonly noticesEnd?: (why: SessionEnd) => boolean;
  readonly machine?: Machine;
}

/**
 * The exchange with everything about it but the sockets: sessions, keys, credits, subscriptions,
 * and the protocol they are spoken to in. Whoever has connections brings their texts here.
 */
export class ExchangeService {
  readonly rooms: Rooms;
  readonly responder: Responder;
  readonly counters = createServerCounters();
  readonly #options: ServiceOptions;
  readonly #sessions = new Set<Session>();
  #numbers = 0;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.rooms = furnish(options);
    const { stopwatch } = options.machine ?? THIS_MACHINE;
    this.responder = new Responder(this.rooms, this.counters, stopwatch);
  }

  get sessions(): Iterable<Session> {
    return this.#sessions;
  }

  /** From now on the exchange's notices reach whoever subscribed. */
  begin(): void {
    this.#options.notices.read(this.rooms.hub.read);
  }

  /** A connection is open: each is a session. */
  open(wire: Wire, ip: string): Session {
    this.#numbers += 1;
    const session = new Session({
      number: this.#numbers,
      ip,
      wire,
      now: this.rooms.now(),
      bufferMax: this.#options.sendBufferBytes,
      onEnd: (ended, why) => this.#conclude(ended, why),
    });
    this.#sessions.add(session);
    return session;
  }

  /** One message of a connection. */
  hear(session: Session, text: string): void {
    if (session.isOver) return;
    session.heard(this.rooms.now());
    const { identity, ip } = session;
    const response = this.responder.respondToText(text, { session, identity, ip });
    if (response.text !== null) session.send(response.text);
    response.afterwards();
  }

  /** Messages that were merged leave. */
  speak(): void {
    this.rooms.hub.tick();
  }

  /** Heartbeats, and tokens that ran out. */
  check(): void {
    const now = this.rooms.now();
    for (const session of this.#sessions) {
      session.check(now);
      const { identity } = session;
      if (identity === null || this.rooms.authenticator.isLive(identity)) continue;
      session.identity = null;
      leavePrivate(this.rooms, session);
    }
  }

  /** What every connection was granted ends now: it stands, but is nobody's. */
  endTokens(): void {
    for (const { identity } of this.#sessions) {
      if (identity !== null && identity.grant !== null) this.rooms.tokens.end(identity.grant);
    }
  }

  /** The list of keys anew: a key that is gone, revoked or changed ends with all it was granted. */
  replaceKeys(keys: readonly ApiKey[]): void {
    const ended = this.rooms.authenticator.replaceKeys(keys);
    for (const clientId of ended) this.rooms.tokens.endKey(clientId);
    for (const session of this.#sessions) {
      const clientId = session.identity?.key.clientId;
      if (clientId !== undefined && ended.has(clientId)) session.end('key_revoked');
    }
  }

  /** @returns how many there were. */
  endSessions(why: SessionEnd): number {
    const ended = [...this.#sessions];
    for (const session of ended) session.end(why);
    return ended.length;
  }

  /** Ends every session, cancelling nothing. */
  close(): void {
    this.endSessions('server_closing');
  }

  /** The end of a session: its subscriptions, its tokens, and where it wished so, its orders. */
  #conclude(session: Session, why: SessionEnd): void {
    const { rooms, counters } = this;
    this.#sessions.delete(session);
    counters.sessionsEnded[why] += 1;
    leaveAll(rooms, session);
    rooms.tokens.endConnection(session.number);
    const orders = rooms.disconnects.release(session);
    if (!session.cancelsOnDisconnect || why === 'logout' || why === 'server_closing') return;
    if (this.#options.noticesEnd?.(why) === false) return;
    for (const [account, ids] of orders) {
      const cancelled = rooms.exchange.cancelOnDisconnect(rooms.now(), account, ids);
      counters.cancelledOnDisconnect += cancelled;
    }
  }
}

function furnish(options: ServiceOptions): Rooms {
  const { exchange, clock, keys, notices, machine = THIS_MACHINE } = options;
  const now = (): number => clock.now();
  const tokens = new TokenStore(options.tokenLifetimeS, machine.mintToken);
  const disconnects = new DisconnectBook();
  notices.read((...[kind, order]) => {
    if (kind === 'order' && order.order_state !== 'open') disconnects.closed(order.order_id);
  });
  return {
    exchange,
    handle: options.handle ?? ((...request) => exchange.handle(...request)),
    now,
    tokens,
    authenticator: new Authenticator({ keys, tokens, now, hostNow: machine.now }),
    credits: new CreditDesk(options.creditsEnabled ?? true),
    hub: new Hub({ exchange, now }, machine.defer),
    disconnects,
  };
}
