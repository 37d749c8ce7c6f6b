/** An assessment as people and programs read it (section 6.1). */
import { GATES, type Stage } from '../stage.ts';
import type { Assessment, StageMetricsDocument } from './assessment.ts';
import { fixed2 } from './fixed2.ts';

/** An assessment, and the stage its policy was promoted to by it; null where it was not. */
export interface Assessed {
  readonly assessment: Assessment;
  readonly applied: Stage | null;
}

/** One block for each policy, and what was applied; without a line end after the last line. */
export function assessmentText(assessed: readonly Assessed[]): string {
  const blocks = assessed.map((one) => blockOf(one).join('\n'));
  const applied = assessed.flatMap(({ assessment, applied: stage }) =>
    stage === null ? [] : [`  - ${assessment.policy_id}: ${stage}`],
  );
  const summary = applied.length === 0 ? [] : [['Applied promotions:', ...applied].join('\n')];
  return [...blocks, ...summary].join('\n\n');
}

/** An array, one object for each policy, with `applied_stage` after the keys of the assessment. */
export function assessmentJson(assessed: readonly Assessed[], indent: number): string {
  const documents = assessed.map(({ assessment, applied }) => ({
    ...assessment,
    applied_stage: applied,
  }));
  return JSON.stringify(documents, null, indent);
}

function blockOf({ assessment, applied }: Assessed): readonly string[] {
  const { approvals, audit_gaps: gaps, stage_blockers: blockers } = assessment;
  return [
    `Policy ${assessment.policy_id}`,
    `  current: ${standingOf(assessment)} -> recommended: ${assessment.recommended_stage}`,
    `  decisions: ${totalsOf(assessment)}`,
    ...stageLine(assessment),
    ...(approvals.length > 0 ? [`  approvals: ${approvals.join(', ')}`] : []),
    ...(gaps.length > 0 ? [`  audit_gaps: ${gaps.join(', ')}`] : []),
    ...GATES.filter((gate) => blockers[gate].length > 0).map(
      (gate) => `  blockers[${gate}]: ${blockers[gate].join(', ')}`,
    ),
    ...(applied === null ? [] : [`  promotion_applied: ${applied}`]),
  ];
}

function standingOf({ current_stage, declared_stage, audit_stage }: Assessment): string {
  const declared = declared_stage === null ? '' : ` (declared ${declared_stage})`;
  const audit = audit_stage === null ? '' : ` (audit ${audit_stage})`;
  return current_stage + declared + audit;
}

function totalsOf({ metrics }: Assessment): string {
  const { total_decisions: total, forced_total: forced, severity } = metrics;
  return [
    `total=${total}`,
    `forced_ratio=${ratio(forced, total)}`,
    `normal=${severity['normal'] ?? 0}`,
    `warn=${severity['warn'] ?? 0}`,
    `alert=${severity['alert'] ?? 0}`,
  ].join(' ');
}

/** Of the current stage, else of the latest; none where neither has evidence. */
function stageLine({ metrics, current_stage: current }: Assessment): readonly string[] {
  const { stage_metrics: of, latest_stage: latest } = metrics;
  const found = of[current] ?? (latest === null ? undefined : of[latest]);
  if (found === undefined) return [];
  const streak = metrics.consecutive_normal_latest_stage;
  return [`  stage[${found.stage}]: ${ratiosOf(found)} streak=${streak}`];
}

function ratiosOf({ total, forced, severity }: StageMetricsDocument): string {
  return [
    `forced_ratio=${ratio(forced, total)}`,
    `warn_ratio=${ratio(severity['warn'] ?? 0, total)}`,
    `normal_ratio=${ratio(severity['normal'] ?? 0, total)}`,
  ].join(' ');
}

/** From the counts: a ratio that was rounded once is not rounded again. */
function ratio(part: number, whole: number): string {
  return fixed2(whole === 0 ? 0 : part / whole);
}
