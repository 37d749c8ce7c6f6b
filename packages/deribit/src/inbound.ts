import type { Event, MonoMs } from '@holdfast/core';
import { hearAccount } from './account-feed.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { LinkMeter } from './link-meter.ts';
import type { MarketFeed } from './market-feed.ts';
import { scanBook } from './protocol/book-scanner.ts';
import { parseChannel } from './protocol/channels.ts';
import { meansUnauthenticated, TOO_MANY_REQUESTS } from './protocol/errors.ts';
import { type Frame, parseFrame } from './protocol/rpc.ts';
import type { RpcClient } from './rpc-client.ts';
import type { SessionEnd } from './session.ts';
import { isOrderMethod, type WireTap } from './wire-tap.ts';

export interface InboundPorts {
  readonly now: () => MonoMs;
  readonly post: (event: Event) => void;
  readonly meter: LinkMeter;
  readonly faults: FaultDesk;
  readonly rpc: RpcClient;
  readonly market: MarketFeed;
  readonly tap: WireTap;
  /** Whether this session hears an account's own affairs. */
  readonly isPrivate: boolean;
  readonly end: (end: SessionEnd) => void;
  /** A listing has changed its state. */
  readonly relist: () => void;
  /** The platform has changed its state. */
  readonly checkHealth: () => void;
}

/** More of them in one session, and this is no venue we understand. */
const UNREADABLE_MAX = 20;

/** Every message of one connection, to whom it concerns: nothing is dropped uncounted. */
export class Inbound {
  readonly #ports: InboundPorts;
  readonly #decoder = new TextDecoder();
  #unreadable = 0;

  constructor(ports: InboundPorts) {
    this.#ports = ports;
  }

  forget(): void {
    this.#unreadable = 0;
  }

  message(bytes: Uint8Array): void {
    const { now, meter, market } = this.#ports;
    meter.messages += 1;
    meter.bytes += bytes.length;
    // A reading of the clock costs a tenth of a book: one serves for all.
    const at = now();
    meter.lastMessageAt = at;
    // Most messages are books, and those read fastest as bytes.
    const book = scanBook(bytes);
    if (book !== null) return market.book(book, at);
    const text = this.#decoder.decode(bytes);
    this.#frame(parseFrame(text), text);
  }

  #frame(frame: Frame, text: string): void {
    switch (frame.kind) {
      case 'answer':
        return this.#answer(frame, text);
      case 'notification':
        return this.#notification(frame.channel, frame.data, text);
      case 'heartbeat':
        if (frame.type === 'test_request') {
          this.#ports.rpc.call({ method: 'public/test', params: {}, urgent: true }, () => {});
        }
        return;
      case 'fault':
        return this.#fault(frame);
    }
  }

  /**
   * 10028 ends the session and its subscriptions (D-18), so we end it as well. Of an order, the
   * order client says so, because its label is known there; of anything else, the end itself does.
   *
   * A connection whose token is gone hears no more of our orders, and does not say so: the next
   * private answer does. We end it as well, and another one authenticates.
   */
  #answer({ id, answer }: Extract<Frame, { kind: 'answer' }>, text: string): void {
    const { rpc, end } = this.#ports;
    const isLimit = !answer.ok && answer.error.code === TOO_MANY_REQUESTS;
    const method = rpc.methodOf(id);
    const isNobodys = !answer.ok && meansUnauthenticated(answer.error.code);
    const byOrder = isLimit && method !== null && isOrderMethod(method);
    if (byOrder || !isLimit) rpc.answer(id, answer, text);
    if (isLimit) end({ cause: 'too_many_requests', byOrder });
    if (isNobodys && method?.startsWith('private/') === true) {
      end({ cause: 'failed', detail: 'unauthenticated', refused: false });
    }
  }

  #notification(name: string, data: unknown, text: string): void {
    const { now, post, market, faults, tap } = this.#ports;
    const channel = parseChannel(name);
    if (channel === null) return faults.note('frame_unknown_channel', null);
    if (market.notification(channel, data)) return;
    switch (channel.kind) {
      case 'user_changes': {
        const unreadable = (subject: string): void => faults.unreadablePrivate(subject);
        tap.news(hearAccount(data, { now, post, unreadable }) ?? [], text);
        return;
      }
      case 'instrument_state':
        return this.#ports.relist();
      case 'platform_state':
        return this.#ports.checkHealth();
      default:
        return faults.note('frame_unknown_channel', channel.kind);
    }
  }

  /** What cannot be read at all may have been a fill of ours. */
  #fault({ fault, detail }: Extract<Frame, { kind: 'fault' }>): void {
    const { faults, end, isPrivate } = this.#ports;
    if (fault === 'error_without_id') {
      faults.note('error_without_id', null, detail);
      const isLimit = detail.startsWith(`${TOO_MANY_REQUESTS} `);
      if (isLimit) end({ cause: 'too_many_requests', byOrder: false });
      return;
    }
    faults.note('frame_unreadable', null, `${fault} ${detail}`);
    if (isPrivate) faults.unreadablePrivate(fault);
    this.#unreadable += 1;
    if (this.#unreadable <= UNREADABLE_MAX) return;
    end({ cause: 'failed', detail: 'too_many_unreadable', refused: false });
  }
}
