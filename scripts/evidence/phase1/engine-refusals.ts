/** P1-D: refusals of one engine, with what its decision log and its metrics say of each. */
import { isDeepStrictEqual } from 'node:util';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofSimulatedRun, type Provenance, shownProvenance } from '../provenance.ts';

export const LOG_PATH = 'traceability/sample_rejection_log.txt';
export const REFUSALS_PATH = 'no_side_effects/engine_refusals.json';
export const LINES_MIN = 5;
const PROGRAM = 'packages/runtime/test/wire-refusals.ts';

interface Answer {
  readonly gate: string;
  readonly passed: boolean;
  readonly numbers: Readonly<Record<string, number | null>>;
}

interface Line {
  readonly runId: string;
  readonly decision: {
    readonly kind: string;
    readonly intentId?: string;
    readonly intentClass?: string;
    readonly gateTrace?: readonly string[];
    readonly answers?: readonly Answer[];
    readonly reject?: { readonly code: string; readonly operands: object };
  };
}

type Counts = Readonly<Record<string, number>>;

export interface Told {
  readonly expected: string;
  readonly intent_id: string;
  readonly lines: readonly Line[];
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly metrics_before: Counts;
  readonly metrics_after: Counts;
}

export interface EngineRefusals {
  readonly run_id: string;
  readonly metrics_run_ids: readonly string[];
  readonly told: readonly Told[];
}

export async function refuse(root: string): Promise<EngineRefusals | string> {
  const printed = await runProgram(root, PROGRAM, []);
  return printed.ok ? (JSON.parse(printed.text) as EngineRefusals) : printed.why;
}

export function refusalsItems(seen: EngineRefusals, buildId: string): readonly Made[] {
  const provenance = ofSimulatedRun(buildId);
  return [
    { path: REFUSALS_PATH, provenance, text: `${JSON.stringify(seen, null, 2)}\n` },
    { path: LOG_PATH, provenance, text: logText(seen, provenance) },
  ];
}

function logText({ run_id: run, told }: EngineRefusals, from: Provenance): string {
  const lines = told.flatMap((each) => each.lines.map((line) => logLine(line, each)));
  return `# ${shownProvenance(from)}
# Of run ${run}: every line is one of its decision log, joined with the numbers its gates compared
# and with the series of its /metrics that moved while it was judged (before->after).
${lines.join('\n')}
`;
}

function logLine({ runId, decision }: Line, told: Told): string {
  const answers = decision.answers ?? [];
  const refused = decision.kind === 'intentRejected';
  const stage = refused ? (answers.find(({ passed }) => !passed)?.gate ?? 'before_gates') : 'all';
  return [
    `intent_id=${decision.intentId ?? ''}`,
    `run_id=${runId}`,
    `stage=${stage}`,
    `outcome=${refused ? 'rejected' : 'admitted'}`,
    `reason=${decision.reject?.code ?? 'none'}`,
    `operands=${JSON.stringify(decision.reject?.operands ?? {})}`,
    `gate_trace=${(decision.gateTrace ?? []).join('>') || 'none'}`,
    `gate_numbers=${JSON.stringify(answers.at(-1)?.numbers ?? {})}`,
    `metrics=${JSON.stringify(moved(told))}`,
  ].join(' ');
}

function moved({ metrics_before: before, metrics_after: after }: Told): Record<string, string> {
  const names = Object.keys(after).filter((name) => after[name] !== (before[name] ?? 0));
  return Object.fromEntries(names.map((name) => [name, `${before[name] ?? 0}->${after[name]}`]));
}

const FIELDS = [
  'intent_id',
  'run_id',
  'stage',
  'outcome',
  'reason',
  'gate_trace',
  'gate_numbers',
  'metrics',
];

export function logFaults(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.startsWith('intent_id='));
  const faults = lines.flatMap((line, index) =>
    FIELDS.filter((name) => !new RegExp(`(?:^| )${name}=\\S`).test(line)).map(
      (name) => `line ${index + 1} has no ${name}`,
    ),
  );
  const rejected = lines.filter((line) => line.includes(' outcome=rejected '));
  if (rejected.length < LINES_MIN) {
    faults.push(`${rejected.length} refusals, at least ${LINES_MIN}`);
  }
  const runs = new Set(lines.map((line) => / run_id=(\S+)/.exec(line)?.[1]));
  if (runs.size > 1) faults.push(`lines of ${runs.size} runs`);
  return faults;
}

export function refusalsFaults(text: string): readonly string[] {
  const { run_id: run, metrics_run_ids: runs, told } = JSON.parse(text) as EngineRefusals;
  const faults = isDeepStrictEqual(runs, [run]) ? [] : ['its metrics are of another run'];
  for (const { expected, lines, before, after, metrics_before, metrics_after } of told) {
    if (expected === 'admitted') continue;
    const code = lines[0]?.decision.reject?.code ?? 'nothing';
    if (lines.length !== 1 || code !== expected) {
      faults.push(`${expected}: ${lines.length} lines, refused with ${code}`);
    }
    if (lines.some(({ runId }) => runId !== run)) faults.push(`${expected}: a line of another run`);
    if (!isDeepStrictEqual(before, after)) faults.push(`${expected}: something changed`);
    const series = `intents_rejected_total{code="${expected}"}`;
    if ((metrics_after[series] ?? 0) - (metrics_before[series] ?? 0) !== 1) {
      faults.push(`${expected}: its metric did not move by one`);
    }
  }
  if (told.length <= LINES_MIN) faults.push(`${told.length} proposals`);
  return faults;
}
