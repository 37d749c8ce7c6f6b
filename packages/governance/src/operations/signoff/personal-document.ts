/**
 * A document that one person signed in their own name and in a role they hold: approvals and
 * answers are both this. It lies beside the log, its envelope with it (D-21).
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '@holdfast/core';
import { type Parser, parseText } from '@holdfast/core/parse';
import { ENVELOPE_SUFFIX, parseEnvelope } from '@holdfast/core/proof';
import {
  canonical,
  type Claim,
  readBounded,
  readSigned,
  type SignedDocument,
  type SignedReading,
  type SigningKey,
  signFile,
  type TrustRoots,
} from '@holdfast/runtime/proof';
import { putDurably } from '../audit/durable-file.ts';
import type { OperationEnvironment } from '../declaration.ts';
import { type Lack, roleOf } from './approver-set.ts';

const DOCUMENT_LIMIT = 1 << 18;
const DOCUMENTS_MAX = 64;

interface Personal {
  readonly approver: string;
  readonly role: string;
}

export type PersonallySigned =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly detail: string };

export interface Signing<T> {
  readonly folder: string;
  readonly parser: Parser<T>;
  readonly predicateType: Claim['predicateType'];
  /** Epoch ms. */
  readonly at: number;
  readonly key: SigningKey;
}

/** Writes and signs one; each gets a name of its own, so that none is written over. */
export function signPersonal<T extends Personal>(
  document: T,
  { folder, parser, predicateType, at, key }: Signing<T>,
): PersonallySigned {
  const parsed = parser(document);
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return { ok: false, detail: `${path} ${message}` };
  }
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${document.approver}-${at}.json`);
  putDurably(path, `${canonical(document)}\n`, 0o644);
  const claim = { predicateType, predicate: { signed_ts_ms: at } } as Claim;
  const signed = signFile(path, claim, [key]);
  return signed.ok ? { ok: true, path } : { ok: false, detail: signed.detail };
}

/** Every document that lies there, believed or not; one that cannot be read is one unsigned. */
export function readPersonalFolder(folder: string): readonly SignedDocument[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const nothing = Buffer.alloc(0);
  const found = names.filter((name) => name.endsWith('.json')).sort();
  // Behind so many a rejection may stand: then none of them is believed, and the crowd is told.
  if (found.length > DOCUMENTS_MAX) {
    return [{ name: `${found.length} documents`, document: nothing, envelope: nothing }];
  }
  return found.map((name) => {
    const document = readBounded(join(folder, name), DOCUMENT_LIMIT);
    const envelope = readBounded(join(folder, `${name}${ENVELOPE_SUFFIX}`), DOCUMENT_LIMIT);
    return {
      name,
      document: document.ok ? document.bytes : nothing,
      envelope: envelope.ok ? envelope.bytes : nothing,
    };
  });
}

export interface PersonalReader<T> {
  readonly parser: Parser<T>;
  readonly predicate: Claim['predicateType'];
  readonly roots: TrustRoots;
  readonly environment: OperationEnvironment;
  /** Epoch ms. */
  readonly now: number;
}

export type PersonalRead<T> = Lack | { readonly value: T; readonly keyId: string };

/** What a person says in it, or why it is not theirs. */
export function readPersonal<T extends Personal>(
  document: SignedDocument,
  { parser, predicate, roots, environment, now }: PersonalReader<T>,
): PersonalRead<T> {
  const acceptsDevelopmentKeys = environment === 'DEV';
  const reading = readSigned(document, { parser, predicate, roots, acceptsDevelopmentKeys, now });
  if (!reading.ok) return unread(document, reading);
  const { value, people } = reading;
  const { approver, role } = value;
  if (people.length > 1 || people[0] !== approver) {
    const detail = `it speaks for ${approver}, signed by ${people.join(' ')}`;
    return { code: 'approver_unknown', detail };
  }
  const keyId = keyOf(document);
  if (!rolesOf(roots, keyId).includes(roleOf(role))) {
    return { code: 'role_not_held', detail: `${approver} does not speak for ${role}` };
  }
  return { value, keyId };
}

/** What the trust roots let a key speak for; one spelling each (G-09). */
function rolesOf({ keys }: TrustRoots, keyId: string): readonly string[] {
  const key = keys.get(keyId);
  return key === undefined ? [] : [...key.roles, ...key.speaksFor].map(roleOf);
}

/** Who is not known has signed something; who cannot be made out has signed nothing. */
const NOT_KNOWN: readonly string[] = [
  'KEY_UNKNOWN',
  'KEY_NOT_VALID_AT_SIGNING',
  'KEY_NOT_VALID_NOW',
  'ROLE_NOT_ALLOWED',
  'NO_PERSON',
];

function unread(
  { name }: SignedDocument,
  { code, detail }: Extract<SignedReading<never>, { ok: false }>,
): Lack {
  return {
    code: NOT_KNOWN.includes(code) ? 'approver_unknown' : 'approval_unsigned',
    detail: `${name}: ${code} ${detail}`,
  };
}

/** The first key of an envelope that was verified; one person's keys are one person's. */
function keyOf({ envelope }: SignedDocument): string {
  const parsed = parseText(Buffer.from(envelope).toString('utf8'), parseEnvelope);
  const [first] = parsed.ok ? parsed.value.signatures : [];
  assert(first !== undefined, 'a verified envelope has a signature');
  return first.keyid;
}
