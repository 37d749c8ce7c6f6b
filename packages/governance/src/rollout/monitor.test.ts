import { describe, expect, it } from 'vitest';
import { parseDecimal } from './decimal.ts';
import { METRIC_IDS, METRICS } from './metric.ts';
import {
  contradictionOfHealth,
  healthOf,
  measure,
  type MonitorHealth,
  parseHealth,
  statusOf,
} from './monitor.ts';
import {
  bySession,
  contradictionOfHistory,
  HISTORY_TABLE,
  historyRowOf,
  streakOf,
  withRow,
} from './monitor-history.ts';
import { SNAPSHOT_TABLE } from './monitor-snapshot.ts';
import { readTable, writeTable } from './csv.ts';
import { DEFAULT_POLICY, type RolloutPolicy, type Thresholds } from './policy.ts';
import {
  CANDIDATE,
  historyRow,
  metricRows,
  NOW,
  policyWith,
  SESSION,
  sessionsBack,
  SHA,
} from './rollout.fixture.ts';

const judged = (text: string | null, limits: Thresholds) =>
  statusOf(text === null ? null : parseDecimal(text), limits);
const optional = (id: 'max_drawdown'): RolloutPolicy =>
  policyWith({
    monitor: {
      ...DEFAULT_POLICY.monitor,
      [id]: { ...DEFAULT_POLICY.monitor[id], required: false },
    },
  });
const health = (rows = metricRows(SESSION), policy = DEFAULT_POLICY): MonitorHealth =>
  healthOf(rows, policy, { asOf: SESSION, now: NOW, historyRows: 7, snapshotSha256: SHA });

describe('the direction of a metric', () => {
  it('DG-18 drawdown is worse the lower it is: -14 % ok, -16 % warning, -19 % hard', () => {
    const limits = DEFAULT_POLICY.monitor.max_drawdown;
    expect(limits).toMatchObject({ direction: 'min', warn: '-0.15', hard: '-0.18' });
    expect(judged('-0.14', limits)).toBe('ok');
    expect(judged('-0.16', limits)).toBe('warning');
    expect(judged('-0.19', limits)).toBe('hard');
  });

  it.each([
    ['net_return_delta', '0.003', '0.0029999999', '0', '-0.0000000001'],
    ['profit_factor_delta', '0.5', '0.4999999999', '0', '-0.0000000001'],
    ['max_drawdown', '-0.15', '-0.1500000001', '-0.18', '-0.1800000001'],
    ['max_loss_streak', '8', '9', '10', '11'],
    ['stressed_return_delta', '0.01', '0.0099999999', '0', '-0.0000000001'],
    ['observe_removals', '1', '2', '3', '4'],
    ['robust_sensitivity_cases', '45', '44', '35', '34'],
  ] as const)('DG-18 of %s both sides of both lines', (id, ok, warning, last, hard) => {
    const found = [ok, warning, last, hard].map((each) => judged(each, DEFAULT_POLICY.monitor[id]));
    expect(found).toEqual(['ok', 'warning', 'warning', 'hard']);
  });

  it('knows no line where there is none', () => {
    const {
      over_removals: over,
      entry_overlap_loss: entry,
      exit_overlap_loss: exit,
    } = DEFAULT_POLICY.monitor;
    expect([judged('0', over), judged('1', over)]).toEqual(['ok', 'hard']);
    for (const limits of [entry, exit]) {
      expect([judged('8', limits), judged('9', limits), judged('999', limits)]).toEqual([
        'ok',
        'warning',
        'warning',
      ]);
    }
  });

  it('has no answer without a value', () => {
    for (const id of METRIC_IDS)
      expect(judged(null, DEFAULT_POLICY.monitor[id])).toBe('unavailable');
  });
});

describe('a snapshot', () => {
  it('has a row for every metric, with what it was judged by and made from', () => {
    const rows = metricRows(SESSION);
    expect(rows.map(({ metric }) => metric)).toEqual([...METRIC_IDS]);
    expect(rows.every(({ status, source_sha256: sha }) => status === 'ok' && sha === SHA)).toBe(
      true,
    );
    expect(rows[2]).toEqual({
      as_of: SESSION,
      metric: 'max_drawdown',
      branch: 'candidate',
      value: '-0.0098039216',
      warn_threshold: '-0.15',
      hard_threshold: '-0.18',
      direction: 'min',
      status: 'ok',
      source_file: 'branch-trades.json',
      source_sha256: SHA,
    });
    for (const { metric, direction, branch } of rows) {
      expect([direction, branch]).toEqual([METRICS[metric].direction, METRICS[metric].of]);
    }
  });

  it('is unavailable throughout without a source', () => {
    const rows = measure(SESSION, null, DEFAULT_POLICY);
    expect(rows.every(({ value, status }) => value === null && status === 'unavailable')).toBe(
      true,
    );
    expect(rows.every((row) => row.source_file === null && row.source_sha256 === null)).toBe(true);
    expect(health(rows)).toMatchObject({ overall: 'hard', hard_count: 10, unavailable_count: 10 });
  });

  it('survives its table', () => {
    const rows = [...metricRows(SESSION), ...measure(SESSION, null, DEFAULT_POLICY)];
    const text = writeTable(SNAPSHOT_TABLE, rows);
    expect(readTable(SNAPSHOT_TABLE, Buffer.from(text))).toEqual({ ok: true, rows });
  });
});

describe('the health of a session', () => {
  it('is the worst of its metrics', () => {
    expect(health()).toMatchObject({ overall: 'ok', hard_count: 0, warning_count: 0 });
    const warned = health(metricRows(SESSION, { max_drawdown: 'warning' }));
    expect(warned).toMatchObject({ overall: 'warning', warning_count: 1, history_rows: 7 });
    const hard = health(metricRows(SESSION, { max_drawdown: 'hard', max_loss_streak: 'warning' }));
    expect(hard).toMatchObject({ overall: 'hard', hard_count: 1, warning_count: 1 });
  });

  it('counts the unavailable as hard where it is required, and as a warning elsewhere', () => {
    const rows = metricRows(SESSION, { max_drawdown: 'unavailable' });
    expect(health(rows)).toMatchObject({ overall: 'hard', hard_count: 1, unavailable_count: 1 });
    expect(health(rows, optional('max_drawdown'))).toMatchObject({
      overall: 'warning',
      hard_count: 0,
      warning_count: 1,
      unavailable_count: 1,
    });
  });

  it('is read as it was written', () => {
    for (const each of [health(), health(metricRows(SESSION, { max_drawdown: 'unavailable' }))]) {
      const parsed = parseHealth(JSON.parse(JSON.stringify(each)));
      expect(parsed).toEqual({ ok: true, value: each });
      expect(contradictionOfHealth(each)).toBe(null);
    }
    const soft = health(
      metricRows(SESSION, { max_drawdown: 'unavailable' }),
      optional('max_drawdown'),
    );
    expect(contradictionOfHealth(soft)).toBe(null);
  });

  const [first, ...rest] = metricRows(SESSION);
  it.each<[string, Partial<MonitorHealth>]>([
    ['no day', { as_of: '2026-02-30' }],
    ['no time', { generated_at: 'yesterday' }],
    ['not there once', { metrics: rest }],
    ['not there once', { metrics: first === undefined ? [] : [first, first, ...rest] }],
    ['another day', { metrics: [...metricRows(sessionsBack(1))] }],
    [
      'another day',
      { metrics: metricRows(SESSION).map((row, at) => (at === 3 ? { ...row, as_of: 'x' } : row)) },
    ],
    ['overall', { overall: 'warning' }],
    ['the counts', { hard_count: 1, overall: 'hard' }],
    ['unavailable_count', { unavailable_count: 1 }],
    ['less than', { metrics: [...metricRows(SESSION, { max_drawdown: 'hard' })] }],
    ['less than', { metrics: [...metricRows(SESSION, { max_drawdown: 'warning' })] }],
    [
      'value of its status',
      { metrics: metricRows(SESSION).map((row) => ({ ...row, value: null })) },
    ],
  ])('is not believed where it says %s', (detail, over) => {
    expect(contradictionOfHealth({ ...health(), ...over })).toContain(detail);
  });
});

describe('the history', () => {
  const about = { as_of: SESSION, run_id: 'r', candidate_branch: CANDIDATE, code_version: 'v1' };

  it('has the names of what is wrong', () => {
    const rows = metricRows(SESSION, { max_drawdown: 'hard', max_loss_streak: 'warning' });
    expect(historyRowOf(rows, DEFAULT_POLICY, about, NOW)).toEqual({
      ...about,
      overall: 'hard',
      hard_count: 1,
      warning_count: 1,
      unavailable_count: 0,
      hard_metrics: ['max_drawdown'],
      warning_metrics: ['max_loss_streak'],
      generated_at: '2026-04-04T06:00:00.000Z',
    });
  });

  it('DG-13 has one row a session: a rerun replaces it, in its place', () => {
    const [old, new_] = [historyRow(SESSION), historyRow(SESSION, { max_drawdown: 'hard' })];
    const before = historyRow(sessionsBack(1));
    const after = historyRow(sessionsBack(-1));
    expect(withRow([after, old, before], new_)).toEqual([before, new_, after]);
    expect(withRow([], old)).toEqual([old]);
  });

  it('takes what was written last of a session, in the order of sessions', () => {
    const rows = [historyRow(SESSION), historyRow(sessionsBack(1)), historyRow(SESSION)];
    const again = { ...historyRow(SESSION), run_id: 'again' };
    expect(bySession([...rows, again])).toEqual([rows[1], again]);
    expect(streakOf([1, 0, 1, 1], (each) => each === 1)).toBe(2);
    expect(streakOf([1, 1], (each) => each === 1)).toBe(2);
    expect(streakOf([0], (each) => each === 1)).toBe(0);
    expect(streakOf([], () => true)).toBe(0);
  });

  it('survives its table', () => {
    const rows = [
      historyRow(SESSION),
      historyRow(sessionsBack(1), { max_drawdown: 'unavailable' }),
    ];
    const text = writeTable(HISTORY_TABLE, rows);
    expect(readTable(HISTORY_TABLE, Buffer.from(text))).toEqual({ ok: true, rows });
    expect(contradictionOfHistory(rows)).toBe(null);
  });

  it.each([
    ['overall', { overall: 'warning' as const }],
    ['as many', { hard_metrics: ['max_drawdown'] }],
    ['as many', { warning_metrics: ['max_drawdown'] }],
    ['unavailable', { unavailable_count: 1 }],
  ])('is not believed where a row says otherwise: %s', (detail, over) => {
    const rows = [historyRow(sessionsBack(1)), { ...historyRow(SESSION), ...over }];
    expect(contradictionOfHistory(rows)).toContain(detail);
  });
});
