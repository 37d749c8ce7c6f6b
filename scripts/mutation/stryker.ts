/** One run of Stryker over one subject. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles } from '../tidy/source.ts';
import { type Mutant, parseReport, withoutLoadedSurvivors } from './report.ts';

/** What the sandbox holds: no package but core, so no test can reach code that is not mutated. */
const SANDBOX = [
  '/*',
  '!/package.json',
  '!/tsconfig.base.json',
  '!/packages',
  '/packages/*',
  '!/packages/core',
  '!/scripts',
  '/scripts/*',
  '!/scripts/mutation',
];

/** What of this folder a result depends on; how it is judged afterwards is no part of it. */
const CONFIGURATION = ['stryker.ts', 'vitest.config.ts', 'fixed-seed.ts'];

/** Where the results of a subject stand; everything in it can be made again. */
const folderOf = (subject: string): string => `artifacts/mutation/${subject}`;

/**
 * The options of Stryker 10 for `files`.
 * @param runner where the plugin that runs Vitest stands.
 */
export function optionsFor(subject: string, files: readonly string[], runner: string): object {
  const folder = folderOf(subject);
  return {
    mutate: files,
    plugins: [runner],
    testRunner: 'vitest',
    // Which tests a mutant meets is measured (`perTest`), not guessed from imports.
    vitest: { configFile: 'scripts/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // There is no compiler API in TypeScript 7; Node and Vite strip the types.
    tsconfigFile: 'none.json',
    ignorePatterns: SANDBOX,
    concurrency: 1,
    // A busy machine is no endless loop: what takes too long counts as noticed.
    timeoutMS: 60_000,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    tempDirName: 'artifacts/mutation/sandbox',
    reporters: ['json', 'html', 'progress-append-only'],
    jsonReporter: { fileName: `${folder}/report.json` },
    htmlReporter: { fileName: `${folder}/report.html` },
    allowConsoleColors: false,
  };
}

/**
 * Mutates `files` and runs the tests against each mutant; Stryker's own words go to the error
 * output. What it found before is kept where it may be, unless `anew`.
 * @throws Error where there is no whole result.
 */
export function mutate(
  root: string,
  subject: string,
  files: readonly string[],
  anew: boolean,
): readonly Mutant[] {
  const at = (name: string): string => join(root, folderOf(subject), name);
  mkdirSync(at(''), { recursive: true });
  rmSync(at('report.json'), { force: true });
  if (anew) rmSync(at('incremental.json'), { force: true });
  keepEarlier(at('incremental.json'), at('surroundings'), digestOf(root, files));
  const runner = import.meta.resolve('@stryker-mutator/vitest-runner');
  writeFileSync(at('options.json'), JSON.stringify(optionsFor(subject, files, runner), null, 2));
  const program = fileURLToPath(import.meta.resolve('@stryker-mutator/core/package.json'));
  const { status, error } = spawnSync(
    process.execPath,
    [join(dirname(program), 'bin', 'stryker.js'), 'run', at('options.json')],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${subject}: Stryker ended with ${status ?? 'a signal'}`);
  if (!existsSync(at('report.json'))) throw new Error(`${subject}: Stryker left no report`);
  return parseReport(readFileSync(at('report.json'), 'utf8'));
}

/** Leaves of the earlier results what may be used again: nothing where the surroundings differ. */
function keepEarlier(results: string, mark: string, surroundings: string): void {
  const isSame = existsSync(mark) && readFileSync(mark, 'utf8') === surroundings;
  if (!isSame) rmSync(results, { force: true });
  writeFileSync(mark, surroundings);
  if (!existsSync(results)) return;
  writeFileSync(results, withoutLoadedSurvivors(readFileSync(results, 'utf8')));
}

/**
 * Everything a result depends on that Stryker does not compare itself: it sees changes of the
 * mutated files and of the tests, and nothing else.
 */
function digestOf(root: string, mutated: readonly string[]): string {
  const hash = createHash('sha256');
  const around = listFiles(root, 'packages/core').filter(
    (path) => !mutated.includes(path) && !path.endsWith('.test.ts'),
  );
  const own = CONFIGURATION.map((name) => `scripts/mutation/${name}`);
  for (const path of [...around, ...own, 'package-lock.json', 'tsconfig.base.json'].toSorted()) {
    hash
      .update(`${path}\n`)
      .update(readFileSync(join(root, path)))
      .update('\n');
  }
  return hash.digest('hex');
}
