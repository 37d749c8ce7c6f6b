/** The automatic gates of phase 0 run here and now, so that the pack need not point elsewhere. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { documentOf, holdfast } from './commands.ts';
import { type Provenance, shownProvenance } from './provenance.ts';

/** The rules of phase 0 with the tests that cite them, as `docs/contract/rules.json` has them. */
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

export interface GateRun {
  readonly results: readonly GateResult[];
  readonly commands: readonly string[];
  readonly seconds: number;
}

/** Runs every test file that cites a rule of phase 0, and the scenarios that do. */
export async function runGates(root: string): Promise<GateRun> {
  const rules = (
    JSON.parse(readFileSync(join(root, 'docs/contract/rules.json'), 'utf8')) as Rule[]
  ).filter(({ id }) => id.startsWith('P0-'));
  const cited = rules.flatMap(({ tests }) => tests.map((test) => test.split(': ')[0] ?? ''));
  const files = [...new Set(cited.filter((path) => path.endsWith('.ts')))].sort();
  const scenarios = [...new Set(cited.filter((path) => path.startsWith('scenarios/')))].sort();
  const begun = Date.now();
  const outcomes = new Map<string, boolean[]>();
  const note = (titles: readonly string[], passed: boolean): void => {
    const ids = titles.flatMap((title) => [...title.matchAll(/P0-[A-Z]\d?/g)].map(([id]) => id));
    for (const id of new Set(ids)) outcomes.set(id, [...(outcomes.get(id) ?? []), passed]);
  };
  for (const { titles, passed } of await runVitest(root, files)) note(titles, passed);
  const commands = [`npx vitest run ${files.join(' ')} -t P0-`];
  for (const path of scenarios) {
    const name = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    const said = await holdfast(root, ['drill', name, '--json']);
    commands.push(`holdfast drill ${name}`);
    const proves = rules.filter(({ tests }) => tests.some((test) => test.startsWith(path)));
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
  return { results, commands, seconds: (Date.now() - begun) / 1_000 };
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';

interface TestOutcome {
  readonly titles: readonly string[];
  readonly passed: boolean;
}

function runVitest(root: string, files: readonly string[]): Promise<readonly TestOutcome[]> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  // Without a name it would run everything.
  if (files.length === 0) return Promise.resolve([]);
  const report = join(root, 'artifacts/evidence/phase0-gates.json');
  rmSync(report, { force: true });
  const output = ['--reporter=json', `--outputFile.json=${report}`];
  const words = ['run', ...files, '-t', 'P0-', ...output];
  const child = spawn(process.execPath, [vitest, ...words], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
  });
  return new Promise((done) => {
    child.once('close', () => done(outcomesIn(report)));
    child.once('error', () => done([]));
  });
}

/** Nothing readable means nothing passed: then no gate has a result, and the page says so. */
function outcomesIn(path: string): readonly TestOutcome[] {
  if (!existsSync(path)) return [];
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as {
      testResults: {
        assertionResults: { ancestorTitles: string[]; title: string; status: string }[];
      }[];
    };
    return report.testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status !== 'skipped' && status !== 'pending')
        .map(({ ancestorTitles, title, status }) => ({
          titles: [...ancestorTitles, title],
          passed: status === 'passed',
        })),
    );
  } catch {
    return [];
  }
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
