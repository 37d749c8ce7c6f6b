/**
 * `npm run mutate`: how much of the code that guards money the tests notice. Every part of it is
 * changed in one place at a time, and the tests must fail each time (decision D-31).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { homeless, judge, type Verdict } from './mutation/judge.ts';
import { mutate } from './mutation/stryker.ts';
import { filesOf, MINIMUM_SCORE, SUBJECTS, type Subject } from './mutation/subjects.ts';
import { parseSurvivors, type Survivor } from './mutation/survivors.ts';
import { changeOf, formatFindings, formatTable } from './mutation/words.ts';

const SURVIVORS = 'scripts/mutation/survivors.json';

const HELP = `usage: npm run mutate -- [subject ...] [--anew] [--json] [--help]

Changes the code in one place at a time and runs the tests against each change. A subject fails
below a score of ${MINIMUM_SCORE}, with a survivor that has no reason in ${SURVIVORS},
or with a reason that has no survivor.

  subject  ${SUBJECTS.map(({ name }) => name).join(', ')}; all by default
  --anew   forget earlier results (artifacts/mutation) and measure everything again
  --json   the verdicts as JSON on standard output; progress goes to standard error

example: npm run mutate -- order gates
exit code: 0 every subject passed, 1 one did not, 2 it could not be told or wrong usage`;

interface Request {
  readonly subjects: readonly Subject[];
  readonly anew: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** @throws Error for an option or a subject there is none of. */
export function readRequest(words: readonly string[]): Request {
  const flag = { type: 'boolean', default: false } as const;
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { anew: flag, json: flag, help: flag },
    allowPositionals: true,
  });
  const unknown = positionals.find((word) => !SUBJECTS.some(({ name }) => name === word));
  if (unknown !== undefined) throw new Error(`there is no subject '${unknown}'`);
  const chosen = SUBJECTS.filter(({ name }) => positionals.includes(name));
  return { ...values, subjects: positionals.length === 0 ? SUBJECTS : chosen };
}

interface Outcome {
  readonly verdicts: readonly Verdict[];
  /** Named by D-31 and not in this repository yet. */
  readonly notBuilt: readonly Subject[];
  /** Reasons for code no subject has. */
  readonly homeless: readonly Survivor[];
}

function measure(root: string, { subjects, anew, json }: Request): Outcome {
  const survivors = parseSurvivors(readFileSync(join(root, SURVIVORS), 'utf8'));
  const verdicts: Verdict[] = [];
  const notBuilt: Subject[] = [];
  for (const subject of subjects) {
    const files = filesOf(root, subject);
    if (files === null) {
      notBuilt.push(subject);
      continue;
    }
    const mutants = mutate(root, subject.name, files, anew);
    const verdict = judge(subject, files, mutants, survivors);
    verdicts.push(verdict);
    if (!json) console.log(describe(verdict));
  }
  if (verdicts.length === 0) throw new Error('nothing of what was asked for is built yet');
  return { verdicts, notBuilt, homeless: homeless(survivors, SUBJECTS) };
}

function describe(verdict: Verdict): string {
  const { subject, total, equivalent, accepted, unchangeable, passed } = verdict;
  const findings = formatFindings(verdict);
  const alive = total.survived + total.noCoverage + total.ignored;
  const names = unchangeable.map((path) => path.split('/').at(-1)).join(', ');
  return [
    formatTable(verdict),
    ...(names === '' ? [] : [`  nothing to change in ${names}`]),
    ...(findings === '' ? [] : [findings]),
    `${passed ? 'ok  ' : 'FAIL'} ${subject}: ${alive} survive, ${equivalent} equivalent, ` +
      `${accepted} accepted\n`,
  ].join('\n');
}

function passedAll({ verdicts, homeless: astray }: Outcome): boolean {
  return astray.length === 0 && verdicts.every(({ passed }) => passed);
}

function print(outcome: Outcome, json: boolean): void {
  const { verdicts, notBuilt, homeless: astray } = outcome;
  if (json) {
    const told = verdicts.map((verdict) => ({
      ...verdict,
      unexplained: verdict.unexplained.map((mutant) => ({ ...mutant, change: changeOf(mutant) })),
    }));
    const passed = passedAll(outcome);
    const report = { passed, minimum: MINIMUM_SCORE, verdicts: told, notBuilt, homeless: astray };
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  for (const { name, path } of notBuilt) console.log(`not built yet: ${name} (${path})`);
  for (const { id, file } of astray) console.log(`no: reason ${id} is for ${file}, no subject's`);
}

function main(): void {
  let request: Request;
  try {
    request = readRequest(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exitCode = 2;
    return;
  }
  if (request.help) {
    console.log(HELP);
    return;
  }
  try {
    const outcome = measure(join(import.meta.dirname, '..'), request);
    print(outcome, request.json);
    process.exitCode = passedAll(outcome) ? 0 : 1;
  } catch (error) {
    console.error(`could not tell: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}

if (import.meta.main) main();
