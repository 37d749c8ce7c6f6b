import type { ApiKey } from './keys.ts';

/** Seconds an access token is good for; Deribit's were 900 for years. */
export const TOKEN_LIFETIME_S = 900;
/** How long the refresh token of an expired access token still works. */
const REFRESH_LIFETIME_MS = 86_400_000;
/** Deribit's limit on active sessions of one key; the oldest gives way. */
const SESSIONS_PER_KEY = 16;

/** What a token stands for. A connection's dies with it; a named session outlives connections. */
export interface Grant {
  readonly key: ApiKey;
  /** Deribit's words, never more than the key's own. */
  readonly scope: string;
  /** Number of the connection it is bound to; null for a named session. */
  readonly connection: number | null;
  /** `connection`, or `session:name`. */
  readonly bound: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Exchange time, ms. */
  readonly expiresAt: number;
}

/** Every live grant. Tokens are random and opaque; nothing of a secret is in them. */
export class TokenStore {
  readonly #lifetimeMs: number;
  readonly #mint: () => string;
  readonly #byAccess = new Map<string, Grant>();
  readonly #byRefresh = new Map<string, Grant>();

  /** @param mint 32 unguessable bytes, as base64url. */
  constructor(lifetimeS: number, mint: () => string) {
    this.#lifetimeMs = lifetimeS * 1_000;
    this.#mint = mint;
  }

  get lifetimeS(): number {
    return this.#lifetimeMs / 1_000;
  }

  /** @param connection the asking connection, or null where the token shall outlive it. */
  issue(key: ApiKey, scope: string, bound: string, connection: number | null, now: number): Grant {
    this.#makeRoom(key, now);
    const grant: Grant = {
      key,
      scope,
      connection,
      bound,
      accessToken: this.#token(now),
      refreshToken: this.#token(now),
      expiresAt: now + this.#lifetimeMs,
    };
    this.#byAccess.set(grant.accessToken, grant);
    this.#byRefresh.set(grant.refreshToken, grant);
    return grant;
  }

  /** Null when unknown, expired, ended, or another connection's. */
  find(accessToken: string, connection: number | null, now: number): Grant | null {
    const grant = this.#byAccess.get(accessToken);
    if (grant === undefined || !this.isLive(grant, now)) return null;
    return grant.connection === null || grant.connection === connection ? grant : null;
  }

  isLive(grant: Grant, now: number): boolean {
    return now < grant.expiresAt && this.#byAccess.get(grant.accessToken) === grant;
  }

  /** The grant a refresh token renews, which it ends: a refresh token works once. */
  redeem(refreshToken: string, connection: number | null, now: number): Grant | null {
    const grant = this.#byRefresh.get(refreshToken);
    if (grant === undefined || now >= grant.expiresAt + REFRESH_LIFETIME_MS) return null;
    if (grant.connection !== null && grant.connection !== connection) return null;
    this.end(grant);
    return grant;
  }

  end(grant: Grant): void {
    this.#byAccess.delete(grant.accessToken);
    this.#byRefresh.delete(grant.refreshToken);
  }

  /** The key is nobody's any more, nor is anything it was granted. */
  endKey(clientId: string): void {
    for (const grant of this.#byRefresh.values()) {
      if (grant.key.clientId === clientId) this.end(grant);
    }
  }

  /** The connection is gone, and what was bound to it with it. */
  endConnection(connection: number): void {
    for (const grant of this.#byRefresh.values()) {
      if (grant.connection === connection) this.end(grant);
    }
  }

  /** `1582628593469.…`, as Deribit's look. */
  #token(now: number): string {
    return `${now}.${this.#mint()}`;
  }

  /** Insertion order is age: forgets what has run out, then the oldest beyond the limit. */
  #makeRoom(key: ApiKey, now: number): void {
    const held: Grant[] = [];
    for (const grant of this.#byRefresh.values()) {
      if (now >= grant.expiresAt + REFRESH_LIFETIME_MS) this.end(grant);
      else if (grant.key === key) held.push(grant);
    }
    const oldest = held[0];
    if (held.length >= SESSIONS_PER_KEY && oldest !== undefined) this.end(oldest);
  }
}
