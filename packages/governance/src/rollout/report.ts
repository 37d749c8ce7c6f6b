/** `rollout-governance-report.md`: the decision for a reader, made of the state (section 8.8). */
import { INPUT_MAP, type InputAnswer } from './input-map.ts';
import type { GateResult } from './gate.ts';
import type { DecidedEvent } from './history.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutState } from './state.ts';

export interface Reported {
  readonly state: RolloutState;
  readonly results: readonly GateResult[];
  /** The decision before this one; null for the first. */
  readonly before: DecidedEvent | null;
  readonly policy: RolloutPolicy;
}

export function renderReport({ state, results, before, policy }: Reported): string {
  const lines = [
    `# Rollout governance: ${state.decision}`,
    '',
    ...headOf(state),
    '',
    '## Gates',
    '',
    '| Gate | Area | Status | Value | Threshold | Reason |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map(rowOf),
    '',
    '## Since the last run',
    '',
    ...changesSince(before, state).map((line) => `- ${line}`),
    '',
    '## What a reviewer must do',
    '',
    ...dutiesOf(state, policy).map((line) => `- ${line}`),
    '',
    '## Where each gate input comes from',
    '',
    '| Section | Input | Answer |',
    '| --- | --- | --- |',
    ...INPUT_MAP.map(
      ({ section, input, answer }) => `| ${section} | ${input} | ${answerOf(answer)} |`,
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function headOf(state: RolloutState): readonly string[] {
  const { streaks, review } = state;
  const { hard, warning, divergence_high: high } = streaks;
  const counts = `hard ${hard}, warning ${warning}, high ${high}`;
  return [
    `- Session: ${state.as_of ?? 'unknown'}, generated ${state.generated_at}`,
    `- The gates alone say: ${state.raw_decision}`,
    `- Candidate: ${cell(state.candidate_branch)}`,
    `- Recommended active branch: ${cell(state.recommended_active_branch)}`,
    `- Streaks: ${counts}, misaligned ${streaks.misaligned}, clean ${streaks.clean}`,
    `- Review: ${review.opened_at === null ? 'none' : `open since ${review.opened_at}`}`,
    `- Policy: \`${state.policy_sha256}\`, trace \`${state.trace_id}\``,
    ...state.reasons.map((reason) => `- Reason: \`${plain(reason)}\``),
  ];
}

function rowOf({ gate, area, status, value, threshold, reasons }: GateResult): string {
  const words = reasons.length === 0 ? '–' : reasons.map(plain).join(' ');
  return `| ${gate} | ${area} | ${status} | ${cell(value)} | ${cell(threshold)} | ${words} |`;
}

function changesSince(before: DecidedEvent | null, state: RolloutState): readonly string[] {
  if (before === null) return ['This is the first run.'];
  const changes: string[] = [];
  if (before.decision !== state.decision) changes.push(`${before.decision} → ${state.decision}`);
  const found = [...state.hard_gates, ...state.warn_gates];
  const had = [...before.hard_gates, ...before.warn_gates];
  for (const gate of found) if (!had.includes(gate)) changes.push(`${gate} does not pass any more`);
  for (const gate of had) if (!found.includes(gate)) changes.push(`${gate} passes again`);
  for (const gate of state.hard_gates) {
    if (before.warn_gates.includes(gate)) changes.push(`${gate} went from warn to hard`);
  }
  for (const gate of state.warn_gates) {
    if (before.hard_gates.includes(gate)) changes.push(`${gate} went from hard to warn`);
  }
  if (before.policy_sha256 !== state.policy_sha256) changes.push('The policy is another one.');
  return changes.length === 0 ? ['Nothing.'] : changes;
}

function dutiesOf(state: RolloutState, policy: RolloutPolicy): readonly string[] {
  const { decision, review, recommended_active_branch: active } = state;
  const duties: string[] = [];
  if (decision === 'FORWARD_OK') duties.push('Nothing: the candidate goes on.');
  if (decision === 'HOLD_AND_REVIEW') {
    duties.push(
      'Look at what warns. The candidate stays, without promotion and without more size.',
    );
    if (policy.hold_blocks_paper) duties.push('Paper waits as well.');
  }
  if (decision === 'ROLLBACK_REVIEW_REQUIRED') {
    duties.push('Follow rollback-runbook.md; no new entries of the candidate until then.');
    if (active === null) duties.push('No branch is safe: nothing opens at all.');
    if (policy.rollout_review_is_emergency_stop && policy.emergency_stop_enabled) {
      duties.push('The policy makes this an emergency stop.');
    }
  }
  if (review.required && review.acknowledged_by === null) {
    duties.push(`Acknowledge the review that was opened at ${review.opened_at}.`);
  }
  if (review.required) {
    const { clean } = state.streaks;
    duties.push(`Clean sessions in a row: ${clean} of ${policy.recovery_clean_runs}.`);
  }
  return duties;
}

function answerOf(answer: InputAnswer): string {
  switch (answer.kind) {
    case 'measured':
      return `measured: ${answer.by}`;
    case 'read':
      return `read: ${answer.from}`;
    case 'not_applicable':
      return `not_applicable: ${answer.reason}`;
  }
}

const cell = (value: string | null): string => (value === null ? '–' : plain(value));

/** What others wrote breaks out of no cell and no line. */
function plain(text: string): string {
  return text.replaceAll(/[\s`|<>]+/g, ' ');
}
