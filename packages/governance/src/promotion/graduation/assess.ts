/** Diary and posture of a policy to its assessment (section 3). Reads no clock and no file. */
import { assert } from '@holdfast/core';
import type { DiaryReading } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import { type Gate, GATES, type Stage, STAGES } from '../stage.ts';
import type { Assessment, MetricsDocument, StageMetricsDocument } from './assessment.ts';
import { blockerKey } from './blockers.ts';
import type { OddityKind } from './catalogue.ts';
import { configDigest, type GraduationConfig } from './config.ts';
import { type Epochs, epochsOf } from './epoch.ts';
import { round5 } from './fixed2.ts';
import { measure, type Metrics, type StageMeasure } from './metrics.ts';
import { recommend } from './recommend.ts';
import { windowStart } from './window.ts';

/** `now`: epoch ms. `windowHours`: only the entries of the last so many hours, for inspection. */
export function assess(
  reading: DiaryReading,
  posture: Posture,
  config: GraduationConfig,
  now: number,
  windowHours: number | null = null,
): Assessment {
  assert(windowHours === null || windowHours > 0, 'a window has hours');
  assert(reading.missing >= 0, 'missing decisions are counted');
  const epochs = epochsOf(posture);
  const metrics = measure(reading.facts, {
    environment: config.environment,
    max_paper_gap_hours: config.max_paper_gap_hours,
    policyId: posture.policyId,
    epochs,
    since: windowHours === null ? null : windowStart(now, windowHours),
    now,
  });
  const { stage, verdicts, nextGate, regressions } = recommend({
    metrics,
    posture,
    config,
    reading,
  });
  const blockers = GATES.flatMap((gate) => verdicts[gate].blockers);
  return {
    policy_id: posture.policyId,
    current_stage: posture.stage,
    declared_stage: posture.declaredStage,
    audit_stage: posture.auditStage,
    recommended_stage: stage,
    approvals: posture.approvals.filter((role) => role !== '').toSorted(),
    evidence_id: posture.evidenceId,
    audit_gaps: posture.auditGaps,
    metrics: metricsDocument(posture.policyId, metrics),
    stage_blockers: byGate((gate) => verdicts[gate].blockers.map(blockerKey)),
    next_gate: nextGate,
    gate_status: byGate((gate) => verdicts[gate].status),
    blockers_structured: blockers,
    regressions,
    evidence_epoch: epochDocument(epochs),
    paper_green_days: round5(metrics.green.days),
    integrity: { diary_ok: reading.violations.length === 0, ledger_ok: posture.ledgerOk },
    evaluator_config_digest: configDigest(config),
    assessed_at: utc(now),
    window_hours: windowHours,
    data_quality: oddities(metrics),
  };
}

function byGate<T>(of: (gate: Gate) => T): Readonly<Record<Gate, T>> {
  return { paper: of('paper'), pilot: of('pilot'), limited_live: of('limited_live') };
}

function metricsDocument(policyId: string, metrics: Metrics): MetricsDocument {
  const { totalDecisions: total, forcedTotal, firstEntryAt, lastEntryAt } = metrics;
  const staged = STAGES.map((stage) => metrics.stages[stage]).filter((found) => found.total > 0);
  return {
    policy_id: policyId,
    total_decisions: total,
    stage_metrics: Object.fromEntries(staged.map((found) => [found.stage, stageDocument(found)])),
    release_routes: metrics.routes,
    severity: metrics.severity,
    forced_total: forcedTotal,
    forced_ratio: ratio(forcedTotal, total),
    consecutive_normal_latest_stage: metrics.streak,
    first_entry_at: firstEntryAt === null ? null : utc(firstEntryAt),
    last_entry_at: lastEntryAt === null ? null : utc(lastEntryAt),
    latest_stage: metrics.latestStage,
  };
}

function stageDocument({ stage, total, forced, severity }: StageMeasure): StageMetricsDocument {
  return {
    stage,
    total,
    forced,
    severity,
    forced_ratio: ratio(forced, total),
    normal_ratio: ratio(severity['normal'] ?? 0, total),
    warn_ratio: ratio(severity['warn'] ?? 0, total),
    alert_ratio: ratio(severity['alert'] ?? 0, total),
  };
}

function epochDocument(epochs: Epochs): Readonly<Partial<Record<Stage, string>>> {
  return Object.fromEntries(
    STAGES.flatMap((stage) => {
      const from = epochs[stage];
      return from === null ? [] : [[stage, utc(from)]];
    }),
  );
}

function oddities({ unstaged, ahead, stages }: Metrics): readonly string[] {
  return [
    ...oddity('entries_without_stage', unstaged),
    ...oddity('entries_ahead_of_now', ahead),
    ...STAGES.flatMap((stage) =>
      oddity('{stage}_entries_of_other_mode', stages[stage].otherMode, stage),
    ),
  ];
}

function oddity(kind: OddityKind, entries: number, stage = ''): readonly string[] {
  return entries > 0 ? [`${kind.replace('{stage}', stage)}:${entries}`] : [];
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : round5(part / whole);
}

function utc(at: number): string {
  return new Date(at).toISOString();
}
