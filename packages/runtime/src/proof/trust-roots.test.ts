import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyIdOf } from './keys.ts';
import {
  formatTrustRoots,
  isValidAt,
  parseTrustRoots,
  type TrustRootsDocument,
} from './trust-roots.ts';

type Key = TrustRootsDocument['holders'][number]['keys'][number];

function newKey(validity: Partial<Key> = {}): Key {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const raw = Buffer.from(x, 'base64url');
  return {
    key_id: keyIdOf(raw),
    public_key: raw.toString('base64'),
    valid_from_ms: 1000,
    valid_until_ms: null,
    ...validity,
  };
}

const dana = { id: 'dana', name: 'Dana', kind: 'person' as const, roles: ['approver' as const] };
const key = newKey();
const document: TrustRootsDocument = { roots_version: 1, holders: [{ ...dana, keys: [key] }] };

const parse = (text: string) => parseTrustRoots(Buffer.from(text, 'utf8'));
const parseValue = (value: unknown) => parse(`${JSON.stringify(sorted(value), null, 2)}\n`);

/** The fixed layout of any value, so that each refusal below is for its own reason. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}

describe('parseTrustRoots', () => {
  it('reads holders, roles and keys', () => {
    const read = parseValue(document);
    expect(read.ok && [...read.roots.keys.values()]).toMatchObject([
      { keyId: key.key_id, holder: 'dana', roles: ['approver'], validFrom: 1000, validUntil: null },
    ]);
  });

  it('reads what a holder speaks for: nothing, unless it is said', () => {
    const speaks_for = ['operations', 'risk'];
    const spoken = parseValue({ ...document, holders: [{ ...dana, speaks_for, keys: [key] }] });
    expect(spoken.ok && spoken.roots.keys.get(key.key_id)?.speaksFor).toEqual(speaks_for);
    const silent = parseValue(document);
    expect(silent.ok && silent.roots.keys.get(key.key_id)?.speaksFor).toEqual([]);
  });

  it('has one hash for one document, and another for any other', () => {
    const first = parse(formatTrustRoots(document));
    const again = parseValue(JSON.parse(JSON.stringify(document)));
    const other = parseValue({ ...document, holders: [{ ...dana, name: 'Dan', keys: [key] }] });
    expect(first.ok && again.ok && first.roots.hash === again.roots.hash).toBe(true);
    expect(first.ok && other.ok && first.roots.hash !== other.roots.hash).toBe(true);
  });

  const holder = { ...dana, keys: [key] };
  const withHolder = (change: object): unknown => ({
    ...document,
    holders: [{ ...holder, ...change }],
  });
  it.each([
    ['an unknown key', { ...document, note: '' }, 'unknown key'],
    ['an unknown key of a holder', withHolder({ mail: 'x' }), 'unknown key'],
    ['an unknown role', withHolder({ roles: ['root'] }), '/holders/0/roles/0'],
    ['no role', withHolder({ roles: [] }), '/holders/0/roles'],
    ['an upper-case id', withHolder({ id: 'Dana' }), '/holders/0/id'],
    ['another version', { ...document, roots_version: 2 }, '/roots_version'],
    ['nobody', { ...document, holders: [] }, '/holders'],
    ['a role twice', withHolder({ roles: ['approver', 'approver'] }), 'role twice'],
    ['development beside a role', withHolder({ roles: ['certifier', 'development'] }), 'beside'],
    [
      'a holder twice',
      { ...document, holders: [holder, { ...holder, keys: [newKey()] }] },
      'twice',
    ],
    ['a key twice', { ...document, holders: [holder, { ...holder, id: 'eve' }] }, 'twice'],
    ['a foreign key id', withHolder({ keys: [{ ...key, key_id: newKey().key_id }] }), 'digest'],
    ['an end before the start', withHolder({ keys: [newKey({ valid_until_ms: 999 })] }), 'ends'],
    ['a missing end', withHolder({ keys: [{ ...key, valid_until_ms: undefined }] }), 'missing key'],
  ])('refuses %s', (_, value, reason) => {
    const read = parseValue(value);
    expect(read).toMatchObject({ ok: false, code: 'TRUST_ROOTS_MALFORMED' });
    expect(!read.ok && read.detail).toContain(reason);
  });

  it.each([
    ['another layout', JSON.stringify(sorted(document))],
    ['no newline at the end', formatTrustRoots(document).trimEnd()],
    ['other line ends', formatTrustRoots(document).replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${formatTrustRoots(document)}`],
    ['an escaped letter', formatTrustRoots(document).replace('Dana', 'D\\u0061na')],
    ['a lone surrogate', formatTrustRoots(document).replace('Dana', '\\ud800')],
    ['no JSON', 'dana'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parse(text)).toMatchObject({ ok: false, code: 'TRUST_ROOTS_MALFORMED' });
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(parseTrustRoots(Uint8Array.of(0xff))).toMatchObject({ ok: false });
  });

  it('a key is valid from its first to its last millisecond', () => {
    const read = parseValue(withHolder({ keys: [newKey({ valid_until_ms: 2000 })] }));
    const [only] = read.ok ? read.roots.keys.values() : [];
    const validity = [999, 1000, 2000, 2001].map((at) => only && isValidAt(only, at));
    expect(validity).toEqual([false, true, true, false]);
  });
});
