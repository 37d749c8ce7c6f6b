/** The assessment of one policy (section 3.6): its keys are those of the JSON document. */
import { digestOf } from '@holdfast/runtime/proof';
import type { AuditGap } from '../posture.ts';
import type { Gate, Stage } from '../stage.ts';
import type { Blocker } from './blockers.ts';
import type { Counts } from './metrics.ts';
import type { GateStatus } from './recommend.ts';

/** Ratios to five decimals; nought where there is no entry. */
export interface StageMetricsDocument {
  readonly stage: Stage;
  readonly total: number;
  readonly forced: number;
  readonly severity: Counts;
  readonly forced_ratio: number;
  readonly normal_ratio: number;
  readonly warn_ratio: number;
  readonly alert_ratio: number;
}

export interface MetricsDocument {
  readonly policy_id: string;
  readonly total_decisions: number;
  /** Of stages that have evidence: of its epoch and its execution mode, as the gates judge it. */
  readonly stage_metrics: Readonly<Partial<Record<Stage, StageMetricsDocument>>>;
  readonly release_routes: Counts;
  readonly severity: Counts;
  readonly forced_total: number;
  readonly forced_ratio: number;
  readonly consecutive_normal_latest_stage: number;
  /** UTC with milliseconds, as every time here. */
  readonly first_entry_at: string | null;
  readonly last_entry_at: string | null;
  readonly latest_stage: Stage | null;
}

export interface Assessment {
  readonly policy_id: string;
  readonly current_stage: Stage;
  readonly declared_stage: Stage | null;
  readonly audit_stage: Stage | null;
  readonly recommended_stage: Stage;
  readonly approvals: readonly string[];
  readonly evidence_id: string | null;
  readonly audit_gaps: readonly AuditGap[];
  readonly metrics: MetricsDocument;
  readonly stage_blockers: Readonly<Record<Gate, readonly string[]>>;
  readonly next_gate: Gate | null;
  readonly gate_status: Readonly<Record<Gate, GateStatus>>;
  /** In the order of the gates, and of `stage_blockers` in each. */
  readonly blockers_structured: readonly Blocker[];
  readonly regressions: readonly string[];
  readonly evidence_epoch: Readonly<Partial<Record<Stage, string>>>;
  readonly paper_green_days: number;
  readonly integrity: { readonly diary_ok: boolean; readonly ledger_ok: boolean };
  readonly evaluator_config_digest: string;
  readonly assessed_at: string;
  /** Not null: an inspection, by which nothing may be promoted. */
  readonly window_hours: number | null;
  /** What is odd in the diary and blocks nothing: `entries_without_stage:1` (E-17). */
  readonly data_quality: readonly string[];
}

/** What an approval is bound to: the same facts have it at whatever time they are assessed. */
export function assessmentDigest(assessment: Assessment): string {
  const { assessed_at: _, ...rest } = assessment;
  return digestOf(rest);
}
