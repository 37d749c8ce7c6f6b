import { describe, expect, it } from 'vitest';
import { NO_PRIOR, type Prior } from './decision.ts';
import { evaluate } from './evaluate.ts';
import { decidedFactOf, type DecidedEvent } from './history.ts';
import { INPUT_MAP } from './input-map.ts';
import { METRIC_IDS } from './metric.ts';
import { renderReport } from './report.ts';
import {
  CANDIDATE,
  CONTROL,
  evidenceOf,
  NOW,
  policyWith,
  rolloutFiles,
  SHA,
  type Told,
} from './rollout.fixture.ts';
import type { RolloutPolicy } from './policy.ts';
import { renderRunbook } from './runbook.ts';
import { SOURCE_FILES } from './source-files.ts';

const HARD = { metrics: { max_drawdown: 'hard' } } as const;
const WARNED = { metrics: { max_drawdown: 'warning' } } as const;

function run(told: Told = {}, prior: Prior = NO_PRIOR, over: Partial<RolloutPolicy> = {}) {
  const policy = policyWith(over);
  const evidence = evidenceOf(rolloutFiles(told), { policy });
  const { state, results } = evaluate(evidence, SHA, { prior, holds: [], alarms: [] });
  return { state, results, policy, before: null, folder: '/var/lib/roll out' };
}
const eventOf = (told: Told, over: Partial<DecidedEvent> = {}): DecidedEvent => ({
  ...decidedFactOf(run(told).state),
  seq: 0,
  prev_hash: SHA,
  hash: SHA,
  ...over,
});
const recovering: Prior = {
  ...NO_PRIOR,
  decision: 'HOLD_AND_REVIEW',
  review: { openedAt: NOW - 1, acknowledgedBy: null, acknowledgedAt: null },
};
const section = (text: string, title: string): readonly string[] =>
  (text.split(`## ${title}\n\n`)[1]?.split('\n\n')[0] ?? '').trim().split('\n');

describe('the governance report', () => {
  it('lists every gate with what it found', () => {
    const text = renderReport(run(HARD));
    const rows = text.split('\n').filter((line) => line.startsWith('| rg_'));
    expect(rows).toHaveLength(13);
    expect(rows[6]).toBe(
      '| rg_monitor_hard | monitor | hard | 1 | review at 1 in a row | hard_metrics:1:1 |',
    );
    expect(rows[0]).toBe(
      '| rg_daily_manifest_present | artifacts | pass | present | present | – |',
    );
    expect(text).toContain('- Reason: `rg_monitor_hard:hard_metrics:1:1`');
    expect(text).toContain(`- Recommended active branch: ${CONTROL}`);
    expect(text).toContain('- Review: open since 2026-04-04T06:00:00.000Z');
    expect(renderReport(run())).toContain('- Review: none');
  });

  it('says what has changed', () => {
    const since = (told: Told, before: DecidedEvent | null) =>
      section(renderReport({ ...run(told), before }), 'Since the last run');
    expect(since({}, null)).toEqual(['- This is the first run.']);
    expect(since({}, eventOf({}))).toEqual(['- Nothing.']);
    expect(since(HARD, eventOf({}))).toEqual([
      '- FORWARD_OK → ROLLBACK_REVIEW_REQUIRED',
      '- rg_monitor_hard does not pass any more',
    ]);
    expect(since({}, eventOf(HARD))).toEqual([
      '- ROLLBACK_REVIEW_REQUIRED → FORWARD_OK',
      '- rg_monitor_hard passes again',
    ]);
    const warned = { hard_gates: [], warn_gates: ['rg_monitor_hard' as const] };
    expect(since(HARD, eventOf(HARD, warned))).toEqual([
      '- rg_monitor_hard went from warn to hard',
    ]);
    const hard = { hard_gates: ['rg_monitor_warning' as const], warn_gates: [] };
    expect(since(WARNED, eventOf(WARNED, hard))).toEqual([
      '- rg_monitor_warning went from hard to warn',
    ]);
    expect(since({}, eventOf({}, { policy_sha256: 'unknown' }))).toEqual([
      '- The policy is another one.',
    ]);
  });

  it('says what a reviewer must do', () => {
    const duties = (...given: Parameters<typeof run>) =>
      section(renderReport(run(...given)), 'What a reviewer must do');
    expect(duties()).toEqual(['- Nothing: the candidate goes on.']);
    expect(duties(WARNED)).toHaveLength(2);
    expect(duties(WARNED, NO_PRIOR, { hold_blocks_paper: false })).toHaveLength(1);
    expect(duties(HARD)).toEqual([
      '- Follow rollback-runbook.md; no new entries of the candidate until then.',
      '- Acknowledge the review that was opened at 2026-04-04T06:00:00.000Z.',
      '- Clean sessions in a row: 0 of 3.',
    ]);
    const stop = { rollout_review_is_emergency_stop: true };
    expect(duties(HARD, NO_PRIOR, stop)).toContain('- The policy makes this an emergency stop.');
    const off = { ...stop, emergency_stop_enabled: false };
    expect(duties(HARD, NO_PRIOR, off)).toHaveLength(3);
    expect(duties({ goldenBranches: [] })).toContain('- No branch is safe: nothing opens at all.');
    expect(duties({}, recovering)).toContain('- Clean sessions in a row: 1 of 3.');
  });

  it('D-42 tells of every gate input where it comes from', () => {
    const text = renderReport(run());
    const inputs = INPUT_MAP.map(({ section: at, input }) => `| ${at} | ${input} |`);
    for (const line of inputs) expect(text).toContain(line);
    expect(text).toContain('| 8.6 | next-open max drawdown | measured: max_drawdown |');
    expect(text).toContain('| 8.8 | monitor health | read: health |');
    expect(text).toMatch(/\| 2\.5 \| LLM error ratio \| not_applicable: no language model/);
    expect(new Set(inputs).size).toBe(inputs.length);
  });

  it('lets nothing that others wrote out of its cell', () => {
    const text = renderReport(run({ manifest: { candidate_branch: 'x|<b>`y' } }));
    expect(text).toContain('- Candidate: x b y');
  });
});

describe('the map of inputs', () => {
  it('D-42 names every metric and every source, and a reason for all that is not measured', () => {
    const answers = INPUT_MAP.map(({ answer }) => answer);
    const measured = INPUT_MAP.flatMap(({ section: at, answer }) =>
      at === '8.6' && answer.kind === 'measured' ? [answer.by] : [],
    );
    expect(measured).toEqual([...METRIC_IDS]);
    const read = answers.flatMap((answer) => (answer.kind === 'read' ? [answer.from] : []));
    expect(read.toSorted()).toEqual(Object.keys(SOURCE_FILES).toSorted());
    for (const answer of answers) {
      if (answer.kind === 'not_applicable') expect(answer.reason.length).toBeGreaterThan(20);
    }
  });
});

describe('the rollback runbook', () => {
  it('has the numbers of the run and the commands to switch', () => {
    const made = run(HARD);
    const text = renderRunbook(made);
    expect(text).toContain(`In question: ${CANDIDATE}. Fall back to: ${CONTROL}.`);
    expect(text).toContain(`trace ${made.state.trace_id}`);
    expect(section(text, 'Numbers of this run')).toEqual([
      '- hard rg_monitor_hard: 1 (review at 1 in a row) hard_metrics:1:1',
    ]);
    expect(text).toContain(`candidate policy is the one of ${CONTROL}\n`);
    expect(text).toContain('holdfast emergency reduce_only --reason "rollout review"\n');
    expect(text).toContain("holdfast rollout check --folder '/var/lib/roll out'\n");
    expect(text).toContain(
      "rollout ack --folder '/var/lib/roll out' --review 2026-04-04T06:00:00.000Z --by <name>",
    );
    expect(text).toContain('3 clean sessions in a row (now 0)');
  });

  it('asks for no switch where none is needed', () => {
    const text = renderRunbook(run());
    expect(text).toContain('Every gate that was asked passes.');
    expect(text).toContain('# no switch is asked for');
    expect(text).not.toContain('candidate policy is the one of');
    expect(text).toContain('No review is open.');
  });

  it('stays reduced where no branch is safe', () => {
    const text = renderRunbook({ ...run({ goldenBranches: [] }), results: [] });
    expect(text).toContain('Fall back to: no branch.');
    expect(text).toContain('# no branch is safe: stay reduced until one is');
    expect(text).toContain('No gate could be asked.');
  });

  it('says who has acknowledged', () => {
    const review = { openedAt: NOW - 1, acknowledgedBy: 'ana', acknowledgedAt: NOW };
    const text = renderRunbook(run({}, { ...recovering, review }));
    expect(text).toContain('Acknowledged by ana at 2026-04-04T06:00:00.000Z.');
  });
});
