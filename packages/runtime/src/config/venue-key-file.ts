import { closed, createParser, parseText } from '@holdfast/core/parse';
import { Type } from 'typebox';
import { readPrivate } from '../proof/bounded-file.ts';
import { decodeUtf8 } from '../proof/encoding.ts';

/** A key of the simulated exchange, as an engine presents it. */
export interface VenueKey {
  readonly clientId: string;
  readonly clientSecret: string;
}

export type VenueKeyRead =
  | { readonly ok: true; readonly key: VenueKey }
  | {
      readonly ok: false;
      readonly code:
        | 'key_file_missing'
        | 'key_file_unreadable'
        | 'key_file_not_a_file'
        | 'key_file_too_large'
        | 'key_file_open_to_others'
        | 'key_file_malformed';
      readonly detail: string;
    };

const BYTES_MAX = 4_096;
/** Printable, and nothing that an address or a header would read as its own. */
const word = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[!-~]+$' });

const parseKey = createParser(closed({ client_id: word(64), client_secret: word(256) }));

/**
 * `{"client_id", "client_secret"}`, readable by its owner alone. What it holds is repeated in no
 * answer: a fault names its place and the rule.
 */
export function readVenueKeyFile(path: string): VenueKeyRead {
  const read = readPrivate(path, BYTES_MAX);
  if (!read.ok) return { ok: false, code: `key_file_${read.fault}`, detail: read.detail };
  const text = decodeUtf8(read.bytes);
  if (text === null) return malformed(`${path} is not UTF-8`);
  const parsed = parseText(text, parseKey);
  if (!parsed.ok) {
    const [{ place, path: where, rule }] = parsed.violations;
    // A pointer holds what somebody took for a name: it may be the secret itself.
    const field = ['/client_id', '/client_secret'].find((known) => known === where) ?? '/';
    return malformed(`${path}:${place.line}:${place.column}: ${field} ${rule}`);
  }
  const { client_id: clientId, client_secret: clientSecret } = parsed.value;
  return { ok: true, key: { clientId, clientSecret } };
}

const malformed = (detail: string): VenueKeyRead => ({
  ok: false,
  code: 'key_file_malformed',
  detail,
});
