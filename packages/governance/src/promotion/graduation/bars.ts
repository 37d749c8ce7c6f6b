/** What keeps one gate shut, in the order in which it is told (sections 3.3 and 3.4). */
import type { DiaryReading } from '../../evidence/diary-fact.ts';
import type { Posture } from '../posture.ts';
import { type Gate, MEASURED_AT } from '../stage.ts';
import { type Blocker, blockerOf } from './blockers.ts';
import type { BlockerKind } from './catalogue.ts';
import type { GraduationConfig } from './config.ts';
import type { Metrics, StageMeasure } from './metrics.ts';

/** Everything a gate is judged by. */
export interface Case {
  readonly metrics: Metrics;
  readonly posture: Posture;
  readonly config: GraduationConfig;
  readonly reading: Pick<DiaryReading, 'violations' | 'missing'>;
}

/** Where either record is not what was written no gate opens, measured or not (1.7, 2.11). */
export function integrityBlockers(gate: Gate, { reading, posture }: Case): readonly Blocker[] {
  const diary = reading.violations.map((id) =>
    blockerOf('diary_integrity_violation', gate, { value: 1, limit: 0, items: [id] }),
  );
  const ledger = blockerOf('ledger_integrity_violation', gate, { value: 1, limit: 0 });
  return posture.ledgerOk ? diary : [...diary, ledger];
}

/** Of evidence, approvals and record. Empty: the gate is clear. */
export function barBlockers(gate: Gate, about: Case): readonly Blocker[] {
  const { metrics, config } = about;
  const measured = metrics.stages[MEASURED_AT[gate]];
  const need = config.gates[gate].min_decisions;
  const isEnough = measured.total >= need;
  return [
    ...(isEnough
      ? [...qualityBlockers(gate, about, measured), ...recordBlockers(gate, about)]
      : atLeast('{stage}_stage_decisions_insufficient', gate, measured.total, need)),
    ...(isGreenAsked(gate, config, isEnough) ? greenBlockers(gate, about) : []),
    ...originBlockers(gate, about, measured),
  ];
}

function qualityBlockers(
  gate: Gate,
  { metrics, config }: Case,
  measured: StageMeasure,
): readonly Blocker[] {
  const bars = config.gates[gate];
  const { total, forced, severity, alerts, unknown, stage } = measured;
  const asked = 'min_normal_streak' in bars && metrics.latestStage === stage;
  return [
    ...atMost('{stage}_stage_alerts_present', gate, alerts, bars.max_alerts),
    ...ratioBar('{stage}_forced_ratio_exceeds', gate, forced, total, bars.max_forced_ratio),
    ...ratioBar(
      '{stage}_warn_ratio_exceeds',
      gate,
      severity['warn'] ?? 0,
      total,
      bars.max_warn_ratio,
    ),
    ...ratioBar(
      '{stage}_normal_ratio_below',
      gate,
      severity['normal'] ?? 0,
      total,
      bars.min_normal_ratio,
    ),
    ...(config.strict_unknown_severity
      ? atMost('{stage}_unknown_severity_present', gate, unknown, 0)
      : []),
    ...(asked
      ? atLeast('{stage}_normal_streak_below', gate, metrics.streak, bars.min_normal_streak)
      : []),
  ];
}

/** What the ledger lacks of the stage behind the gate (G-14, G-34). */
function recordBlockers(gate: Gate, { posture, config }: Case): readonly Blocker[] {
  const bars = config.gates[gate];
  const gaps = posture.gapsOf[gate];
  return [
    ...('min_approvals' in bars
      ? atLeast('approvals_required', gate, posture.approversOf[gate], bars.min_approvals)
      : []),
    ...(gaps.length > 0
      ? [blockerOf('audit_gaps_present', gate, { value: gaps.length, limit: 0, items: gaps })]
      : []),
  ];
}

/** Before the first real money (G-31), and always before more of it, however small the sample. */
function isGreenAsked(gate: Gate, config: GraduationConfig, isEnough: boolean): boolean {
  if (gate === 'paper') return false;
  return gate === 'limited_live' || (config.pilot_is_real_money && isEnough);
}

function greenBlockers(gate: Gate, { metrics, config }: Case): readonly Blocker[] {
  const { days, tradingDays } = metrics.green;
  return [
    ...atLeast('paper_green_gate_duration_below', gate, days, config.min_paper_green_days),
    ...atLeast('paper_trading_days_insufficient', gate, tradingDays, config.min_trading_days),
  ];
}

/** What the evidence is, as against what it says: asked of the smallest sample too (D-35, D-38). */
function originBlockers(
  gate: Gate,
  { reading, config }: Case,
  { virtual, simulated, unlabelled }: StageMeasure,
): readonly Blocker[] {
  const missing = atMost('{stage}_decisions_missing', gate, reading.missing, 0);
  if (config.environment === 'dev') return missing;
  return [
    ...missing,
    ...atMost('{stage}_evidence_virtual', gate, virtual, 0),
    ...atMost('{stage}_evidence_simulated', gate, simulated, 0),
    ...atMost('{stage}_evidence_unlabelled', gate, unlabelled, 0),
  ];
}

function atLeast(kind: BlockerKind, gate: Gate, value: number, limit: number): readonly Blocker[] {
  return value < limit ? [blockerOf(kind, gate, { value, limit })] : [];
}

function atMost(kind: BlockerKind, gate: Gate, value: number, limit: number): readonly Blocker[] {
  return value > limit ? [blockerOf(kind, gate, { value, limit })] : [];
}

/** `comparator` of its entry says on which side a ratio fails; exactly the limit passes. */
function ratioBar(
  kind: BlockerKind,
  gate: Gate,
  numerator: number,
  denominator: number,
  limit: number,
): readonly Blocker[] {
  const value = numerator / denominator;
  const blocker = blockerOf(kind, gate, { value, limit, numerator, denominator });
  const fails = blocker.comparator === '>' ? value > limit : value < limit;
  return fails ? [blocker] : [];
}
