import { hash, type KeyObject } from 'node:crypto';
import { assert } from '@holdfast/core';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import { type Static, Type } from 'typebox';
import { readBounded } from './bounded-file.ts';
import { decodeBase64, decodeUtf8 } from './encoding.ts';
import { importPublicKey, keyIdOf } from './keys.ts';

const wallMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What a key may vouch for. `development` never adds up with another role. */
const RoleSchema = Type.Union([
  Type.Literal('certifier'),
  Type.Literal('publisher'),
  Type.Literal('approver'),
  Type.Literal('development'),
]);
export type Role = Static<typeof RoleSchema>;

const DocumentSchema = closed({
  roots_version: Type.Literal(1),
  holders: Type.Array(
    closed({
      /** Lower case only, so that `Risk` and `risk` cannot be two (D-21). */
      id: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
      name: Type.String({ minLength: 1, maxLength: 200 }),
      kind: Type.Union([Type.Literal('person'), Type.Literal('service')]),
      roles: Type.Array(RoleSchema, { minItems: 1, maxItems: 4 }),
      /**
       * What they may speak for in an approval (`risk`, `operations`), beside the roles of their
       * keys. It gives no key a power it has not.
       */
      speaks_for: Type.Optional(
        Type.Array(Type.String({ pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$', maxLength: 63 }), {
          minItems: 1,
          maxItems: 16,
        }),
      ),
      keys: Type.Array(
        closed({
          key_id: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          /** 32 raw bytes, base64. */
          public_key: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
          valid_from_ms: wallMs,
          /**
           * Last valid millisecond; null while it has no end. A lost key is removed, not dated
           * back.
           */
          valid_until_ms: Type.Union([wallMs, Type.Null()]),
        }),
        { minItems: 1, maxItems: 16 },
      ),
    }),
    { minItems: 1, maxItems: 256 },
  ),
});

export type TrustRootsDocument = Static<typeof DocumentSchema>;
const parseDocument = createParser(DocumentSchema);

export interface TrustedKey {
  readonly keyId: string;
  readonly holder: string;
  readonly kind: 'person' | 'service';
  readonly roles: readonly Role[];
  readonly speaksFor: readonly string[];
  readonly validFrom: number;
  readonly validUntil: number | null;
  readonly publicKey: KeyObject;
}

/** Whose signatures count, and for what (D-37). */
export interface TrustRoots {
  /** SHA-256 of the canonical document, hex. */
  readonly hash: string;
  readonly keys: ReadonlyMap<string, TrustedKey>;
  readonly document: TrustRootsDocument;
}

export type TrustRootsRead =
  | { readonly ok: true; readonly roots: TrustRoots }
  | {
      readonly ok: false;
      readonly code: 'TRUST_ROOTS_MISSING' | 'TRUST_ROOTS_UNREADABLE' | 'TRUST_ROOTS_MALFORMED';
      readonly detail: string;
    };

export const TRUST_ROOTS_LIMIT = 1 << 18;

export function readTrustRoots(path: string): TrustRootsRead {
  const read = readBounded(path, TRUST_ROOTS_LIMIT);
  if (read.ok) return parseTrustRoots(read.bytes);
  const code = read.fault === 'missing' ? 'TRUST_ROOTS_MISSING' : 'TRUST_ROOTS_UNREADABLE';
  return { ok: false, code, detail: read.detail };
}

/**
 * Strict: unknown keys, repeated holders or keys, a key id that is not its key's, and any layout
 * but the one of `formatTrustRoots` are refused. The fixed layout makes every byte of the file
 * count.
 */
export function parseTrustRoots(bytes: Uint8Array): TrustRootsRead {
  const text = decodeUtf8(bytes);
  if (text === null) return malformed('not UTF-8');
  const parsed = parseText(text, parseDocument);
  if (!parsed.ok) {
    const [{ path, message, place }] = parsed.violations;
    return malformed(`line ${place.line}: ${path === '' ? '/' : path} ${message}`);
  }
  const document = parsed.value;
  const layout = layOut(document);
  if (layout === null || text !== layout.text) {
    return malformed('not in the fixed layout: sorted keys, two spaces, one newline at the end');
  }
  const keys = new Map<string, TrustedKey>();
  const holders = new Set<string>();
  for (const holder of document.holders) {
    if (holders.has(holder.id)) return malformed(`holder ${holder.id} appears twice`);
    holders.add(holder.id);
    if (new Set(holder.roles).size !== holder.roles.length) {
      return malformed(`holder ${holder.id} has a role twice`);
    }
    const { speaks_for: speaksFor = [] } = holder;
    if (new Set(speaksFor).size !== speaksFor.length) {
      return malformed(`holder ${holder.id} speaks for one thing twice`);
    }
    if (holder.roles.includes('development') && holder.roles.length > 1) {
      return malformed(`holder ${holder.id} has a role beside development`);
    }
    for (const entry of holder.keys) {
      const key = trustedKey(holder, entry);
      if (typeof key === 'string') return malformed(key);
      if (keys.has(key.keyId)) return malformed(`key ${key.keyId} appears twice`);
      keys.set(key.keyId, key);
    }
  }
  return { ok: true, roots: { hash: layout.hash, keys, document } };
}

/** The one layout a trust-roots file may have. */
export function formatTrustRoots(document: TrustRootsDocument): string {
  const layout = layOut(document);
  assert(layout !== null, 'a trust-roots document of our own has a canonical form');
  return layout.text;
}

export function isValidAt(key: TrustedKey, at: number): boolean {
  return at >= key.validFrom && (key.validUntil === null || at <= key.validUntil);
}

type Holder = TrustRootsDocument['holders'][number];

/** The key, or what is wrong with it. */
function trustedKey(holder: Holder, entry: Holder['keys'][number]): TrustedKey | string {
  const raw = decodeBase64(entry.public_key);
  if (raw === null || keyIdOf(raw) !== entry.key_id) {
    return `key ${entry.key_id} of ${holder.id} is not the digest of its public key`;
  }
  const publicKey = importPublicKey(raw);
  if (publicKey === null) return `key ${entry.key_id} of ${holder.id} is no Ed25519 key`;
  if (entry.valid_until_ms !== null && entry.valid_until_ms < entry.valid_from_ms) {
    return `key ${entry.key_id} of ${holder.id} ends before it begins`;
  }
  return {
    keyId: entry.key_id,
    holder: holder.id,
    kind: holder.kind,
    roles: holder.roles,
    speaksFor: holder.speaks_for ?? [],
    validFrom: entry.valid_from_ms,
    validUntil: entry.valid_until_ms,
    publicKey,
  };
}

/** Null when a name has a lone surrogate: an escape can spell one in valid UTF-8. */
function layOut(document: TrustRootsDocument): { text: string; hash: string } | null {
  const canonical = canonicalJson(document);
  if (!canonical.ok) return null;
  return {
    text: `${JSON.stringify(JSON.parse(canonical.text), null, 2)}\n`,
    hash: hash('sha256', canonical.text, 'hex'),
  };
}

function malformed(detail: string): TrustRootsRead {
  return { ok: false, code: 'TRUST_ROOTS_MALFORMED', detail };
}
