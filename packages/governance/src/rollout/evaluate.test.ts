import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PRIOR, type Prior } from './decision.ts';
import { evaluate, failClosed } from './evaluate.ts';
import {
  APART,
  CANDIDATE,
  CONTROL,
  divergenceRow,
  evidenceOf,
  historyRow,
  NOW,
  policyWith,
  rolloutFiles,
  SESSION,
  sessionsBack,
  SHA,
  sourcesOf,
  status,
  type Told,
} from './rollout.fixture.ts';
import type { RolloutPolicy } from './policy.ts';
import { SOURCE_FILES } from './source-files.ts';
import { contradictionOfState, parseState } from './state.ts';

const FIRST = { prior: NO_PRIOR, holds: [], alarms: [] };

function run(told: Told = {}, policy: Partial<RolloutPolicy> = {}, prior: Prior = NO_PRIOR) {
  const evidence = evidenceOf(rolloutFiles(told), { policy: policyWith(policy) });
  return evaluate(evidence, SHA, { ...FIRST, prior }).state;
}
const without = (path: string, told: Told = {}) => {
  const files = { ...rolloutFiles(told), [path]: undefined };
  return evaluate(evidenceOf(files), SHA, FIRST).state;
};
const rows = (count: number, statuses = {}) =>
  Array.from({ length: count }, (_, back) => historyRow(sessionsBack(back), statuses));

describe('the rollout decision', () => {
  it('DG-01 goes forward with the candidate where all is aligned', () => {
    expect(run()).toMatchObject({
      decision: 'FORWARD_OK',
      raw_decision: 'FORWARD_OK',
      as_of: SESSION,
      candidate_branch: CANDIDATE,
      fallback_branch: CONTROL,
      recommended_active_branch: CANDIDATE,
      hard_gates: [],
      warn_gates: [],
      reasons: [],
      streaks: { hard: 0, warning: 0, divergence_high: 0, misaligned: 0, clean: 1 },
      review: { required: false, opened_at: null, acknowledged_by: null, acknowledged_at: null },
      policy_sha256: SHA,
    });
  });

  it('DG-02 holds for one warning, with the candidate still recommended', () => {
    const metrics = { max_drawdown: 'warning' } as const;
    expect(run({ metrics })).toMatchObject({
      decision: 'HOLD_AND_REVIEW',
      recommended_active_branch: CANDIDATE,
      warn_gates: ['rg_monitor_warning'],
      reasons: ['rg_monitor_warning:warning_metrics:1:1'],
      streaks: { warning: 1, clean: 0 },
    });
  });

  it('DG-03 reviews the fifth warning in a row, and recommends the fallback', () => {
    const metrics = { max_drawdown: 'warning' } as const;
    expect(run({ metrics, history: rows(4, metrics) }).decision).toBe('HOLD_AND_REVIEW');
    expect(run({ metrics, history: rows(5, metrics) })).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      recommended_active_branch: CONTROL,
      hard_gates: ['rg_monitor_warning'],
      streaks: { warning: 5, hard: 0 },
    });
  });

  it('DG-04 reviews one hard metric, and holds on its first day where two are wanted', () => {
    const metrics = { max_drawdown: 'hard' } as const;
    expect(run({ metrics })).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      hard_gates: ['rg_monitor_hard'],
      streaks: { hard: 1 },
      review: { required: true, opened_at: new Date(NOW).toISOString() },
    });
    const two = { hard_streak_rollback_min: 2 };
    expect(run({ metrics }, two).decision).toBe('HOLD_AND_REVIEW');
    const history = rows(2, metrics);
    expect(run({ metrics, history }, two).decision).toBe('ROLLBACK_REVIEW_REQUIRED');
  });

  it('DG-05 reviews a missing health artefact, names the gate and lists the others', () => {
    const state = without(SOURCE_FILES.health);
    expect(state.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
    expect(state.reasons).toContain('rg_monitor_health_present:monitor_health_missing');
    expect(state.hard_gates).toContain('rg_monitor_health_present');
    expect(state.recommended_active_branch).toBe(CONTROL);
  });

  it('DG-06 holds for one session of lag and reviews two', () => {
    expect(run({ history: [historyRow(sessionsBack(1))] }).decision).toBe('HOLD_AND_REVIEW');
    const two = run({ history: [historyRow(sessionsBack(2))] });
    expect(two.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
  });

  it('DG-07 holds for a high divergence of a day and reviews five', () => {
    const high = (count: number) => ({
      divergence: Array.from({ length: count }, (_, back) =>
        divergenceRow(sessionsBack(back), APART),
      ),
    });
    expect(run(high(1))).toMatchObject({
      decision: 'HOLD_AND_REVIEW',
      streaks: { divergence_high: 1, misaligned: 1 },
    });
    expect(run(high(5)).decision).toBe('ROLLBACK_REVIEW_REQUIRED');
  });

  it('DG-08 reviews a golden mismatch, and calls other data by its name', () => {
    const other = 'b'.repeat(64);
    const mismatch = run({ golden: { passed: false, core_hash_actual: other } });
    expect(mismatch.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
    expect(mismatch.reasons).toEqual(['rg_golden_regression:golden_mismatch']);
    const data = run({ golden: { passed: false, data_hash_ok: false } });
    expect(data.reasons).toEqual(['rg_golden_regression:golden_data_hash_mismatch']);
  });

  it('DG-09 has no candidate without a manifest, and recommends the fallback', () => {
    expect(without(SOURCE_FILES.manifest)).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      as_of: null,
      candidate_branch: null,
      recommended_active_branch: CONTROL,
    });
  });

  it('DG-10 recommends nothing where the fallback is missing', () => {
    const state = run({ branches: [status('reference'), status('candidate')] });
    expect(state).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      recommended_active_branch: null,
    });
    expect(state.reasons).toContain('no_safe_branch');
    expect(run().reasons).not.toContain('no_safe_branch');
  });

  it('DG-12 is the same of the same inputs but for its time', () => {
    const files = rolloutFiles();
    const [one, other] = [NOW, NOW + 60_000].map(
      (now) => evaluate(evidenceOf(files, { now }), SHA, FIRST).state,
    );
    expect(one?.generated_at).not.toBe(other?.generated_at);
    expect({ ...one, generated_at: '' }).toEqual({ ...other, generated_at: '' });
    const another = evaluate(evidenceOf(files), 'b'.repeat(64), FIRST).state;
    expect(another.trace_id).not.toBe(one?.trace_id);
    expect(one?.trace_id).toMatch(/^[0-9a-f]{24}$/);
  });

  it('standalone is never forward', () => {
    expect(run({}, { rollout: { checker: 'standalone' } })).toMatchObject({
      decision: 'HOLD_AND_REVIEW',
      raw_decision: 'FORWARD_OK',
      reasons: ['rollout_checker_standalone'],
    });
  });

  it('names every input with its digest and its session', () => {
    const { inputs } = without(SOURCE_FILES.golden);
    expect(inputs.map(({ path }) => path)).toEqual(Object.values(SOURCE_FILES));
    const told = inputs.map(({ as_of: asOf }) => asOf);
    expect(told).toEqual([SESSION, SESSION, SESSION, SESSION, SESSION, null, SESSION, null]);
    expect(inputs.filter(({ sha256 }) => sha256 === null).map(({ path }) => path)).toEqual([
      SOURCE_FILES.golden,
    ]);
    const torn = { ...rolloutFiles(), [SOURCE_FILES.golden]: '{' };
    const malformed = evaluate(evidenceOf(torn), SHA, FIRST).state.inputs;
    expect(malformed.every(({ sha256 }) => sha256 !== null)).toBe(true);
  });

  it('is a state its own reader takes', () => {
    for (const state of [run(), without(SOURCE_FILES.manifest)]) {
      const parsed = parseState(JSON.parse(JSON.stringify(state)));
      expect(parsed.ok && contradictionOfState(parsed.value)).toBe(null);
    }
  });
});

describe('a checker that is switched off', () => {
  const off = { rollout_checker_enabled: false };
  const reviewed: Prior = {
    ...NO_PRIOR,
    decision: 'ROLLBACK_REVIEW_REQUIRED',
    review: { openedAt: 5, acknowledgedBy: null, acknowledgedAt: null },
  };

  it('DG-15 replaces what stood there by a hold', () => {
    expect(run({}, off)).toMatchObject({
      decision: 'HOLD_AND_REVIEW',
      as_of: SESSION,
      recommended_active_branch: CANDIDATE,
      reasons: ['rollout_checker_disabled'],
      hard_gates: [],
    });
  });

  it('DG-15 keeps a review, and the branch it recommends', () => {
    expect(run({}, off, reviewed)).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      recommended_active_branch: CONTROL,
      reasons: ['rollout_checker_disabled'],
      review: { required: true, opened_at: new Date(5).toISOString() },
    });
    const gone = run({ goldenBranches: [] }, off, reviewed);
    expect(gone.recommended_active_branch).toBe(null);
  });
});

describe('an evaluator that breaks', () => {
  it('publishes a review without a safe branch, and says what broke', () => {
    const calendar = {
      hasSession: (): boolean => {
        throw new TypeError('no calendar');
      },
    };
    const { state, error, results } = evaluate(
      evidenceOf(rolloutFiles(), { calendar }),
      SHA,
      FIRST,
    );
    expect([error, results]).toEqual(['no calendar', []]);
    expect(state).toMatchObject({
      decision: 'ROLLBACK_REVIEW_REQUIRED',
      recommended_active_branch: null,
      reasons: ['no_safe_branch', 'rollout_evaluator_error:type_error'],
      policy_sha256: SHA,
    });
  });

  it('keeps the review that is open', () => {
    const review = { openedAt: 5, acknowledgedBy: 'ana', acknowledgedAt: 6 };
    const prior: Prior = { ...NO_PRIOR, decision: 'ROLLBACK_REVIEW_REQUIRED', review };
    const failed = failClosed(
      { fallback: CONTROL, policySha256: 'unknown', prior, now: NOW },
      'why',
    );
    expect(failed.review).toMatchObject({ opened_at: new Date(5).toISOString() });
    expect(failed.reasons).toEqual(['no_safe_branch', 'why']);
  });
});

describe('every source, however it is damaged', () => {
  const paths = Object.values(SOURCE_FILES);
  const files = rolloutFiles();
  const decisionOf = (changed: Readonly<Record<string, string | undefined>>) =>
    evaluate(evidenceOf(changed), SHA, FIRST).state;

  it.each(paths)('missing or unreadable %s is a review', (path) => {
    expect(decisionOf({ ...files, [path]: undefined }).decision).toBe('ROLLBACK_REVIEW_REQUIRED');
    const sources = sourcesOf(files);
    const name = Object.entries(SOURCE_FILES).find(([, each]) => each === path)?.[0] ?? '';
    const unreadable = { ...sources, [name]: { status: 'unreadable', detail: 'a disk' } };
    const state = evaluate(evidenceOf(files, { sources: unreadable }), SHA, FIRST).state;
    expect(state.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
    expect(state.reasons.some((reason) => reason.endsWith('_unreadable'))).toBe(true);
  });

  it('DG-14 a text that was cut off anywhere is a review that names it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.nat(), (path, at) => {
        const text = files[path] ?? '';
        const state = decisionOf({ ...files, [path]: text.slice(0, at % text.length) });
        expect(state.decision).toBe('ROLLBACK_REVIEW_REQUIRED');
        const found = /_unparseable|_empty|_file_mismatch/;
        expect(state.reasons.some((reason) => found.test(reason))).toBe(true);
      }),
    );
  });

  it('a document with a key more, a key less or another kind of value is a review', () => {
    const documents = paths.filter((path) => path.endsWith('.json'));
    const kindOf = (value: unknown): string =>
      value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const kinds = fc.constantFrom<unknown>(null, 1.5, 'x', [], {}, true, -1);
    fc.assert(
      fc.property(fc.constantFrom(...documents), fc.nat(), kinds, (path, which, value) => {
        const document = JSON.parse(files[path] ?? '{}') as Record<string, unknown>;
        const keys = Object.keys(document);
        const key = keys[which % keys.length] ?? '';
        const { [key]: own, ...less } = document;
        const other = kindOf(own) === kindOf(value) ? [] : [{ ...document, [key]: value }];
        for (const changed of [less, { ...document, more: value }, ...other]) {
          const state = decisionOf({ ...files, [path]: JSON.stringify(changed) });
          expect(state.decision, key).toBe('ROLLBACK_REVIEW_REQUIRED');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a table whose sessions are old is never forward', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (back, isHistory) => {
        const told: Told = isHistory
          ? { history: [historyRow(sessionsBack(back))] }
          : { divergence: [divergenceRow(sessionsBack(back), [])] };
        expect(run(told).decision).not.toBe('FORWARD_OK');
      }),
    );
  });

  it('a whole folder that is old is never forward', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), (days) => {
        const over = { asOf: sessionsBack(-days), now: NOW + days * 86_400_000 };
        const { state } = evaluate(evidenceOf(rolloutFiles(), over), SHA, FIRST);
        expect(state.decision).toBe(days >= 3 ? 'ROLLBACK_REVIEW_REQUIRED' : 'HOLD_AND_REVIEW');
      }),
    );
  });
});
