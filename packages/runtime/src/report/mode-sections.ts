import { MODE_REASONS } from '@holdfast/core/reasons';
import type { ReasonSpan } from './reason-log.ts';
import type { RunReport } from './run-report.ts';
import type { Transition } from './transition-log.ts';

type Told = Pick<
  RunReport,
  'began_at' | 'mode_changes' | 'mode_details' | 'reasons' | 'trading_mode'
>;

/** When the mode changed and why; every reason, when, by which figures, and what ends it. */
export function modeSections(report: Told): readonly string[] {
  const { began_at: began, mode_changes: changes, mode_details: details, reasons } = report;
  return [
    '## The mode, and why',
    '',
    'Seconds are counted from the start. Every process begins in ReduceOnly.',
    '',
    ...(changes.length === 0 ? [`- it stayed ${report.trading_mode}`] : []),
    ...changes.flatMap((change) => told(change, began)),
    '',
    ...section('What held it down, as every tick saw it', reasons.flatMap(reasonTeller(began))),
    ...section(
      'What holds it down at the end, figure by figure',
      details.map((detail) => `- ${detail}`),
    ),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, '', ...lines, ''];
}

function told(change: Transition, began: number): readonly string[] {
  const { at, from, to, reasons, details, causes, ended } = change;
  const when = `- ${seconds(at - began)}: ${from} to ${to}`;
  return [
    reasons.length === 0 ? `${when}, nothing holds it down any more` : when,
    ...reasons.map((code) => `  - ${MODE_REASONS[code].meaning} (${code})`),
    ...[...causes, ...details].map((line) => `  - ${line}`),
    ...ended.map((line) => `  - over: ${line}`),
  ];
}

function reasonTeller(began: number): (span: ReasonSpan) => readonly string[] {
  return ({ code, meaning, clears, from, until, began: first, target }) => {
    const end = until === null ? 'to the end' : `to ${seconds(until - began)}`;
    const ends = until === null ? 'ends when' : 'ended when';
    return [
      `- ${code}, ${seconds(from - began)} ${end}: ${meaning}`,
      `  - began with: ${first}`,
      `  - ${ends}: ${clears}${until === null ? ` Must be: ${target}` : ''}`,
    ];
  };
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1_000).toFixed(1)} s`;
}
