/** `daily_monitor_snapshot.csv`: the metrics of one session as a table (section 8.6). */
import { day, decimal, maybe, oneOf, sha256, type Table, tableOf, text } from './csv.ts';
import { METRIC_IDS } from './metric.ts';
import { type MetricRow, STATUSES } from './monitor.ts';

export const SNAPSHOT_TABLE: Table<MetricRow> = tableOf('daily_monitor_snapshot', {
  as_of: day,
  metric: oneOf(METRIC_IDS),
  branch: oneOf(['candidate', 'candidate-control', 'candidate-reference']),
  value: maybe(decimal),
  warn_threshold: maybe(decimal),
  hard_threshold: maybe(decimal),
  direction: oneOf(['min', 'max']),
  status: oneOf(STATUSES),
  source_file: maybe(text),
  source_sha256: maybe(sha256),
});
