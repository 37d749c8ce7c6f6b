import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@holdfast/runtime/ports';
import { WebSocketServer } from 'ws';
import type { Exchange } from '../exchange/exchange.ts';
import { HTTP_PATH, HttpDoor, ipOf, write } from './http-door.ts';
import type { ApiKey } from './keys.ts';
import type { NoticeBoard } from './notice-board.ts';
import { refuse } from './refusal.ts';
import type { ServerCounters } from './server-counters.ts';
import { ExchangeService, TICK_MS } from './service.ts';
import type { SessionEnd } from './session.ts';
import { PAYLOAD_MAX, SocketDoor } from './socket-door.ts';
import { TOKEN_LIFETIME_S } from './tokens.ts';

const SOCKET_PATH = '/ws/api/v2';

export interface ServerBounds {
  /** HTTP and WebSocket together, of one address; the next is answered 429 (phases section 7.1). */
  readonly connectionsPerIp: number;
  /** Bytes a reader may lag behind before it is dropped. */
  readonly sendBufferBytes: number;
  /** A request has to be whole within this time; a socket that sends nothing is closed too. */
  readonly httpTimeoutMs: number;
  readonly tokenLifetimeS: number;
}

const BOUNDS: ServerBounds = {
  connectionsPerIp: 32,
  sendBufferBytes: 8 * 1_024 * 1_024,
  httpTimeoutMs: 10_000,
  tokenLifetimeS: TOKEN_LIFETIME_S,
};

export interface ExchangeServerOptions {
  readonly exchange: Exchange;
  /** Where `exchange` posts its notices. */
  readonly notices: NoticeBoard;
  /** The exchange's time; never behind what `exchange` was told last. */
  readonly clock: Clock;
  readonly keys: readonly ApiKey[];
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Default true. */
  readonly creditsEnabled?: boolean;
  readonly bounds?: Partial<ServerBounds>;
}

export interface ExchangeServer {
  readonly port: number;
  readonly wsUrl: string;
  readonly httpUrl: string;
  /** Open sockets, HTTP and WebSocket. */
  connections(): number;
  counters(): Readonly<ServerCounters> & { readonly notificationsSent: number };
  /** Ends every session now; their orders go as after any end. @returns how many there were. */
  endSessions(why: SessionEnd): number;
  /** Every connection stands, but is nobody's. */
  endTokens(): void;
  /** The list of keys anew; sessions of a key that is gone, revoked or changed are ended. */
  replaceKeys(keys: readonly ApiKey[]): void;
  /** Ends every session, cancelling nothing; resolves when every socket is closed. */
  close(): Promise<void>;
}

/** An exchange that speaks Deribit's protocol on a port. Rejects when the port cannot be had. */
export async function startExchangeServer(options: ExchangeServerOptions): Promise<ExchangeServer> {
  const { clock, host } = options;
  const bounds = { ...BOUNDS, ...options.bounds };
  const service = new ExchangeService({ ...options, ...bounds });
  const { rooms, responder, counters } = service;
  const sockets = new SocketDoor(service);
  const http = new HttpDoor({ responder, authenticator: rooms.authenticator });
  const server = createServer({
    headersTimeout: bounds.httpTimeoutMs,
    requestTimeout: bounds.httpTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, bounds.httpTimeoutMs),
    keepAliveTimeout: 65_000,
    maxHeaderSize: 16_384,
  });
  const refused = limitConnections(server, bounds, counters);
  server.on('request', (request, response) => {
    if (!refused.has(request.socket)) return http.handle(request, response);
    response.setHeader('connection', 'close');
    const refusal = refuse(10066, `more than ${bounds.connectionsPerIp} connections`);
    return write(response, 429, responder.refusal(refusal));
  });
  admitSockets(server, sockets, refused);
  await listen(server, host, options.port);
  service.begin();
  const beat = startTicking(clock, service, sockets);
  const port = portOf(server);
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    port,
    wsUrl: `ws://${authority}${SOCKET_PATH}`,
    httpUrl: `http://${authority}${HTTP_PATH}`,
    connections: () => refused.open(),
    counters: () => ({ ...counters, notificationsSent: rooms.hub.sent }),
    endSessions: (why) => service.endSessions(why),
    endTokens: () => service.endTokens(),
    replaceKeys: (keys) => service.replaceKeys(keys),
    async close() {
      beat.stop();
      service.close();
      await closeServer(server);
    },
  };
}

/** Sockets beyond what one address may have. They are answered once, and not served. */
interface Refused {
  has(socket: Socket): boolean;
  open(): number;
}

function limitConnections(server: Server, bounds: ServerBounds, counters: ServerCounters): Refused {
  const byIp = new Map<string, number>();
  const beyond = new WeakSet<Socket>();
  let open = 0;
  server.on('connection', (socket: Socket) => {
    const ip = socket.remoteAddress ?? '';
    const held = (byIp.get(ip) ?? 0) + 1;
    byIp.set(ip, held);
    open += 1;
    counters.connections += 1;
    if (held > bounds.connectionsPerIp) {
      counters.connectionsRefused += 1;
      beyond.add(socket);
    }
    socket.once('close', () => {
      open -= 1;
      const left = (byIp.get(ip) ?? 1) - 1;
      if (left === 0) byIp.delete(ip);
      else byIp.set(ip, left);
    });
  });
  return { has: (socket) => beyond.has(socket), open: () => open };
}

function admitSockets(server: Server, door: SocketDoor, refused: Refused): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: PAYLOAD_MAX,
    perMessageDeflate: false,
  });
  server.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').split('?')[0];
    const status = refused.has(request.socket) ? '429 Too Many Requests' : '404 Not Found';
    if (path !== SOCKET_PATH || refused.has(request.socket)) {
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) =>
      door.enter(accepted, socket, ipOf(request)),
    );
  });
}

function startTicking(clock: Clock, service: ExchangeService, door: SocketDoor): { stop(): void } {
  let stopped = false;
  const tick = (): void => {
    if (stopped) return;
    door.together(() => service.speak());
    service.check();
    clock.wake(clock.now() + TICK_MS, tick);
  };
  clock.wake(clock.now() + TICK_MS, tick);
  return {
    stop() {
      stopped = true;
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  await promise;
  server.off('error', reject);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address.port;
}

/** Idle connections go at once; a session says good-bye within a second. */
async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
