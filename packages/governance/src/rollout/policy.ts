/**
 * `rollout-policy.json`: every number the rollout decision and the monitor judge by (sections 8.6
 * and 8.8). Its digest stands in every state that was made by it.
 */
import { closed, createParser, type Parser, parseText } from '@holdfast/core/parse';
import { digestOf } from '@holdfast/runtime/proof';
import { type Static, Type } from 'typebox';
import { decimalOf } from './decimal.ts';
import { METRIC_IDS, METRICS, type MetricId } from './metric.ts';
import { decimalSchema, nameSchema } from './spelling.ts';

/** Sessions, of which nobody waits for more than a year of. */
const sessions = Type.Integer({ minimum: 1, maximum: 366 });
const maybeDecimal = Type.Union([decimalSchema, Type.Null()]);

const thresholds = <const D extends 'min' | 'max'>(direction: D) =>
  closed({
    /** Told so that the document can be read alone; another one is refused. */
    direction: Type.Literal(direction),
    /** At the threshold itself nothing is wrong. Null: there is none. */
    warn: maybeDecimal,
    hard: maybeDecimal,
    /** Unavailable is hard where it is required, and a warning elsewhere. */
    required: Type.Boolean(),
  });

const MonitorSchema = closed({
  net_return_delta: thresholds(METRICS.net_return_delta.direction),
  profit_factor_delta: thresholds(METRICS.profit_factor_delta.direction),
  max_drawdown: thresholds(METRICS.max_drawdown.direction),
  max_loss_streak: thresholds(METRICS.max_loss_streak.direction),
  stressed_return_delta: thresholds(METRICS.stressed_return_delta.direction),
  over_removals: thresholds(METRICS.over_removals.direction),
  observe_removals: thresholds(METRICS.observe_removals.direction),
  robust_sensitivity_cases: thresholds(METRICS.robust_sensitivity_cases.direction),
  entry_overlap_loss: thresholds(METRICS.entry_overlap_loss.direction),
  exit_overlap_loss: thresholds(METRICS.exit_overlap_loss.direction),
} satisfies Readonly<Record<MetricId, unknown>>);

const PolicySchema = closed({
  schema_version: Type.Literal('rollout-policy.v1'),
  /** What is recommended when a review is required; the control, which is frozen. */
  fallback_branch: nameSchema,
  max_source_lag_sessions: closed({ warn: sessions, hard: sessions }),
  max_data_age_sessions: closed({ warn: sessions, hard: sessions }),
  hard_streak_rollback_min: sessions,
  warning_streak_hold_min: sessions,
  /** Null: warnings alone never lead to a review. */
  warning_streak_rollback_min: Type.Union([sessions, Type.Null()]),
  /** The first session of a high one holds: below that it would pass what medium does not. */
  divergence_high_streak: closed({ hold_min: Type.Literal(1), rollback_min: sessions }),
  misalignment_streak: closed({ warn: sessions }),
  require_golden: Type.Boolean(),
  require_no_silent_path: Type.Boolean(),
  equivalence_max_age_sessions: sessions,
  recovery_clean_runs: sessions,
  hold_blocks_paper: Type.Boolean(),
  declared_difference_families: Type.Array(nameSchema, { uniqueItems: true }),
  rollout: closed({
    /** `standalone`: no pipeline brings the sources, so what is decided is not known to be new. */
    checker: Type.Enum(['integrated', 'standalone'] as const),
  }),
  /** Off: the state is replaced by a hold, and a review stays one (D-06). */
  rollout_checker_enabled: Type.Boolean(),
  emergency_stop_enabled: Type.Boolean(),
  rollout_review_is_emergency_stop: Type.Boolean(),
  monitor: MonitorSchema,
});
export type RolloutPolicy = Static<typeof PolicySchema>;
export type Thresholds = RolloutPolicy['monitor'][MetricId];
const parsePolicy: Parser<RolloutPolicy> = createParser(PolicySchema);

const min = (warn: string | null, hard: string | null) =>
  ({ direction: 'min', warn, hard, required: true }) as const;
const max = (warn: string | null, hard: string | null) =>
  ({ direction: 'max', warn, hard, required: true }) as const;

export const DEFAULT_POLICY = Object.freeze<RolloutPolicy>({
  schema_version: 'rollout-policy.v1',
  fallback_branch: 'alpha_first_selective_veto',
  max_source_lag_sessions: { warn: 1, hard: 2 },
  max_data_age_sessions: { warn: 2, hard: 3 },
  hard_streak_rollback_min: 1,
  warning_streak_hold_min: 1,
  warning_streak_rollback_min: 5,
  divergence_high_streak: { hold_min: 1, rollback_min: 5 },
  misalignment_streak: { warn: 10 },
  require_golden: true,
  require_no_silent_path: true,
  equivalence_max_age_sessions: 5,
  recovery_clean_runs: 3,
  hold_blocks_paper: true,
  declared_difference_families: [],
  rollout: { checker: 'integrated' },
  rollout_checker_enabled: true,
  emergency_stop_enabled: true,
  rollout_review_is_emergency_stop: false,
  monitor: {
    net_return_delta: min('0.003', '0'),
    profit_factor_delta: min('0.5', '0'),
    max_drawdown: min('-0.15', '-0.18'),
    max_loss_streak: max('8', '10'),
    stressed_return_delta: min('0.01', '0'),
    over_removals: max(null, '0'),
    observe_removals: max('1', '3'),
    robust_sensitivity_cases: min('45', '35'),
    // A cost of governance that is known and accepted: it warns, and nothing more.
    entry_overlap_loss: max('8', null),
    exit_overlap_loss: max('8', null),
  },
});

export interface PolicyFault {
  /** JSON pointer; empty for the whole. */
  readonly path: string;
  readonly detail: string;
}

export type PolicyRead =
  | { readonly ok: true; readonly policy: RolloutPolicy; readonly sha256: string }
  | { readonly ok: false; readonly faults: readonly PolicyFault[] };

/** Of the canonical form: how the document is laid out decides nothing. */
export function readPolicy(text: string): PolicyRead {
  const parsed = parseText(text, parsePolicy);
  if (!parsed.ok) {
    const faults = parsed.violations.map(({ path, message, place }) => ({
      path,
      detail: `${message} (line ${place.line}, column ${place.column})`,
    }));
    return { ok: false, faults };
  }
  const faults = contradictionsOf(parsed.value);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, policy: parsed.value, sha256: digestOf(parsed.value) };
}

/** A tier that could never be reached, or would be passed over, is a mistake of writing. */
function contradictionsOf(policy: RolloutPolicy): readonly PolicyFault[] {
  const faults: PolicyFault[] = [];
  for (const key of ['max_source_lag_sessions', 'max_data_age_sessions'] as const) {
    const { warn, hard } = policy[key];
    if (warn > hard) faults.push({ path: `/${key}`, detail: 'warns after it is hard' });
  }
  const rollback = policy.warning_streak_rollback_min;
  if (rollback !== null && rollback < policy.warning_streak_hold_min) {
    const path = '/warning_streak_rollback_min';
    faults.push({ path, detail: 'a review before the first hold' });
  }
  for (const id of METRIC_IDS) {
    const { direction, warn, hard } = policy.monitor[id];
    if (warn === null || hard === null) continue;
    const [first, last] = [decimalOf(warn), decimalOf(hard)];
    if (direction === 'min' ? first < last : first > last) {
      faults.push({ path: `/monitor/${id}`, detail: 'warns after it is hard' });
    }
  }
  return faults;
}
