import { describe, expect, it } from 'vitest';
import type { DailyManifest } from './daily.ts';
import type { GateId } from './gate.ts';
import { GATE_IDS } from './gate.ts';
import { judgeGate, judgeGates } from './gates.ts';
import {
  ALIGNED,
  APART,
  CANDIDATE,
  CONTROL,
  divergenceRow,
  evidenceOf,
  firstMetrics,
  historyRow,
  NOW,
  policyWith,
  rolloutFiles,
  SESSION,
  sessionsBack,
  SHA,
  status,
  type Told,
} from './rollout.fixture.ts';
import type { RolloutPolicy } from './policy.ts';

/** The calendar of a market that is closed on Saturday and Sunday. */
const WEEKDAYS = { hasSession: (day: number) => ![2, 3].includes(day % 7) };

function gate(id: GateId, told: Told = {}, over: Parameters<typeof evidenceOf>[1] = {}) {
  return judgeGate(id, evidenceOf(rolloutFiles(told), over));
}

const withPolicy = (policy: Partial<RolloutPolicy>) => ({ policy: policyWith(policy) });
const lastRows = (count: number, statuses = {}) =>
  Array.from({ length: count }, (_, back) => historyRow(sessionsBack(back), statuses));
const highRows = (count: number) =>
  Array.from({ length: count }, (_, back) => divergenceRow(sessionsBack(back), APART));

describe('the gates', () => {
  it('are thirteen in their order, and all pass a healthy day', () => {
    const results = judgeGates(evidenceOf(rolloutFiles()));
    expect(results.map((result) => result.gate)).toEqual([...GATE_IDS]);
    expect(GATE_IDS).toHaveLength(13);
    for (const { status: is, reasons } of results) {
      expect(is).toBe('pass');
      expect(reasons).toEqual([]);
    }
  });

  it('DG-05 are all asked where one source is missing', () => {
    const { 'monitor-health.json': _, ...files } = rolloutFiles();
    const results = judgeGates(evidenceOf(files));
    expect(results).toHaveLength(13);
    const found = Object.fromEntries(results.map((result) => [result.gate, result.status]));
    expect(found['rg_monitor_health_present']).toBe('hard');
    expect(found['rg_divergence_level']).toBe('pass');
    expect(found['rg_fallback_available']).toBe('pass');
  });
});

describe('rg_daily_manifest_present', () => {
  const id = 'rg_daily_manifest_present';
  const withFile = (path: string, text: string) =>
    judgeGate(id, evidenceOf({ ...rolloutFiles(), [path]: text }));

  it('is hard where a file is not the one that was named, and names it', () => {
    const { reasons, status: is, value } = withFile('daily_signal_snapshot.csv', 'other\n');
    expect([is, value]).toEqual(['hard', 'unverified']);
    expect(reasons).toEqual(['daily_manifest_file_mismatch:daily_signal_snapshot.csv']);
  });

  it('is hard where a named file is gone', () => {
    const { 'daily_signal_snapshot.csv': _, ...files } = rolloutFiles();
    expect(judgeGate(id, evidenceOf(files)).status).toBe('hard');
  });

  it.each<[string, Partial<DailyManifest>]>([
    ['a session that is none', { reference_date: '2026-02-30' }],
    ['a request that is none', { requested_date: '2026-04-31' }],
    ['a session after the request', { requested_date: '2026-04-02' }],
    ['a time that is none', { generated_at: '2026-04-04T25:00:00.000Z' }],
    ['no files', { files: [] }],
    ['a probe told twice', { probe_branches: ['p', 'p'] }],
    ['a way out of the folder', { files: [{ path: '../x', sha256: SHA, rows: 1 }] }],
  ])('is hard for %s', (_, manifest) => {
    const verdict = gate(id, { manifest });
    expect(verdict).toMatchObject({ status: 'hard', value: 'malformed' });
    expect(verdict.reasons[0]).toMatch(/^daily_manifest_unparseable/);
  });

  it('is hard where a file is told twice', () => {
    const files = JSON.parse(rolloutFiles()['daily_manifest.json'] ?? '').files;
    const manifest = { files: [...files, files[0]] };
    expect(gate(id, { manifest }).status).toBe('hard');
  });
});

describe('rg_monitor_health_present', () => {
  const id = 'rg_monitor_health_present';

  it('is hard where its snapshot is not the one of the manifest for the same session', () => {
    const files = rolloutFiles();
    const health = JSON.parse(files['monitor-health.json'] ?? '');
    const text = JSON.stringify({ ...health, sha256_of_snapshot: SHA });
    const verdict = judgeGate(id, evidenceOf({ ...files, 'monitor-health.json': text }));
    expect(verdict.status).toBe('hard');
    expect(verdict.reasons).toEqual(['monitor_health_snapshot_mismatch']);
  });

  it('leaves another session to the alignment of dates', () => {
    const files = rolloutFiles({ healthOf: sessionsBack(1) });
    const health = JSON.parse(files['monitor-health.json'] ?? '');
    const text = JSON.stringify({ ...health, sha256_of_snapshot: SHA });
    expect(judgeGate(id, evidenceOf({ ...files, 'monitor-health.json': text })).status).toBe(
      'pass',
    );
  });
});

describe('the tables', () => {
  it('have a row, or are hard', () => {
    expect(gate('rg_monitor_history_present', { history: [] })).toMatchObject({
      status: 'hard',
      reasons: ['monitor_history_empty'],
    });
    expect(gate('rg_divergence_log_present', { divergence: [] })).toMatchObject({
      status: 'hard',
      reasons: ['divergence_log_empty'],
    });
  });

  it('DG-14 name line and column of a row that cannot be read', () => {
    const files = rolloutFiles();
    const history = (files['monitor-history.csv'] ?? '').replace(',ok,0,', ',ok,0.5,');
    const results = judgeGates(evidenceOf({ ...files, 'monitor-history.csv': history }));
    const found = results.find((result) => result.gate === 'rg_monitor_history_present');
    expect(found).toMatchObject({
      status: 'hard',
      reasons: ['monitor_history_unparseable:2:4'],
    });
  });
});

describe('rg_date_alignment', () => {
  const id = 'rg_date_alignment';
  const back = (count: number) => ({ history: [historyRow(sessionsBack(count))] });

  it('DG-06 passes none, warns at one session and is hard at two', () => {
    expect(gate(id, back(0))).toMatchObject({ status: 'pass', value: '0' });
    expect(gate(id, back(1))).toMatchObject({
      status: 'warn',
      value: '1',
      threshold: 'warn 1; hard 2',
      reasons: ['sources_apart:1'],
    });
    expect(gate(id, back(2))).toMatchObject({ status: 'hard', reasons: ['sources_apart:2'] });
  });

  it('takes the tiers of the policy', () => {
    const policy = withPolicy({ max_source_lag_sessions: { warn: 3, hard: 4 } });
    const found = [2, 3, 4].map((count) => gate(id, back(count), policy).status);
    expect(found).toEqual(['pass', 'warn', 'hard']);
  });

  it('counts each of the four sources', () => {
    const yesterday = sessionsBack(1);
    expect(gate(id, { healthOf: yesterday }).status).toBe('warn');
    expect(gate(id, { divergence: [divergenceRow(yesterday, ALIGNED)] }).status).toBe('warn');
    expect(gate(id, { history: [historyRow(sessionsBack(-1))] }).status).toBe('warn');
    expect(gate(id, { manifest: { reference_date: yesterday } }).status).toBe('warn');
  });

  it('takes the newest row, wherever it stands', () => {
    const history = [historyRow(SESSION), historyRow(sessionsBack(3))];
    expect(gate(id, { history }).status).toBe('pass');
  });

  it('is hard where a date is not known, and names every source without one', () => {
    const verdict = gate(id, { history: [], divergence: [] });
    expect(verdict).toMatchObject({ status: 'hard', value: null });
    expect(verdict.reasons).toEqual([
      'date_unknown:monitor_history',
      'date_unknown:divergence_log',
    ]);
  });

  it('DG-06 does not count a weekend as lag', () => {
    // Friday against Monday: one session, three days.
    const monday = sessionsBack(-3);
    const told = { session: monday, history: [historyRow(SESSION)] };
    expect(gate(id, told, { calendar: WEEKDAYS })).toMatchObject({ status: 'warn', value: '1' });
    expect(gate(id, told)).toMatchObject({ status: 'hard', value: '3' });
  });
});

describe('rg_data_age', () => {
  const id = 'rg_data_age';
  const asked = (days: number) => ({
    asOf: sessionsBack(-days),
    now: NOW + days * 86_400_000,
  });

  it('passes one session, warns at two and is hard at three', () => {
    expect([0, 1, 2, 3].map((days) => gate(id, {}, asked(days)).status)).toEqual([
      'pass',
      'pass',
      'warn',
      'hard',
    ]);
    expect(gate(id, {}, asked(2)).reasons).toEqual(['data_old:2']);
  });

  it('DG-06 does not count the weekend that was asked about', () => {
    const sunday = { ...asked(2), calendar: WEEKDAYS };
    expect(gate(id, {}, sunday)).toMatchObject({ status: 'pass', value: '0' });
    expect(gate(id, {}, asked(2)).status).toBe('warn');
  });

  it('is hard for a session that is not over, and for one that nobody knows', () => {
    const tomorrow = sessionsBack(-1);
    expect(gate(id, { session: tomorrow })).toMatchObject({
      status: 'hard',
      value: '-1',
      reasons: ['session_not_over:1'],
    });
    const never = { calendar: { hasSession: () => false } };
    expect(gate(id, {}, never)).toMatchObject({ status: 'hard', reasons: ['session_unknown'] });
    const { 'daily_manifest.json': _, ...files } = rolloutFiles();
    expect(judgeGate(id, evidenceOf(files)).reasons).toEqual(['date_unknown:daily_manifest']);
  });
});

describe('rg_monitor_hard', () => {
  const id = 'rg_monitor_hard';
  const metrics = { max_drawdown: 'hard' } as const;
  const rows = (count: number) => ({ metrics, history: lastRows(count, metrics) });

  it('DG-04 is hard at the first breach', () => {
    expect(gate(id)).toMatchObject({ status: 'pass', value: '0' });
    expect(gate(id, rows(1))).toMatchObject({ status: 'hard', reasons: ['hard_metrics:1:1'] });
  });

  it('DG-04 warns on the first day where two in a row are wanted', () => {
    const two = withPolicy({ hard_streak_rollback_min: 2 });
    expect(gate(id, rows(1), two).status).toBe('warn');
    expect(gate(id, rows(2), two).status).toBe('hard');
  });

  it('counts the breach of a session that the history does not have yet', () => {
    const told = { metrics, history: [historyRow(sessionsBack(1))] };
    expect(gate(id, told).status).toBe('hard');
    const two = withPolicy({ hard_streak_rollback_min: 2 });
    expect(gate(id, told, two).status).toBe('warn');
    const before = { metrics, history: [historyRow(sessionsBack(1), metrics)] };
    expect(gate(id, before, two).status).toBe('hard');
  });

  it('counts over a missing session, and says so', () => {
    const two = withPolicy({ hard_streak_rollback_min: 2 });
    const history = [historyRow(sessionsBack(2), metrics), historyRow(SESSION, metrics)];
    const verdict = gate(id, { metrics, history }, two);
    expect(verdict).toMatchObject({
      status: 'hard',
      reasons: ['hard_metrics:1:2', 'history_gap'],
    });
    const friday = { ...two, calendar: { hasSession: (day: number) => day % 2 === 0 } };
    expect(gate(id, { metrics, history }, friday).reasons).not.toContain('history_gap');
  });

  it('DG-13 counts a session once, as it was written last', () => {
    const two = withPolicy({ hard_streak_rollback_min: 2 });
    const history = [historyRow(SESSION, metrics), historyRow(SESSION, metrics)];
    expect(gate(id, { metrics, history }, two).status).toBe('warn');
    const mended = { history: [historyRow(SESSION, metrics), historyRow(SESSION)] };
    expect(gate(id, mended)).toMatchObject({ status: 'pass' });
  });

  it('is hard where health and history tell one session otherwise', () => {
    const hard = { status: 'hard', reasons: ['monitor_history_disagrees'] };
    expect(gate(id, { history: [historyRow(SESSION, metrics)] })).toMatchObject(hard);
    const warned = [historyRow(SESSION, { max_drawdown: 'warning' })];
    expect(gate(id, { history: warned })).toMatchObject(hard);
    expect(gate(id, { history: [historyRow(sessionsBack(1), metrics)] }).status).toBe('pass');
  });

  it('counts what is required and unavailable', () => {
    const gone = { max_drawdown: 'unavailable' } as const;
    expect(gate(id, { metrics: gone }).status).toBe('hard');
  });
});

describe('rg_monitor_warning', () => {
  const id = 'rg_monitor_warning';
  const metrics = { max_drawdown: 'warning' } as const;
  const rows = (count: number) => ({ metrics, history: lastRows(count, metrics) });

  it('DG-03 warns at the first, and is hard at the fifth in a row', () => {
    expect(gate(id).status).toBe('pass');
    expect(gate(id, rows(1))).toMatchObject({ status: 'warn', reasons: ['warning_metrics:1:1'] });
    expect(gate(id, rows(4)).status).toBe('warn');
    expect(gate(id, rows(5)).status).toBe('hard');
  });

  it('is never hard where the policy says so, and holds from where it says', () => {
    const never = withPolicy({ warning_streak_rollback_min: null });
    expect(gate(id, rows(9), never)).toMatchObject({
      status: 'warn',
      threshold: 'hold at 1; review at never in a row',
    });
    const third = withPolicy({ warning_streak_hold_min: 3 });
    expect([2, 3].map((count) => gate(id, rows(count), third).status)).toEqual(['pass', 'warn']);
  });

  it('does not begin anew after a session that was worse', () => {
    const history = lastRows(5, metrics).map((row, back) =>
      back === 2 ? historyRow(row.as_of, { max_drawdown: 'hard' }) : row,
    );
    expect(gate(id, { metrics, history }).status).toBe('hard');
    const clean = lastRows(5, metrics).map((row, back) =>
      back === 2 ? historyRow(row.as_of) : row,
    );
    expect(gate(id, { metrics, history: clean }).reasons).toEqual(['warning_metrics:1:2']);
  });

  it('says how many and over which gap', () => {
    const two = firstMetrics(2, 'warning');
    const history = [historyRow(sessionsBack(3), two), historyRow(SESSION, two)];
    expect(gate(id, { metrics: two, history })).toMatchObject({
      value: '2',
      reasons: ['warning_metrics:2:2', 'history_gap'],
    });
  });
});

describe('rg_divergence_level', () => {
  const id = 'rg_divergence_level';
  const differs = [
    status('reference', { position: 'long' }),
    status('control'),
    status('candidate'),
  ];
  const signals = [
    status('reference'),
    status('control', { last_event_date: SESSION, last_event_side: 'SELL' }),
    status('candidate'),
  ];

  it('DG-07 passes none and low, and warns at medium', () => {
    expect(gate(id)).toMatchObject({ status: 'pass', value: 'none' });
    const low = { divergence: [divergenceRow(SESSION, differs)] };
    expect(gate(id, low)).toMatchObject({ status: 'pass', value: 'low' });
    const medium = { divergence: [divergenceRow(SESSION, signals)] };
    expect(gate(id, medium)).toMatchObject({ status: 'warn', reasons: ['divergence_medium'] });
  });

  it('DG-07 warns at high for a day, and is hard after five sessions', () => {
    expect(gate(id, { divergence: highRows(1) })).toMatchObject({
      status: 'warn',
      reasons: ['divergence_high:1'],
    });
    expect(gate(id, { divergence: highRows(4) }).status).toBe('warn');
    expect(gate(id, { divergence: highRows(5) }).status).toBe('hard');
    expect(gate(id, { divergence: [...highRows(5), ...highRows(5)] }).status).toBe('hard');
    expect(gate(id, { divergence: [...highRows(4), ...highRows(4)] }).status).toBe('warn');
  });

  it('is hard without a row', () => {
    expect(gate(id, { divergence: [] })).toMatchObject({
      status: 'hard',
      reasons: ['divergence_log_empty'],
    });
  });
});

describe('rg_control_candidate_alignment', () => {
  const id = 'rg_control_candidate_alignment';

  it('warns from the tenth session that nobody declared, and never more', () => {
    expect(gate(id)).toMatchObject({ status: 'pass', value: '0' });
    expect(gate(id, { divergence: highRows(9) }).status).toBe('pass');
    expect(gate(id, { divergence: highRows(10) })).toMatchObject({
      status: 'warn',
      reasons: ['misaligned:10'],
    });
    expect(gate(id, { divergence: highRows(30) }).status).toBe('warn');
  });

  it('does not count what was declared', () => {
    const explained = highRows(12).map((row) => ({
      ...row,
      explained: true,
      explanation_code: 'removed:t-1',
      divergence_level: 'medium' as const,
    }));
    expect(gate(id, { divergence: explained })).toMatchObject({ status: 'pass', value: '0' });
  });

  it('warns where nothing is known', () => {
    expect(gate(id, { divergence: [] })).toMatchObject({
      status: 'warn',
      value: null,
      reasons: ['divergence_log_empty'],
    });
  });
});

describe('rg_golden_regression', () => {
  const id = 'rg_golden_regression';
  const mismatch = { branch: CONTROL, table: 'events' as const, expected: SHA, actual: null };

  it.each([
    ['golden_mismatch', { core_hash_actual: 'b'.repeat(64) }],
    ['golden_mismatch', { mismatches: [{ ...mismatch, first_diff: null }] }],
    ['golden_manifest_missing', { core_hash_expected: null }],
    ['golden_not_passed', { passed: false }],
    ['golden_data_hash_mismatch', { data_hash_ok: false, core_hash_actual: null }],
  ])('DG-08 is hard with %s', (reason, golden) => {
    expect(gate(id, { golden })).toMatchObject({
      status: 'hard',
      value: 'failed',
      reasons: [reason],
    });
  });

  const checked = (back: number) => ({
    golden: { checked_at: `${sessionsBack(back)}T20:00:00.000Z` },
  });

  it('passes five sessions later and warns after six', () => {
    // Today is the session after SESSION.
    expect(gate(id, checked(4)).status).toBe('pass');
    expect(gate(id, checked(5))).toMatchObject({
      status: 'warn',
      reasons: ['golden_regression_old:6'],
    });
  });

  it('is hard for a run that is yet to come', () => {
    const at = (ms: number) => ({ golden: { checked_at: new Date(NOW + ms).toISOString() } });
    expect(gate(id, at(0)).status).toBe('pass');
    expect(gate(id, at(1))).toMatchObject({
      status: 'hard',
      reasons: ['golden_regression_not_yet_run'],
    });
  });

  it('is hard where it is missing, and warns where nobody requires it', () => {
    const { 'gates/golden-regression.json': text, ...files } = rolloutFiles();
    expect(judgeGate(id, evidenceOf(files))).toMatchObject({
      status: 'hard',
      reasons: ['golden_regression_missing'],
    });
    const free = withPolicy({ require_golden: false });
    expect(judgeGate(id, evidenceOf(files, free)).status).toBe('warn');
    const torn = { ...files, 'gates/golden-regression.json': (text ?? '').slice(0, -1) };
    expect(judgeGate(id, evidenceOf(torn, free)).status).toBe('hard');
    expect(gate(id, { golden: { passed: false } }, free).status).toBe('hard');
  });
});

describe('rg_no_silent_path', () => {
  const id = 'rg_no_silent_path';
  const change = {
    branch: CANDIDATE,
    date: SESSION,
    side: 'SELL' as const,
    kind: 'real' as const,
    ordinal: 0,
    action: 'added' as const,
  };

  it.each([
    ['undeclared_path_change', { undeclared: [change] }],
    ['stale_path_declaration', { stale_declarations: [change] }],
    ['unknown_reason_code', { unknown_reasons: ['?'] }],
    ['unclassified_outcome', { unclassified_count: 1 }],
    ['no_silent_path_not_passed', { passed: false }],
    [`branch_not_compared:${CANDIDATE}`, { compared_branches: [CONTROL] }],
  ])('is hard with %s', (reason, noSilentPath) => {
    expect(gate(id, { noSilentPath })).toMatchObject({ status: 'hard', reasons: [reason] });
  });

  it('asks for nothing that the policy does not require', () => {
    const { 'gates/no-silent-path.json': _, ...files } = rolloutFiles();
    expect(judgeGate(id, evidenceOf(files)).status).toBe('hard');
    const free = withPolicy({ require_no_silent_path: false });
    expect(judgeGate(id, evidenceOf(files, free)).status).toBe('warn');
    expect(gate(id, {}, free).status).toBe('pass');
  });
});

describe('rg_fallback_available', () => {
  const id = 'rg_fallback_available';

  it('DG-10 is hard where the fallback is in neither list', () => {
    const branches = [status('reference'), status('candidate')];
    expect(gate(id, { branches })).toMatchObject({
      status: 'hard',
      value: CONTROL,
      reasons: ['fallback_not_in_branch_status'],
    });
    expect(gate(id, { goldenBranches: [CANDIDATE] })).toMatchObject({
      status: 'hard',
      reasons: ['fallback_not_in_golden_manifest'],
    });
  });

  it('is hard where it is the candidate itself, or was seen in another session', () => {
    expect(gate(id, { manifest: { candidate_branch: CONTROL } }).reasons).toEqual([
      'fallback_is_candidate',
    ]);
    const earlier = { requested_date: SESSION, reference_date: sessionsBack(1) };
    expect(gate(id, { manifest: earlier }).reasons).toEqual(['branch_status_of_another_session']);
  });

  it('takes no name that every object has', () => {
    const { 'golden-manifest.json': _, ...files } = rolloutFiles();
    const policy = policyWith({ fallback_branch: 'constructor' });
    const branches = [status('control', { branch: 'constructor' })];
    const told = rolloutFiles({ branches, goldenBranches: [] });
    expect(judgeGate(id, evidenceOf(told, { policy })).reasons).toEqual([
      'fallback_not_in_golden_manifest',
    ]);
    expect(judgeGate(id, evidenceOf(files)).reasons).toEqual(['golden_manifest_missing']);
  });
});
