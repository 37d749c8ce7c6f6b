import type { MethodName } from '@holdfast/deribit/protocol';
import type { Grant } from './tokens.ts';
import { type Admitted, done, type Outcome, type Rooms, type SessionMethod } from './request.ts';
import { HEARTBEAT_MIN_S } from './heartbeat.ts';
import { refuse } from './refusal.ts';
import { subscribe, unsubscribe, unsubscribeAll } from './subscribe-methods.ts';

/** Methods about the connection and the key, which the exchange behind the server knows not of. */
export const SESSION_METHODS: ReadonlyMap<string, SessionMethod> = new Map<
  MethodName,
  SessionMethod
>([
  ['public/auth', auth],
  ['public/hello', (rooms) => version(rooms)],
  ['public/test', test],
  ['public/set_heartbeat', setHeartbeat],
  ['public/disable_heartbeat', disableHeartbeat],
  ['public/subscribe', (rooms, admitted) => subscribe(rooms, admitted, 'public')],
  ['private/subscribe', (rooms, admitted) => subscribe(rooms, admitted, 'private')],
  ['public/unsubscribe', unsubscribe],
  ['private/unsubscribe', unsubscribe],
  ['public/unsubscribe_all', unsubscribeAll],
  ['private/unsubscribe_all', unsubscribeAll],
  ['private/logout', logout],
  ['private/enable_cancel_on_disconnect', (rooms, admitted) => setCancel(rooms, admitted, true)],
  ['private/disable_cancel_on_disconnect', (rooms, admitted) => setCancel(rooms, admitted, false)],
  ['private/get_cancel_on_disconnect', getCancel],
  ['private/list_api_keys', listKeys],
  ['private/withdraw', () => ({ answer: refuse(11042, 'this exchange has no wallet') })],
]);

function auth(rooms: Rooms, { params, session }: Admitted): Outcome {
  const authenticated = rooms.authenticator.authenticate(params, session?.number ?? null);
  if (!authenticated.ok) return { answer: authenticated };
  const { identity } = authenticated;
  const { grant } = identity;
  if (grant === null) return { answer: refuse(13004, 'no grant') };
  if (session !== null) {
    session.identity = identity;
    if (rooms.disconnects.isOn(identity.key.account)) session.cancelsOnDisconnect = true;
  }
  const { state } = params;
  const given = typeof state === 'string' ? { state } : {};
  return done({ ...tokensOf(grant, rooms), ...given });
}

function tokensOf(grant: Grant, rooms: Rooms): Readonly<Record<string, unknown>> {
  return {
    access_token: grant.accessToken,
    expires_in: rooms.tokens.lifetimeS,
    refresh_token: grant.refreshToken,
    scope: `${grant.bound} ${grant.scope}`,
    token_type: 'bearer',
    enabled_features: [],
  };
}

function version(rooms: Rooms): Outcome {
  return { answer: rooms.exchange.handle('public/test', {}, rooms.now()) };
}

/** The answer a `test_request` waits for; anybody may ask. */
function test(rooms: Rooms, { params, session }: Admitted): Outcome {
  session?.answeredTest();
  if (params['expected_result'] === 'exception') {
    return { answer: refuse(11094, 'asked for', 'expected_result') };
  }
  return version(rooms);
}

function setHeartbeat(rooms: Rooms, { params, session }: Admitted): Outcome {
  const { interval } = params;
  if (typeof interval !== 'number' || !(interval >= HEARTBEAT_MIN_S)) {
    return { answer: refuse(-32602, `must be at least ${HEARTBEAT_MIN_S}`, 'interval') };
  }
  session?.setHeartbeat(interval, rooms.now());
  return done('ok');
}

function disableHeartbeat(rooms: Rooms, { session }: Admitted): Outcome {
  session?.setHeartbeat(null, rooms.now());
  return done('ok');
}

/** Nothing is answered, and nothing is cancelled. Its tokens end with it unless kept by name. */
function logout(rooms: Rooms, { params, session, identity }: Admitted): Outcome {
  const grant = identity?.grant ?? null;
  return {
    answer: null,
    afterwards: () => {
      if (grant !== null && params['invalidate_token'] !== false) rooms.tokens.end(grant);
      session?.end('logout');
    },
  };
}

function setCancel(rooms: Rooms, admitted: Admitted, enabled: boolean): Outcome {
  const { session, identity } = admitted;
  if (identity !== null && isOfAccount(admitted)) {
    rooms.disconnects.set(identity.key.account, enabled);
    return done('ok');
  }
  if (session === null) return onlyOnSocket();
  session.cancelsOnDisconnect = enabled;
  return done('ok');
}

function getCancel(rooms: Rooms, admitted: Admitted): Outcome {
  const { session, identity } = admitted;
  if (identity !== null && isOfAccount(admitted)) {
    return done({ scope: 'account', enabled: rooms.disconnects.isOn(identity.key.account) });
  }
  if (session === null) return onlyOnSocket();
  return done({ scope: 'connection', enabled: session.cancelsOnDisconnect });
}

function isOfAccount({ params }: Admitted): boolean {
  return params['scope'] === 'account';
}

function onlyOnSocket(): Outcome {
  return { answer: refuse(10030, 'scope connection needs a WebSocket', 'scope') };
}

/** Without secrets, whatever the key that asks may do. */
function listKeys(rooms: Rooms, { identity }: Admitted): Outcome {
  const own = [...rooms.authenticator.keys].filter(
    ({ account }) => account === identity?.key.account,
  );
  return done(
    own.map(({ clientId, scope, revoked }, index) => ({
      id: index + 1,
      timestamp: 0,
      client_id: clientId,
      client_secret: '********',
      max_scope: scope,
      name: clientId,
      enabled: !revoked,
      default: index === 0,
      enabled_features: [],
    })),
  );
}
