import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseScope, type Scope } from '../exchange/scopes.ts';
import type { Params } from '../exchange/venue-error.ts';
import type { ApiKey } from './keys.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Grant, TokenStore } from './tokens.ts';

/** Who asks: a key and what it may do now. `grant` is null for a request that signed itself. */
export interface Identity {
  readonly key: ApiKey;
  readonly scope: Scope;
  readonly grant: Grant | null;
}

export type Authenticated = { readonly ok: true; readonly identity: Identity } | Refusal;

/** A signature older or younger than this is refused. */
const SIGNATURE_AGE_MAX_MS = 60_000;
const SESSION = /^session:[\w.-]{1,64}$/;

export interface AuthenticatorOptions {
  readonly keys: readonly ApiKey[];
  readonly tokens: TokenStore;
  /** Exchange time. */
  readonly now: () => number;
  /** The host's own time: a client that does not ask the exchange signs with it. */
  readonly hostNow: () => number;
}

/** Deribit's ways to prove who one is, on a socket and over HTTP. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  #keys: Map<string, ApiKey>;
  #unnamed = 0;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#keys = new Map(options.keys.map((key) => [key.clientId, key]));
  }

  get keys(): Iterable<ApiKey> {
    return this.#keys.values();
  }

  /** Its owner revokes the key, or takes that back; what it was granted is not touched. */
  revoke(clientId: string, revoked: boolean): void {
    const key = this.#keys.get(clientId);
    if (key !== undefined) this.#keys.set(clientId, { ...key, revoked });
  }

  /**
   * The whole list anew.
   * @returns ids of keys that are gone or not what they were: what they were granted ends.
   */
  replaceKeys(keys: readonly ApiKey[]): ReadonlySet<string> {
    const next = new Map(keys.map((key) => [key.clientId, key]));
    const ended = new Set<string>();
    for (const [id, old] of this.#keys) {
      const now = next.get(id);
      if (now !== undefined && isDeepStrictEqual(now, old)) next.set(id, old);
      else ended.add(id);
    }
    this.#keys = next;
    return ended;
  }

  /**
   * `public/auth`.
   * @param connection number of the asking connection; null over HTTP, where a token without a
   *   session name gets one, because it could be used on no connection otherwise.
   */
  authenticate(params: Params, connection: number | null): Authenticated {
    switch (params['grant_type']) {
      case 'client_credentials':
        return this.#grant(this.#bySecret(params), params, connection);
      case 'client_signature':
        return this.#grant(this.#bySignature(params), params, connection);
      case 'refresh_token':
        return this.#refresh(textOf(params['refresh_token']), connection);
      default:
        return refuse(-32602, 'unsupported value', 'grant_type');
    }
  }

  /** An access token, from a header or from a request's own params. */
  byToken(accessToken: string, connection: number | null): Authenticated {
    const grant = this.#options.tokens.find(accessToken, connection, this.#options.now());
    return grant === null ? refuse(13009, 'invalid_token', 'access_token') : identityOf(grant);
  }

  /** Whether what a connection was granted is still good. */
  isLive(identity: Identity): boolean {
    const { grant } = identity;
    return grant === null || this.#options.tokens.isLive(grant, this.#options.now());
  }

  /** `Authorization: Basic`. */
  byBasic(credentials: string): Authenticated {
    const decoded = Buffer.from(credentials, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 1) return refuse(13004, 'malformed', 'Authorization');
    const found = this.#check(decoded.slice(0, colon), decoded.slice(colon + 1));
    return found.ok ? selfSigned(found.key) : found;
  }

  /**
   * `Authorization: deri-hmac-sha256 id=…,ts=…,nonce=…,sig=…`.
   * @param request `METHOD\nURI\nBODY\n`, exactly as sent.
   */
  byRequestSignature(header: string, request: string): Authenticated {
    const fields = new Map(
      header.split(',').map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name.trim(), value.join('=').trim()];
      }),
    );
    const timestamp = fields.get('ts') ?? '';
    const signed = `${timestamp}\n${fields.get('nonce') ?? ''}\n${request}`;
    const found = this.#checkSignature(fields.get('id') ?? '', {
      timestamp,
      signed,
      signature: fields.get('sig') ?? '',
    });
    return found.ok ? selfSigned(found.key) : found;
  }

  #bySecret(params: Params): FoundKey {
    return this.#check(textOf(params['client_id']), textOf(params['client_secret']));
  }

  #bySignature(params: Params): FoundKey {
    const timestamp = String(params['timestamp']);
    const signed = `${timestamp}\n${textOf(params['nonce'])}\n${textOf(params['data'])}`;
    return this.#checkSignature(textOf(params['client_id']), {
      timestamp,
      signed,
      signature: textOf(params['signature']),
    });
  }

  #check(clientId: string, secret: string): FoundKey {
    const key = this.#keys.get(clientId);
    // An unknown id costs the same comparison as a wrong secret.
    const matches = equalSecrets(secret, key?.clientSecret ?? '');
    return judged(key, matches && secret !== '');
  }

  #checkSignature(clientId: string, claim: SignatureClaim): FoundKey {
    const key = this.#keys.get(clientId);
    const secret = key?.clientSecret ?? '';
    const expected = createHmac('sha256', secret).update(claim.signed).digest('hex');
    const matches = equalSecrets(claim.signature.toLowerCase(), expected);
    if (!/^\d{1,16}$/.test(claim.timestamp)) return refuse(13004, 'malformed', 'timestamp');
    const at = Number(claim.timestamp);
    const { now, hostNow } = this.#options;
    const isRecent = [now(), hostNow()].some((time) => Math.abs(time - at) <= SIGNATURE_AGE_MAX_MS);
    const found = judged(key, matches);
    return found.ok && !isRecent ? refuse(13004, 'too old or in the future', 'timestamp') : found;
  }

  #grant(found: FoundKey, params: Params, connection: number | null): Authenticated {
    if (!found.ok) return found;
    const { key } = found;
    const wanted = textOf(params['scope']);
    const asked = parseScope(wanted);
    if (asked === null) return refuse(-32602, 'unknown scope', 'scope');
    const words = wanted.split(/\s+/).filter((word) => word !== '');
    const scope = words.filter((word) => !isBinding(word)).join(' ');
    if (scope !== '' && !isWithin(asked, key.scope)) {
      return refuse(13403, 'more than the key may do', 'scope');
    }
    const session = words.find((word) => SESSION.test(word));
    const { tokens, now } = this.#options;
    const isOfConnection = session === undefined && connection !== null;
    const bound = session ?? (isOfConnection ? 'connection' : this.#newSession());
    return identityOf(
      tokens.issue(
        key,
        scope === '' ? key.scope : scope,
        bound,
        isOfConnection ? connection : null,
        now(),
      ),
    );
  }

  #refresh(refreshToken: string, connection: number | null): Authenticated {
    const { tokens, now } = this.#options;
    const old = tokens.redeem(refreshToken, connection, now());
    if (old === null) return refuse(13009, 'invalid_token', 'refresh_token');
    return identityOf(tokens.issue(old.key, old.scope, old.bound, old.connection, now()));
  }

  #newSession(): string {
    this.#unnamed += 1;
    return `session:rest-${this.#unnamed}`;
  }
}

type FoundKey = { readonly ok: true; readonly key: ApiKey } | Refusal;

interface SignatureClaim {
  readonly timestamp: string;
  readonly signed: string;
  readonly signature: string;
}

/** A revoked key with the right secret and a wrong secret are the same refusal. */
function judged(key: ApiKey | undefined, matches: boolean): FoundKey {
  if (key === undefined || !matches) return refuse(13004, 'wrong client_id or secret');
  return key.revoked ? refuse(13004, 'the key was revoked') : { ok: true, key };
}

function identityOf(grant: Grant): Authenticated {
  const scope = parseScope(grant.scope);
  if (scope === null) return refuse(13009, 'invalid_token', 'access_token');
  return { ok: true, identity: { key: grant.key, scope, grant } };
}

function selfSigned(key: ApiKey): Authenticated {
  const scope = parseScope(key.scope);
  if (scope === null) return refuse(13004, 'the key has no readable scope');
  return { ok: true, identity: { key, scope, grant: null } };
}

/** Words of a scope that say where and how long, not what. */
function isBinding(word: string): boolean {
  return /^(connection|session:|expires:|ip:)/.test(word);
}

const LEVELS: readonly string[] = ['none', 'read', 'read_write'];

function isWithin(asked: Scope, keyScope: string): boolean {
  const held = parseScope(keyScope);
  if (held === null || (asked.mainaccount && !held.mainaccount)) return false;
  return (['account', 'trade', 'wallet', 'block_trade', 'block_rfq'] as const).every(
    (area) => LEVELS.indexOf(asked[area]) <= LEVELS.indexOf(held[area]),
  );
}

/** In time that depends on neither. */
function equalSecrets(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
