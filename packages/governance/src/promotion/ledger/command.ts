/** What people ask of the policy ledger, and the ways in which it says no. */
import type { Stage } from '../stage.ts';
import type { Refs } from '../../store/event.ts';
import type { Approval } from './approvals.ts';
import type { EvidenceFindings } from './evidence.ts';
import type { WaiverKind } from './record.ts';

interface Asked {
  readonly policyId: string;
  readonly actor: string;
  readonly refs?: Omit<Refs, 'policy_id'>;
}

/** What a change may hold, not yet read. */
export interface Wish {
  readonly evidenceId?: string;
  readonly thresholdOverrides?: unknown;
  readonly policyDelta?: unknown;
  readonly metadata?: unknown;
  readonly acceptedProposals?: readonly string[];
  readonly rejectedProposals?: readonly string[];
  readonly humanSignoffs?: readonly unknown[];
}

/** What the graduation evaluator says of the gate of the wanted stage (G-29). */
export interface Assessed {
  readonly digest: string;
  readonly blockers: readonly string[];
}

/** A consent that a person signed for one waiver or one reset. */
export interface Consent {
  readonly approver: string;
  readonly role: string;
  readonly key_id: string;
  /** Of what is consented to. */
  readonly digest: string;
  readonly approved_at: string;
  readonly expires_at: string;
}

export interface CreateCommand extends Asked {
  readonly kind: 'create';
  readonly tacticId: string;
  readonly requestedBy: string;
  readonly reason: string;
  readonly wish: Wish;
  readonly approvals: readonly Approval[];
}

export interface PromoteCommand extends Asked {
  readonly kind: 'promote';
  /** That of the policy where nothing is said; a record keeps the one it has. */
  readonly tacticId?: string;
  /** As somebody spelled it. */
  readonly stage: string;
  readonly requestedBy: string;
  readonly reason: string;
  readonly wish: Wish;
  /** Entered with it. */
  readonly approvals: readonly Approval[];
  /** Null where nobody assessed; a step up needs it. */
  readonly assessment: Assessed | null;
  /** The waivers it leans on. */
  readonly waiverIds: readonly string[];
}

export interface DemoteCommand extends Asked {
  readonly kind: 'demote';
  readonly stage: string;
  readonly reason: string;
}

export interface AmendCommand extends Asked {
  readonly kind: 'amend';
  readonly requestedBy: string;
  readonly reason: string;
  readonly wish: Omit<Wish, 'evidenceId'>;
  readonly approvals: readonly Approval[];
}

export interface ApproveCommand extends Asked {
  readonly kind: 'approve';
  readonly approval: Approval;
}

export interface WaiveCommand extends Asked {
  readonly kind: 'waive';
  readonly waiverId: string;
  readonly waives: WaiverKind;
  readonly scope: string;
  readonly reason: string;
  /** UTC with milliseconds. */
  readonly expiresAt: string;
  readonly consents: readonly Consent[];
}

export interface ResetEvidenceCommand extends Asked {
  readonly kind: 'reset_evidence';
  readonly stage: Stage;
  readonly cause: string;
  readonly consents: readonly Consent[];
}

export type LedgerCommand =
  | CreateCommand
  | PromoteCommand
  | DemoteCommand
  | AmendCommand
  | ApproveCommand
  | WaiveCommand
  | ResetEvidenceCommand;

export interface DecisionContext {
  /** Epoch ms. */
  readonly now: number;
  /** What was found under the ids of the record and of the command. */
  readonly evidence: EvidenceFindings;
  /** POLICY_LEDGER_REQUIRE_DIARY. */
  readonly requiresEvidence: boolean;
  /** The commit that runs; null where it is not known. */
  readonly codeHash: string | null;
  readonly diaryPath: string | null;
}

export type LedgerRefusalCode =
  /** An event or the view is not what was written; only a demotion is possible. */
  | 'ledger_integrity_violation'
  | 'policy_id_required'
  | 'tactic_id_required'
  | 'stage_unknown'
  | 'record_exists'
  | 'record_missing'
  | 'stage_regression'
  | 'stage_skip_not_allowed'
  /** It would lower nothing. */
  | 'not_a_demotion'
  | 'evidence_required'
  | 'evidence_invalid'
  /** Which code decides is not known, and real money is asked for. */
  | 'code_hash_unknown'
  | 'assessment_missing'
  | 'promotion_blocked'
  | 'approvals_required'
  | 'approval_not_bound'
  | 'self_approval'
  | 'approval_not_in_time'
  | 'approval_stage_not_next'
  | 'approval_exists'
  | 'audit_gaps'
  | 'policy_delta_malformed'
  | 'policy_delta_regime_only'
  | 'policy_delta_unapproved'
  | 'threshold_invalid'
  | 'threshold_loosened'
  | 'checklist_malformed'
  /** Traceability is written by promotions alone. */
  | 'traceability_reserved'
  | 'change_malformed'
  /** It says nothing. */
  | 'change_empty'
  | 'reason_required'
  | 'waiver_missing'
  | 'waiver_exists'
  | 'waiver_expired'
  | 'consents_missing'
  /** What would be written is no fact of a ledger. */
  | 'fact_malformed';

export interface LedgerRefusal {
  readonly ok: false;
  readonly code: LedgerRefusalCode;
  /** In the words of section 2 where it has words for it. */
  readonly detail: string;
  /** Blockers, gaps, keys: what the code is about. */
  readonly operands: readonly string[];
}

export function refuse(
  code: LedgerRefusalCode,
  detail: string,
  operands: readonly string[] = [],
): LedgerRefusal {
  return { ok: false, code, detail, operands };
}
