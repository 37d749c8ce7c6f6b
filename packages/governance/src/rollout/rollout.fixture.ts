/** One whole folder of sources in memory: made by the writers themselves, healthy unless told. */
import { BRANCH_STATUS_TABLE, type BranchStatus } from './branch-status.ts';
import { dayOf, EVERY_DAY, textOfDay } from './calendar.ts';
import { writeTable } from './csv.ts';
import type { DailyManifest } from './daily.ts';
import { DIVERGENCE_TABLE, type DivergenceRow, divergenceOf } from './divergence.ts';
import type { GoldenManifest, GoldenRegression, NoSilentPath } from './equivalence.ts';
import type { Evidence, Sources } from './evidence.ts';
import { METRIC_IDS, type MetricId } from './metric.ts';
import { healthOf, measure, type MetricRow, type MetricStatus } from './monitor.ts';
import { HISTORY_TABLE, type HistoryRow, historyRowOf } from './monitor-history.ts';
import { SNAPSHOT_TABLE } from './monitor-snapshot.ts';
import { DEFAULT_POLICY, type RolloutPolicy } from './policy.ts';
import { type Bytes, sha256Of } from './reading.ts';
import { SOURCE_FILES } from './source-files.ts';
import { sourcesFrom } from './sources.ts';
import type { BranchTrades, ClosedTrade } from './trade.ts';

/** A Friday, and the morning after it. */
export const SESSION = '2026-04-03';
export const NOW = Date.parse('2026-04-04T06:00:00.000Z');
export const CONTROL = 'alpha_first_selective_veto';
export const CANDIDATE = 'alpha_first_glued_refined_hot_cap';
export const SHA = 'a'.repeat(64);
const MICRO = 1_000_000;

export const sessionsBack = (count: number, from = SESSION): string =>
  textOfDay(dayOf(from) - count);

/** A trade of a thousand in capital; `gross` and `fees` in USD. */
export function trade(id: string, gross: number, over: Partial<ClosedTrade> = {}): ClosedTrade {
  return {
    trade_id: id,
    opportunity_id: id,
    opened_at: Date.parse('2026-03-02T08:00:00.000Z'),
    closed_at: Date.parse('2026-03-09T08:00:00.000Z'),
    gross_micro_usd: gross * MICRO,
    fees_micro_usd: 0,
    capital_micro_usd: 1_000 * MICRO,
    entry_value_micro_usd: 1_000 * MICRO,
    exit_value_micro_usd: 1_000 * MICRO,
    ...over,
  };
}

export function branchTrades(over: Partial<BranchTrades> = {}): BranchTrades {
  const kept = [trade('a', 200), trade('b', -100), trade('c', 200)];
  return {
    schema_version: 'branch-trades.v1',
    as_of: SESSION,
    from: '2026-01-01',
    start_equity_micro_usd: 10_000 * MICRO,
    candidate: kept,
    control: [...kept, trade('d', -100)],
    reference: kept,
    sensitivity: Array.from({ length: 52 }, (_, index) => ({
      case: `case-${index}`,
      trades: kept,
    })),
    ...over,
  };
}

/** Measured rows, some of them with another status than the trades give. */
export function metricRows(
  asOf: string,
  statuses: Partial<Record<MetricId, MetricStatus>> = {},
  policy: RolloutPolicy = DEFAULT_POLICY,
): readonly MetricRow[] {
  const source = { trades: branchTrades(), file: 'branch-trades.json', sha256: SHA };
  return measure(asOf, source, policy).map((row) => {
    const is = statuses[row.metric] ?? row.status;
    return { ...row, status: is, value: is === 'unavailable' ? null : row.value };
  });
}

/** The first so many metrics are of that status. */
export function firstMetrics(count: number, is: MetricStatus) {
  return Object.fromEntries(METRIC_IDS.slice(0, count).map((id) => [id, is]));
}

export function historyRow(
  asOf: string,
  statuses: Partial<Record<MetricId, MetricStatus>> = {},
): HistoryRow {
  const about = { as_of: asOf, run_id: 'run-1', candidate_branch: CANDIDATE, code_version: 'v1' };
  return historyRowOf(metricRows(asOf, statuses), DEFAULT_POLICY, about, NOW);
}

export function status(role: BranchStatus['role'], over: Partial<BranchStatus> = {}): BranchStatus {
  const branch = { reference: 'workbook', control: CONTROL, candidate: CANDIDATE, probe: 'probe' };
  return {
    as_of: SESSION,
    branch: branch[role],
    role,
    position: 'flat',
    open_trade_id: null,
    last_event_date: null,
    last_event_side: null,
    reason_code: null,
    reason_family: null,
    reason_layer: null,
    ...over,
  };
}

export const NOTHING_DECLARED = { attribution: null, families: [] };

export function divergenceRow(asOf: string, statuses: readonly BranchStatus[]): DivergenceRow {
  const dated = statuses.map((row) => ({ ...row, as_of: asOf }));
  return divergenceOf(asOf, dated, NOTHING_DECLARED, [], NOW);
}

export const ALIGNED = [status('reference'), status('control'), status('candidate')];
export const APART = [
  status('reference'),
  status('control', { position: 'long', open_trade_id: 't-1', reason_family: 'trend' }),
  status('candidate'),
];

const golden = (over: Partial<GoldenRegression> = {}): GoldenRegression => ({
  schema_version: 'golden-regression.v1',
  passed: true,
  core_hash_expected: SHA,
  core_hash_actual: SHA,
  mismatches: [],
  data_hash_ok: true,
  checked_at: '2026-04-03T20:00:00.000Z',
  ...over,
});

const noSilentPath = (over: Partial<NoSilentPath> = {}): NoSilentPath => ({
  schema_version: 'no-silent-path.v1',
  passed: true,
  compared_branches: [CONTROL, CANDIDATE],
  undeclared: [],
  stale_declarations: [],
  unknown_reasons: [],
  unclassified_count: 0,
  checked_at: '2026-04-03T20:00:00.000Z',
  ...over,
});

function goldenManifest(...branches: readonly string[]): GoldenManifest {
  const table = { rows: 3, sha256: SHA };
  const headline = {
    trades: 3,
    win_rate: '0.66',
    avg_return: '0.1',
    profit_factor: '4',
    cagr: '0.3',
    max_drawdown: '-0.1',
  };
  const branch = { role: 'control' as const, events: table, trades: table, daily: table, headline };
  return {
    schema_version: 'golden-manifest.v1',
    created_at: '2026-04-01T00:00:00.000Z',
    code_version: 'v1',
    data: { source_id: 'options', from: '2025-01-01', to: '2026-03-31', rows: 9, sha256: SHA },
    branches: Object.fromEntries(branches.map((name) => [name, branch])),
    core_hash: SHA,
  };
}

export interface Told {
  readonly manifest?: Partial<DailyManifest>;
  readonly metrics?: Partial<Record<MetricId, MetricStatus>>;
  readonly history?: readonly HistoryRow[];
  readonly healthOf?: string;
  readonly divergence?: readonly DivergenceRow[];
  readonly branches?: readonly BranchStatus[];
  readonly golden?: Partial<GoldenRegression>;
  readonly noSilentPath?: Partial<NoSilentPath>;
  readonly goldenBranches?: readonly string[];
  readonly policy?: RolloutPolicy;
  /** The session all of it is of; the history has this one row. */
  readonly session?: string;
}

/** The files by path. */
export function rolloutFiles(told: Told = {}): Readonly<Record<string, string>> {
  const session = told.session ?? SESSION;
  const rows = metricRows(told.healthOf ?? session, told.metrics, told.policy);
  const snapshot = writeTable(SNAPSHOT_TABLE, rows);
  const branches = (told.branches ?? ALIGNED).map((row) => ({ ...row, as_of: session }));
  const dated = writeTable(BRANCH_STATUS_TABLE, branches);
  const signals = 'as_of,branch\n';
  const history = told.history ?? [historyRow(session, told.metrics)];
  const health = healthOf(rows, told.policy ?? DEFAULT_POLICY, {
    asOf: told.healthOf ?? session,
    now: NOW,
    historyRows: history.length,
    snapshotSha256: sha256Of(snapshot),
  });
  const file = (path: string, text: string) => ({ path, sha256: sha256Of(text), rows: 1 });
  const manifest: DailyManifest = {
    schema_version: 'daily-manifest.v1',
    requested_date: session,
    reference_date: session,
    generated_at: '2026-04-04T05:00:00.000Z',
    run_id: 'run-1',
    code_version: 'v1',
    candidate_branch: CANDIDATE,
    control_branch: CONTROL,
    reference_branch: 'workbook',
    probe_branches: [],
    governance_state: 'DUAL_TRACK_GOVERNANCE',
    data: { rows: 9, sha256: SHA },
    golden_core_hash: SHA,
    files: [
      file('daily_signal_snapshot.csv', signals),
      file('daily_branch_status.csv', dated),
      file('daily_monitor_snapshot.csv', snapshot),
    ],
    recommended_action: null,
    ...told.manifest,
  };
  return {
    'daily_signal_snapshot.csv': signals,
    'daily_branch_status.csv': dated,
    'daily_monitor_snapshot.csv': snapshot,
    [SOURCE_FILES.manifest]: JSON.stringify(manifest),
    [SOURCE_FILES.health]: JSON.stringify(health),
    [SOURCE_FILES.history]: writeTable(HISTORY_TABLE, history),
    [SOURCE_FILES.divergence]: writeTable(
      DIVERGENCE_TABLE,
      told.divergence ?? [divergenceRow(session, ALIGNED)],
    ),
    [SOURCE_FILES.golden]: JSON.stringify(golden(told.golden)),
    [SOURCE_FILES.noSilentPath]: JSON.stringify(noSilentPath(told.noSilentPath)),
    [SOURCE_FILES.goldenManifest]: JSON.stringify(
      goldenManifest(...(told.goldenBranches ?? [CONTROL, CANDIDATE])),
    ),
  };
}

export function sourcesOf(files: Readonly<Record<string, string | undefined>>): Sources {
  return sourcesFrom((path): Bytes => {
    const text = files[path];
    if (text === undefined) return { status: 'absent' };
    return { status: 'bytes', bytes: Buffer.from(text) };
  });
}

export function evidenceOf(
  files: Readonly<Record<string, string | undefined>>,
  over: Partial<Evidence> = {},
): Evidence {
  return {
    sources: sourcesOf(files),
    policy: DEFAULT_POLICY,
    calendar: EVERY_DAY,
    asOf: SESSION,
    now: NOW,
    ...over,
  };
}

export const policyWith = (over: Partial<RolloutPolicy>): RolloutPolicy => ({
  ...DEFAULT_POLICY,
  ...over,
});
