/** What a gate of the rollout decision answers (section 8.8). */
export const GATE_IDS = [
  'rg_daily_manifest_present',
  'rg_monitor_health_present',
  'rg_monitor_history_present',
  'rg_divergence_log_present',
  'rg_date_alignment',
  'rg_data_age',
  'rg_monitor_hard',
  'rg_monitor_warning',
  'rg_divergence_level',
  'rg_control_candidate_alignment',
  'rg_golden_regression',
  'rg_no_silent_path',
  'rg_fallback_available',
] as const;
export type GateId = (typeof GATE_IDS)[number];

export const AREAS = [
  'artifacts',
  'freshness',
  'monitor',
  'divergence',
  'runtime',
  'fallback',
] as const;
export type Area = (typeof AREAS)[number];

export type GateStatus = 'pass' | 'warn' | 'hard';

export interface Verdict {
  readonly status: GateStatus;
  /** What was found, and null where nothing was. */
  readonly value: string | null;
  /** What it was held against. */
  readonly threshold: string | null;
  /** Codes; what does not pass has at least one. */
  readonly reasons: readonly string[];
}

export interface GateResult extends Verdict {
  readonly gate: GateId;
  readonly area: Area;
}
