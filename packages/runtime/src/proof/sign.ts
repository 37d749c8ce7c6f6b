import { hash } from 'node:crypto';
import { basename } from 'node:path';
import { assert } from '@holdfast/core';
import {
  canonicalJson,
  ENVELOPE_SUFFIX,
  type Envelope,
  preAuthEncoding,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
  type Statement,
} from '@holdfast/core/proof';
import { messageOf, readBounded, replaceFile } from './bounded-file.ts';
import type { SigningKey } from './keys.ts';

/**
 * Signed files are documents, not data sets; a bigger one is signed by the hash of its manifest.
 */
const SIGNED_FILE_LIMIT = 1 << 26;

type Predicate<S> = S extends Statement ? Pick<S, 'predicateType' | 'predicate'> : never;
/** What is said about the file. `signed_ts_ms` is the signer's wall clock. */
export type Claim = Predicate<Statement>;

export type SignOutcome =
  | { readonly ok: true; readonly envelopePath: string; readonly sha256: string }
  | {
      readonly ok: false;
      readonly code: 'FILE_UNREADABLE' | 'NOT_WRITTEN';
      readonly detail: string;
    };

/**
 * Signs the file as it is on disk and puts `<file>.dsse` beside it, replacing an older one (D-21).
 */
export function signFile(
  path: string,
  claim: Claim,
  keys: readonly [SigningKey, ...SigningKey[]],
): SignOutcome {
  const read = readBounded(path, SIGNED_FILE_LIMIT);
  if (!read.ok) return { ok: false, code: 'FILE_UNREADABLE', detail: read.detail };
  const sha256 = hash('sha256', read.bytes, 'hex');
  const envelopePath = `${path}${ENVELOPE_SUFFIX}`;
  try {
    replaceFile(envelopePath, sealStatement(stateAbout(basename(path), sha256, claim), keys));
  } catch (error) {
    return { ok: false, code: 'NOT_WRITTEN', detail: messageOf(error) };
  }
  return { ok: true, envelopePath, sha256 };
}

export function stateAbout(name: string, sha256: string, claim: Claim): Statement {
  return { _type: STATEMENT_TYPE, subject: [{ name, digest: { sha256 } }], ...claim };
}

/** The text of an envelope: canonical JSON and one newline, so that every byte of it counts. */
export function sealStatement(
  statement: Statement,
  keys: readonly [SigningKey, ...SigningKey[]],
): string {
  const payload = Buffer.from(canonical(statement), 'utf8');
  const message = preAuthEncoding(STATEMENT_PAYLOAD_TYPE, payload);
  const envelope: Envelope = {
    payloadType: STATEMENT_PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: keys.map((key) => ({
      keyid: key.keyId,
      sig: key.sign(message).toString('base64'),
    })),
  };
  return `${canonical(envelope)}\n`;
}

function canonical(value: Statement | Envelope): string {
  const written = canonicalJson(value);
  assert(written.ok, 'a statement of our own has a canonical form');
  return written.text;
}
