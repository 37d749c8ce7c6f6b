import type { Decision } from '@holdfast/core';
import type { ScenarioResult, StoryLine } from './run.ts';

/** Decisions a reader of a drill wants beside its steps; the rest are for `--verbose`. */
const SHORT: ReadonlySet<Decision['kind']> = new Set([
  'intentAdmitted',
  'intentRejected',
  'intentDuplicate',
  'orderAbandoned',
  'modeChanged',
  'latchSet',
  'latchCleared',
  'anomaly',
  'fault',
]);
/** Shown of a story that says more, at its end; a workload talks for ever. */
const LINES_MAX = 200;

/** The story as lines of text: time, what happened, and what was expected beside it. */
export function tellStory(result: ScenarioResult, verbose: boolean): readonly string[] {
  const told = result.story.filter((line) => verbose || isShort(line));
  const hidden = verbose ? 0 : Math.max(0, told.length - LINES_MAX);
  return [
    ...(hidden === 0 ? [] : [`  … ${hidden} lines before these; --verbose shows them`]),
    ...told.slice(hidden).map((line) => tellLine(line, verbose)),
    ...(result.finding === null
      ? []
      : [`${time(result.finding.atMs)}  FOUND  ${result.finding.detail.slice(0, 600)}`]),
  ];
}

function isShort(line: StoryLine): boolean {
  return line.kind !== 'decision' || SHORT.has(line.decision.kind);
}

function tellLine(line: StoryLine, verbose: boolean): string {
  const at = time(line.atMs);
  switch (line.kind) {
    case 'step':
      return `${at}  do     ${line.text}`;
    case 'placement':
      return `${at}  wire   ${line.text}`;
    case 'decision':
      return `${at}  core   ${tellDecision(line.decision, verbose)}`;
    case 'expectation': {
      const { what, expected, actual, holds } = line;
      const found = holds ? '' : `, but was ${actual}`;
      return `${at}  ${holds ? 'ok    ' : 'NOT   '} ${what} is ${expected}${found}`;
    }
  }
}

/** Why in every number is for those who ask for it; what was decided is for everybody. */
const LONG: ReadonlySet<string> = new Set(['answers', 'context', 'gateTrace', 'details']);

function tellDecision({ kind, at: _at, ...rest }: Decision, verbose: boolean): string {
  const words = Object.entries(rest)
    .filter(([key]) => verbose || !LONG.has(key))
    .map(([key, value]) => `${key}=${plain(value)}`);
  return [kind, ...words].join(' ');
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function time(atMs: number): string {
  return `${(atMs / 1_000).toFixed(3).padStart(9)} s`;
}
