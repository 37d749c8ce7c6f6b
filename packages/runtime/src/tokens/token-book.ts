import { timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Scope, TokenEntry } from './token-document.ts';
import { readTokenFile, type TokenFileFault } from './token-file.ts';
import { hashToken, TOKEN_PATTERN } from './token.ts';

export type TokenRefusal =
  | 'token_malformed'
  | 'token_unknown'
  | 'token_expired'
  | 'token_revoked'
  | 'tokens_unreadable';

export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export type TokenAnswer =
  | { readonly ok: true; readonly holder: Holder }
  | { readonly ok: false; readonly refusal: TokenRefusal };

interface KnownToken {
  readonly entry: TokenEntry;
  readonly hash: Buffer;
}

/** A changed file counts after this at the latest: a revoked token is soon no token. */
const LOOK_EVERY_MS = 1_000;

/**
 * The tokens of a file, read again when it changes. What cannot be read opens nothing: there is no
 * last good copy.
 */
export class TokenBook {
  readonly #path: string;
  readonly #now: () => number;
  #known: readonly KnownToken[] = [];
  #fault: { readonly fault: TokenFileFault; readonly detail: string } | null = null;
  #stamp: string | null = null;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param now wall clock, epoch ms. */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** Why no token counts; null while the file is sound. */
  get fault(): string | null {
    this.#look();
    return this.#fault?.detail ?? null;
  }

  /** Every known token is compared, each in constant time: how long it takes tells nothing. */
  find(presented: string): TokenAnswer {
    this.#look();
    if (this.#fault !== null) return refuse('tokens_unreadable');
    if (!TOKEN_PATTERN.test(presented)) return refuse('token_malformed');
    const hash = hashToken(presented);
    let found: TokenEntry | null = null;
    for (const known of this.#known) {
      if (timingSafeEqual(known.hash, hash)) found = known.entry;
    }
    if (found === null) return refuse('token_unknown');
    if (found.revoked_ts_ms !== null) return refuse('token_revoked');
    if (this.#now() >= found.expires_ts_ms) return refuse('token_expired');
    const { id, name, scopes } = found;
    return { ok: true, holder: { id, name, scopes } };
  }

  #look(): void {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    const stamp = stampOf(this.#path);
    if (stamp !== null && stamp === this.#stamp) return;
    this.#stamp = stamp;
    const read = readTokenFile(this.#path);
    this.#fault = read.ok ? null : read;
    this.#known = read.ok ? read.document.tokens.map(knownOf) : [];
  }
}

function refuse(refusal: TokenRefusal): TokenAnswer {
  return { ok: false, refusal };
}

function knownOf(entry: TokenEntry): KnownToken {
  return { entry, hash: Buffer.from(entry.sha256, 'hex') };
}

/** Null when nothing can be said of the file: then it is read, and says why itself. */
function stampOf(path: string): string | null {
  try {
    const { ino, mtimeMs, size, mode } = statSync(path);
    return [ino, mtimeMs, size, mode].join(' ');
  } catch {
    return null;
  }
}
