/** `monitor-history.csv`: one row a session (section 8.6), and the streaks counted in it. */
import { dayOf } from './calendar.ts';
import { count, day, names, oneOf, type Table, tableOf, text, time } from './csv.ts';
import { type MetricRow, overallOf, weigh } from './monitor.ts';
import type { RolloutPolicy } from './policy.ts';
import { textOfTime } from './spelling.ts';

export interface HistoryRow {
  readonly as_of: string;
  readonly run_id: string;
  readonly overall: 'ok' | 'warning' | 'hard';
  readonly hard_count: number;
  readonly warning_count: number;
  readonly unavailable_count: number;
  readonly hard_metrics: readonly string[];
  readonly warning_metrics: readonly string[];
  readonly candidate_branch: string;
  readonly code_version: string;
  readonly generated_at: string;
}

export const HISTORY_TABLE: Table<HistoryRow> = tableOf('monitor-history', {
  as_of: day,
  run_id: text,
  overall: oneOf(['ok', 'warning', 'hard']),
  hard_count: count,
  warning_count: count,
  unavailable_count: count,
  hard_metrics: names,
  warning_metrics: names,
  candidate_branch: text,
  code_version: text,
  generated_at: time,
});

/** The row of one session. `now`: epoch ms. */
export function historyRowOf(
  rows: readonly MetricRow[],
  policy: RolloutPolicy,
  about: Pick<HistoryRow, 'as_of' | 'run_id' | 'candidate_branch' | 'code_version'>,
  now: number,
): HistoryRow {
  const { hard, warning, unavailable } = weigh(rows, policy);
  return {
    ...about,
    overall: overallOf(hard.length, warning.length),
    hard_count: hard.length,
    warning_count: warning.length,
    unavailable_count: unavailable.length,
    hard_metrics: hard,
    warning_metrics: warning,
    generated_at: textOfTime(now),
  };
}

/** A session has one row: a rerun replaces it. Oldest first. */
export function withRow<Row extends { readonly as_of: string }>(
  rows: readonly Row[],
  row: Row,
): readonly Row[] {
  const others = rows.filter(({ as_of: asOf }) => asOf !== row.as_of);
  return [...others, row].sort((one, other) => dayOf(one.as_of) - dayOf(other.as_of));
}

/** Of each session the row that was written last, oldest session first. */
export function bySession<Row extends { readonly as_of: string }>(
  rows: readonly Row[],
): readonly Row[] {
  const last = new Map(rows.map((row) => [row.as_of, row]));
  return [...last.values()].sort((one, other) => dayOf(one.as_of) - dayOf(other.as_of));
}

/** How many of the newest rows in a row are so. The rows are those of `bySession`. */
export function streakOf<Row>(rows: readonly Row[], isSo: (row: Row) => boolean): number {
  const since = rows.findLastIndex((row) => !isSo(row));
  return rows.length - 1 - since;
}

export function contradictionOfHistory(rows: readonly HistoryRow[]): string | null {
  for (const row of rows) {
    const { as_of: asOf, hard_count: hard, warning_count: warning } = row;
    if (row.overall !== overallOf(hard, warning)) return `${asOf}: overall is not its counts`;
    if (row.hard_metrics.length !== hard || row.warning_metrics.length !== warning) {
      return `${asOf}: the metrics are not as many as are counted`;
    }
    if (row.unavailable_count > hard + warning) return `${asOf}: more unavailable than counted`;
  }
  return null;
}
