/** What the policy ledger says of one policy: all that gates and guard need of it. */
import type { Gate, Stage } from './stage.ts';

/** Section 2.6, in the order they are told. */
export type AuditGap =
  | 'missing_evidence'
  | 'missing_approvals'
  | 'additional_approval_needed'
  | 'missing_oos_regime_grid'
  | 'missing_leakage_checks'
  | 'missing_risk_audit'
  | 'evidence_unresolved'
  | 'evidence_policy_mismatch'
  | 'evidence_signature_invalid'
  | 'approval_not_bound'
  | 'self_approval'
  | 'ledger_integrity_violation'
  | `waiver_active:${string}`;

/** One step on the ladder, as the chain has it. Times are epoch ms. */
export interface Transition {
  readonly from: Stage | null;
  readonly to: Stage;
  readonly at: number;
}

/** From here on the evidence of a stage counts anew (G-15). */
export interface EvidenceReset {
  readonly stage: Stage;
  readonly at: number;
}

export interface Posture {
  readonly policyId: string;
  readonly tacticId: string | null;
  readonly recordPresent: boolean;
  /** Effective: the lower of declared and audit stage. */
  readonly stage: Stage;
  readonly declaredStage: Stage | null;
  /** What evidence, approvals and checklist cover (2.7). */
  readonly auditStage: Stage | null;
  /** Roles of the approvals that count for the declared stage, each once, sorted. */
  readonly approvals: readonly string[];
  /** Distinct people who approve the step into each gate's stage, bound to its evidence. */
  readonly approversOf: Readonly<Record<Gate, number>>;
  readonly evidenceId: string | null;
  /** Of the declared stage. */
  readonly auditGaps: readonly AuditGap[];
  /** Of each gate's stage (G-14). */
  readonly gapsOf: Readonly<Record<Gate, readonly AuditGap[]>>;
  readonly transitions: readonly Transition[];
  readonly resets: readonly EvidenceReset[];
  /** False where the chain or its view is not what was written. */
  readonly ledgerOk: boolean;
}
