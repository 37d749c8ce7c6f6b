/**
 * What is written of a session (sections 8.6 and 8.7): snapshot, history, health and divergence, as
 * texts. A log that cannot be read is not written over; what cannot be measured is told as that.
 */
import { type TradeAttribution } from './attribution.ts';
import type { BranchStatus } from './branch-status.ts';
import { writeTable } from './csv.ts';
import { DIVERGENCE_TABLE, type DivergenceRow, divergenceOf } from './divergence.ts';
import { valueOf } from './evidence.ts';
import { healthOf, measure, type MetricRow, type MonitorHealth } from './monitor.ts';
import { HISTORY_TABLE, type HistoryRow, historyRowOf, withRow } from './monitor-history.ts';
import { SNAPSHOT_TABLE } from './monitor-snapshot.ts';
import type { RolloutPolicy } from './policy.ts';
import { type Reading, sha256Of, troubleCode } from './reading.ts';
import { DAY_FILES, SOURCE_FILES } from './source-files.ts';
import type { BranchTrades } from './trade.ts';

export interface DayInputs {
  readonly trades: Reading<BranchTrades>;
  readonly attribution: Reading<TradeAttribution>;
  readonly branches: Reading<readonly BranchStatus[]>;
  readonly history: Reading<readonly HistoryRow[]>;
  readonly divergence: Reading<readonly DivergenceRow[]>;
}

export interface DayAbout {
  readonly asOf: string;
  readonly runId: string;
  readonly candidateBranch: string;
  readonly codeVersion: string;
  readonly policy: RolloutPolicy;
  /** Epoch ms. */
  readonly now: number;
}

export type DayWritten =
  | { readonly ok: true; readonly files: Readonly<Record<string, string>> }
  /** The log that is there and is none: whoever writes it anew loses what it held. */
  | { readonly ok: false; readonly code: string };

export function dayFiles(inputs: DayInputs, about: DayAbout): DayWritten {
  const { asOf, policy, now } = about;
  const history = logOf('monitor_history', inputs.history);
  if (typeof history === 'string') return { ok: false, code: history };
  const log = logOf('divergence_log', inputs.divergence);
  if (typeof log === 'string') return { ok: false, code: log };
  const rows = measure(asOf, tradesOf(inputs, asOf), policy);
  const snapshot = writeTable(SNAPSHOT_TABLE, rows);
  const row = historyRowOf(
    rows,
    policy,
    {
      as_of: asOf,
      run_id: about.runId,
      candidate_branch: about.candidateBranch,
      code_version: about.codeVersion,
    },
    now,
  );
  const renewed = withRow(history, row);
  const health = healthOf(rows, policy, {
    asOf,
    now,
    historyRows: renewed.length,
    snapshotSha256: sha256Of(snapshot),
  });
  const declared = {
    attribution: valueOf(inputs.attribution),
    families: policy.declared_difference_families,
  };
  const statuses = valueOf(inputs.branches) ?? [];
  const divergence = divergenceOf(asOf, statuses, declared, log, now);
  const files = {
    [DAY_FILES.snapshot]: snapshot,
    [SOURCE_FILES.history]: writeTable(HISTORY_TABLE, renewed),
    [SOURCE_FILES.divergence]: writeTable(DIVERGENCE_TABLE, withRow(log, divergence)),
    [DAY_FILES.healthReport]: renderHealth(health),
    [SOURCE_FILES.health]: `${JSON.stringify(health, null, 2)}\n`,
  };
  return { ok: true, files };
}

/** Its rows, none where it was never begun, or why it cannot be gone on with. */
function logOf<Row>(name: string, reading: Reading<readonly Row[]>): readonly Row[] | string {
  if (reading.status === 'absent') return [];
  return reading.status === 'value' ? reading.value : troubleCode(name, reading);
}

/** Trades of another session measure nothing of this one. */
function tradesOf({ trades }: DayInputs, asOf: string) {
  if (trades.status !== 'value' || trades.value.as_of !== asOf) return null;
  return { trades: trades.value, file: DAY_FILES.trades, sha256: trades.sha256 };
}

function renderHealth(health: MonitorHealth): string {
  const lines = [
    `# Monitor health: ${health.overall}`,
    '',
    `Session ${health.as_of}: ${health.hard_count} hard, ${health.warning_count} warning, ` +
      `${health.unavailable_count} unavailable.`,
    '',
    '| Metric | Of | Value | Direction | Warn | Hard | Status |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...health.metrics.map(lineOfMetric),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function lineOfMetric(row: MetricRow): string {
  const cells = [
    row.metric,
    row.branch,
    row.value ?? '–',
    row.direction,
    row.warn_threshold ?? '–',
    row.hard_threshold ?? '–',
    row.status,
  ];
  return `| ${cells.join(' | ')} |`;
}
