/** The acceptance runs of both profiles, on small trees with a governance package of their own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Verdict } from './profiles/acceptance.ts';
import { commitAll } from './profiles/clean-commit.ts';

const ROOT = join(import.meta.dirname, '..');
const base = mkdtempSync(join(tmpdir(), 'holdfast-profiles-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const RULES = [
  { id: 'AT-001', profile: 'CSP' },
  { id: 'AT-003', profile: 'CSP' },
  { id: 'AT-416', profile: 'CSP' },
  { id: 'AT-992', profile: 'GOP' },
];
/** A test that leaves a mark where it was executed. */
const testOf = (title: string, holds = true): string =>
  `import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
it('${title}', () => {
  writeFileSync(process.env['MARKS'] + '/${title.split(' ')[0]}', '');
  expect(${holds}).toBe(true);
});
`;

const CORE_TEST = 'packages/core/test/a.test.ts';
const GOVERNED_TEST = 'packages/core/test/b.test.ts';
const GOVERNANCE_TEST = 'packages/governance/test/c.test.ts';

interface Run {
  readonly code: number | null;
  readonly verdict: Verdict;
  /** First words of the titles of the tests that were executed. */
  ran(rule: string): boolean;
}

/** Lays a tree out and runs the acceptance tests of a profile on it. */
function accept(profile: 'csp' | 'gop', files: Readonly<Record<string, string>>): Run {
  const tree = mkdtempSync(join(base, 'tree-'));
  const marks = mkdtempSync(join(base, 'marks-'));
  const all = {
    'package.json': '{"type":"module","workspaces":["packages/core","packages/governance"]}',
    'packages/core/package.json': '{"name":"@holdfast/core","type":"module"}',
    'packages/governance/package.json': '{"name":"@holdfast/governance","type":"module"}',
    'packages/governance/src/main.ts': 'export const judged = true;\n',
    'vitest.config.ts': "export default { test: { include: ['packages/**/*.test.ts'] } };\n",
    'docs/CONTRACT.md': '<!-- rules:begin -->\n<!-- rules:end -->\n',
    'docs/contract/rules.json': JSON.stringify(
      RULES.map((rule) => ({ ...rule, title: 't', status: 'planned', tests: [] })),
    ),
    '.gitignore': 'node_modules\n',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  commitAll(tree);
  const words = ['scripts/test-profile.ts', profile, '--root', tree, '--json'];
  const env = { ...process.env, MARKS: marks };
  const ended = spawnSync(process.execPath, words, { cwd: ROOT, env, encoding: 'utf8' });
  if (ended.stdout === '') throw new Error(ended.stderr);
  return {
    code: ended.status,
    verdict: JSON.parse(ended.stdout) as Verdict,
    ran: (rule) => existsSync(join(marks, rule)),
  };
}

const GOVERNANCE = {
  [GOVERNED_TEST]: testOf('AT-992 of governance, beside the core'),
  [GOVERNANCE_TEST]: testOf('AT-416 of governance'),
};

describe('test:csp_only', () => {
  it('AT-1057 passes where every test of core safety does, and executes none of governance', () => {
    const other = 'packages/core/test/d.test.ts';
    const core = { [CORE_TEST]: testOf('AT-001 of the core'), [other]: testOf('AT-003 as well') };
    const run = accept('csp', { ...core, ...GOVERNANCE });
    expect(run).toMatchObject({ code: 0, verdict: { passed: 2, failed: 0, foreign: [] } });
    expect([run.ran('AT-001'), run.ran('AT-003')]).toEqual([true, true]);
    expect([run.ran('AT-992'), run.ran('AT-416')]).toEqual([false, false]);
    expect(run.verdict).toMatchObject({ rules: 2, proven: 2, planned: [] });
  });

  it('AT-1057 fails where one test of core safety does', () => {
    const run = accept('csp', {
      [CORE_TEST]: `${testOf('AT-001 of the core')}it('AT-003 breaks', () => expect(1).toBe(2));\n`,
      ...GOVERNANCE,
    });
    expect(run).toMatchObject({ code: 1, verdict: { passed: 1, failed: 1, unproven: ['AT-003'] } });
  });

  it('AT-1057 fails where core safety is tested with the help of governance', () => {
    const needs =
      "import { judged } from '../../governance/src/main.ts';\nexpect(judged).toBe(true);\n";
    const run = accept('csp', {
      [CORE_TEST]: `${testOf('AT-001 of the core')}${needs}`,
      ...GOVERNANCE,
    });
    expect(run).toMatchObject({ code: 1, verdict: { passed: 0, failed: 1, unproven: ['AT-001'] } });
    const lent = accept('csp', {
      [CORE_TEST]: testOf('AT-003 of the core'),
      [GOVERNANCE_TEST]: testOf('AT-001 proved by governance alone'),
    });
    expect(lent).toMatchObject({ code: 1, verdict: { failed: 0, unproven: ['AT-001'] } });
    expect(lent.ran('AT-001')).toBe(false);
  });

  it('cannot be told where a rule that must be tested has no test, or nothing was run', () => {
    const some = accept('csp', { [CORE_TEST]: testOf('AT-003 of the core') });
    expect(some).toMatchObject({ code: 2, verdict: { passed: 1, missing: ['AT-001'] } });
    expect(accept('csp', {})).toMatchObject({ code: 2, verdict: { passed: 0, failed: 0 } });
  });
});

describe('test:gop', () => {
  it('does not pass for having nothing to run', () => {
    const run = accept('gop', { [CORE_TEST]: testOf('AT-001 of the core') });
    expect(run).toMatchObject({ code: 2, verdict: { passed: 0, missing: ['AT-416', 'AT-992'] } });
    expect(run.ran('AT-001')).toBe(false);
  });

  it('runs what there is, and does not pass while one rule is planned', () => {
    const run = accept('gop', { [GOVERNED_TEST]: testOf('AT-992 of governance') });
    expect(run).toMatchObject({ code: 2, verdict: { passed: 1, proven: 1, missing: ['AT-416'] } });
    expect(run.ran('AT-992')).toBe(true);
  });

  it('passes where every rule of governance is proved, and fails where one test does not', () => {
    expect(accept('gop', GOVERNANCE)).toMatchObject({ code: 0, verdict: { passed: 2, proven: 2 } });
    const broken = { ...GOVERNANCE, [GOVERNANCE_TEST]: testOf('AT-416 of governance', false) };
    expect(accept('gop', broken)).toMatchObject({ code: 1, verdict: { failed: 1 } });
  });
});
