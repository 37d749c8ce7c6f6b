import { createHash, randomBytes } from 'node:crypto';
import { type Scope, type TokenDocument, type TokenEntry, TOKENS_MAX } from './token-document.ts';

const SECRET_BYTES = 32;
/** So that a scanner of logs and repositories knows one when it sees one. */
const PREFIX = 'hf_';

/** 32 random bytes in 43 characters behind the prefix: 256 bits, which nobody guesses. */
export const TOKEN_PATTERN = /^hf_[A-Za-z0-9_-]{43}$/;

/** SHA-256 is enough for what is random already: there is no dictionary to try. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly now: number;
  readonly expiresAt: number;
}

/** The token is told once, here; what is kept is its hash. */
export function mintToken({ name, scopes, now, expiresAt }: NewToken): {
  readonly token: string;
  readonly entry: TokenEntry;
} {
  const token = `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const sha256 = hashToken(token).toString('hex');
  const entry: TokenEntry = {
    id: sha256.slice(0, 12),
    name,
    scopes: [...scopes],
    sha256,
    created_ts_ms: now,
    expires_ts_ms: expiresAt,
    revoked_ts_ms: null,
  };
  return { token, entry };
}

/** Null when it is full of live tokens: revoke one first. The oldest revoked one makes room. */
export function withToken(document: TokenDocument, entry: TokenEntry): TokenDocument | null {
  const tokens = [...document.tokens, entry];
  if (tokens.length <= TOKENS_MAX) return { ...document, tokens };
  const gone = tokens.findIndex(({ revoked_ts_ms: revoked }) => revoked !== null);
  return gone < 0 ? null : { ...document, tokens: tokens.toSpliced(gone, 1) };
}

/** By id or by name; all live ones that fit. A revoked token stays on the list. */
export function withoutToken(
  document: TokenDocument,
  who: string,
  now: number,
): { readonly document: TokenDocument; readonly revoked: readonly TokenEntry[] } {
  const revoked: TokenEntry[] = [];
  const tokens = document.tokens.map((entry) => {
    const fits = entry.id === who || entry.name === who;
    if (!fits || entry.revoked_ts_ms !== null) return entry;
    const ended = { ...entry, revoked_ts_ms: now };
    revoked.push(ended);
    return ended;
  });
  return { document: { ...document, tokens }, revoked };
}
