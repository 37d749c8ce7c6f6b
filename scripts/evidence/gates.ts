/** The automatic gates of a phase run here and now, so that its pack need not point elsewhere. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { documentOf, holdfast } from './commands.ts';
import { type Provenance, shownProvenance } from './provenance.ts';

/** The rules of a phase with the tests that cite them, as `docs/contract/rules.json` has them. */
interface Rule {
  readonly id: string;
  readonly title: string;
  readonly tests: readonly string[];
}

export interface GateResult {
  readonly id: string;
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  /** Why there is nothing to count; null where something was run. */
  readonly why: string | null;
}

const TIMEOUT_MS = 300_000;

/** One test that cites a rule of the phase. */
export interface GateTest {
  /** Below the root. */
  readonly file: string;
  /** Of all it stands in, its own last. */
  readonly titles: readonly string[];
  readonly passed: boolean;
  readonly ms: number;
}

export interface GateRun {
  readonly results: readonly GateResult[];
  readonly tests: readonly GateTest[];
  readonly commands: readonly string[];
  readonly seconds: number;
}

/**
 * Runs every test file that cites a rule of a phase, whole, and the scenarios that do: a test may
 * look at what the ones before it in its file have done.
 * @param prefix of the phase's rules: `P0-`.
 */
export async function runGates(root: string, prefix: string): Promise<GateRun> {
  const rules = (
    JSON.parse(readFileSync(join(root, 'docs/contract/rules.json'), 'utf8')) as Rule[]
  ).filter(({ id }) => id.startsWith(prefix));
  const citing = rules.flatMap(({ tests }) => tests.map((test) => test.split(': ')[0] ?? ''));
  const files = [...new Set(citing.filter((path) => path.endsWith('.ts')))].sort();
  const scenarios = [...new Set(citing.filter((path) => path.startsWith('scenarios/')))].sort();
  const cited = new RegExp(`${prefix}[A-Z]\\d?`, 'g');
  const begun = Date.now();
  const outcomes = new Map<string, boolean[]>();
  const note = (titles: readonly string[], passed: boolean): void => {
    const ids = titles.flatMap((title) => [...title.matchAll(cited)].map(([id]) => id));
    for (const id of new Set(ids)) outcomes.set(id, [...(outcomes.get(id) ?? []), passed]);
  };
  const tests = await runVitest(root, files, `${prefix}gates`);
  for (const { titles, passed } of tests) note(titles, passed);
  const commands = [`npx vitest run ${files.join(' ')}`];
  for (const path of scenarios) {
    const name = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    const said = await holdfast(root, ['drill', name, '--json']);
    commands.push(`holdfast drill ${name}`);
    const proves = rules.filter((rule) => rule.tests.some((test) => test.startsWith(path)));
    note(
      proves.map(({ id }) => id),
      said.code === 0 && documentOf({ ...said, out: lastLine(said.out) })?.['failed'] === 0,
    );
  }
  const results = rules.map(({ id, title }) => {
    const of = outcomes.get(id) ?? [];
    const passed = of.filter(Boolean).length;
    const why = of.length === 0 ? 'no test cites it yet' : null;
    return { id, title, passed, failed: of.length - passed, why };
  });
  return { results, tests, commands, seconds: (Date.now() - begun) / 1_000 };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

function runVitest(
  root: string,
  files: readonly string[],
  name: string,
): Promise<readonly GateTest[]> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // Without a name it would run everything.
  if (files.length === 0) return Promise.resolve([]);
  const report = join(root, 'artifacts/evidence', `${name}.json`);
  rmSync(report, { force: true });
  const output = ['--reporter=json', `--outputFile.json=${report}`];
  const words = ['run', ...files, ...output];
  const child = spawn(process.execPath, [vitest, ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  return new Promise((done) => {
    child.once('close', () => done(testsIn(report, root)));
    child.once('error', () => done([]));
  });
}

/** Nothing readable means nothing passed: then no gate has a result, and the page says so. */
function testsIn(path: string, root: string): readonly GateTest[] {
  if (!existsSync(path)) return [];
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as {
      testResults: {
        name: string;
        assertionResults: {
          ancestorTitles: string[];
          title: string;
          status: string;
          duration?: number | null;
        }[];
      }[];
    };
    return report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status !== 'skipped' && status !== 'pending')
        .map(({ ancestorTitles, title, status, duration }) => ({
          file: relative(root, name),
          titles: [...ancestorTitles, title],
          passed: status === 'passed',
          ms: Math.round(duration ?? 0),
        })),
    );
  } catch {
    return [];
  }
}

/** Rows of a page of gates that do not end in PASS; a page without any is refused as well. */
export function gateFaults(path: string, text: string, prefix: string): readonly string[] {
  const rows = text.split('\n').filter((line) => line.startsWith(`| ${prefix}`));
  if (rows.length === 0) return [`${path}: names no gate`];
  return rows
    .filter((row) => !row.endsWith('| PASS |'))
    .map((row) => `${path}: ${row.split('|')[1]?.trim()} is ${row.split('|').at(-2)?.trim()}`);
}

export const isGreen = ({ passed, failed }: GateResult): boolean => passed > 0 && failed === 0;

export function gatesPage(run: GateRun, provenance: Provenance, madeUtc: string): string {
  const rows = run.results.map((gate) => {
    const word = gate.why ?? (isGreen(gate) ? 'PASS' : 'FAIL');
    return `| ${gate.id} | ${gate.title} | ${gate.passed} | ${gate.failed} | ${word} |`;
  });
  return `# Automatic gates of phase 0

${shownProvenance(provenance)}

No continuous integration has a public address here, so what follows is the recorded output of a
local run, made ${madeUtc} in ${run.seconds.toFixed(1)} s. To repeat it:

\`\`\`
${run.commands.join('\n')}
\`\`\`

| Gate | What must hold | Passed | Failed | Result |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
