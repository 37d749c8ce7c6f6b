import type { RequestLimits } from '@holdfast/core';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';
import { type Errand, Pacer, type Pool, type RequestClass } from './pacer.ts';
import { isMethod, METHODS } from './protocol/methods.ts';
import { encodeRequest, type RpcAnswer, type RpcParams, type VenueAnswer } from './protocol/rpc.ts';

/**
 * A request whose answer has not come by then is answered with a fault; it may still have been
 * executed.
 */
export const REQUEST_TIMEOUT_MS = 3_000;
/** Requests without an answer; the next one is refused. */
const PENDING_MAX = 1_000;

export interface RpcRequest {
  readonly method: string;
  readonly params: RpcParams;
  readonly timeoutMs?: number;
  /** How much of that it may wait for credits; all of it unless said otherwise. */
  readonly waitMs?: number;
  /** The session lives by the answer: `VITAL`, where no class is named; else `DATA`. */
  readonly urgent?: boolean;
  readonly requestClass?: RequestClass;
}

/** One request on its way, as observers see it. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: RpcParams;
  /** When it left; null while it waits for credits. */
  sentAt: number | null;
}

export interface RpcObserver {
  sent(call: Call, text: string): void;
  /** Before the caller is told. */
  answered(call: Call, answer: VenueAnswer, text: string): void;
  timedOut(call: Call): void;
  /** An answer nobody waits for: it came too late. */
  late(): void;
}

type Reply = (answer: RpcAnswer) => void;
interface Pending extends Call {
  readonly reply: Reply;
}

/**
 * Requests and their answers, told apart by id: in any order, each answered exactly once. Ids are
 * never used again, so an answer of an earlier session finds nobody. Nothing is ever sent twice.
 */
export class RpcClient {
  readonly #clock: Clock;
  readonly #observer: RpcObserver;
  readonly #pacer: Pacer<Pending>;
  readonly #pending = new Map<number, Pending>();
  readonly #alarm: Alarm;
  /** Null while there is no session. */
  #send: ((text: string) => boolean) | null = null;
  #lastId = 0;
  /** When the first request left that timed out since anything was last answered. */
  #unheardSince: number | null = null;

  constructor(clock: Clock, observer: RpcObserver) {
    this.#clock = clock;
    this.#observer = observer;
    this.#pacer = new Pacer(clock.now(), (pending) => {
      if (this.#pending.delete(pending.id)) this.#refuse('shed', pending.reply);
    });
    this.#alarm = new Alarm(clock, () => this.#pump());
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** How long nothing has been answered although something was asked; 0 while answers come. */
  unheardMs(now: number): number {
    return this.#unheardSince === null ? 0 : now - this.#unheardSince;
  }

  /** What the request of this id asked for; null when nobody waits for it. */
  methodOf(id: number): string | null {
    return this.#pending.get(id)?.method ?? null;
  }

  limit(limits: RequestLimits): void {
    this.#pacer.limit(limits, this.#clock.now());
    this.#pump();
  }

  /** @param send false when the text could not be handed to the socket. */
  attach(send: (text: string) => boolean): void {
    this.#send = send;
    this.#unheardSince = null;
  }

  /** The session is gone: whoever waits is told so, and what has not left never will. */
  detach(fault: string): void {
    this.#send = null;
    this.#pacer.clear();
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reply } of waiting) reply({ ok: null, fault });
  }

  call(request: RpcRequest, reply: Reply): void {
    const { method, params, timeoutMs = REQUEST_TIMEOUT_MS } = request;
    if (this.#send === null) return this.#refuse('not_connected', reply);
    if (this.#pending.size >= PENDING_MAX) return this.#refuse('too_many_pending', reply);
    this.#lastId += 1;
    const pending: Pending = { id: this.#lastId, method, params, sentAt: null, reply };
    const requestClass = request.requestClass ?? (request.urgent === true ? 'VITAL' : 'DATA');
    const errand = { pool: poolOf(method), requestClass, job: pending };
    const taken = this.#pacer.add(errand, this.#clock.now());
    if (taken === 'blocked') return this.#refuse('brownout', reply);
    if (taken === 'full') return this.#refuse('too_many_waiting', reply);
    this.#pending.set(pending.id, pending);
    this.#clock.wake(this.#clock.now() + timeoutMs, () => this.#expire(errand));
    this.#pump();
    const { waitMs } = request;
    if (waitMs === undefined || pending.sentAt !== null) return;
    this.#clock.wake(this.#clock.now() + waitMs, () => {
      if (pending.sentAt === null) this.#expire(errand);
    });
  }

  answer(id: number, answer: VenueAnswer, text: string): void {
    this.#unheardSince = null;
    const pending = this.#pending.get(id);
    // An answer to what was never sent would be as strange as one that comes too late.
    if (pending === undefined || pending.sentAt === null) {
      this.#observer.late();
      return;
    }
    this.#pending.delete(id);
    this.#observer.answered(pending, answer, text);
    pending.reply(answer);
  }

  /** Never inside the call: callers need not expect an answer before they have asked. */
  #refuse(fault: string, reply: Reply): void {
    this.#clock.wake(this.#clock.now(), () => reply({ ok: null, fault }));
  }

  #expire(errand: Errand<Pending>): void {
    const pending = errand.job;
    if (!this.#pending.delete(pending.id)) return;
    if (pending.sentAt === null) {
      this.#pacer.drop(errand);
      pending.reply({ ok: null, fault: 'no_credits' });
      return;
    }
    this.#unheardSince ??= pending.sentAt;
    this.#observer.timedOut(pending);
    pending.reply({ ok: null, fault: 'timed_out' });
  }

  #pump(): void {
    const send = this.#send;
    if (send === null) return;
    const now = this.#clock.now();
    for (;;) {
      const pending = this.#pacer.next(now);
      if (pending === undefined) break;
      this.#dispatch(pending, send, now);
    }
    const readyAt = this.#pacer.readyAt(now);
    if (readyAt !== null) this.#alarm.set(readyAt);
  }

  #dispatch(pending: Pending, send: (text: string) => boolean, now: number): void {
    const text = encodeRequest(pending.id, pending.method, pending.params);
    if (!send(text)) {
      this.#pending.delete(pending.id);
      this.#refuse('socket_full', pending.reply);
      return;
    }
    pending.sentAt = now;
    this.#observer.sent(pending, text);
  }
}

function poolOf(method: string): Pool {
  if (method === 'public/get_instruments') return 'instruments';
  if (method === 'private/get_transaction_log') return 'transactions';
  if (method === 'public/subscribe' || method === 'private/subscribe') return 'subscriptions';
  return isMethod(method) && METHODS[method].engine === 'matching' ? 'matching' : 'non_matching';
}
