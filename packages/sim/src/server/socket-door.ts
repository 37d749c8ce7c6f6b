import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { REQUEST_BYTES_MAX, type Responder } from './respond.ts';
import { Session, type SessionEnd, type Wire } from './session.ts';

/** How long the other side may take to say good-bye. */
const FAREWELL_MS = 1_000;

/** Close codes of the WebSocket protocol. */
const CLOSE_CODES: Readonly<Record<SessionEnd, number>> = {
  closed: 1000,
  logout: 1000,
  too_many_requests: 1008,
  heartbeat_lost: 1001,
  inactive: 1001,
  slow_reader: 1008,
  server_closing: 1001,
};

export interface SocketDoorOptions {
  readonly responder: Responder;
  readonly now: () => number;
  readonly bufferMax: number;
  readonly onEnd: (session: Session, why: SessionEnd) => void;
}

/** Deribit over a WebSocket: each connection is a session. */
export class SocketDoor {
  readonly #options: SocketDoorOptions;
  /** With what each one's frames are written to. */
  readonly #sessions = new Map<Session, Duplex>();
  #numbers = 0;

  constructor(options: SocketDoorOptions) {
    this.#options = options;
  }

  get sessions(): Iterable<Session> {
    return this.#sessions.keys();
  }

  /**
   * What is said meanwhile leaves in one write a connection: hundreds of writes would cost more
   * than all the words.
   */
  together(speak: () => void): void {
    const streams = [...this.#sessions.values()];
    for (const stream of streams) stream.cork();
    try {
      speak();
    } finally {
      for (const stream of streams) stream.uncork();
    }
  }

  /** @param stream what the WebSocket writes its frames to. */
  enter(socket: WebSocket, stream: Duplex, ip: string): void {
    const { responder, now, bufferMax, onEnd } = this.#options;
    this.#numbers += 1;
    const session = new Session({
      number: this.#numbers,
      ip,
      wire: wireOf(socket),
      now: now(),
      bufferMax,
      onEnd: (ended, why) => {
        this.#sessions.delete(ended);
        onEnd(ended, why);
      },
    });
    this.#sessions.set(session, stream);
    socket.on('message', (data, isBinary) => {
      if (session.isOver) return;
      session.heard(now());
      const text = isBinary ? '' : textOf(data);
      const { identity } = session;
      const response = responder.respondToText(text, { session, identity, ip });
      if (response.text !== null) session.send(response.text);
      response.afterwards();
    });
    socket.on('close', () => session.end('closed'));
    // A frame too large or malformed: the protocol closes the socket, and `close` follows.
    socket.on('error', () => socket.terminate());
  }

  check(now: number): void {
    for (const session of this.#sessions.keys()) session.check(now);
  }

  close(): void {
    for (const session of this.#sessions.keys()) session.end('server_closing');
  }
}

/** What `ws` may read at once; a longer request within it is refused in words. */
export const PAYLOAD_MAX = 2 * REQUEST_BYTES_MAX;

function wireOf(socket: WebSocket): Wire {
  return {
    send: (frame) => socket.send(frame),
    buffered: () => socket.bufferedAmount,
    close(why) {
      socket.close(CLOSE_CODES[why], why);
      setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
    },
    drop: () => socket.terminate(),
  };
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
