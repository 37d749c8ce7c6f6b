/** What the proof consists of, in order, each part with its budget in seconds on two cores. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readLastLine, readVitestFailures, readVitestReport } from './counts.ts';
import type { Stage } from './stage.ts';

/** The script behind a development tool's command, so that the pinned Node runs it. */
function tool(root: string, packageName: string, command = packageName): string {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command]);
}

/** The linter asks for its places by name. */
const LINTED = ['packages', 'scripts', 'bin', 'vitest.config.ts'];

function governedStage(): Stage {
  return {
    name: 'governed',
    budgetSeconds: 30,
    commands: [['bin/holdfast.js', 'ops', 'check']],
    repeat: 'npm run holdfast -- ops check',
  };
}

/** Who checks that governed files are changed by operations alone (O-18). */
const GOVERNOR = 'packages/governance/src/cli.ts';

export function checkStages(root: string): Stage[] {
  const generator = 'scripts/generate-docs.ts';
  const docs: Stage[] = existsSync(join(root, generator))
    ? [
        {
          name: 'docs',
          budgetSeconds: 15,
          commands: [[generator, '--check']],
          repeat: `node ${generator} --check`,
        },
      ]
    : [];
  // Where there is no history, no change of it can be without its operation.
  const hasHistory = [GOVERNOR, '.git'].every((path) => existsSync(join(root, path)));
  const governed: Stage[] = hasHistory ? [governedStage()] : [];
  return [
    {
      name: 'format',
      budgetSeconds: 15,
      commands: [[tool(root, '@biomejs/biome', 'biome'), 'format', '.']],
      repeat: 'npx biome format .   (mend: npm run fix)',
    },
    {
      name: 'lint',
      budgetSeconds: 60,
      commands: [[tool(root, 'oxlint'), '--type-aware', ...LINTED]],
      repeat: `npx oxlint --type-aware ${LINTED.join(' ')}`,
    },
    {
      name: 'types',
      budgetSeconds: 60,
      commands: ['packages/core', 'packages/strategies', '.'].map((project) => [
        tool(root, 'typescript', 'tsc'),
        '-p',
        project,
      ]),
      repeat: 'npx tsc -p packages/core && npx tsc -p packages/strategies && npx tsc -p .',
    },
    ...docs,
    ...governed,
    {
      name: 'knip',
      budgetSeconds: 30,
      commands: [[tool(root, 'knip'), '--no-config-hints']],
      repeat: 'npx knip',
    },
  ];
}

interface Suite {
  readonly name: string;
  readonly project: string;
  readonly budgetSeconds: number;
  readonly narrow: readonly string[];
}

const SUITES: readonly Suite[] = [
  { name: 'tidy', project: 'tidy', budgetSeconds: 30, narrow: [] },
  { name: 'unit', project: 'unit', budgetSeconds: 40, narrow: ['--exclude', '**/*.prop.test.ts'] },
  { name: 'property', project: 'unit', budgetSeconds: 20, narrow: ['.prop.test.ts'] },
  { name: 'core', project: 'core', budgetSeconds: 40, narrow: [] },
  { name: 'contract', project: 'contract', budgetSeconds: 60, narrow: [] },
];

/**
 * Days of whole markets in virtual time; whole processes on a real disk and a real socket; and
 * builds of one profile, unpacked, installed and started, with runs of its acceptance tests.
 */
const LONG_SUITES: readonly Suite[] = [
  { name: 'soak', project: 'soak', budgetSeconds: 80, narrow: [] },
  { name: 'wire', project: 'wire', budgetSeconds: 480, narrow: [] },
  { name: 'profiles', project: 'profiles', budgetSeconds: 90, narrow: [] },
];

/** A pattern must reach the tool as it is, and not as the shell expands it. */
const quoted = (word: string): string => (word.includes('*') ? `'${word}'` : word);

function suiteStage(root: string, { name, project, budgetSeconds, narrow }: Suite): Stage {
  const report = join(root, 'artifacts', 'verify', `${name}.json`);
  rmSync(report, { force: true });
  const shown = ['--project', project, ...narrow];
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name,
    budgetSeconds,
    commands: [[tool(root, 'vitest'), 'run', ...shown, ...reporters]],
    repeat: `npx vitest run ${shown.map(quoted).join(' ')}`,
    count: () => readVitestReport(report),
    failures: () => readVitestFailures(report),
  };
}

/** The part of the proof that runs the code: within five minutes on two cores. */
export function testStages(root: string, fuzzSeeds: number, deeper = 0): Stage[] {
  const [tidy, ...suites] = SUITES.map((suite) => suiteStage(root, suite));
  const trace: Stage = {
    name: 'trace',
    budgetSeconds: 5,
    commands: [['scripts/trace.ts']],
    repeat: 'node scripts/trace.ts',
  };
  const worlds = existsSync(join(root, 'packages/sim/src/cli.ts'))
    ? [
        holdfast('scenarios', 45, ['drill', '--all', '--jobs', '2']),
        holdfast('fuzz', Math.max(30, fuzzSeeds * 0.15), fuzzWords(fuzzSeeds)),
      ]
    : [];
  return [...(tidy === undefined ? [] : [tidy]), trace, ...suites, explored(deeper), ...worlds];
}

/** Every order of events to a bound, or so many events `deeper`. */
function explored(deeper: number): Stage {
  const words = ['--deeper', String(deeper)];
  return {
    name: 'explore',
    budgetSeconds: deeper === 0 ? 15 : 600,
    commands: [['packages/core/test/explore/command.ts', ...words, '--json']],
    repeat: `npm run explore -- ${words.join(' ')}`,
    count: readLastLine,
  };
}

/** What takes longer than the five minutes of `npm test`. */
export function longStages(root: string): Stage[] {
  return LONG_SUITES.map((suite) => suiteStage(root, suite));
}

/** Every acceptance test of core safety once more, where governance is deleted. */
export function acceptanceStages(): Stage[] {
  return [
    {
      name: 'csp_only',
      budgetSeconds: 240,
      commands: [['scripts/test-profile.ts', 'csp', '--json']],
      repeat: 'npm run test:csp_only',
      count: readLastLine,
    },
  ];
}

const fuzzWords = (seeds: number): readonly string[] => `fuzz --seeds ${seeds} --jobs 2`.split(' ');

function holdfast(name: string, budgetSeconds: number, words: readonly string[]): Stage {
  return {
    name,
    budgetSeconds,
    commands: [['bin/holdfast.js', ...words, '--json']],
    repeat: `npm run holdfast -- ${words.join(' ')}`,
    count: readLastLine,
  };
}

/** Projects of the test configuration that no stage runs; there must be none. */
export function unrunProjects(projects: readonly string[]): string[] {
  const run = new Set([...SUITES, ...LONG_SUITES].map((suite) => suite.project));
  return projects.filter((project) => !run.has(project));
}
