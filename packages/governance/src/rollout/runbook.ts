/**
 * `rollback-runbook.md`: what a person does when a review is required, with the numbers of this run
 * in it and the exact commands (section 8.8). It is made anew by every run.
 */
import type { GateResult } from './gate.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutState } from './state.ts';

export interface RunbookMade {
  readonly state: RolloutState;
  readonly results: readonly GateResult[];
  readonly policy: RolloutPolicy;
  /** As it was given to the checker. */
  readonly folder: string;
}

/** Both at once: golden regression, and no path that ends in silence. */
const GOLDEN = 'holdfast backtest <bars> --golden <manifest>';

export function renderRunbook({ state, results, policy, folder }: RunbookMade): string {
  const active = state.recommended_active_branch;
  const check = `holdfast rollout check --folder ${quoted(folder)}`;
  const lines = [
    '# Rollback runbook',
    '',
    `Decision ${state.decision}, session ${state.as_of ?? 'unknown'}, trace ${state.trace_id}.`,
    `In question: ${state.candidate_branch ?? 'unknown'}. Fall back to: ${active ?? 'no branch'}.`,
    '',
    '## Numbers of this run',
    '',
    ...numbersOf(results),
    '',
    '## Switch the branch',
    '',
    ...fenced(...switchTo(state)),
    '## Verify',
    '',
    ...fenced('holdfast status --detailed', GOLDEN, check),
    '## Return',
    '',
    `${policy.recovery_clean_runs} clean sessions in a row (now ${state.streaks.clean}) and the`,
    'acknowledgement below; then the same operation with the candidate.',
    '',
    '## Acknowledge',
    '',
    ...acknowledgementOf(state, folder),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function numbersOf(results: readonly GateResult[]): readonly string[] {
  const found = results.filter(({ status }) => status !== 'pass');
  if (results.length === 0) return ['No gate could be asked.'];
  if (found.length === 0) return ['Every gate that was asked passes.'];
  return found.map(({ gate, status, value, threshold, reasons }) => {
    const why = reasons.map(flat).join(' ');
    return `- ${status} ${gate}: ${flat(value ?? 'unknown')} (${threshold ?? '–'}) ${why}`;
  });
}

/** Nothing opens while it is done; the branch is what the deployed policy names. */
function switchTo({ recommended_active_branch: active, decision }: RolloutState) {
  const reduce = 'holdfast emergency reduce_only --reason "rollout review"';
  if (active === null) return [reduce, '# no branch is safe: stay reduced until one is'];
  if (decision !== 'ROLLBACK_REVIEW_REQUIRED') return ['# no switch is asked for'];
  return [
    reduce,
    `# in the declaration the candidate policy is the one of ${quoted(active)}`,
    'holdfast ops new --from deploy-policy',
  ];
}

function acknowledgementOf({ review }: RolloutState, folder: string): readonly string[] {
  if (review.opened_at === null) return ['No review is open.'];
  if (review.acknowledged_by !== null) {
    return [`Acknowledged by ${flat(review.acknowledged_by)} at ${review.acknowledged_at}.`];
  }
  const at = `--folder ${quoted(folder)} --review ${review.opened_at}`;
  return fenced(`holdfast rollout ack ${at} --by <name>`);
}

function fenced(...commands: readonly string[]): readonly string[] {
  return ['```sh', ...commands.map(flat), '```', ''];
}

/** One word for a shell. */
function quoted(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const flat = (text: string): string => text.replaceAll(/[\n\r`]+/g, ' ');
