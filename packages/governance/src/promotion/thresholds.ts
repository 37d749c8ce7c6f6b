/**
 * The drift thresholds a stage trades under (promotion-gate specification 2.8). Notional limits
 * are in USD and warn; they are no capital caps.
 */
import type { Stage } from './stage.ts';

/** What stands in an override: null is a limit that is taken away. */
export type ThresholdValue = string | number | null;
export type ThresholdOverrides = Readonly<Record<string, ThresholdValue>>;

/** In the order in which they block: the lower, the tighter. */
const SEVERITIES = ['normal', 'warn', 'alert'] as const;

interface Threshold {
  /** Which way lies safety. */
  readonly tighter: 'higher' | 'lower';
  /** The greatest value that means anything. */
  readonly max: number;
}

const NUMBERS: Readonly<Record<string, Threshold>> = {
  warn_confidence_floor: { tighter: 'higher', max: 1 },
  warn_notional_limit: { tighter: 'lower', max: Number.MAX_SAFE_INTEGER },
  counterfactual_relative_delta_limit: { tighter: 'lower', max: Number.MAX_SAFE_INTEGER },
  counterfactual_relative_delta_limit_passive: { tighter: 'lower', max: Number.MAX_SAFE_INTEGER },
};

export const THRESHOLD_PROFILES: Readonly<Record<Stage, ThresholdOverrides>> = {
  experiment: {
    warn_confidence_floor: 0.85,
    warn_notional_limit: 10_000,
    block_severity: 'warn',
  },
  paper: {
    warn_confidence_floor: 0.75,
    warn_notional_limit: 50_000,
    block_severity: 'alert',
  },
  pilot: {
    warn_confidence_floor: 0.7,
    warn_notional_limit: 75_000,
    block_severity: 'alert',
    counterfactual_relative_delta_limit: 0.35,
  },
  limited_live: {
    warn_confidence_floor: 0.6,
    warn_notional_limit: 100_000,
    block_severity: 'alert',
    counterfactual_relative_delta_limit: 0.2,
    counterfactual_relative_delta_limit_passive: 0.35,
  },
};

export interface ThresholdFault {
  readonly code: 'threshold_invalid' | 'threshold_loosened';
  readonly key: string;
}

/** Every override that is no threshold, then every one that gives away safety at this stage. */
export function judgeOverrides(
  stage: Stage,
  overrides: ThresholdOverrides,
): readonly ThresholdFault[] {
  const keys = Object.keys(overrides).sort();
  const invalid = keys.filter((key) => !isThreshold(key, overrides[key]));
  const loosened = keys.filter((key) => !invalid.includes(key) && isLooser(stage, key, overrides));
  return [
    ...invalid.map((key) => ({ code: 'threshold_invalid', key }) as const),
    ...loosened.map((key) => ({ code: 'threshold_loosened', key }) as const),
  ];
}

export interface ResolvedThresholds {
  readonly stage: Stage;
  readonly [threshold: string]: ThresholdValue;
}

/**
 * The profile of the stage overlaid by the overrides. One that loosens counts only where it was
 * approved for this very stage; a policy held below its declared stage gets nothing of it.
 */
export function resolveThresholds(
  stage: Stage,
  overrides: ThresholdOverrides,
  isLooseningApproved: boolean,
): ResolvedThresholds {
  const refused = new Set(
    judgeOverrides(stage, overrides)
      .filter(({ code }) => code === 'threshold_invalid' || !isLooseningApproved)
      .map(({ key }) => key),
  );
  const kept = Object.entries(overrides).filter(([key]) => !refused.has(key));
  return { ...THRESHOLD_PROFILES[stage], ...Object.fromEntries(kept), stage };
}

function isThreshold(key: string, value: ThresholdValue | undefined): boolean {
  if (key === 'block_severity') return rankOfSeverity(value) >= 0 || value === null;
  if (!Object.hasOwn(NUMBERS, key)) return false;
  const threshold = NUMBERS[key];
  if (threshold === undefined) return false;
  if (value === null) return true;
  return typeof value === 'number' && value >= 0 && value <= threshold.max;
}

function rankOfSeverity(value: ThresholdValue | undefined): number {
  return SEVERITIES.findIndex((severity) => severity === value);
}

/** Where the profile sets nothing, anything that is set is tighter. */
function isLooser(stage: Stage, key: string, overrides: ThresholdOverrides): boolean {
  const set = THRESHOLD_PROFILES[stage][key] ?? null;
  const wanted = overrides[key] ?? null;
  if (set === null) return false;
  if (wanted === null) return true;
  if (key === 'block_severity') return rankOfSeverity(wanted) > rankOfSeverity(set);
  return NUMBERS[key]?.tighter === 'higher'
    ? Number(wanted) < Number(set)
    : Number(wanted) > Number(set);
}
