import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { REQUEST_BYTES_MAX } from './respond.ts';
import type { ExchangeService } from './service.ts';
import { CLOSE_CODES, type Session, type Wire } from './session.ts';

/** How long the other side may take to say good-bye. */
const FAREWELL_MS = 1_000;

/** Deribit over a WebSocket: each connection is a session. */
export class SocketDoor {
  readonly #service: ExchangeService;
  /** With what each one's frames are written to. */
  readonly #streams = new Map<Session, Duplex>();

  constructor(service: ExchangeService) {
    this.#service = service;
  }

  /**
   * What is said meanwhile leaves in one write a connection: hundreds of writes would cost more
   * than all the words.
   */
  together(speak: () => void): void {
    const streams = [...this.#streams.values()];
    for (const stream of streams) stream.cork();
    try {
      speak();
    } finally {
      for (const stream of streams) stream.uncork();
    }
  }

  /** @param stream what the WebSocket writes its frames to. */
  enter(socket: WebSocket, stream: Duplex, ip: string): void {
    const session = this.#service.open(wireOf(socket), ip);
    this.#streams.set(session, stream);
    socket.on('message', (data, isBinary) => {
      this.#service.hear(session, isBinary ? '' : textOf(data));
    });
    socket.on('close', () => {
      this.#streams.delete(session);
      session.end('closed');
    });
    // A frame too large or malformed: the protocol closes the socket, and `close` follows.
    socket.on('error', () => socket.terminate());
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
