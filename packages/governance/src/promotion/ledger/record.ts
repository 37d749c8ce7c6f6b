/** One record of the policy ledger as its file shows it (specification 2.1, 2.4). */
import { closed, createParser } from '@holdfast/core/parse';
import { digestIfAny, digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { STAGES, stageOf } from '../stage.ts';
import { ApprovalSchema, time } from './approvals.ts';
import { isMap, JsonMapSchema, name, prose, sha256 } from './json.ts';
import { PolicyDeltaSchema } from './policy-delta.ts';

export const StageSchema = Type.Enum(STAGES);
export const OverridesSchema = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Number(), Type.Null()]),
  { additionalProperties: false },
);
export const NamesSchema = Type.Array(name);
export const SignoffsSchema = Type.Array(JsonMapSchema);

export const WAIVER_KINDS = [
  /** Of the evaluator's blockers (6.2). */
  'blockers',
  'missing_evidence',
  'single_approval',
  /** For a regime that never occurs (G-24). */
  'regime_coverage',
] as const;
export type WaiverKind = (typeof WAIVER_KINDS)[number];

export const waiver = {
  waiver_id: name,
  kind: Type.Enum(WAIVER_KINDS),
  /** The stage it is for, or the regime. */
  scope: name,
  /** Speaks for risk. */
  approver: name,
  /** Speaks for compliance (D-25). */
  compliance_approver: name,
  reason: prose,
  expires_at: time,
};
const WaiverSchema = closed(waiver);
export type Waiver = Static<typeof WaiverSchema>;

export const reset = {
  stage: StageSchema,
  cause: prose,
  approvers: Type.Array(closed({ approver: name, role: name, key_id: sha256 }), { minItems: 2 }),
};

const RowSchema = closed({
  seq: Type.Integer({ minimum: 0 }),
  prior_stage: Type.Union([StageSchema, Type.Null()]),
  next_stage: StageSchema,
  applied_at: time,
  /** The roles that counted. */
  approvals: NamesSchema,
  evidence_id: Type.Union([name, Type.Null()]),
  /** In force after it: a delta that is carried on is told again. */
  policy_delta: Type.Optional(PolicyDeltaSchema),
  /** What this row added, no more. */
  accepted_proposals: Type.Optional(NamesSchema),
  rejected_proposals: Type.Optional(NamesSchema),
  human_signoffs: Type.Optional(SignoffsSchema),
  actor: name,
  reason: prose,
  action: Type.Enum([
    'create',
    'promotion',
    'demotion',
    'amend',
    'waiver',
    'reset_evidence',
  ] as const),
  assessment_digest: Type.Optional(sha256),
  manifest_ref: Type.Optional(
    closed({ run_id: Type.Optional(name), candidate_id: Type.Optional(name) }),
  ),
  ops_operation_id: Type.Optional(name),
  waiver: Type.Optional(WaiverSchema),
  reset: Type.Optional(closed(reset)),
  prev_hash: sha256,
  hash: sha256,
});
export type HistoryRow = Static<typeof RowSchema>;

const record = {
  policy_id: name,
  tactic_id: name,
  stage: StageSchema,
  approvals: NamesSchema,
  approvals_v2: Type.Optional(Type.Array(ApprovalSchema, { minItems: 1 })),
  evidence_id: Type.Optional(name),
  threshold_overrides: Type.Optional(OverridesSchema),
  policy_delta: Type.Optional(PolicyDeltaSchema),
  accepted_proposals: Type.Optional(NamesSchema),
  rejected_proposals: Type.Optional(NamesSchema),
  human_signoffs: Type.Optional(SignoffsSchema),
  metadata: Type.Optional(JsonMapSchema),
  created_at: time,
  updated_at: time,
  history: Type.Array(RowSchema, { minItems: 1 }),
};
const RecordSchema = closed(record);
export type PolicyRecord = Static<typeof RecordSchema>;
const SignedRecordSchema = closed({ ...record, signature: sha256 });
export type SignedRecord = Static<typeof SignedRecordSchema>;
const parseSignedRecord = createParser(SignedRecordSchema);

/** The record with the checksum over all of it. */
export function signedRecord(plain: PolicyRecord): SignedRecord {
  return { ...plain, signature: digestOf(signedPart(plain)) };
}

const signedPart = (payload: PolicyRecord) => ({ kind: 'policy_ledger_record', payload });

export type RecordRead =
  | { readonly ok: true; readonly record: SignedRecord }
  | { readonly ok: false; readonly code: RecordFault; readonly detail: string };

export type RecordFault =
  | 'policy_id_required'
  | 'tactic_id_required'
  | 'stage_unknown'
  | 'policy_delta_malformed'
  | 'record_malformed'
  | 'record_signature_mismatch';

export const MESSAGES = {
  policyId: 'policy_id is required for policy ledger records',
  tacticId: 'tactic_id is required for policy ledger records',
  delta: 'policy_delta must be a mapping or PolicyDelta instance',
  stage: (value: unknown): string => `Unknown policy ledger stage: ${String(value)}`,
} as const;

/** A record as a file holds it: whole and unaltered, or why it is none. */
export function readRecord(value: unknown): RecordRead {
  if (!isMap(value)) return no('record_malformed', 'a record must be a mapping');
  if (isBlank(value['policy_id'])) return no('policy_id_required', MESSAGES.policyId);
  if (isBlank(value['tactic_id'])) return no('tactic_id_required', MESSAGES.tacticId);
  const { stage, policy_delta: delta } = value;
  if (stageOf(String(stage)) === null) return no('stage_unknown', MESSAGES.stage(stage));
  if (delta !== undefined && !isMap(delta)) return no('policy_delta_malformed', MESSAGES.delta);
  const parsed = parseSignedRecord(value);
  if (!parsed.ok) {
    const [{ path, message }] = parsed.violations;
    return no('record_malformed', `${path} ${message}`);
  }
  const { signature, ...plain } = parsed.value;
  const found = digestIfAny(signedPart(plain));
  if (found === signature) return { ok: true, record: parsed.value };
  return no('record_signature_mismatch', `its signature is ${found}, written is ${signature}`);
}

export const isBlank = (value: unknown): boolean =>
  typeof value !== 'string' || value.trim() === '';

function no(code: RecordFault, detail: string): RecordRead {
  return { ok: false, code, detail };
}
