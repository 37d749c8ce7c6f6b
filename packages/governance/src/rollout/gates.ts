/** The thirteen gates of the rollout decision, in their order (section 8.8). */
import {
  dailyManifestPresent,
  dataAge,
  dateAlignment,
  divergenceLogPresent,
  monitorHealthPresent,
  monitorHistoryPresent,
} from './artifact-gates.ts';
import {
  controlCandidateAlignment,
  divergenceLevel,
  monitorHard,
  monitorWarning,
} from './condition-gates.ts';
import type { Evidence } from './evidence.ts';
import { type Area, GATE_IDS, type GateId, type GateResult, type Verdict } from './gate.ts';
import { fallbackAvailable, goldenRegression, noSilentPath } from './runtime-gates.ts';

interface Gate {
  readonly area: Area;
  readonly judge: (evidence: Evidence) => Verdict;
}

const GATES: Readonly<Record<GateId, Gate>> = {
  rg_daily_manifest_present: { area: 'artifacts', judge: dailyManifestPresent },
  rg_monitor_health_present: { area: 'artifacts', judge: monitorHealthPresent },
  rg_monitor_history_present: { area: 'artifacts', judge: monitorHistoryPresent },
  rg_divergence_log_present: { area: 'artifacts', judge: divergenceLogPresent },
  rg_date_alignment: { area: 'freshness', judge: dateAlignment },
  rg_data_age: { area: 'freshness', judge: dataAge },
  rg_monitor_hard: { area: 'monitor', judge: monitorHard },
  rg_monitor_warning: { area: 'monitor', judge: monitorWarning },
  rg_divergence_level: { area: 'divergence', judge: divergenceLevel },
  rg_control_candidate_alignment: { area: 'divergence', judge: controlCandidateAlignment },
  rg_golden_regression: { area: 'runtime', judge: goldenRegression },
  rg_no_silent_path: { area: 'runtime', judge: noSilentPath },
  rg_fallback_available: { area: 'fallback', judge: fallbackAvailable },
};

/** Every gate is asked, whatever the others say: the report lists them all. */
export function judgeGates(evidence: Evidence): readonly GateResult[] {
  return GATE_IDS.map((gate) => judgeGate(gate, evidence));
}

/** One of them alone. */
export function judgeGate(gate: GateId, evidence: Evidence): GateResult {
  const { area, judge } = GATES[gate];
  return { gate, area, ...judge(evidence) };
}
