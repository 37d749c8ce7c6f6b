/** P1-B: the hashes of one frozen sequence of inputs, run after run and process after process. */
import { createHash } from 'node:crypto';
import type { Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofCore, type Provenance, shownProvenance } from '../provenance.ts';

export const HASHES_PATH = 'determinism/intent_hashes.txt';
const PROGRAM = 'packages/core/test/fixed-run.ts';
const RESTARTS = 4;
/** Of the shuffles. */
const SEEDS = ['7', '1009', '20261121', '424242'];
const FOLDS = 2;

interface Outcome {
  readonly bytes: readonly string[];
  readonly hashes: readonly string[];
  readonly labels: readonly string[];
  readonly traces: readonly string[];
}

interface Golden {
  readonly canonical: string;
  readonly expected: string;
  readonly hash: string;
}

/** Why two runs are compared, and in what they have to be equal. */
export type Kind = 'same_process' | 'process_restart' | 'collection_order' | 'folded_ledger';

interface Run {
  readonly kind: Kind;
  readonly how: string;
  readonly outcome: Outcome;
}

export async function recordHashes(root: string, buildId: string): Promise<Made> {
  const runs: Run[] = [];
  const missing = (why: string): Made => ({ path: HASHES_PATH, why });
  const read = async <T>(word: string, input?: string): Promise<T | string> => {
    const printed = await runProgram(root, PROGRAM, [word], input === undefined ? {} : { input });
    return printed.ok ? (JSON.parse(printed.text) as T) : printed.why;
  };
  const repeated = await read<Outcome[]>('repeat');
  if (typeof repeated === 'string') return missing(repeated);
  const add = (kind: Kind, how: string, outcome: Outcome): void => {
    runs.push({ kind, how, outcome });
  };
  for (const [index, outcome] of repeated.entries()) add('same_process', `${index + 1}`, outcome);
  const orders = [...Array.from({ length: RESTARTS }, () => 'given'), 'reversed', ...SEEDS];
  for (const order of orders) {
    const outcome = await read<Outcome>(order);
    if (typeof outcome === 'string') return missing(outcome);
    add(order === 'given' ? 'process_restart' : 'collection_order', order, outcome);
  }
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const begun = await read<Outcome>('begin');
    if (typeof begun === 'string') return missing(begun);
    const outcome = await read<Outcome>('fold', JSON.stringify(begun));
    if (typeof outcome === 'string') return missing(outcome);
    const isKept = begun.bytes.every((line, index) => line === outcome.bytes[index]);
    add('folded_ledger', isKept ? 'ledger_unchanged' : 'LEDGER_CHANGED', outcome);
  }
  const golden = await read<Golden[]>('golden');
  if (typeof golden === 'string') return missing(golden);
  const provenance = ofCore(buildId);
  return { path: HASHES_PATH, provenance, text: hashesText(runs, golden, provenance) };
}

const sha256 = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');

function hashesText(runs: readonly Run[], golden: readonly Golden[], from: Provenance): string {
  const [first] = runs;
  const isEqual = ({ kind, how, outcome }: Run): boolean => {
    if (first === undefined || how === 'LEDGER_CHANGED') return false;
    const whole = (each: Outcome) => JSON.stringify(each);
    // A process that took over booted at another time, and its own records say so.
    const identity = ({ hashes, labels }: Outcome) => JSON.stringify([hashes, labels]);
    return kind === 'folded_ledger'
      ? identity(outcome) === identity(first.outcome)
      : whole(outcome) === whole(first.outcome);
  };
  const lines = runs.map((run, index) => {
    const { kind, how, outcome } = run;
    const folded = kind === 'folded_ledger';
    return [
      `run=${index + 1}`,
      `kind=${kind}`,
      `how=${how}`,
      `intent_hashes=${outcome.hashes.join(',')}`,
      `records_sha256=${folded ? 'not_compared' : sha256(outcome.bytes)}`,
      `gate_trace_sha256=${folded ? 'not_compared' : sha256(outcome.traces)}`,
      `result=${isEqual(run) ? 'PASS' : 'FAIL'}`,
    ].join(' ');
  });
  const vectors = golden.map(
    ({ canonical, expected, hash }) =>
      `golden=${canonical} expected=${expected} intent_hash=${hash} ` +
      `result=${hash === expected ? 'PASS' : 'FAIL'}`,
  );
  return `# ${shownProvenance(from)}
# One frozen sequence of inputs: three orders, a fill, a refusal.
# same_process: one after another in one process. process_restart: each in a process of its own.
# collection_order: every map, object and set of the inputs filled in another order, own processes.
# folded_ledger: one process writes half, another folds its ledger and does the rest.
${[...lines, ...vectors].join('\n')}
`;
}

const RUNS_MIN: Readonly<Record<Kind, number>> = {
  same_process: 2,
  process_restart: 2,
  collection_order: 2,
  folded_ledger: 1,
};
const GOLDEN_MIN = 2;

/** What the artifact itself has to show, read from its lines and not from their last word alone. */
export function hashesFaults(text: string): readonly string[] {
  const faults: string[] = [];
  const lines = text.split('\n').filter((line) => /^(run|golden)=/.test(line));
  const runs = lines.filter((line) => line.startsWith('run='));
  for (const [kind, least] of Object.entries(RUNS_MIN)) {
    const count = runs.filter((line) => line.includes(` kind=${kind} `)).length;
    if (count < least) faults.push(`${count} runs of ${kind}, at least ${least}`);
  }
  const hashes = new Set(runs.map((line) => field(line, 'intent_hashes')));
  const [only = ''] = hashes;
  if (hashes.size !== 1) faults.push(`${hashes.size} different lists of intent hashes`);
  if (!/^[0-9a-f]{16}(,[0-9a-f]{16})+$/.test(only)) faults.push('no intent hashes');
  for (const name of ['records_sha256', 'gate_trace_sha256']) {
    const digests = new Set(runs.map((line) => field(line, name)));
    digests.delete('not_compared');
    if (digests.size !== 1) faults.push(`${digests.size} different ${name}`);
  }
  const golden = lines.filter((line) => line.startsWith('golden='));
  if (golden.length < GOLDEN_MIN) faults.push(`${golden.length} golden vectors`);
  for (const line of lines) {
    const isGolden = line.startsWith('golden=');
    const isWrong = isGolden && field(line, 'expected') !== field(line, 'intent_hash');
    if (!line.endsWith(' result=PASS') || isWrong) faults.push(`not PASS: ${line.slice(0, 60)}`);
  }
  return faults;
}

const field = (line: string, name: string): string =>
  new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
