import { WebSocket } from 'ws';

/** A text stream both ways; the only thing of a WebSocket that the client needs. */
export interface Socket {
  send(text: string): void;
  /** Bytes accepted by `send` that have not left the process. */
  readonly buffered: number;
  /** Cuts it, without a word; `closed` still follows. */
  terminate(): void;
}

export interface SocketHandlers {
  opened(): void;
  /** One whole message. The bytes are the receiver's for the length of the call. */
  message(bytes: Uint8Array): void;
  /** Called once, also when it never opened. */
  closed(end: SocketEnd): void;
}

export interface SocketEnd {
  /** Of the venue's close frame; null where it cut the connection without a word. */
  readonly code: number | null;
  /** HTTP status of a refused upgrade. */
  readonly status: number | null;
  readonly detail: string;
}

/** Returns at once: no handler is called inside the call. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;

/** A whole option chain is about a megabyte; what is larger was not asked for. */
const MESSAGE_MAX = 16 * 1024 * 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** What stands for "no close frame" in the close event. */
const WITHOUT_A_WORD: ReadonlySet<number> = new Set([1005, 1006]);

export const openWebSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url, {
    // Compression costs more time than loopback or a nearby venue costs bytes.
    perMessageDeflate: false,
    maxPayload: MESSAGE_MAX,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    followRedirects: false,
  });
  let status: number | null = null;
  let detail = '';
  socket.on('open', () => handlers.opened());
  socket.on('message', (data) => {
    if (data instanceof Uint8Array) handlers.message(data);
  });
  socket.on('unexpected-response', (_request, response) => {
    status = response.statusCode ?? null;
    socket.terminate();
  });
  // Every error is followed by a close.
  socket.on('error', (error) => {
    detail = error.message;
  });
  socket.on('close', (code, reason) => {
    const told = reason.toString('utf8');
    handlers.closed({
      code: WITHOUT_A_WORD.has(code) ? null : code,
      status,
      detail: status === null ? told || detail : `HTTP ${status}`,
    });
  });
  return {
    send(text) {
      socket.send(text);
    },
    get buffered() {
      return socket.bufferedAmount;
    },
    terminate() {
      socket.terminate();
    },
  };
};
