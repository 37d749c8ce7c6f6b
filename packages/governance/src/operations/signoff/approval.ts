/**
 * An approval is a document a person signed: this operation, exactly as declared, in this role,
 * until then (section 9.10, D-21). It lies beside the log in `approvals/`, its envelope with it.
 */
import { join } from 'node:path';
import { closed, createParser } from '@holdfast/core/parse';
import { OPERATION_APPROVAL_PREDICATE } from '@holdfast/core/proof';
import type { SignedDocument, SigningKey, TrustRoots } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
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
import {
  type PersonallySigned,
  readPersonal,
  readPersonalFolder,
  signPersonal,
} from './personal-document.ts';

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

function approvalsFolder(runFolder: string): string {
  return join(runFolder, 'approvals');
}

/** Writes and signs one. */
export function signApproval(
  runFolder: string,
  request: ApprovalRequest,
  key: SigningKey,
): PersonallySigned {
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
  const predicateType = OPERATION_APPROVAL_PREDICATE;
  const folder = approvalsFolder(runFolder);
  return signPersonal(document, { folder, parser: parseApproval, predicateType, at, key });
}

/** Every approval that lies there, believed or not. */
export function readApprovals(runFolder: string): readonly SignedDocument[] {
  return readPersonalFolder(approvalsFolder(runFolder));
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
  const read = readPersonal(document, {
    parser: parseApproval,
    predicate: OPERATION_APPROVAL_PREDICATE,
    roots,
    environment: declaration.environment,
    // What was valid when it was used stays so when it is judged later.
    now: startedAt ?? now,
  });
  if ('code' in read) return read;
  const { value: approval, keyId } = read;
  const { approver } = approval;
  if (approval.operation_id !== declaration.operation_id) {
    const detail = `${approver} approved ${approval.operation_id}`;
    return { code: 'approval_digest_mismatch', detail };
  }
  const signed: Signed = {
    digest: approval.declaration_digest,
    approver,
    role: approval.role,
    key_id: keyId,
    at: approval.at,
    expires_at: approval.expires_at,
    self: isSamePerson(approver, declaration.requested_by),
  };
  return { signed, decision: approval.decision };
}
