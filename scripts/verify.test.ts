import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLastLine, readVitestFailures, readVitestReport } from './verify/counts.ts';
import { runStage, total } from './verify/stage.ts';
import type { Stage } from './verify/stage.ts';
import { testStages, unrunProjects } from './verify/stages.ts';
import { prove, stagesOf } from './verify.ts';

const ROOT = join(import.meta.dirname, '..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stage = (name: string, code: string, more: Partial<Stage> = {}): Stage => ({
  name,
  budgetSeconds: 20,
  commands: [['-e', code]],
  repeat: `again ${name}`,
  ...more,
});

const counted = (passed: number, failed: number): string =>
  `console.log(JSON.stringify({ passed: ${passed}, failed: ${failed} }))`;

describe('a stage', () => {
  it('passes when its command does, and shows what a failed one wrote', async () => {
    expect(await runStage(stage('good', ''), folder)).toMatchObject({
      passed: true,
      line: 'clean',
    });
    const bad = await runStage(stage('bad', "console.log('because'); process.exit(3)"), folder);
    expect(bad).toMatchObject({ passed: false, output: 'because\n' });
  });

  it('stops at the first command that fails', async () => {
    const commands = [
      ['-e', 'process.exit(1)'],
      ['-e', "console.log('second')"],
    ];
    expect(await runStage(stage('two', '', { commands }), folder)).toMatchObject({
      passed: false,
      output: '',
    });
  });

  it('fails when it counts a failure, counts nothing, or cannot be counted', async () => {
    const run = async (code: string) =>
      (await runStage(stage('s', code, { count: readLastLine }), folder)).passed;
    expect(await run(counted(2, 0))).toBe(true);
    expect(await run(counted(2, 1))).toBe(false);
    expect(await run(counted(0, 0))).toBe(false);
    expect(await run("console.log('all is well')")).toBe(false);
  });

  it('is ended with all its children when it hangs', async () => {
    const hang = stage('hang', 'setInterval(() => {}, 1000)');
    const outcome = await runStage(hang, folder, 0.4);
    expect(outcome.passed).toBe(false);
    expect(outcome.line).toContain('took too long');
  });

  it('that failed without counting is one failure in the total', async () => {
    const outcomes = [
      await runStage(stage('a', counted(5, 2), { count: readLastLine }), folder),
      await runStage(stage('b', 'process.exit(1)'), folder),
      await runStage(stage('c', ''), folder),
    ];
    expect(total(outcomes)).toEqual({ passed: 5, failed: 3, skipped: 0 });
  });
});

describe('the proof', () => {
  const proveQuietly = async (stages: readonly Stage[]): Promise<[boolean, string[]]> => {
    const printed: string[] = [];
    const passed = await prove(stages, folder, (text) => printed.push(text));
    return [passed, printed.join('\n').split('\n')];
  };

  it('ends with the sum on a line of its own', async () => {
    const [passed, lines] = await proveQuietly([
      stage('a', counted(3, 0), { count: readLastLine }),
      stage('b', counted(4, 0), { count: readLastLine }),
    ]);
    expect(passed).toBe(true);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
  });

  it('AT-901 runs every test project and passes only when each stage does', async () => {
    const config = readFileSync(join(ROOT, 'vitest.config.ts'), 'utf8');
    const projects = [...config.matchAll(/name: '([a-z]+)'/g)].map(([, name]) => name ?? '');
    expect(projects).toContain('unit');
    expect(unrunProjects(projects)).toEqual([]);
    expect(unrunProjects(['forgotten'])).toEqual(['forgotten']);
    const [passed, lines] = await proveQuietly([
      stage('good', counted(9, 0), { count: readLastLine }),
      stage('bad', 'process.exit(1)'),
      stage('after', counted(1, 0), { count: readLastLine }),
    ]);
    expect(passed).toBe(false);
    expect(lines.at(-1)).toBe('10 passed, 1 failed');
    expect(lines).toContain('  again bad');
  });

  it('shows the beginning of a long failure and keeps all of it in a file', async () => {
    const noisy = "for (let i = 1; i <= 500; i += 1) console.log('line', i); process.exitCode = 1";
    const [, lines] = await proveQuietly([stage('noisy', noisy)]);
    expect(lines).toContain('line 120');
    expect(lines).not.toContain('line 121');
    const log = readFileSync(join(folder, 'artifacts', 'verify', 'noisy.log'), 'utf8');
    expect(log).toContain('line 500');
  });

  it('names every failure before the output, which may be long', async () => {
    const failures = () => ['a.test.ts: AT-1 holds: expected 1 to be 2'];
    const [, lines] = await proveQuietly([
      stage('tests', "console.log('a dot'); process.exitCode = 1", { failures }),
    ]);
    const begin = lines.indexOf('--- tests ---');
    expect(lines.slice(begin + 1, begin + 3)).toEqual([...failures(), 'a dot']);
  });

  it('gives the tests five minutes in all, and knows its modes', () => {
    const budgets = testStages(ROOT, 300).map(({ budgetSeconds }) => budgetSeconds);
    expect(budgets.reduce((sum, budget) => sum + budget, 0)).toBeLessThanOrEqual(300);
    const names = (mode: string) => stagesOf(mode, ROOT)?.map(({ name }) => name);
    expect(names('test')).toEqual(
      expect.arrayContaining(['tidy', 'trace', 'unit', 'core', 'contract']),
    );
    expect(names('all')).toEqual(expect.arrayContaining(['format', 'lint', 'types', 'knip']));
    expect(names('quick')).toBeUndefined();
  });
});

describe('counts', () => {
  it('of a report include the file that broke before its first test', () => {
    mkdirSync(join(folder, 'reports'));
    const path = join(folder, 'reports', 'unit.json');
    const testResults = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    const report = { numPassedTests: 1, numFailedTests: 1, numPendingTests: 2, testResults };
    writeFileSync(path, JSON.stringify(report));
    expect(readVitestReport(path)).toEqual({ passed: 1, failed: 2, skipped: 2 });
    writeFileSync(path, '{ "numPassedTests": 1 }');
    expect(readVitestReport(path)).toBeNull();
    expect(readVitestReport(join(folder, 'none.json'))).toBeNull();
  });

  it('come with the name and the reason of each failure', () => {
    const path = join(folder, 'failures.json');
    const failed = { status: 'failed', fullName: 'a b', failureMessages: ['Error: c\n  at d'] };
    const testResults = [
      { name: '/x/early.test.ts', status: 'failed', message: 'no such door', assertionResults: [] },
      { name: '/x/a.test.ts', status: 'failed', assertionResults: [failed, { status: 'passed' }] },
      { name: '/x/good.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] },
    ];
    writeFileSync(path, JSON.stringify({ testResults }));
    const told = ['early.test.ts: no such door', 'a.test.ts: a b: Error: c'];
    expect(readVitestFailures(path)).toEqual(told);
    expect(readVitestFailures(join(folder, 'none.json'))).toEqual([]);
  });

  it('of a command are on its last line that has them', () => {
    const read = (output: string) => readLastLine({ code: 0, output });
    expect(read('{"passed":1,"failed":0}\ndone {\n')).toEqual({ passed: 1, failed: 0, skipped: 0 });
    expect(read('{ not json\n')).toBeNull();
    expect(read('{"passed":-1,"failed":0}\n')).toBeNull();
    expect(read('')).toBeNull();
  });
});
