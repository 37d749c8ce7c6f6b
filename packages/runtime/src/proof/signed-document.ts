import { hash } from 'node:crypto';
import { join } from 'node:path';
import { type ParsedText, type Parser, parseText } from '@holdfast/core/parse';
import type { PredicateType } from '@holdfast/core/proof';
import { proofPaths } from './certify.ts';
import { decodeUtf8 } from './encoding.ts';
import { isValidAt, type TrustRoots } from './trust-roots.ts';
import { type SignatureFault, verifyEnvelope } from './verify.ts';

/** A document and the envelope beside it, as they were handed over. */
export interface SignedDocument {
  /** Base name, which is signed too. */
  readonly name: string;
  readonly document: Uint8Array;
  readonly envelope: Uint8Array;
}

export type SignedFault =
  | SignatureFault
  | 'DOCUMENT_MALFORMED'
  /** Signed, but as something else. */
  | 'PREDICATE_MISMATCH'
  | 'KEY_NOT_VALID_NOW'
  /** Who signs for people is a person, and has the role. */
  | 'NO_PERSON';

export type SignedReading<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly sha256: string;
      /** Ids of the people who signed, each once, in order. */
      readonly people: readonly [string, ...string[]];
    }
  | { readonly ok: false; readonly code: SignedFault; readonly detail: string };

export interface SignedReader<T> {
  readonly parser: Parser<T>;
  readonly predicate: PredicateType;
  readonly roots: TrustRoots;
  /** Development keys stand for people in `dev` on a loopback exchange, and nowhere else. */
  readonly acceptsDevelopmentKeys: boolean;
  /** Wall clock, epoch ms. */
  readonly now: number;
}

/** What people signed, or why it is not theirs. Offline, and total over any bytes. */
export function readSigned<T>(signed: SignedDocument, reader: SignedReader<T>): SignedReading<T> {
  const { roots, now, acceptsDevelopmentKeys } = reader;
  const sha256 = hash('sha256', signed.document, 'hex');
  const verdict = verifyEnvelope(signed.envelope, { name: signed.name, sha256 }, roots);
  if (!verdict.ok) return verdict;
  const { predicateType } = verdict.statement;
  if (predicateType !== reader.predicate) {
    return no('PREDICATE_MISMATCH', `signed as ${predicateType}, wanted ${reader.predicate}`);
  }
  const people = new Set<string>();
  for (const key of verdict.signers) {
    if (!isValidAt(key, now)) return no('KEY_NOT_VALID_NOW', `key of ${key.holder}`);
    const speaks = key.kind === 'person' && key.roles.includes('approver');
    const standsIn = acceptsDevelopmentKeys && key.roles.includes('development');
    if (!speaks && !standsIn) return no('NO_PERSON', `${key.holder} approves nothing`);
    people.add(key.holder);
  }
  const [first, ...rest] = [...people];
  if (first === undefined) return no('NO_PERSON', 'nobody signed');
  const text = decodeUtf8(signed.document);
  const parsed: ParsedText<T> | null = text === null ? null : parseText(text, reader.parser);
  if (parsed === null) return no('DOCUMENT_MALFORMED', 'not UTF-8');
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return no('DOCUMENT_MALFORMED', `${path === '' ? '/' : path} ${message}`);
  }
  return { ok: true, value: parsed.value, sha256, people: [first, ...rest] };
}

/** Whose signatures count: those of this checkout in `dev`, the project's own anywhere else. */
export function trustRootsPathOf(root: string, environment: string): string {
  if (environment === 'dev') return proofPaths(root).developmentTrustRoots;
  return join(root, 'config', 'trust-roots.json');
}

function no(code: SignedFault, detail: string): Extract<SignedReading<never>, { ok: false }> {
  return { ok: false, code, detail };
}
