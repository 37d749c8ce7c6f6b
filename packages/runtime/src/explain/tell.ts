import type { Decision } from '@holdfast/core';
import { renderReject } from '@holdfast/core/reasons';
import { formatE8 } from '@holdfast/core/values';
import type { LedgerRecord } from '@holdfast/core/ledger';
import type { Story, ToldDecision } from './story.ts';

/** The story for a person, in the order it happened: known, judged, recorded, said, filled. */
export function tellStory(story: Story): readonly string[] {
  const nothing = story.decisions.length + story.records.length === 0;
  return [
    `intent ${story.intentIds.join(', ') || story.subject}`,
    ...story.labels.map((label) => `label  ${label}`),
    '',
    ...(nothing ? ['Nothing is known of it in this run.', ''] : []),
    ...story.decisions.flatMap(decided),
    ...section('Recorded', story.records, ({ sequence, record }) => [
      `${time(record.at)}  #${sequence} ${record.type}${detailOf(record)}`,
    ]),
    ...section('On the wire', story.wire, ({ at, direction, method, text }) => [
      `${time(at)}  ${direction === 'out' ? '->' : '<-'} ${method ?? ''}`.trimEnd(),
      `  ${text}`,
    ]),
    ...section('Missing in what was read', story.gaps, (gap) => [gap]),
  ];
}

function section<T>(
  title: string,
  items: readonly T[],
  lines: (item: T) => readonly string[],
): readonly string[] {
  if (items.length === 0) return [];
  return [title, ...items.flatMap((item) => lines(item).map((line) => `  ${line}`)), ''];
}

function decided({ at, decision, sequence, runId }: ToldDecision): readonly string[] {
  const head = `${time(at)}  decision ${sequence} of run ${runId}`;
  if (decision.kind !== 'intentRejected' && decision.kind !== 'intentAdmitted') {
    return [`${head}: ${decision.kind}${plainOf(decision)}`, ''];
  }
  const verdict =
    decision.kind === 'intentRejected' ? `refused: ${renderReject(decision.reject)}` : 'admitted';
  return [
    `${head}: ${verdict}`,
    '  Known then',
    ...known(decision.context).map((line) => `    ${line}`),
    '  Each gate’s answer',
    ...answersOf(decision).map((answer) => `    ${gateLine(answer)}`),
    '',
  ];
}

type Judged = Extract<Decision, { kind: 'intentRejected' | 'intentAdmitted' }>;

function known(context: Judged['context']): readonly string[] {
  return Object.entries(context).map(
    ([name, value]) => `${name.padEnd(16)} ${valueOf(name, value)}`,
  );
}

interface GateLine {
  readonly gate: string;
  readonly passed: boolean;
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** As they were read back from the log they are a list; in the process that said them, not yet. */
function answersOf({ answers }: Judged): readonly GateLine[] {
  return Array.isArray(answers) ? answers : answers.list();
}

function gateLine(answer: GateLine): string {
  const numbers = Object.entries(answer.numbers)
    .map(([name, value]) => `${name} ${valueOf(name, value)}`)
    .join(', ');
  const word = answer.passed ? 'passed ' : 'REFUSED';
  return `${word} ${answer.gate}${numbers === '' ? '' : `: ${numbers}`}`;
}

/** Names that end in E8 are exact decimals; everything else is told as it is. */
function valueOf(name: string, value: unknown): string {
  if (value === null || value === undefined) return 'unknown';
  if (name.endsWith('E8') && typeof value === 'number') return formatE8(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const SAID_ALREADY = new Set(['type', 'at', 'context', 'kind', 'label', 'intentId']);

function plainOf(decision: Decision): string {
  return members(decision);
}

function detailOf(record: LedgerRecord): string {
  return members(record.type === 'intentRecorded' ? { ...record.terms } : record);
}

function members(value: object): string {
  const told = Object.entries(value).filter(([name]) => !SAID_ALREADY.has(name));
  return told.map(([name, each]) => ` ${name}=${valueOf(name, each)}`).join('');
}

function time(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').replace('Z', '');
}
