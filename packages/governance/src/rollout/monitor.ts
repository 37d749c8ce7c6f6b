/**
 * The monitor (section 8.6): what was measured, judged by the thresholds of the policy. What cannot
 * be measured is told as unavailable and counts against the candidate.
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { parseDay } from './calendar.ts';
import { type Decimal, decimalOf, formatDecimal } from './decimal.ts';
import { METRIC_IDS, METRICS, type MetricId } from './metric.ts';
import type { RolloutPolicy, Thresholds } from './policy.ts';
import {
  countSchema,
  daySchema,
  decimalSchema,
  parseTime,
  sha256Schema,
  textOfTime,
} from './spelling.ts';
import type { BranchTrades } from './trade.ts';

export const STATUSES = ['ok', 'warning', 'hard', 'unavailable'] as const;
export type MetricStatus = (typeof STATUSES)[number];

const maybeDecimal = Type.Union([decimalSchema, Type.Null()]);
const MetricRowSchema = closed({
  as_of: daySchema,
  metric: Type.Enum(METRIC_IDS as MetricId[]),
  /** Branch or pair, by role. */
  branch: Type.Enum(['candidate', 'candidate-control', 'candidate-reference'] as const),
  value: maybeDecimal,
  warn_threshold: maybeDecimal,
  hard_threshold: maybeDecimal,
  direction: Type.Enum(['min', 'max'] as const),
  status: Type.Enum(STATUSES),
  /** What it was measured from; null where nothing could be read. */
  source_file: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
  source_sha256: Type.Union([sha256Schema, Type.Null()]),
});
export type MetricRow = Static<typeof MetricRowSchema>;

const HealthSchema = closed({
  schema_version: Type.Literal('monitor-health.v1'),
  as_of: daySchema,
  generated_at: Type.String(),
  overall: Type.Enum(['ok', 'warning', 'hard'] as const),
  /** With what is required and unavailable. */
  hard_count: countSchema,
  /** With what is not required and unavailable. */
  warning_count: countSchema,
  unavailable_count: countSchema,
  metrics: Type.Array(MetricRowSchema),
  history_rows: countSchema,
  sha256_of_snapshot: sha256Schema,
});
export type MonitorHealth = Static<typeof HealthSchema>;
export const parseHealth: Parser<MonitorHealth> = createParser(HealthSchema);

/** The trades, and the file they came from. */
export interface TradesSource {
  readonly trades: BranchTrades;
  readonly file: string;
  readonly sha256: string;
}

export function statusOf(value: Decimal | null, limits: Thresholds): MetricStatus {
  if (value === null) return 'unavailable';
  const beyond = (threshold: string | null): boolean => {
    if (threshold === null) return false;
    const limit = decimalOf(threshold);
    return limits.direction === 'min' ? value < limit : value > limit;
  };
  if (beyond(limits.hard)) return 'hard';
  return beyond(limits.warn) ? 'warning' : 'ok';
}

/** One row a metric, in their order. `source` is null where there is nothing to measure from. */
export function measure(
  asOf: string,
  source: TradesSource | null,
  policy: RolloutPolicy,
): readonly MetricRow[] {
  return METRIC_IDS.map((metric) => {
    const { direction, of, measure: take } = METRICS[metric];
    const limits = policy.monitor[metric];
    const value = source === null ? null : take(source.trades);
    return {
      as_of: asOf,
      metric,
      branch: of,
      value: value === null ? null : formatDecimal(value),
      warn_threshold: limits.warn,
      hard_threshold: limits.hard,
      direction,
      status: statusOf(value, limits),
      source_file: source?.file ?? null,
      source_sha256: source?.sha256 ?? null,
    };
  });
}

/** What counts, by name, in the order of the metrics. */
export interface Weighed {
  readonly hard: readonly MetricId[];
  readonly warning: readonly MetricId[];
  readonly unavailable: readonly MetricId[];
}

export function weigh(rows: readonly MetricRow[], policy: RolloutPolicy): Weighed {
  const those = (of: (row: MetricRow, required: boolean) => boolean): readonly MetricId[] =>
    rows.filter((row) => of(row, policy.monitor[row.metric].required)).map(({ metric }) => metric);
  return {
    hard: those(
      ({ status }, required) => status === 'hard' || (status === 'unavailable' && required),
    ),
    warning: those(
      ({ status }, required) => status === 'warning' || (status === 'unavailable' && !required),
    ),
    unavailable: those(({ status }) => status === 'unavailable'),
  };
}

export const overallOf = (hard: number, warning: number): MonitorHealth['overall'] =>
  hard > 0 ? 'hard' : warning > 0 ? 'warning' : 'ok';

/** The health artefact. `historyRows` counts the history with the row of this session in it. */
export function healthOf(
  rows: readonly MetricRow[],
  policy: RolloutPolicy,
  about: {
    readonly asOf: string;
    readonly now: number;
    readonly historyRows: number;
    readonly snapshotSha256: string;
  },
): MonitorHealth {
  const { hard, warning, unavailable } = weigh(rows, policy);
  return {
    schema_version: 'monitor-health.v1',
    as_of: about.asOf,
    generated_at: textOfTime(about.now),
    overall: overallOf(hard.length, warning.length),
    hard_count: hard.length,
    warning_count: warning.length,
    unavailable_count: unavailable.length,
    metrics: [...rows],
    history_rows: about.historyRows,
    sha256_of_snapshot: about.snapshotSha256,
  };
}

/** What such an artefact may not say, whoever wrote it: its counts are those of its metrics. */
export function contradictionOfHealth(health: MonitorHealth): string | null {
  const { metrics, hard_count: hard, warning_count: warning, unavailable_count: gone } = health;
  if (parseDay(health.as_of) === null) return 'as_of is no day';
  if (parseTime(health.generated_at) === null) return 'generated_at is no time';
  const there = metrics.map(({ metric }) => metric);
  const missing = METRIC_IDS.find((id) => there.filter((each) => each === id).length !== 1);
  if (missing !== undefined) return `${missing} is not there once`;
  if (metrics.some(({ as_of: asOf }) => asOf !== health.as_of)) return 'a metric of another day';
  const told = (status: MetricStatus): number =>
    metrics.filter((row) => row.status === status).length;
  const unlike = metrics.find(
    ({ value, status }) => (value === null) !== (status === 'unavailable'),
  );
  if (unlike !== undefined) return `${unlike.metric} has no value of its status`;
  if (gone !== told('unavailable')) return 'unavailable_count is not that of the metrics';
  if (hard < told('hard') || warning < told('warning')) return 'a count is less than the metrics';
  if (hard + warning !== told('hard') + told('warning') + gone) {
    return 'the counts are not those of the metrics';
  }
  return health.overall === overallOf(hard, warning) ? null : 'overall is not what the counts say';
}
