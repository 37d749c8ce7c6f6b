import type { OpenSocket } from '../src/socket.ts';
import type { ManualClock } from './manual-clock.ts';
import { INSTRUMENT_ROWS, PERPETUAL, SUMMARY } from './wire-rows.ts';

const LEVELS = {
  option: { bids: [['new', 0.01, 1]], asks: [['new', 0.02, 1]] },
  perpetual: { bids: [['new', 90_000, 10]], asks: [['new', 90_000.5, 20]] },
};

type Params = Readonly<Record<string, unknown>>;

/** What the script says to one request. `silent`: the answer is never given. */
export type Reply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | 'silent';

export interface HeardRequest {
  readonly connection: number;
  readonly id: number;
  readonly method: string;
  readonly params: Params;
}

/** The venue's end of one connection. */
export interface Peer {
  send(text: string): void;
  /** With a close frame, or without a word. */
  close(code: number | null): void;
}

type Script = (request: HeardRequest, peer: Peer) => Reply;

/**
 * A venue that says what a test wants said: well-behaved by default, and by `on` as slow, silent,
 * wrong or rude as the case needs. It hears over whatever carries text.
 */
export class ScriptedVenue {
  readonly heard: HeardRequest[] = [];
  readonly #clock: ManualClock;
  /** How far this venue's clock is ahead of everybody else's. */
  clockAheadMs = 0;
  readonly #scripts = new Map<string, Script>();
  /** Scripts that hold for one request each, then the standing one again. */
  readonly #once = new Map<string, Script[]>();
  #peers = new Map<number, Peer>();
  #connections = 0;
  #changeId = 100;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get connections(): number {
    return this.#connections;
  }

  get open(): number {
    return this.#peers.size;
  }

  on(method: string, script: Script): void {
    this.#scripts.set(method, script);
  }

  once(method: string, script: Script): void {
    this.#once.set(method, [...(this.#once.get(method) ?? []), script]);
  }

  count(method: string): number {
    return this.heard.filter((request) => request.method === method).length;
  }

  last(method: string): HeardRequest {
    const request = this.heard.findLast((each) => each.method === method);
    if (request === undefined) throw new Error(`${method} was never asked`);
    return request;
  }

  /** To every connection. */
  say(text: string): void {
    for (const peer of this.#peers.values()) peer.send(text);
  }

  notify(channel: string, data: unknown): void {
    this.say(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }));
  }

  heartbeat(type: 'heartbeat' | 'test_request'): void {
    this.say(JSON.stringify({ jsonrpc: '2.0', method: 'heartbeat', params: { type } }));
  }

  answer(id: number, reply: Exclude<Reply, 'silent'>): void {
    this.say(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
  }

  kill(code: number | null = null): void {
    for (const peer of this.#peers.values()) peer.close(code);
  }

  /** @returns the two ends a carrier needs: what we hear, and that it is over. */
  accept(peer: Peer): { hear(text: string): void; gone(): void } {
    this.#connections += 1;
    const connection = this.#connections;
    this.#peers.set(connection, peer);
    return {
      hear: (text) => this.#hear(connection, peer, text),
      gone: () => void this.#peers.delete(connection),
    };
  }

  /** A network in the memory of one process and in the time of its clock. */
  carrier(latencyMs = 1): OpenSocket {
    return (_url, handlers) => {
      const clock = this.#clock;
      let isOpen = true;
      const later = (action: () => void): void =>
        clock.wake(clock.now() + latencyMs, () => {
          if (isOpen) action();
        });
      const end = (code: number | null): void => {
        if (!isOpen) return;
        isOpen = false;
        wire?.gone();
        handlers.closed({ code, status: null, detail: '' });
      };
      let wire: ReturnType<ScriptedVenue['accept']> | null = null;
      later(() => {
        wire = this.accept({
          send: (text) => later(() => handlers.message(new TextEncoder().encode(text))),
          close: (code) => later(() => end(code)),
        });
        handlers.opened();
      });
      return {
        send: (text) => later(() => wire?.hear(text)),
        buffered: 0,
        terminate: () => clock.wake(clock.now(), () => end(null)),
      };
    };
  }

  #hear(connection: number, peer: Peer, text: string): void {
    const { id, method, params } = JSON.parse(text) as HeardRequest;
    const request = { connection, id, method, params };
    this.heard.push(request);
    const script = this.#once.get(method)?.shift() ?? this.#scripts.get(method);
    const reply = script?.(request, peer) ?? this.#usual(request, peer);
    if (reply !== 'silent') peer.send(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
    if (method.endsWith('/subscribe') && reply !== 'silent') this.#begin(request, peer);
  }

  /** As Deribit does: the first message of a book is all of it. */
  #begin({ params }: HeardRequest, peer: Peer): void {
    for (const channel of params['channels'] as readonly string[]) {
      const [kind, name] = channel.split('.');
      if (kind !== 'book' || name === undefined) continue;
      this.#changeId += 1;
      const data = {
        type: 'snapshot',
        timestamp: this.#clock.now() + this.clockAheadMs,
        instrument_name: name,
        change_id: this.#changeId,
        ...LEVELS[name === PERPETUAL ? 'perpetual' : 'option'],
      };
      const message = { jsonrpc: '2.0', method: 'subscription', params: { channel, data } };
      peer.send(JSON.stringify(message));
    }
  }

  #usual({ method, params }: HeardRequest, peer: Peer): Reply {
    switch (method) {
      case 'public/get_time':
        return { result: this.#clock.now() + this.clockAheadMs };
      case 'public/auth':
        return { result: tokens(`refresh-${this.heard.length}`) };
      case 'public/get_instruments':
        return {
          result: INSTRUMENT_ROWS.filter((row) => row.base_currency === params['currency']),
        };
      case 'public/subscribe':
      case 'private/subscribe':
      case 'public/unsubscribe':
      case 'private/unsubscribe':
        return { result: params['channels'] };
      case 'private/get_account_summaries':
        return { result: { summaries: [SUMMARY] } };
      case 'public/get_announcements':
      case 'private/get_open_orders':
      case 'private/get_positions':
        return { result: [] };
      case 'public/status':
        return { result: { locked: 'false' } };
      case 'private/get_user_trades_by_currency_and_time':
        return { result: { trades: [], has_more: false } };
      case 'private/get_settlement_history_by_currency':
        return { result: { settlements: [], continuation: 'none' } };
      case 'public/test':
        return { result: { version: '1.2.26' } };
      case 'private/logout':
        peer.close(1000);
        return 'silent';
      default:
        return { result: 'ok' };
    }
  }
}

export function tokens(refresh: string, expiresInS = 900): Params {
  return {
    access_token: 'access-token',
    refresh_token: refresh,
    token_type: 'bearer',
    expires_in: expiresInS,
    scope: 'account:read_write trade:read_write wallet:none connection',
  };
}
