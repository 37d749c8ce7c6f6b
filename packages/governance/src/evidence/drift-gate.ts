/**
 * The gate that looks at drift before a decision is routed, and the two payloads it leaves in the
 * entry (section 1.5). Without telemetry nothing is known, and that is never `normal` (D-20, G-03).
 */
import type { Stage } from '../promotion/stage.ts';
import { spellMoment } from './moment.ts';

export type DriftSeverity = 'normal' | 'warn' | 'alert';
/** What an entry may carry: `unknown` where nobody looked. */
export const SEVERITIES = ['normal', 'warn', 'alert', 'unknown'] as const;
type Severity = (typeof SEVERITIES)[number];

/** What the drift sentry saw last. */
export interface DriftSnapshot {
  readonly status: DriftSeverity;
  /** Epoch ms. */
  readonly takenAt: number;
  /** What each measure says for itself. */
  readonly dimensions: Readonly<Record<string, DriftSeverity>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Of the resolved stage (section 2.8). */
export interface StageThresholds {
  readonly warn_confidence_floor: number;
  /** USD. */
  readonly warn_notional_limit: number;
  readonly block_severity: DriftSeverity;
}

export interface DriftQuestion {
  /** Null: there is none. */
  readonly snapshot: DriftSnapshot | null;
  /** Older than this it says nothing any more. */
  readonly snapshotAgeMaxMs: number;
  readonly stage: Stage;
  readonly thresholds: StageThresholds;
  /** 0 to 1; null: nobody said. */
  readonly confidence: number | null;
  readonly notionalUsd: number | null;
  /** Kept as `context.<key>`. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  /** Epoch ms. */
  readonly now: number;
}

/** `metadata.drift_decision`. */
export interface DriftDecision {
  readonly allowed: boolean;
  readonly severity: Severity;
  readonly evaluated_at: string;
  readonly blocked_dimensions: readonly string[];
  readonly requirements: Readonly<Record<string, string | number | boolean>>;
  readonly snapshot_metadata: Readonly<Record<string, unknown>>;
  readonly force_paper: boolean;
  readonly reason?: string;
}

const RANK: Readonly<Record<DriftSeverity, number>> = { normal: 0, warn: 1, alert: 2 };

const STAGE_GATE: Readonly<Record<Stage, string | null>> = {
  experiment: 'release_stage_experiment_requires_paper_or_better',
  paper: 'release_stage_paper_requires_paper_execution',
  pilot: null,
  limited_live: null,
};

export function evaluateDrift(question: DriftQuestion): DriftDecision {
  const { snapshot, stage, thresholds, context = {}, now } = question;
  const gate = STAGE_GATE[stage];
  const silence = silenceOf(question);
  const severity = snapshot === null || silence !== null ? 'unknown' : snapshot.status;
  const blocks = severity === 'unknown' ? [] : blocksOf(severity, question);
  const drift = driftReason(severity, silence, blocks);
  const reason = drift ?? gate;
  return {
    allowed: silence === null && blocks.length === 0,
    severity,
    evaluated_at: spellMoment(now),
    blocked_dimensions: severity === 'unknown' ? [] : blockedBy(snapshot, thresholds),
    requirements: {
      confidence_floor: thresholds.warn_confidence_floor,
      warn_notional_limit: thresholds.warn_notional_limit,
      block_severity: thresholds.block_severity,
      release_stage: stage,
      ...(gate === null ? {} : { release_stage_gate: gate }),
      ...Object.fromEntries(Object.entries(context).map(([key, is]) => [`context.${key}`, is])),
    },
    snapshot_metadata: snapshot?.metadata ?? {},
    force_paper: reason !== null,
    ...(reason === null ? {} : { reason }),
  };
}

/** Why the snapshot says nothing; null where it speaks. From the future it is as good as none. */
function silenceOf({ snapshot, snapshotAgeMaxMs, now }: DriftQuestion): string | null {
  if (snapshot === null) return 'no_snapshot';
  const ageMs = now - snapshot.takenAt;
  return ageMs >= 0 && ageMs <= snapshotAgeMaxMs ? null : 'drift_snapshot_stale';
}

/** What stands against it, in words the classification of causes knows. */
function blocksOf(severity: DriftSeverity, question: DriftQuestion): readonly string[] {
  const { thresholds, confidence, notionalUsd } = question;
  const { warn_confidence_floor: floor, warn_notional_limit: limit } = thresholds;
  const blocks: string[] = [];
  if (RANK[severity] >= RANK[thresholds.block_severity]) blocks.push(`drift_severity_${severity}`);
  if (severity === 'normal') return blocks;
  if (confidence === null) blocks.push('confidence missing');
  else if (!(confidence >= floor)) blocks.push(`confidence ${confidence} below ${floor}`);
  if (notionalUsd === null) blocks.push('notional missing');
  else if (!(notionalUsd <= limit)) blocks.push(`notional ${notionalUsd} above ${limit}`);
  return blocks;
}

function driftReason(
  severity: Severity,
  silence: string | null,
  blocks: readonly string[],
): string | null {
  if (silence !== null) return silence;
  if (blocks.length > 0) return blocks.join('; ');
  return severity === 'normal' ? null : `drift_severity_${severity}`;
}

function blockedBy(snapshot: DriftSnapshot | null, { block_severity: least }: StageThresholds) {
  return Object.entries(snapshot?.dimensions ?? {})
    .filter(([, severity]) => RANK[severity] >= RANK[least])
    .map(([dimension]) => dimension)
    .sort();
}
