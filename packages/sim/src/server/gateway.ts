import {
  isMethod,
  type Method,
  METHODS,
  type MethodName,
  TOO_MANY_REQUESTS,
} from '@holdfast/deribit/protocol';
import { Compile } from 'typebox/compile';
import { allows } from '../exchange/scopes.ts';
import type { ExchangeAnswer, Params } from '../exchange/venue-error.ts';
import type { Identity } from './auth.ts';
import { refuse } from './refusal.ts';
import type { Admitted, Caller, Outcome, Rooms } from './request.ts';
import type { Session } from './session.ts';
import { SESSION_METHODS } from './session-methods.ts';

/** The server judges the params of its own methods; the exchange judges those of the others. */
const VALIDATORS = new Map(
  Object.entries(METHODS)
    .filter(([name]) => SESSION_METHODS.has(name))
    .map(([name, method]) => [name, Compile(method.params)]),
);

/**
 * Deribit's document requires a currency here and the venue does not: ccxt asks for every
 * instrument without one.
 */
const UNSAID: ReadonlyMap<MethodName, Params> = new Map<MethodName, Params>([
  ['public/get_instruments', { currency: 'any' }],
]);

/**
 * One request, whichever way it came: known method, identity, credits, scope, params, in this
 * order; then the server's own methods, or the exchange.
 */
export function serve(rooms: Rooms, method: string, given: Params, caller: Caller): Outcome {
  if (!isMethod(method)) return { answer: refuse(-32601, `no method ${method.slice(0, 64)}`) };
  const { access_token: token, ...params } = given;
  const identified = identify(rooms, token, caller);
  if (!identified.ok) return { answer: identified };
  const { identity } = identified;
  if (!rooms.credits.spend(identity?.key.account ?? null, caller.ip, method, rooms.now())) {
    return exhausted(rooms, caller, identity, refuse(TOO_MANY_REQUESTS, 'credits exhausted'));
  }
  const spec: Method = METHODS[method];
  const refused = admit(spec, method, params, identity, caller.session);
  if (refused !== null) return { answer: refused };
  const admitted: Admitted = { ...caller, identity, params };
  const own = SESSION_METHODS.get(method);
  if (own !== undefined) return own(rooms, admitted);
  const account = identity?.key.account;
  const complete = { ...UNSAID.get(method), ...params };
  const result = rooms.handle(method, complete, rooms.now(), account);
  if (!result.ok && result.error.code === TOO_MANY_REQUESTS) {
    return exhausted(rooms, caller, identity, result);
  }
  noteOrigin(rooms, caller.session, account, result);
  return { answer: result };
}

type Identified = { readonly ok: true; readonly identity: Identity | null } | Refused;
type Refused = Extract<ExchangeAnswer, { readonly ok: false }>;

function identify(rooms: Rooms, token: unknown, caller: Caller): Identified {
  const { session } = caller;
  if (typeof token === 'string') {
    return rooms.authenticator.byToken(token, session?.number ?? null);
  }
  const identity = session === null ? caller.identity : session.identity;
  const isLive = identity !== null && rooms.authenticator.isLive(identity);
  return { ok: true, identity: isLive ? identity : null };
}

function admit(
  spec: Method,
  method: MethodName,
  params: Params,
  identity: Identity | null,
  session: Session | null,
): Refused | null {
  if (spec.socketOnly && session === null) return refuse(10030, 'only on a WebSocket', 'method');
  if (spec.access === 'private') {
    if (identity === null) return refuse(13009, 'authentication required', 'access_token');
    if (!allows(identity.scope, spec.scope)) {
      return refuse(13021, `needs ${spec.scope?.area}:${spec.scope?.level}`, 'scope');
    }
  }
  const validator = VALIDATORS.get(method);
  if (validator === undefined || validator.Check(params)) return null;
  const [fault] = validator.Errors(params);
  return refuse(-32602, fault?.message ?? 'wrong format', paramOf(fault));
}

/** The name of the field that is wrong or missing, empty for the whole. */
function paramOf(fault: { instancePath: string; params: object } | undefined): string {
  if (fault === undefined) return '';
  if ('requiredProperties' in fault.params && Array.isArray(fault.params.requiredProperties)) {
    return String(fault.params.requiredProperties[0] ?? '');
  }
  return fault.instancePath.split('/')[1] ?? '';
}

/** 10028 is the last thing a session hears (D-18). */
function exhausted(
  rooms: Rooms,
  { session }: Caller,
  identity: Identity | null,
  answer: Refused,
): Outcome {
  return {
    answer,
    afterwards: () => {
      if (identity?.grant !== null && identity?.grant !== undefined) {
        rooms.tokens.end(identity.grant);
      }
      session?.end('too_many_requests');
    },
  };
}

/** An order that rests belongs to the connection it was made on. */
function noteOrigin(
  rooms: Rooms,
  session: Session | null,
  account: string | undefined,
  result: ExchangeAnswer,
): void {
  if (session === null || account === undefined || !result.ok) return;
  const order = fieldOf(result.result, 'order');
  const id = fieldOf(order, 'order_id');
  if (typeof id === 'string' && fieldOf(order, 'order_state') === 'open') {
    rooms.disconnects.made(id, session, account);
  }
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Params)[field];
}
