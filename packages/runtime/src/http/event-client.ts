import type { ServerResponse } from 'node:http';
import type { SSEReplyInterface } from '@fastify/sse';
import type { StreamEvent } from './stream-event.ts';

/** Why the server ends a stream; the client is told in its last event. */
export type StreamEnd = 'slow_client' | 'token_no_longer_valid' | 'closing';

interface Frame {
  readonly id?: string;
  readonly event: string;
  readonly data: string;
  readonly retry?: number;
}

/** What a frame costs besides its data. */
const FRAME_BYTES = 96;
/** Then the connection is cut, read or not. */
const FAREWELL_MS = 1_000;

/**
 * One reader of the stream, with a queue of its own. What does not fit into it ends the reader and
 * never delays anybody else.
 */
export class EventClient {
  readonly #sse: SSEReplyInterface;
  readonly #raw: ServerResponse;
  readonly #bytesMax: number;
  #queue: Frame[] = [];
  #bytes = 0;
  #isSending = false;
  #isOver = false;

  constructor(sse: SSEReplyInterface, raw: ServerResponse, bytesMax: number) {
    this.#sse = sse;
    this.#raw = raw;
    this.#bytesMax = bytesMax;
  }

  /** @returns false when there is no room: the caller ends this client. */
  tell(event: StreamEvent, runId: string): boolean {
    return this.#offer({
      id: `${runId}:${event.sequence}`,
      event: event.name,
      data: event.data,
    });
  }

  /** What is not part of the run: no id, so that it does not move the client's place. */
  say(event: string, data: Readonly<Record<string, unknown>>, retryMs?: number): boolean {
    const retry = retryMs === undefined ? {} : { retry: retryMs };
    return this.#offer({ event, data: JSON.stringify(data), ...retry });
  }

  /** Keeps the way there open; nothing while something else is on its way. */
  beat(): void {
    if (this.#isOver || this.#isSending || this.#raw.writableNeedDrain) return;
    this.#raw.write(': alive\n\n');
  }

  end(reason: StreamEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue = [];
    this.#bytes = 0;
    this.#raw.end(`event: dropped\ndata: ${JSON.stringify({ reason })}\n\n`);
    setTimeout(() => this.#raw.destroy(), FAREWELL_MS).unref();
  }

  #offer(frame: Frame): boolean {
    if (this.#isOver) return true;
    const bytes = Buffer.byteLength(frame.data) + FRAME_BYTES;
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#queue.push(frame);
    this.#bytes += bytes;
    if (!this.#isSending) void this.#send();
    return true;
  }

  /** One frame at a time: the next waits until the socket takes it. */
  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      for (let frame = this.#queue[0]; frame !== undefined; frame = this.#queue[0]) {
        await this.#sse.send(frame);
        if (this.#isOver) return;
        this.#queue.shift();
        this.#bytes -= Buffer.byteLength(frame.data) + FRAME_BYTES;
      }
    } catch {
      // It has gone; whoever keeps the clients hears of its end from the connection.
      this.#isOver = true;
    } finally {
      this.#isSending = false;
    }
  }
}
