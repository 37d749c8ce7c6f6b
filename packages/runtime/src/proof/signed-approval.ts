import { type Parser, parseText } from '@holdfast/core/parse';
import { ENVELOPE_SUFFIX, OPERATION_APPROVAL_PREDICATE, parseEnvelope } from '@holdfast/core/proof';
import { basename } from 'node:path';
import { type FileRead, readBounded } from './bounded-file.ts';
import { decodeUtf8 } from './encoding.ts';
import type { FindingCode } from './finding.ts';
import { canonical } from './record-chain.ts';
import { readSigned } from './signed-document.ts';
import type { TrustRoots } from './trust-roots.ts';

const APPROVAL_LIMIT = 1 << 16;

/** Its form is governance's: read here is what a record in the log repeats of it. */
interface Said {
  readonly operation_id: string;
  readonly declaration_digest: string;
  readonly approver: string;
  readonly role: string;
  readonly at: string;
  readonly expires_at: string;
  readonly decision: string;
}
const KEYS: readonly (keyof Said)[] = [
  'operation_id',
  'declaration_digest',
  'approver',
  'role',
  'at',
  'expires_at',
  'decision',
];

const parseApproval: Parser<Said> = (value) => {
  const said = new Map<string, unknown>(Object.entries(value ?? {}));
  const lacking = KEYS.find((key) => typeof said.get(key) !== 'string');
  if (lacking === undefined) return { ok: true, value: value as Said };
  return { ok: false, violations: [{ path: `/${lacking}`, rule: 'type', message: 'is no text' }] };
};

export type SignedApproval =
  /** Digest, approver, role, key, times and decision as one text. */
  | { readonly ok: true; readonly says: string }
  | { readonly ok: false; readonly code: FindingCode; readonly detail: string };

export interface ApprovalReader {
  /** The operation it must be for. */
  readonly id: string;
  readonly roots: TrustRoots;
  readonly acceptsDevelopmentKeys: boolean;
}

/** What an approval beside a log says, or why nobody said it. */
export function readSignedApproval(
  file: string,
  { id, roots, acceptsDevelopmentKeys }: ApprovalReader,
): SignedApproval {
  const document = readBounded(file, APPROVAL_LIMIT);
  const envelope = readBounded(`${file}${ENVELOPE_SUFFIX}`, APPROVAL_LIMIT);
  if (!document.ok) return unread(document, 'FILE_MISSING');
  if (!envelope.ok) return unread(envelope, 'SIGNATURE_MISSING');
  const said = parseText(decodeUtf8(document.bytes) ?? '', parseApproval);
  const seal = parseText(decodeUtf8(envelope.bytes) ?? '', parseEnvelope);
  if (!said.ok || !seal.ok) return mismatch('it is no approval with its signature');
  const { at, approver } = said.value;
  const name = basename(file);
  const signed = readSigned(
    { name, document: document.bytes, envelope: envelope.bytes },
    {
      parser: parseApproval,
      predicate: OPERATION_APPROVAL_PREDICATE,
      roots,
      acceptsDevelopmentKeys,
      // A key that has ended since was good when it signed.
      now: Date.parse(at),
    },
  );
  if (!signed.ok) return mismatch(`${signed.code} ${signed.detail}`);
  if (said.value.operation_id !== id) return mismatch(`it is for ${said.value.operation_id}`);
  const by = signed.people.join(' ');
  if (by !== approver) return mismatch(`it speaks for ${approver}, signed by ${by}`);
  const { declaration_digest: digest, role, expires_at: until, decision } = said.value;
  const key = seal.value.signatures[0]?.keyid ?? null;
  return { ok: true, says: canonical([digest, approver, role, key, at, until, decision]) };
}

function unread(
  { fault, detail }: Extract<FileRead, { ok: false }>,
  missing: FindingCode,
): SignedApproval {
  return { ok: false, code: fault === 'missing' ? missing : 'UNREADABLE', detail };
}

function mismatch(detail: string): SignedApproval {
  return { ok: false, code: 'APPROVAL_MISMATCH', detail };
}
