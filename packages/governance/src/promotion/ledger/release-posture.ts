/** What a policy may act as, as commands and pages print it (specification 2.7, `describe`). */
import type { JsonValue } from '@holdfast/core/parse';
import type { Stage } from '../stage.ts';
import { type ResolvedThresholds, resolveThresholds } from '../thresholds.ts';
import { type ChecklistItem, checklistOf } from './checklist.ts';
import { stageWithoutRecord } from './coverage.ts';
import type { EvidenceFindings } from './evidence.ts';
import type { LedgerState, PolicyState } from './fold.ts';
import type { JsonMap } from './json.ts';
import type { PolicyDelta } from './policy-delta.ts';
import { postureOf } from './posture-of.ts';

export interface ReleasePosture {
  /** Resolved: what the runtime acts on. */
  readonly stage: Stage;
  readonly thresholds: ResolvedThresholds;
  readonly record_present: boolean;
  readonly limited_live_authorised: boolean;
  /** From here on only of a policy that has a record. */
  readonly approvals?: readonly string[];
  readonly evidence_id?: string;
  readonly updated_at?: string;
  readonly declared_stage?: Stage;
  readonly audit_stage?: Stage;
  /** Of the declared stage; not there where it has none. */
  readonly audit_gaps?: readonly string[];
  readonly audit_enforced?: boolean;
  readonly promotion_checklist?: Readonly<Record<ChecklistItem, boolean>>;
  readonly promotion_checklist_complete?: boolean;
  readonly metadata?: JsonMap;
  readonly policy_delta?: PolicyDelta;
  readonly accepted_proposals?: readonly string[];
  readonly rejected_proposals?: readonly string[];
  readonly human_signoffs?: readonly { readonly [key: string]: JsonValue }[];
}

/** `now` is epoch ms; `defaultStage` is what the house lets a policy be that the ledger lacks. */
export function describeRelease(
  state: LedgerState,
  policyId: string,
  now: number,
  evidence: EvidenceFindings,
  defaultStage: Stage = 'experiment',
): ReleasePosture {
  const policy = state.policies.get(policyId);
  if (policy !== undefined) return describeRecord(state, policy, now, evidence);
  const stage = state.faults.length === 0 ? stageWithoutRecord(defaultStage) : 'experiment';
  return {
    stage,
    thresholds: resolveThresholds(stage, {}, false),
    record_present: false,
    limited_live_authorised: false,
  };
}

function describeRecord(
  state: LedgerState,
  { record, loosenedFor }: PolicyState,
  now: number,
  evidence: EvidenceFindings,
): ReleasePosture {
  const posture = postureOf(state, record.policy_id, now, evidence);
  const { stage, auditGaps, auditStage } = posture;
  const { items, missing } = checklistOf(record.metadata ?? {});
  const overrides = record.threshold_overrides ?? {};
  return {
    stage,
    thresholds: resolveThresholds(stage, overrides, loosenedFor === stage),
    record_present: true,
    limited_live_authorised: stage === 'limited_live',
    approvals: posture.approvals,
    ...(record.evidence_id !== undefined && { evidence_id: record.evidence_id }),
    updated_at: record.updated_at,
    declared_stage: record.stage,
    ...(auditStage !== null && { audit_stage: auditStage }),
    ...(auditGaps.length > 0 && { audit_gaps: auditGaps }),
    audit_enforced: record.stage !== stage,
    promotion_checklist: items,
    promotion_checklist_complete: missing.length === 0,
    ...(record.metadata !== undefined && { metadata: record.metadata }),
    ...(record.policy_delta !== undefined && { policy_delta: record.policy_delta }),
    ...(record.accepted_proposals !== undefined && {
      accepted_proposals: record.accepted_proposals,
    }),
    ...(record.rejected_proposals !== undefined && {
      rejected_proposals: record.rejected_proposals,
    }),
    ...(record.human_signoffs !== undefined && { human_signoffs: record.human_signoffs }),
  };
}
