/** The folders of the drills: run, written down beside what was expected, and judged. */
import type { Item, Made } from '../pack.ts';
import { runProgram } from '../programs.ts';
import { ofSimulatedRun, type Provenance, shownProvenance, utc } from '../provenance.ts';
import { type Drill, DRILLS, type Expected } from './drill-list.ts';
import { type DrillRun, timeToSafeMs, validate } from './drill-run.ts';

const PROGRAM = 'packages/runtime/test/chaos-drills.ts';
const TIMEOUT_MS = 600_000;
export const FILES = [
  'trigger.md',
  'observed_status.json',
  'expected_status.json',
  'diff.txt',
  'validation.log',
  'time_to_safe_ms',
  'notes.md',
  'transitions.json',
] as const;
const NO_DIFFERENCE = 'no difference';

type Document = Readonly<Record<string, unknown>>;

export const folderOf = ({ number, name }: Pick<Drill, 'number' | 'name'>): string =>
  `drill_${number}_${name}`;

/** Runs one drill after another: two at a time would measure each other. */
export async function runDrills(
  root: string,
  buildId: string,
  say: (line: string) => void,
): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (const drill of DRILLS) {
    say(`drill ${drill.number}    ${drill.name}`);
    const printed = await runProgram(root, PROGRAM, [drill.name], { timeoutMs: TIMEOUT_MS });
    if (printed.ok) made.push(...itemsOf(drill, JSON.parse(printed.text) as DrillRun, buildId));
    else
      for (const file of FILES) made.push({ path: `${folderOf(drill)}/${file}`, why: printed.why });
  }
  return made;
}

export function itemsOf(drill: Drill, run: DrillRun, buildId: string): readonly Item[] {
  const provenance = ofSimulatedRun(buildId);
  const observed = observedIn(drill, run);
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const texts: Readonly<Record<(typeof FILES)[number], string>> = {
    'trigger.md': triggerPage(drill, run, provenance),
    'observed_status.json': json(observed),
    'expected_status.json': json(drill.expected),
    'diff.txt': `${listed(differences(drill.expected, observed), NO_DIFFERENCE)}\n`,
    'validation.log': validationLog(drill, run, observed),
    time_to_safe_ms: `${timeToSafeMs(run) ?? 'never'}\n`,
    'notes.md': notesPage(drill, run, provenance),
    'transitions.json': json(transitionsOf(run)),
  };
  return FILES.map((file) => ({
    path: `${folderOf(drill)}/${file}`,
    provenance,
    text: texts[file],
  }));
}

const listed = (lines: readonly string[], otherwise: string): string =>
  lines.length === 0 ? otherwise : lines.join('\n');

/** The first status after the trigger that is as expected; the last one where none is. */
function observedIn({ expected }: Drill, run: DrillRun): Document {
  const after = run.seen.filter(({ at }) => at >= run.triggered_at).map(({ document }) => document);
  return after.find((each) => differences(expected, each).length === 0) ?? after.at(-1) ?? {};
}

/** One line for every key that is not as it should be. */
export function differences(
  expected: Readonly<Record<string, Expected>>,
  observed: Document,
): readonly string[] {
  return Object.entries(expected).flatMap(([key, value]) =>
    isAs(value, observed[key])
      ? []
      : [`${key}: expected ${JSON.stringify(value)}, observed ${JSON.stringify(observed[key])}`],
  );
}

function isAs(expected: Expected, observed: unknown): boolean {
  if (typeof expected === 'object' && 'includes' in expected && !Array.isArray(expected)) {
    const { includes } = expected as { readonly includes: readonly string[] };
    return Array.isArray(observed) && includes.every((code) => observed.includes(code));
  }
  return JSON.stringify(expected) === JSON.stringify(observed);
}

function validationLog({ claims }: Drill, run: DrillRun, observed: Document): string {
  const broken = [...new Set([...run.broken, ...validate(observed)])];
  const rows = claims.map(([sentence, holds]) => `${holds(run) ? 'PASS' : 'FAIL'} ${sentence}`);
  return `statuses_read=${run.documents}
statuses_that_differ=${run.seen.length}
rules_broken=${broken.length}
${[...broken.map((rule) => `FAIL status ${rule}`), ...rows].join('\n')}
`;
}

function triggerPage(drill: Drill, run: DrillRun, provenance: Provenance): string {
  const facts = Object.entries(run.facts).map(
    ([key, value]) => `- ${key}: ${JSON.stringify(value)}`,
  );
  return `# Drill ${drill.number}: ${drill.name.replaceAll('_', ' ')}

${shownProvenance(provenance)}

${drill.trigger}

Triggered ${utc(run.triggered_at)}, ${run.lives} ${run.lives === 1 ? 'process' : 'processes'}.

${facts.join('\n')}

To repeat it: \`node ${PROGRAM} ${drill.name}\`
`;
}

function notesPage(drill: Drill, run: DrillRun, provenance: Provenance): string {
  const ms = timeToSafeMs(run);
  const steps = transitionsOf(run).map(
    ({ from, to, at_ms: at, reasons }) => `- ${at} ms: ${from} to ${to} ${reasons.join(' ')}`,
  );
  return `# Drill ${drill.number}: notes

${shownProvenance(provenance)}

Safe after ${ms ?? 'no time that was seen,'} ms. The changes of mode, counted from the trigger:

${listed(steps, '- none')}

${drill.notes}

The engine, the exchange and the line between them were processes and sockets of one machine, and
the status was read over HTTP. The exchange is our own.
`;
}

export interface Transition {
  /** From the trigger. */
  readonly at_ms: number;
  readonly life: number;
  readonly from: string;
  readonly to: string;
  readonly reasons: readonly string[];
  readonly trigger: readonly string[];
  /** Until the next change of this process; null: the record ends first. */
  readonly time_in_mode_ms: number | null;
}

/** Every change of mode of every process of a drill. */
function transitionsOf({ lines, triggered_at: zero }: DrillRun): readonly Transition[] {
  const changes = lines.filter(({ kind }) => kind === 'modeChanged');
  return changes.map(({ at, life, from = '', to = '', reasons = [], details = [] }, index) => {
    const next = changes.slice(index + 1).find((other) => other.life === life);
    return {
      at_ms: Math.round(at - zero),
      life,
      from,
      to,
      reasons,
      trigger: details,
      time_in_mode_ms: next === undefined ? null : Math.round(next.at - at),
    };
  });
}

/** What is wrong with a file of a drill's folder. */
export function drillFaults(
  path: string,
  text: string,
  other: (path: string) => string,
): readonly string[] {
  const [folder = '', file = ''] = path.split('/');
  const drill = DRILLS.find((each) => folderOf(each) === folder);
  if (drill === undefined) return [];
  if (file === 'expected_status.json') {
    return text === `${JSON.stringify(drill.expected, null, 2)}\n`
      ? []
      : ['not what the drill declares'];
  }
  if (file === 'observed_status.json') {
    const observed = JSON.parse(text) as Document;
    return [...validate(observed), ...differences(drill.expected, observed)];
  }
  if (file === 'diff.txt') {
    const observed = JSON.parse(other(`${folder}/observed_status.json`)) as Document;
    const said = listed(differences(drill.expected, observed), NO_DIFFERENCE);
    return text.trimEnd() === said ? [] : ['not the difference of the two statuses'];
  }
  if (file === 'validation.log') return logFaults(drill, text);
  if (file === 'time_to_safe_ms') return /^\d+\n$/.test(text) ? [] : ['no number of milliseconds'];
  return [];
}

function logFaults({ claims }: Drill, text: string): readonly string[] {
  const lines = text.split('\n');
  const faults = lines.filter((line) => line.startsWith('FAIL'));
  if (!/^statuses_read=[1-9]\d*$/m.test(text)) faults.push('no status was read');
  if (!lines.includes('rules_broken=0')) faults.push('a status broke a rule');
  for (const [sentence] of claims) {
    if (!lines.includes(`PASS ${sentence}`)) faults.push(`does not show: ${sentence}`);
  }
  return faults;
}
