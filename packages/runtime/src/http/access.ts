import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopbackHost } from '../loopback.ts';
import type { Scope } from '../tokens/token-document.ts';
import type { Holder, TokenBook, TokenRefusal } from '../tokens/token-book.ts';
import { type RefusalCode, type RefusalReason, type Route, ROUTES } from './routes.ts';

/** So many requests in so many ms. */
export interface Rate {
  readonly max: number;
  readonly windowMs: number;
}

export interface Rates {
  readonly perAddress: Rate;
  readonly perToken: Rate;
  /** Of what acts; so that no flood of questions uses it up. */
  readonly actingPerAddress: Rate;
  readonly actingPerToken: Rate;
  /** Requests with a token that opens nothing. */
  readonly failedPerAddress: Rate;
}

export const RATES: Rates = Object.freeze({
  perAddress: { max: 2_000, windowMs: 1_000 },
  perToken: { max: 2_000, windowMs: 1_000 },
  actingPerAddress: { max: 60, windowMs: 10_000 },
  actingPerToken: { max: 20, windowMs: 10_000 },
  failedPerAddress: { max: 30, windowMs: 60_000 },
});

/** Addresses and tokens that are counted at once; the least recent is let go. */
const COUNTED_MAX = 4_096;

export interface AccessOptions {
  readonly tokens: TokenBook;
  /** Reading needs no token: only in `dev`, only on loopback. */
  readonly isReadingOpen: boolean;
  /** Only this machine is served, so only this machine's names are. */
  readonly isLoopback: boolean;
  readonly rates: Rates;
  readonly onRefused: (status: number, reason: string) => void;
}

/** One no: its status, and the words of `RefusalSchema`. */
export interface Refusal {
  readonly status: number;
  readonly error: RefusalCode;
  readonly reason?: RefusalReason;
  readonly scope?: Scope;
  readonly place?: string;
  readonly rule?: string;
  readonly retry_after_ms?: number;
  readonly age_ms?: number;
}

type Limiter = (request: FastifyRequest) => Promise<Refusal | null>;

/** Who holds the token of a request; null where none was needed and none was given. */
export type HolderOf = (request: FastifyRequest) => Holder | null;

/** Judges every request before anything of it is read. `@fastify/rate-limit` is registered. */
export function guardAccess(app: FastifyInstance, options: AccessOptions): HolderOf {
  const { rates, isLoopback, onRefused } = options;
  const addressOf = (request: FastifyRequest): string => request.ip;
  const holders = new WeakMap<FastifyRequest, Holder>();
  const holderOf: HolderOf = (request) => holders.get(request) ?? null;
  const idOf = (request: FastifyRequest): string => holderOf(request)?.id ?? 'nobody';
  const limits = {
    perAddress: limiter(app, rates.perAddress, addressOf, 'per_address'),
    perToken: limiter(app, rates.perToken, idOf, 'per_token'),
    actingPerAddress: limiter(app, rates.actingPerAddress, addressOf, 'per_address'),
    actingPerToken: limiter(app, rates.actingPerToken, idOf, 'per_token'),
    failedPerAddress: limiter(app, rates.failedPerAddress, addressOf, 'failed_tokens'),
  };
  const judge = async (request: FastifyRequest): Promise<Refusal | null> => {
    // A page of another site that had its name point here (DNS rebinding) reads nothing.
    if (isLoopback && !isLoopbackHost(nameOf(request.headers.host ?? ''))) {
      return { status: 403, error: 'host_not_allowed' };
    }
    const route = routeOf(request);
    const acts = route?.method === 'POST';
    const crowded = await limits[acts ? 'actingPerAddress' : 'perAddress'](request);
    if (crowded !== null) return crowded;
    const found = identify(request, route, options);
    if ('error' in found) {
      return found.status === 401 ? ((await limits.failedPerAddress(request)) ?? found) : found;
    }
    if (found.holder === null) return null;
    holders.set(request, found.holder);
    return await limits[acts ? 'actingPerToken' : 'perToken'](request);
  };
  app.addHook('onRequest', async (request, reply) => {
    if (reply.sent) return;
    const refusal = await judge(request);
    if (refusal === null) return;
    onRefused(refusal.status, refusal.reason ?? refusal.error);
    await refuse(reply, refusal);
  });
  return holderOf;
}

export async function refuse(reply: FastifyReply, { status, ...words }: Refusal): Promise<void> {
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="holdfast"');
  const { retry_after_ms: after } = words;
  if (after !== undefined) void reply.header('retry-after', Math.ceil(after / 1_000));
  // The body of what we refuse is not read, so such a connection ends here.
  if (reply.request.method !== 'GET') void reply.header('connection', 'close');
  await reply.code(status).send(words);
}

/** Who asks, or why this request is nobody's. What acts needs a token wherever it is asked. */
function identify(
  request: FastifyRequest,
  route: Route | null,
  { tokens, isReadingOpen }: AccessOptions,
): { readonly holder: Holder | null } | Refusal {
  const presented = bearerOf(request.headers.authorization);
  if (presented === null) {
    if (isReadingOpen && route?.method !== 'POST') return { holder: null };
    return { status: 401, error: 'unauthorized', reason: 'token_missing' };
  }
  const answer = tokens.find(presented);
  if (!answer.ok) return refusalOf(answer.refusal);
  const { holder } = answer;
  if (route === null || holder.scopes.includes(route.scope)) return { holder };
  return { status: 403, error: 'forbidden', scope: route.scope };
}

/** Null where there is none of this method and path. */
function routeOf({ method, routeOptions }: FastifyRequest): Route | null {
  return ROUTES.find((each) => each.path === routeOptions.url && each.method === method) ?? null;
}

/** A file of ours that cannot be read is our trouble, and still a no. */
function refusalOf(reason: TokenRefusal): Refusal {
  if (reason === 'tokens_unreadable') return { status: 503, error: 'unavailable', reason };
  return { status: 401, error: 'unauthorized', reason };
}

/** Null without the header; what is no bearer token is presented as it is, and opens nothing. */
export function bearerOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  return /^Bearer +(\S+)$/i.exec(header)?.[1] ?? header;
}

function limiter(
  app: FastifyInstance,
  { max, windowMs }: Rate,
  keyGenerator: (request: FastifyRequest) => string,
  reason: RefusalReason,
): Limiter {
  const count = app.createRateLimit({ max, timeWindow: windowMs, keyGenerator });
  return async (request) => {
    const found = await count(request);
    if (found.isAllowed || !found.isExceeded) return null;
    return { status: 429, error: 'rate_limited', reason, retry_after_ms: Math.ceil(found.ttl) };
  };
}

export const RATE_LIMIT_PLUGIN = { global: false, cache: COUNTED_MAX } as const;

/** A `Host` header without its port. */
function nameOf(header: string): string {
  return header.replace(/:\d{1,5}$/, '');
}
