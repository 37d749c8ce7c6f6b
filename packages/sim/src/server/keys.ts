import { closed, createParser, parseText } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { parseScope } from '../exchange/scopes.ts';

/** An API key of the exchange. Whoever holds the secret is the account, within the scope. */
export interface ApiKey {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly account: string;
  /** Deribit's own words, `account:read trade:read_write …`: the most a token of it may have. */
  readonly scope: string;
  /** Known once and refused since, whatever it asks (13004). */
  readonly revoked: boolean;
}

const NAME = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' });

const KEY = closed({
  client_id: NAME,
  client_secret: Type.String({ minLength: 16, maxLength: 256 }),
  account: NAME,
  scope: Type.String({ minLength: 1, maxLength: 256 }),
  revoked: Type.Optional(Type.Boolean()),
});
const DOCUMENT = closed({ keys: Type.Array(KEY, { minItems: 1, maxItems: 1_000 }) });
const parseDocument = createParser(DOCUMENT);

export type ParsedKeys =
  | { readonly ok: true; readonly keys: readonly ApiKey[] }
  /** Each a sentence with place and rule. */
  | { readonly ok: false; readonly faults: readonly string[] };

/**
 * Reads a keys file: `{"keys": [{"client_id", "client_secret", "account", "scope", "revoked"?}]}`.
 * Nothing is repaired or defaulted, and no message repeats a secret.
 */
export function parseKeys(text: string): ParsedKeys {
  const parsed = parseText(text, parseDocument);
  if (!parsed.ok) {
    return {
      ok: false,
      faults: parsed.violations.map(
        ({ place, path, rule, message }) =>
          `${place.line}:${place.column}: ${path === '' ? '/' : path}: ${rule}: ${message}`,
      ),
    };
  }
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const [index, key] of parsed.value.keys.entries()) {
    if (seen.has(key.client_id)) {
      faults.push(`/keys/${index}/client_id: unique: ${key.client_id} is there twice`);
    }
    seen.add(key.client_id);
    const scope = parseScope(key.scope);
    if (scope === null) {
      faults.push(`/keys/${index}/scope: scope: ${key.scope} is not a list of area:level`);
    }
  }
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, keys: parsed.value.keys.map(keyOf) };
}

function keyOf(given: Static<typeof KEY>): ApiKey {
  return {
    clientId: given.client_id,
    clientSecret: given.client_secret,
    account: given.account,
    scope: given.scope,
    revoked: given.revoked ?? false,
  };
}

/**
 * Keys of a loopback exchange that was given none. Their secrets are public and worth nothing: they
 * open an account that exists only inside this process.
 */
export function developmentKeys(): readonly ApiKey[] {
  const key = (name: string, account: string, scope: string, revoked = false): ApiKey => ({
    clientId: `holdfast-${name}`,
    clientSecret: `holdfast-${name}-loopback-only`,
    account,
    scope,
    revoked,
  });
  // Cancel-on-disconnect needs `account:read_write` by Deribit's document; reading needs less.
  const trader = 'account:read_write trade:read_write wallet:none block_trade:none';
  return [
    key('trade', 'main', trader),
    key('read', 'main', 'account:read trade:read wallet:none block_trade:none'),
    key('revoked', 'main', trader, true),
    key('second', 'second', trader),
  ];
}
