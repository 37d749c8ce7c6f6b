/**
 * An approval is a document a person signed: this operation, exactly as declared, in this role,
 * until then (section 9.10, D-21). It lies beside the log in `approvals/`, its envelope with it.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '@holdfast/core';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { ENVELOPE_SUFFIX, OPERATION_APPROVAL_PREDICATE, parseEnvelope } from '@holdfast/core/proof';
import {
  readBounded,
  readSigned,
  type SignedDocument,
  type SignedReading,
  type SigningKey,
  signFile,
  type TrustRoots,
} from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { canonical } from '../audit/chain.ts';
import { putDurably } from '../audit/durable-file.ts';
import { UTC_MS } from '../audit/record-schema.ts';
import { type Declaration, OPERATION_ID } from '../declaration.ts';
import {
  isSamePerson,
  type Judgement,
  judgeApprovers,
  type Lack,
  type Occasion,
  type Signed,
} from './approver-set.ts';

const APPROVAL_LIMIT = 1 << 16;
const APPROVALS_MAX = 64;
const DAY_MS = 24 * 60 * 60 * 1_000;

const time = Type.String({ pattern: UTC_MS });
const ApprovalSchema = closed({
  approval_version: Type.Literal(1),
  operation_id: Type.String({ pattern: OPERATION_ID }),
  /** SHA-256 of the canonical declaration: another one needs another approval. */
  declaration_digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** As the trust roots name the holder. */
  approver: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  /** What the approver speaks for. Plain letters, so that no two look alike. */
  role: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_ -]{0,62}$' }),
  at: time,
  expires_at: time,
  decision: Type.Enum(['approve', 'reject'] as const),
});
export type Approval = Static<typeof ApprovalSchema>;
const parseApproval = createParser(ApprovalSchema);

export interface ApprovalRequest {
  readonly operationId: string;
  readonly digest: string;
  readonly approver: string;
  readonly role: string;
  readonly decision: Approval['decision'];
  /** Epoch ms. */
  readonly at: number;
  /** A day, where nothing is said. */
  readonly lifetimeMs?: number;
}

export type ApprovalSigned =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly detail: string };

function approvalsFolder(runFolder: string): string {
  return join(runFolder, 'approvals');
}

/** Writes and signs one; each gets a name of its own, so that none is written over. */
export function signApproval(
  runFolder: string,
  request: ApprovalRequest,
  key: SigningKey,
): ApprovalSigned {
  const { at, lifetimeMs = DAY_MS } = request;
  const document: Approval = {
    approval_version: 1,
    operation_id: request.operationId,
    declaration_digest: request.digest,
    approver: request.approver,
    role: request.role,
    at: new Date(at).toISOString(),
    expires_at: new Date(at + lifetimeMs).toISOString(),
    decision: request.decision,
  };
  const parsed = parseApproval(document);
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return { ok: false, detail: `${path} ${message}` };
  }
  const folder = approvalsFolder(runFolder);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${request.approver}-${at}.json`);
  putDurably(path, `${canonical(document)}\n`, 0o644);
  const claim = {
    predicateType: OPERATION_APPROVAL_PREDICATE,
    predicate: { signed_ts_ms: at },
  } as const;
  const signed = signFile(path, claim, [key]);
  return signed.ok ? { ok: true, path } : { ok: false, detail: signed.detail };
}

/** Every approval that lies there, believed or not; one that cannot be read is one unsigned. */
export function readApprovals(runFolder: string): readonly SignedDocument[] {
  const folder = approvalsFolder(runFolder);
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const nothing = Buffer.alloc(0);
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .slice(0, APPROVALS_MAX)
    .map((name) => {
      const document = readBounded(join(folder, name), APPROVAL_LIMIT);
      const envelope = readBounded(join(folder, `${name}${ENVELOPE_SUFFIX}`), APPROVAL_LIMIT);
      return {
        name,
        document: document.ok ? document.bytes : nothing,
        envelope: envelope.ok ? envelope.bytes : nothing,
      };
    });
}

export interface ApprovalContext extends Omit<Occasion, 'declaration'> {
  readonly declaration: Declaration;
  readonly roots: TrustRoots;
}

/** Judges what people signed for a declaration: who counts, and what is lacking. */
export function judgeApprovals(
  documents: readonly SignedDocument[],
  context: ApprovalContext,
): Judgement {
  const signed: Signed[] = [];
  const lacks: Lack[] = [];
  let vetoed = false;
  for (const document of documents) {
    const read = readApproval(document, context);
    if ('code' in read) lacks.push(read);
    else if (read.decision === 'reject') {
      vetoed ||= read.signed.digest === context.digest;
      lacks.push({ code: 'approval_missing', detail: `${read.signed.approver} rejected it` });
    } else signed.push(read.signed);
  }
  const judged = judgeApprovers(signed, context);
  return {
    ...judged,
    granted: judged.granted && !vetoed,
    lacks: [...lacks, ...judged.lacks],
  };
}

type Read = Lack | { readonly signed: Signed; readonly decision: Approval['decision'] };

function readApproval(document: SignedDocument, context: ApprovalContext): Read {
  const { declaration, roots, now, startedAt } = context;
  const reading = readSigned(document, {
    parser: parseApproval,
    predicate: OPERATION_APPROVAL_PREDICATE,
    roots,
    acceptsDevelopmentKeys: declaration.environment === 'DEV',
    // What was valid when it was used stays so when it is judged later.
    now: startedAt ?? now,
  });
  if (!reading.ok) return unread(document, reading);
  const { value: approval, people } = reading;
  const { approver } = approval;
  const no = (code: Lack['code'], detail: string): Lack => ({ code, detail });
  if (people.length > 1 || people[0] !== approver) {
    return no('approver_unknown', `it speaks for ${approver}, signed by ${people.join(' ')}`);
  }
  if (approval.operation_id !== declaration.operation_id) {
    return no('approval_digest_mismatch', `${approver} approved ${approval.operation_id}`);
  }
  const signed: Signed = {
    digest: approval.declaration_digest,
    approver,
    role: approval.role,
    key_id: keyOf(document),
    at: approval.at,
    expires_at: approval.expires_at,
    self: isSamePerson(approver, declaration.requested_by),
  };
  return { signed, decision: approval.decision };
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
  { code, detail }: Extract<SignedReading<Approval>, { ok: false }>,
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
