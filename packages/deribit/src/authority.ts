import type { Clock } from './clock.ts';
import { type Authentication, authParams, type Credentials } from './authentication.ts';
import { classOf } from './protocol/errors.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import { parseAuth } from './protocol/session.ts';
import type { RpcClient } from './rpc-client.ts';

export interface AuthorityOptions {
  readonly clock: Clock;
  readonly rpc: RpcClient;
  readonly credentials: Credentials;
  readonly by: Authentication;
  readonly jitter: () => number;
  /** How far our clock is ahead of the venue's. */
  readonly driftMs: () => number | null;
  /** Neither the refresh token nor the credentials were good any more: the session cannot stay. */
  readonly lost: (fault: string, refused: boolean) => void;
}

/** Before expiry by a fifth of the lifetime, and by a minute where it lasts that long. */
const LEAD_SHARE = 0.2;
const LEAD_MS = 60_000;

interface Token {
  readonly refreshToken: string;
  readonly refreshAt: number;
}

/**
 * Keeps one session authenticated. The token itself is not kept: it belongs to the connection, and
 * private requests over it carry none. A refresh that fails is followed by one authentication with
 * the credentials, and when that fails too by the end of the session: never by another try.
 */
export class Authority {
  readonly #options: AuthorityOptions;
  #token: Token | null = null;
  #asking = false;
  /** Answers that belong to an earlier session are ignored. */
  #session = 0;

  constructor(options: AuthorityOptions) {
    this.#options = options;
  }

  /** With the credentials; answers the scope that was granted, or the fault. */
  authenticate(done: (result: Granted) => void): void {
    const { clock, credentials, by, jitter, driftMs } = this.#options;
    const venueNow = clock.now() - (driftMs() ?? 0);
    this.#ask(authParams(credentials, by, venueNow, jitter), done);
  }

  /** Renews the token when it is time. */
  beat(now: number): void {
    const token = this.#token;
    if (token === null || this.#asking || now < token.refreshAt) return;
    this.#token = null;
    this.#ask({ grant_type: 'refresh_token', refresh_token: token.refreshToken }, (renewed) => {
      if (renewed.ok) return;
      this.authenticate((granted) => {
        if (granted.ok) return;
        this.#options.lost(`refresh_failed: ${granted.fault}`, granted.refused);
      });
    });
  }

  /** The session is gone, and its token with it. */
  forget(): void {
    this.#session += 1;
    this.#token = null;
    this.#asking = false;
  }

  #ask(params: RpcParams, done: (result: Granted) => void): void {
    const session = this.#session;
    this.#asking = true;
    this.#options.rpc.call({ method: 'public/auth', params, urgent: true }, (answer) => {
      if (this.#session !== session) return;
      this.#asking = false;
      done(this.#granted(answer));
    });
  }

  #granted(answer: RpcAnswer): Granted {
    if (answer.ok === null) return { ok: false, fault: answer.fault, refused: false };
    if (!answer.ok) {
      const { code, message } = answer.error;
      return { ok: false, fault: `${code} ${message}`, refused: classOf(code) === 'auth' };
    }
    const auth = parseAuth(answer.result);
    if (!auth.ok) return { ok: false, fault: auth.fault, refused: false };
    const lifeMs = auth.value.expiresInS * 1_000;
    const leadMs = Math.min(Math.max(lifeMs * LEAD_SHARE, LEAD_MS), lifeMs / 2);
    this.#token = {
      refreshToken: auth.value.refreshToken,
      refreshAt: this.#options.clock.now() + lifeMs - leadMs,
    };
    return { ok: true, scope: auth.value.scope };
  }
}

export type Granted =
  | { readonly ok: true; readonly scope: string }
  /** `refused`: the venue said no to these credentials; the same again would be no different. */
  | { readonly ok: false; readonly fault: string; readonly refused: boolean };
