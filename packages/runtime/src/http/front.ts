import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { fastifySSE } from '@fastify/sse';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackHost } from '../loopback.ts';
import type { Holder, TokenBook } from '../tokens/token-book.ts';
import {
  bearerOf,
  guardAccess,
  type HolderOf,
  RATE_LIMIT_PLUGIN,
  type Rates,
  type Refusal,
  refuse,
} from './access.ts';
import { createApp, refuseMethod, type TlsPair } from './app.ts';
import { type EmergencyCall, type EmergencyOutcome, parseEmergencyBody } from './emergency-call.ts';
import { CLIENT_BYTES_MAX, EventHub, HUB_LIMITS, type HubLimits } from './event-hub.ts';
import { EventClient } from './event-client.ts';
import { createFrontMetrics, type FrontMetrics } from './front-metrics.ts';
import { ROUTES, type Route, type RoutePath, type StatusGap } from './routes.ts';

/** What the port knows of the engine: what it was told last, and three questions. */
export interface EngineSide {
  /** JSON text of the last status, or why there is none that counts. */
  status(): { readonly text: string } | { readonly gap: StatusGap; readonly ageMs: number | null };
  /** JSON text; the same for as long as the process lives. */
  readonly health: string;
  /** Prometheus text; null when the loop does not answer in time. */
  metrics(): Promise<string | null>;
  /** Settles in bounded time, whatever the loop does. */
  reduceOnly(call: EmergencyCall): Promise<EmergencyOutcome>;
}

export interface FrontOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly tls: TlsPair | null;
  readonly isReadingOpen: boolean;
  readonly runId: string;
  readonly tokens: TokenBook;
  readonly rates: Rates;
  readonly hubLimits?: HubLimits;
  readonly clientBytesMax?: number;
  readonly engine: EngineSide;
}

export interface Front {
  readonly port: number;
  readonly address: string;
  readonly hub: EventHub;
  close(): Promise<void>;
}

/** Also how soon a revoked token loses its stream. */
const BEAT_EVERY_MS = 5_000;
/** How long a client that lost its stream shall wait. */
const RETRY_MS = 2_000;

/**
 * The port: helmet's headers, access judged before anything is read, and the five routes of
 * `ROUTES`. Rejects when the address cannot be taken.
 */
export async function openFront(options: FrontOptions): Promise<Front> {
  const { host, port, engine, runId } = options;
  const app = createApp(['GET', 'POST'], options.tls);
  const metrics = createFrontMetrics(runId);
  const hub = new EventHub({
    runId,
    limits: options.hubLimits ?? HUB_LIMITS,
    onEnd: (reason) => metrics.observeStreamEnd(reason),
  });
  const holderOf = await prepare(app, options, metrics);
  const streams = new Streams(options, hub);
  const handlers: Readonly<Record<RoutePath, Handler>> = {
    '/api/v1/status': (_request, reply) => sendStatus(reply, engine),
    '/api/v1/health': (_request, reply) => reply.type(JSON_TYPE).send(engine.health),
    '/api/v1/events': (request, reply) => streams.open(request, reply),
    '/api/v1/emergency/reduce_only': (request, reply) =>
      stop(reply, engine, holderOf(request), request.body),
    '/metrics': (_request, reply) => sendMetrics(reply, engine, metrics, hub),
  };
  for (const route of ROUTES) addRoute(app, route, handlers[route.path]);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw error;
  }
  const bound = app.server.address() as AddressInfo;
  return {
    port: bound.port,
    address: bound.family === 'IPv6' ? `[${bound.address}]` : bound.address,
    hub,
    async close() {
      streams.close();
      await app.close();
    },
  };
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

const JSON_TYPE = 'application/json; charset=utf-8';
const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

async function prepare(
  app: FastifyInstance,
  { tls, host, tokens, isReadingOpen, rates }: FrontOptions,
  metrics: FrontMetrics,
): Promise<HolderOf> {
  await app.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    strictTransportSecurity: tls === null ? false : { maxAge: 31_536_000 },
    referrerPolicy: { policy: 'no-referrer' },
  });
  await app.register(rateLimit, RATE_LIMIT_PLUGIN);
  await app.register(fastifySSE, { heartbeatInterval: 0 });
  // Bodies are judged by our own parsers.
  app.removeAllContentTypeParsers();
  const asText = { parseAs: 'string' } as const;
  app.addContentTypeParser('application/json', asText, (_request, body, done) => done(null, body));
  app.addHook('onResponse', async (request, reply) => {
    metrics.observeCall(request.routeOptions.url ?? '', reply.statusCode);
  });
  const holderOf = guardAccess(app, {
    tokens,
    isReadingOpen,
    isLoopback: isLoopbackHost(host),
    rates,
    onRefused: (_status, reason) => metrics.observeRefusal(reason),
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path] = request.url.split('?');
    const methods = ROUTES.filter((route) => route.path === path).map(({ method }) => method);
    if (methods.length > 0) return await refuseMethod(reply, methods);
    await refuse(reply, { status: 404, error: 'not_found' });
  });
  app.setErrorHandler(async (error, _request, reply) => await refuse(reply, refusalOf(error)));
  return holderOf;
}

function addRoute(app: FastifyInstance, route: Route, handler: Handler): void {
  const { method, path } = route;
  const isStream = route.answer.type === 'text/event-stream';
  app.route({
    method,
    url: path,
    handler,
    ...(isStream
      ? { sse: { kind: 'only', heartbeat: false, serializer: (data: unknown) => String(data) } }
      : {}),
  });
}

function sendStatus(reply: FastifyReply, engine: EngineSide): unknown {
  const status = engine.status();
  if ('text' in status) return reply.type(JSON_TYPE).send(status.text);
  const age = status.ageMs === null ? {} : { age_ms: Math.floor(status.ageMs) };
  return refuse(reply, { status: 503, error: 'unavailable', reason: status.gap, ...age });
}

async function sendMetrics(
  reply: FastifyReply,
  engine: EngineSide,
  metrics: FrontMetrics,
  hub: EventHub,
): Promise<unknown> {
  const text = await engine.metrics();
  if (text === null) {
    return await refuse(reply, { status: 503, error: 'unavailable', reason: 'loop_silent' });
  }
  return await reply.type(PROMETHEUS_TEXT).send(`${text}${await metrics.text(hub.clients)}`);
}

/** Tightens, and answers when it has. A token that may not act has not come this far. */
async function stop(
  reply: FastifyReply,
  engine: EngineSide,
  holder: Holder | null,
  body: unknown,
): Promise<unknown> {
  if (holder === null) return await refuse(reply, { status: 401, error: 'unauthorized' });
  const parsed = parseEmergencyBody(typeof body === 'string' ? body : '');
  if (!parsed.ok) {
    const [{ path: place, rule }] = parsed.violations;
    return await refuse(reply, { status: 400, error: 'bad_request', place, rule });
  }
  const outcome = await engine.reduceOnly({ caller: holder.name, body: parsed.value });
  if (outcome.ok) return await reply.type(JSON_TYPE).send(JSON.stringify(outcome.answer));
  return await refuse(reply, { status: 503, error: 'unavailable', reason: outcome.refusal });
}

/** The open event streams, and whose they are. */
class Streams {
  readonly #options: FrontOptions;
  readonly #hub: EventHub;
  /** With the token each was opened with; null where none was needed. */
  readonly #clients = new Map<EventClient, string | null>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: FrontOptions, hub: EventHub) {
    this.#options = options;
    this.#hub = hub;
    this.#timer = setInterval(() => this.#beat(), BEAT_EVERY_MS);
    this.#timer.unref();
  }

  async open(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (this.#hub.isFull) {
      const reason = 'too_many_streams';
      return await refuse(reply, { status: 503, error: 'unavailable', reason });
    }
    const { sse: stream, raw } = reply;
    // A stream may be silent for longer than a request may.
    raw.socket?.setTimeout(0);
    stream.keepAlive();
    stream.sendHeaders();
    const client = new EventClient(stream, raw, this.#options.clientBytesMax ?? CLIENT_BYTES_MAX);
    this.#clients.set(client, bearerOf(request.headers.authorization));
    raw.once('close', () => {
      this.#clients.delete(client);
      this.#hub.forget(client);
    });
    this.#hub.attach(client, stream.lastEventId, RETRY_MS);
    return undefined;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#hub.close();
  }

  #beat(): void {
    for (const [client, token] of this.#clients) {
      const mayStay = token === null || this.#options.tokens.find(token).ok;
      if (mayStay) client.beat();
      else this.#hub.end(client, 'token_no_longer_valid');
    }
  }
}

/** The client's own mistakes keep their number; whatever went wrong here is 503. */
function refusalOf(error: unknown): Refusal {
  const status =
    typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 503;
  if (status === 413) return { status, error: 'too_large' };
  if (status === 415) return { status, error: 'unsupported_media_type' };
  if (status === 406) return { status, error: 'not_acceptable' };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, error: 'bad_request' };
  }
  return { status: 503, error: 'unavailable' };
}
