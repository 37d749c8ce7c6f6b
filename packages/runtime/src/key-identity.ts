import type { RpcAnswer } from '@holdfast/deribit/protocol';
import { createRestClient } from '@holdfast/deribit/rest';
import type { EnvMatrix, MatrixEnvironment } from './config/env-matrix.ts';
import { ENVIRONMENT_RULES } from './config/environments.ts';
import { judgeIdentity, scopesOf } from './config/key-identity.ts';
import type { Environment } from './config/runtime-document.ts';

/** Key and secret as they came from the environment. */
export interface KeyPair {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One request to the exchange as one key, or as nobody. */
export interface VenueCaller {
  call(method: string, params: object, token: string | null): Promise<RpcAnswer>;
}

/** By POST: no secret stands in an address, where logs would keep it. */
export function venueOverHttp(baseUrl: string, timeoutMs: number): VenueCaller {
  const rest = createRestClient({ baseUrl: baseUrl.replace(/\/$/, ''), timeoutMs });
  return {
    call: (method, params, token) => rest.post(method, { ...params }, token ?? undefined),
  };
}

/** The HTTP side of a venue's WebSocket address. */
export function httpAddressOf(webSocketUrl: string): string {
  return webSocketUrl.replace(/^ws/, 'http').replace(/\/ws(?=\/api\/)/, '');
}

/** The matrix has one row for both environments that trade on the live venue. */
export function matrixRowOf(environment: Environment): MatrixEnvironment {
  return ENVIRONMENT_RULES[environment].machine;
}

/** What the exchange answered a key that introduced itself. */
export interface KeySession {
  /** Null when it was not let in. */
  readonly token: string | null;
  /** As granted, in the exchange's words. */
  readonly scope: string | null;
  readonly answer: RpcAnswer;
}

/** `public/auth`. */
export async function authenticate(venue: VenueCaller, key: KeyPair): Promise<KeySession> {
  const { clientId, clientSecret } = key;
  const params = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  };
  const answer = await venue.call('public/auth', params, null);
  const token = answer.ok === true ? textIn(answer.result, 'access_token') : null;
  const scope = answer.ok === true ? textIn(answer.result, 'scope') : null;
  return { token, scope: token === null ? null : scope, answer };
}

/** The name of the account, as the extended summary gives it. */
export function accountOf(answer: RpcAnswer): string | null {
  if (answer.ok !== true) return null;
  return textIn(answer.result, 'username') ?? textIn(answer.result, 'system_name');
}

/** Asks whose account it is; `private/get_account_summary` is the identity endpoint. */
export function askIdentity(venue: VenueCaller, token: string): Promise<RpcAnswer> {
  return venue.call('private/get_account_summary', { currency: 'BTC', extended: true }, token);
}

/**
 * Whether the key is the one the environment matrix describes (phases section 1.5): asked of the
 * exchange before an engine may dispatch with it.
 * @returns why it is not, in words; empty when it is. An exchange that does not answer is a reason.
 */
export async function identityFaults(
  venue: VenueCaller,
  key: KeyPair,
  matrix: EnvMatrix,
  environment: MatrixEnvironment,
): Promise<readonly string[]> {
  const { token, scope, answer } = await authenticate(venue, key);
  if (token === null) return [`the exchange did not let the key in: ${wordsOf(answer)}`];
  const account = accountOf(await askIdentity(venue, token));
  const reported = { keyId: key.clientId, account, scopes: scopesOf(scope ?? '') };
  return mismatchesOf(matrix, environment, reported);
}

export function mismatchesOf(
  matrix: EnvMatrix,
  environment: MatrixEnvironment,
  reported: Parameters<typeof judgeIdentity>[2],
): readonly string[] {
  return judgeIdentity(matrix, environment, reported).map(
    ({ code, expected, found }) => `${code}: expected ${expected}, found ${found}`,
  );
}

export function wordsOf(answer: RpcAnswer): string {
  if (answer.ok === true) return 'ok';
  const text = answer.ok === null ? answer.fault : `${answer.error.code} ${answer.error.message}`;
  return text.slice(0, 200);
}

function textIn(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const text: unknown = Reflect.get(value, key);
  return typeof text === 'string' && text !== '' ? text.slice(0, 500) : null;
}
