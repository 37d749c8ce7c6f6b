import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acknowledgeReview, checkRollout } from './check.ts';
import { readTable } from './csv.ts';
import { withRolloutFolder } from './folder.ts';
import { GATE_IDS } from './gate.ts';
import { GOVERNANCE_SNAPSHOT_TABLE } from './governance-snapshot.ts';
import { readHistory } from './history.ts';
import { recordDay } from './record-day.ts';
import {
  branchTrades,
  CANDIDATE,
  CONTROL,
  NOW,
  policyWith,
  rolloutFiles,
  SESSION,
  sessionsBack,
  status,
} from './rollout.fixture.ts';
import { makeRolloutFolder, policyRead, type RolloutFolder } from './rollout-folder.fixture.ts';
import { HISTORY_FILE, OUTPUT_FILES } from './source-files.ts';
import { parseState, type RolloutState } from './state.ts';

const DAY_MS = 86_400_000;
const WARNED = { max_drawdown: 'warning' } as const;
const HARD = { max_drawdown: 'hard' } as const;

function stateOf(folder: RolloutFolder): RolloutState {
  const parsed = parseState(JSON.parse(folder.read(OUTPUT_FILES.state) ?? ''));
  if (!parsed.ok) throw new Error('no state');
  return parsed.value;
}
const eventsOf = (folder: RolloutFolder) =>
  readHistory(Buffer.from(folder.read(HISTORY_FILE) ?? ''));
/** The folder as it is some days later, checked then. */
function on(folder: RolloutFolder, days: number, told = {}, policy = policyRead()) {
  const session = sessionsBack(-days);
  const checkedAt = `${session}T20:00:00.000Z`;
  const checks = { golden: { checked_at: checkedAt }, noSilentPath: { checked_at: checkedAt } };
  folder.put(rolloutFiles({ session, ...checks, ...told }));
  return checkRollout(folder.path, policy, session, NOW + days * DAY_MS);
}

describe('the checker', () => {
  it('DG-01 writes four outputs and a line of history, and ends with nought', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome.exit).toBe(0);
    expect(outcome.line).toBe(
      `FORWARD_OK as_of=${SESSION} active=${CANDIDATE} hard=0 warn=0 ` +
        `trace=${outcome.state?.trace_id}`,
    );
    expect(stateOf(folder)).toEqual(outcome.state);
    const snapshot = readTable(
      GOVERNANCE_SNAPSHOT_TABLE,
      Buffer.from(folder.read(OUTPUT_FILES.snapshot) ?? ''),
    );
    expect(snapshot.ok && snapshot.rows.map(({ gate }) => gate)).toEqual([...GATE_IDS]);
    expect(folder.read(OUTPUT_FILES.report)).toContain('# Rollout governance: FORWARD_OK');
    expect(folder.read(OUTPUT_FILES.runbook)).toContain('# Rollback runbook');
    const { events, fault } = eventsOf(folder);
    expect(fault).toBe(null);
    expect(events).toMatchObject([
      { event: 'decided', seq: 0, decision: 'FORWARD_OK', trace_id: outcome.state?.trace_id },
    ]);
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('ends with ten on a hold and twenty on a review', () => {
    const folder = makeRolloutFolder(rolloutFiles({ metrics: WARNED }));
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW).exit).toBe(10);
    expect(on(folder, 1, { metrics: HARD })).toMatchObject({ exit: 20 });
    expect(stateOf(folder).recommended_active_branch).toBe(CONTROL);
  });

  it('DG-12 DG-13 says the same again, whatever it wrote before', () => {
    const folder = makeRolloutFolder(rolloutFiles({ metrics: HARD }));
    const [one, other] = [NOW, NOW + 9_000].map(
      (now) => checkRollout(folder.path, policyRead(), SESSION, now).state,
    );
    expect({ ...other, generated_at: one?.generated_at }).toEqual(one);
    expect(other?.streaks.hard).toBe(1);
    const clean = makeRolloutFolder(rolloutFiles());
    const states = [0, 1, 2].map(
      (more) => checkRollout(clean.path, policyRead(), SESSION, NOW + more).state,
    );
    expect(states.map((state) => state?.streaks.clean)).toEqual([1, 1, 1]);
    expect(new Set(states.map((state) => state?.trace_id)).size).toBe(1);
  });

  it('reviews an empty folder, and one that is not there', () => {
    const folder = makeRolloutFolder({});
    const outcome = checkRollout(join(folder.path, 'new'), policyRead(), SESSION, NOW);
    expect(outcome.exit).toBe(20);
    expect(outcome.state?.recommended_active_branch).toBe(null);
    expect(outcome.state?.reasons).toContain('no_safe_branch');
  });

  it('reads no source that is a folder or a link into nothing', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    folder.remove('monitor-health.json');
    mkdirSync(join(folder.path, 'monitor-health.json'));
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome.state?.reasons).toContain('rg_monitor_health_present:monitor_health_unreadable');
    folder.remove('monitor-health.json');
    symlinkSync(join(folder.path, 'nowhere'), join(folder.path, 'monitor-health.json'));
    const again = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(again.state?.reasons).toContain('rg_monitor_health_present:monitor_health_missing');
  });

  it('DG-11 leads back after three clean sessions and an acknowledgement, and not before', () => {
    const folder = makeRolloutFolder({});
    expect(on(folder, 0, { metrics: HARD }).exit).toBe(20);
    const openedAt = stateOf(folder).review.opened_at ?? '';
    expect([1, 2, 3].map((days) => on(folder, days).exit)).toEqual([10, 10, 10]);
    expect(stateOf(folder)).toMatchObject({
      reasons: ['recovery_in_progress'],
      streaks: { clean: 3 },
      review: { required: true, opened_at: openedAt, acknowledged_by: null },
    });
    const seen = acknowledgeReview(folder.path, { by: 'ana', openedAt }, NOW + 4 * DAY_MS);
    expect(seen.ok && seen.state?.review.acknowledged_by).toBe('ana');
    expect(stateOf(folder).review.acknowledged_by).toBe('ana');
    expect(on(folder, 3)).toMatchObject({ exit: 0 });
    expect(stateOf(folder).review.required).toBe(false);
    expect(eventsOf(folder).fault).toBe(null);
  });

  it('DG-11 a warning in between begins anew', () => {
    const folder = makeRolloutFolder({});
    on(folder, 0, { metrics: HARD });
    const openedAt = stateOf(folder).review.opened_at ?? '';
    acknowledgeReview(folder.path, { by: 'ana', openedAt }, NOW + 1);
    const told = [{}, {}, { metrics: WARNED }, {}, {}, {}];
    const exits = told.map((each, index) => on(folder, index + 1, each).exit);
    expect(exits).toEqual([10, 10, 10, 10, 10, 0]);
  });

  it('DG-15 is replaced by a hold when it is switched off, and a review stays', () => {
    const off = policyRead({ rollout_checker_enabled: false });
    const folder = makeRolloutFolder(rolloutFiles());
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW).exit).toBe(0);
    expect(checkRollout(folder.path, off, SESSION, NOW).exit).toBe(10);
    expect(stateOf(folder).reasons).toEqual(['rollout_checker_disabled']);
    on(folder, 1, { metrics: HARD });
    const { review } = stateOf(folder);
    expect(on(folder, 2, {}, off).exit).toBe(20);
    expect(stateOf(folder)).toMatchObject({ review, recommended_active_branch: CONTROL });
  });
});

describe('what breaks on the way', () => {
  it('leaves a review behind, and ends with one, where the policy is none', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const broken = { ok: false, faults: [{ path: '/x', detail: 'why' }] } as const;
    const outcome = checkRollout(folder.path, broken, SESSION, NOW);
    expect(outcome.exit).toBe(1);
    expect(outcome.line).toMatch(/rollout_policy_unusable \/x why$/);
    expect(stateOf(folder)).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      policy_sha256: 'unknown',
      reasons: ['no_safe_branch', 'rollout_policy_unusable'],
    });
    expect(eventsOf(folder).events).toHaveLength(2);
  });

  it('leaves a review behind where the day is none', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const outcome = checkRollout(folder.path, policyRead(), '2026-02-30', NOW);
    expect(outcome).toMatchObject({ exit: 1 });
    expect(stateOf(folder).reasons).toContain('rollout_as_of_invalid');
    expect(stateOf(folder).policy_sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves a review behind where the evaluator throws', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const calendar = {
      hasSession: (): boolean => {
        throw new RangeError('no calendar');
      },
    };
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW, calendar);
    expect(outcome.exit).toBe(1);
    expect(outcome.line).toMatch(/no calendar$/);
    expect(stateOf(folder).reasons).toEqual([
      'no_safe_branch',
      'rollout_evaluator_error:range_error',
    ]);
  });

  it('leaves a review behind where an output cannot be written', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    folder.remove(OUTPUT_FILES.report);
    mkdirSync(join(folder.path, OUTPUT_FILES.report));
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome.exit).toBe(1);
    expect(stateOf(folder).reasons).toEqual(['no_safe_branch', 'rollout_checker_error']);
    folder.remove(OUTPUT_FILES.report);
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW).exit).toBe(10);
  });

  it('keeps a review that its history had no place for', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const kept = folder.read(HISTORY_FILE) ?? '';
    on(folder, 1, { metrics: HARD });
    folder.put({ [HISTORY_FILE]: kept });
    const next = on(folder, 2);
    expect(next.exit).toBe(10);
    expect(next.state?.reasons).toEqual(['recovery_in_progress']);
    expect(on(folder, 3).state?.review.required).toBe(true);
  });

  it('says that a state stands which it can neither replace nor withdraw', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const state = join(folder.path, OUTPUT_FILES.state);
    mkdirSync(state);
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome).toMatchObject({ exit: 1, state: null });
    expect(outcome.line).toMatch(/\(state left as it was\)$/);
  });

  it('withdraws what was published', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    withRolloutFolder(folder.path, NOW, (session) => session.withdrawState());
    expect(folder.read(OUTPUT_FILES.state)).toBe(null);
  });

  it('reviews an edited history, appends nothing to it and keeps the review that is open', () => {
    const folder = makeRolloutFolder(rolloutFiles({ metrics: HARD }));
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const { review } = stateOf(folder);
    const edited = (folder.read(HISTORY_FILE) ?? '').replace('rg_monitor_hard', 'rg_data_age');
    folder.put({ [HISTORY_FILE]: edited });
    const outcome = on(folder, 1);
    expect(outcome).toMatchObject({ exit: 20, state: { raw_decision: 'FORWARD_OK', review } });
    expect(outcome.state?.reasons).toContain('rollout_history_unparseable:record_edited:0');
    expect(folder.read(HISTORY_FILE)).toBe(edited);
    const openedAt = review.opened_at ?? '';
    expect(acknowledgeReview(folder.path, { by: 'ana', openedAt }, NOW)).toMatchObject({
      ok: false,
      code: 'history_unusable',
    });
  });

  it('reviews a history that is gone', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    folder.remove(HISTORY_FILE);
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome).toMatchObject({ exit: 20 });
    expect(outcome.state?.reasons).toEqual(['rollout_history_missing']);
    expect(outcome.state?.recommended_active_branch).toBe(CONTROL);
  });

  it('cuts off a line that a crash left, and tells', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const whole = folder.read(HISTORY_FILE) ?? '';
    folder.put({ [HISTORY_FILE]: `${whole}{"as_of` });
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW).exit).toBe(0);
    const { events, fault } = eventsOf(folder);
    expect(fault).toBe(null);
    expect(events.map(({ event }) => event)).toEqual(['decided', 'torn_line_cut', 'decided']);
    const torn = hash('sha256', '{"as_of', 'hex');
    expect(events[1]).toMatchObject({ bytes: 7, sha256: torn });
  });

  it('holds once over an edited state', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const text = folder.read(OUTPUT_FILES.state) ?? '';
    folder.put({ [OUTPUT_FILES.state]: text.replace(CANDIDATE, 'another') });
    const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
    expect(outcome).toMatchObject({ exit: 10, state: { reasons: ['rollout_state_unparseable'] } });
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW).exit).toBe(0);
  });

  it('does nothing while another writes', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    const run = withRolloutFolder(folder.path, NOW, () => {
      const outcome = checkRollout(folder.path, policyRead(), SESSION, NOW);
      const seen = acknowledgeReview(folder.path, { by: 'ana', openedAt: '' }, NOW);
      return [outcome, seen] as const;
    });
    expect(run).toMatchObject({
      ok: true,
      value: [
        { exit: 1, state: null, line: expect.stringContaining('rollout_held') },
        { ok: false, code: 'rollout_held' },
      ],
    });
    expect(folder.read(OUTPUT_FILES.state)).toBe(null);
  });

  it('says where the folder cannot be one', () => {
    const folder = makeRolloutFolder({ file: 'x' });
    const outcome = checkRollout(join(folder.path, 'file'), policyRead(), SESSION, NOW);
    expect(outcome).toMatchObject({ exit: 1, state: null });
    expect(outcome.line).toMatch(/^rollout_unwritable/);
  });

  it('acknowledges nothing where nothing is open', () => {
    const folder = makeRolloutFolder(rolloutFiles());
    checkRollout(folder.path, policyRead(), SESSION, NOW);
    const answer = acknowledgeReview(folder.path, { by: 'ana', openedAt: '' }, NOW);
    expect(answer).toMatchObject({ ok: false, code: 'no_review_open' });
  });
});

describe('a session that is recorded', () => {
  const about = {
    asOf: SESSION,
    runId: 'run-1',
    candidateBranch: CANDIDATE,
    codeVersion: 'v1',
    policy: policyWith({}),
    now: NOW,
  };
  const trades = { 'branch-trades.json': JSON.stringify(branchTrades()) };

  it('is what the checker then goes forward by', () => {
    const files = rolloutFiles();
    const folder = makeRolloutFolder({ ...files, ...trades });
    for (const name of [
      'monitor-health.json',
      'monitor-history.csv',
      'branch-divergence-log.csv',
    ]) {
      folder.remove(name);
    }
    expect(recordDay(folder.path, about)).toMatchObject({ ok: true });
    const health = JSON.parse(folder.read('monitor-health.json') ?? '');
    expect(health).toMatchObject({ overall: 'ok', history_rows: 1, as_of: SESSION });
    expect(folder.read('monitor-health-report.md')).toContain('# Monitor health: ok');
    // The manifest names the snapshot by its digest, so the day is measured before it is written.
    const digest = hash('sha256', folder.read('daily_monitor_snapshot.csv') ?? '', 'hex');
    expect(health.sha256_of_snapshot).toBe(digest);
    const manifest = JSON.parse(files['daily_manifest.json'] ?? '');
    for (const file of manifest.files) {
      if (file.path === 'daily_monitor_snapshot.csv') file.sha256 = digest;
    }
    folder.put({ 'daily_manifest.json': JSON.stringify(manifest) });
    expect(checkRollout(folder.path, policyRead(), SESSION, NOW)).toMatchObject({ exit: 0 });
  });

  it('DG-13 has one row however often it is recorded', () => {
    const folder = makeRolloutFolder({ ...rolloutFiles(), ...trades });
    recordDay(folder.path, about);
    const once = folder.read('monitor-history.csv');
    recordDay(folder.path, about);
    expect(folder.read('monitor-history.csv')).toBe(once);
    expect(folder.read('branch-divergence-log.csv')?.split('\n')).toHaveLength(3);
  });

  it.each([
    ['none', {}],
    ['of another session', JSON.stringify(branchTrades({ as_of: sessionsBack(-1) }))],
    ['that are none', '{'],
  ])('D-42 is unavailable throughout with trades %s', (_, text) => {
    const folder = makeRolloutFolder({
      ...rolloutFiles(),
      ...(typeof text === 'string' ? { 'branch-trades.json': text } : {}),
    });
    recordDay(folder.path, about);
    expect(JSON.parse(folder.read('monitor-health.json') ?? '')).toMatchObject({
      overall: 'hard',
      unavailable_count: 10,
    });
    expect(folder.read('monitor-health-report.md')).toContain('| – | min |');
  });

  it.each(['monitor-history.csv', 'branch-divergence-log.csv'])(
    'does not write over a %s that it cannot read',
    (name) => {
      const folder = makeRolloutFolder({ ...rolloutFiles(), ...trades });
      folder.put({ [name]: 'other\n' });
      expect(recordDay(folder.path, about)).toMatchObject({
        ok: false,
        code: expect.stringMatching(/_unparseable:1:1$/),
      });
      expect(folder.read(name)).toBe('other\n');
    },
  );

  it('explains a difference by attribution and by the families of the policy', () => {
    const held = { position: 'long', open_trade_id: 't-1', reason_family: 'trend' };
    const branches = [status('reference'), status('control', held), status('candidate')];
    const attribution = {
      schema_version: 'trade-attribution.v1',
      candidate_branch: CANDIDATE,
      changes: [{ trade_id: 't-1', action: 'removed', reason_code: 'veto', approved_by: 'ana' }],
    };
    const folder = makeRolloutFolder({ ...rolloutFiles({ branches }), ...trades });
    const level = (policy = about.policy): string => {
      recordDay(folder.path, { ...about, policy });
      return folder.read('branch-divergence-log.csv') ?? '';
    };
    expect(level()).toContain(',high,false,,');
    expect(level(policyWith({ declared_difference_families: ['trend'] }))).toContain(
      'family:trend',
    );
    folder.put({ 'trade-attribution.json': JSON.stringify(attribution) });
    expect(level()).toContain(',medium,true,removed:t-1,');
    folder.put({ 'trade-attribution.json': '{' });
    expect(level()).toContain(',high,false,,');
  });

  it('says where it cannot be written', () => {
    const folder = makeRolloutFolder({ ...rolloutFiles(), ...trades, file: 'x' });
    expect(recordDay(join(folder.path, 'file'), about)).toMatchObject({
      code: 'rollout_unwritable',
    });
    folder.remove('monitor-health-report.md');
    mkdirSync(join(folder.path, 'monitor-health-report.md'));
    expect(recordDay(folder.path, about)).toMatchObject({ ok: false, code: 'rollout_unwritable' });
  });
});
