/** Runs the acceptance tests of one profile and judges what they say. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { trace } from '../trace.ts';
import type { Rule } from '../trace/rules.ts';
import {
  type Executed,
  executedScenarios,
  executedTests,
  judge,
  runsUnder,
  type TestProfile,
  titlePattern,
  type Verdict,
} from './acceptance.ts';
import { endProcessesIn } from './left-behind.ts';
import { deleteGovernance } from './without-governance.ts';

/** This project's own tools; the tree under test may be another one. */
const MODULES = resolve(import.meta.dirname, '../../node_modules');
const OUTPUT_MAX = 1 << 26;

export type Ran =
  | { readonly ok: true; readonly verdict: Verdict }
  /** It could not be told. */
  | { readonly ok: false; readonly fault: string };

/**
 * Core safety is tested with governance deleted: in a copy of the tree, in which no test of
 * governance is executed. Governance is tested where it is.
 */
export function runAcceptance(profile: TestProfile, root: string): Ran {
  const { rules } = trace(root);
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-profile-')));
  try {
    let place = root;
    if (profile === 'CSP') {
      place = join(work, 'tree');
      deleteGovernance(root, place, MODULES);
    }
    const executed = executeAll(profile, place, work, rules);
    if (typeof executed === 'string') return { ok: false, fault: executed };
    return { ok: true, verdict: judge(profile, rules, executed) };
  } finally {
    endProcessesIn(work);
    rmSync(work, { recursive: true, force: true });
  }
}

/** A sentence where what ran cannot be told. */
function executeAll(
  profile: TestProfile,
  place: string,
  work: string,
  all: readonly Rule[],
): readonly Executed[] | string {
  // Where governance was deleted its tests are gone, and so are their citations.
  const { rules } = trace(place);
  const cited = citedFiles(profile, rules);
  const executed: Executed[] = [];
  if (cited.tests.length > 0) {
    const report = join(work, 'report.json');
    const words = ['run', '--testNamePattern', titlePattern(profile, all), '--passWithNoTests'];
    const output = ['--reporter=json', `--outputFile=${report}`];
    const said = run(place, [
      join(MODULES, 'vitest/vitest.mjs'),
      ...words,
      ...output,
      ...cited.tests,
    ]);
    const tests = executedTests(jsonAt(report));
    if (tests === null) return `the tests left no report: ${said.slice(-2_000)}`;
    executed.push(...tests);
  }
  if (cited.scenarios.length > 0) {
    const said = run(place, ['bin/holdfast.js', 'drill', '--json', ...cited.scenarios]);
    const scenarios = executedScenarios(said, cited.scenarios.length);
    if (scenarios === null) return `a scenario did not answer: ${said.slice(-2_000)}`;
    executed.push(...scenarios);
  }
  return executed;
}

/** Files that cite a rule of the profile; a scenario is for one profile as a whole. */
function citedFiles(
  profile: TestProfile,
  rules: readonly Rule[],
): { readonly tests: readonly string[]; readonly scenarios: readonly string[] } {
  const filesOf = (wanted: TestProfile): Set<string> =>
    new Set(
      rules
        .filter((rule) => runsUnder(rule) === wanted)
        .flatMap(({ tests }) => tests.map((test) => test.slice(0, test.indexOf(': ')))),
    );
  const governance = filesOf('GOP');
  const files = [...filesOf(profile)].sort();
  const isScenario = (path: string): boolean => path.startsWith('scenarios/');
  return {
    tests: files.filter((path) => !isScenario(path)),
    scenarios: files.filter(
      (path) => isScenario(path) && (profile === 'GOP' || !governance.has(path)),
    ),
  };
}

/** Standard output and error of a command of the pinned Node; its code says nothing we count on. */
function run(cwd: string, words: readonly string[]): string {
  const data = process.env['HOLDFAST_DATA'];
  const ended = spawnSync(process.execPath, words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: OUTPUT_MAX,
    env: {
      ...Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_OPTIONS)/.test(name)),
      ),
      NO_COLOR: '1',
      // It is named from where we are, and not from where the copy is.
      ...(data === undefined ? {} : { HOLDFAST_DATA: resolve(data) }),
    },
  });
  return `${ended.stdout}${ended.stderr}`;
}

function jsonAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}
