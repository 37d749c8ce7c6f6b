import {
  encodeAnswer,
  isMethod,
  type ParsedRequest,
  parseRequest,
  type RequestId,
} from '@holdfast/deribit/protocol';
import type { ExchangeAnswer } from '../exchange/venue-error.ts';
import { serve } from './gateway.ts';
import { refuse } from './refusal.ts';
import type { Caller, Rooms } from './request.ts';
import type { ServerCounters } from './server-counters.ts';

/** Longest request text that is read, in bytes; Deribit's are a few hundred. */
export const REQUEST_BYTES_MAX = 65_536;

export interface Response {
  /** Null: nothing is answered. */
  readonly text: string | null;
  /** Of the error; null for a result. */
  readonly code: number | null;
  readonly afterwards: () => void;
}

/** Puts requests to the rooms and dresses the answers, the same for socket and HTTP. */
export class Responder {
  readonly #rooms: Rooms;
  readonly #counters: ServerCounters;
  readonly #stopwatch: () => number;

  /** @param stopwatch ms since any moment: how long an answer took. */
  constructor(rooms: Rooms, counters: ServerCounters, stopwatch: () => number) {
    this.#rooms = rooms;
    this.#counters = counters;
    this.#stopwatch = stopwatch;
  }

  /** One JSON-RPC request; a list of them is refused, as Deribit does. */
  respondToText(text: string, caller: Caller): Response {
    return this.respond(parseRequest(text), caller);
  }

  respond(request: ParsedRequest, caller: Caller): Response {
    const startedAt = this.#stopwatch();
    const usIn = this.#rooms.now() * 1_000;
    this.#count(request);
    const outcome = request.ok
      ? serve(this.#rooms, request.method, request.params, caller)
      : { answer: refuse(request.code, request.message) };
    const usOut = usIn + Math.round((this.#stopwatch() - startedAt) * 1_000);
    const { answer } = outcome;
    const code = answer === null || answer.ok ? null : answer.error.code;
    return {
      text: answer === null ? null : this.dress(request.id, answer, usIn, usOut),
      code,
      afterwards: outcome.afterwards ?? nothing,
    };
  }

  #count(request: ParsedRequest): void {
    this.#counters.requests += 1;
    if (!request.ok || !isMethod(request.method)) return;
    const { requestsByMethod } = this.#counters;
    requestsByMethod[request.method] = (requestsByMethod[request.method] ?? 0) + 1;
  }

  /** An answer in Deribit's envelope; every one of this exchange says `testnet`. */
  dress(id: RequestId, answer: ExchangeAnswer, usIn: number, usOut: number): string {
    if (!answer.ok) {
      const code = String(answer.error.code);
      const { errorsByCode } = this.#counters;
      errorsByCode[code] = (errorsByCode[code] ?? 0) + 1;
    }
    return encodeAnswer(id, answer, { usIn, usOut, testnet: true });
  }

  /** A refusal outside any request. */
  refusal(answer: ExchangeAnswer): string {
    const now = this.#rooms.now() * 1_000;
    return this.dress(null, answer, now, now);
  }
}

function nothing(): void {}
