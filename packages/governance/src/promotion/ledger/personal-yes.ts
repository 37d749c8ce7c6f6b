/**
 * The yes of a person to a promotion, a waiver or a reset: a document they sign in their own name
 * and in a role they hold, as approvals of operations are (D-21).
 */
import { closed, createParser } from '@holdfast/core/parse';
import { OPERATION_APPROVAL_PREDICATE } from '@holdfast/core/proof';
import type { SignedDocument, SigningKey, TrustRoots } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import type { OperationEnvironment } from '../../operations/declaration.ts';
import { roleOf } from '../../operations/signoff/approver-set.ts';
import {
  type PersonallySigned,
  readPersonal,
  signPersonal,
} from '../../operations/signoff/personal-document.ts';
import { STAGES } from '../stage.ts';
import { type Approval, time } from './approvals.ts';
import type { Consent } from './command.ts';
import { name, prose, sha256 } from './json.ts';

const signer = {
  policy_id: name,
  /** As the trust roots name the holder. */
  approver: Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
  role: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_ -]{0,62}$' }),
  approved_at: time,
  expires_at: time,
};
const ApprovalDocumentSchema = closed({
  promotion_approval_version: Type.Literal(1),
  ...signer,
  target_stage: Type.Enum(STAGES),
  evidence_id: Type.Union([name, Type.Null()]),
  config_hash: sha256,
  assessment_digest: Type.Union([sha256, Type.Null()]),
  note: Type.Optional(prose),
});
export type ApprovalDocument = Static<typeof ApprovalDocumentSchema>;
const parseApproval = createParser(ApprovalDocumentSchema);

const ConsentDocumentSchema = closed({
  ledger_consent_version: Type.Literal(1),
  ...signer,
  /** `waiverDigest` or `resetDigest` of what is consented to. */
  digest: sha256,
});
export type ConsentDocument = Static<typeof ConsentDocumentSchema>;
const parseConsent = createParser(ConsentDocumentSchema);

/** Signed as approvals are; what it approves stands in the document, and no other fits it. */
const PREDICATE = OPERATION_APPROVAL_PREDICATE;

/** Writes and signs one into `folder`. */
export function signPromotionApproval(
  folder: string,
  document: ApprovalDocument,
  key: SigningKey,
): PersonallySigned {
  const at = Date.parse(document.approved_at);
  return signPersonal(document, {
    folder,
    parser: parseApproval,
    predicateType: PREDICATE,
    at,
    key,
  });
}

export function signConsent(
  folder: string,
  document: ConsentDocument,
  key: SigningKey,
): PersonallySigned {
  const at = Date.parse(document.approved_at);
  return signPersonal(document, {
    folder,
    parser: parseConsent,
    predicateType: PREDICATE,
    at,
    key,
  });
}

export interface Reader {
  readonly policyId: string;
  readonly roots: TrustRoots;
  readonly environment: OperationEnvironment;
  /** Epoch ms. */
  readonly now: number;
}

export type Unsigned = {
  readonly ok: false;
  readonly code: string;
  readonly detail: string;
};

/** What a person approved of this policy, or why it is nobody's. */
export function readPromotionApproval(
  document: SignedDocument,
  reader: Reader,
): { readonly ok: true; readonly approval: Approval } | Unsigned {
  const read = readPersonal(document, { ...reader, parser: parseApproval, predicate: PREDICATE });
  if ('code' in read) return { ok: false, ...read };
  const { promotion_approval_version: _version, policy_id, ...signed } = read.value;
  if (policy_id !== reader.policyId) return ofAnother(policy_id);
  return {
    ok: true,
    approval: { ...signed, role: roleOf(signed.role), key_id: read.keyId },
  };
}

export function readConsent(
  document: SignedDocument,
  reader: Reader,
): { readonly ok: true; readonly consent: Consent } | Unsigned {
  const read = readPersonal(document, { ...reader, parser: parseConsent, predicate: PREDICATE });
  if ('code' in read) return { ok: false, ...read };
  const { ledger_consent_version: _version, policy_id, ...signed } = read.value;
  if (policy_id !== reader.policyId) return ofAnother(policy_id);
  return { ok: true, consent: { ...signed, role: roleOf(signed.role), key_id: read.keyId } };
}

function ofAnother(policyId: string): Unsigned {
  return { ok: false, code: 'approval_not_bound', detail: `it is for policy ${policyId}` };
}
