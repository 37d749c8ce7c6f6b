/** What is enforced over the history of a repository, and before it is pushed. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  checkHistory,
  checkPush,
  checkRange,
  checkStaged,
} from '../src/operations/signoff/commit-check.ts';
import { GOVERNED_FILE } from '../src/operations/signoff/governed.ts';
import {
  copyOf,
  DECLARED,
  GOVERNED,
  governedTemplate,
  namesOf,
  SEALED,
} from '../src/operations/signoff/governed-repository.fixture.ts';
import { installHooks } from '../src/operations/signoff/hooks.ts';
import {
  beginRepository,
  commitIn,
  gitIn,
  putIn,
} from '../src/operations/signoff/repository.fixture.ts';
import { enteredRun } from '../src/operations/signoff/sealed-run.fixture.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-history-')));
afterAll(() => rmSync(home, { recursive: true }));
let root = '';
let base = '';

const git = (...args: string[]): string => gitIn(root, ...args);
const put = (path: string, text: string): void => putIn(root, path, text);
const commit = (paths: readonly string[], message: string): void => commitIn(root, paths, message);
const range = (): readonly string[] => namesOf(checkRange(root, `${base}..HEAD`));

let template = '';
beforeAll(() => {
  template = governedTemplate(home, ['ops/units']);
});
beforeEach(() => {
  root = copyOf(template);
  base = git('rev-parse', 'HEAD');
});

describe('O-18 from when on it is enforced', () => {
  const history = (): readonly string[] | null => {
    const checked = checkHistory(root, 'HEAD');
    return checked.enforced ? namesOf(checked.faults) : null;
  };
  /** A project in which nobody has declared an operation. */
  function young(): void {
    root = mkdtempSync(join(home, 'young-'));
    beginRepository(root);
    commit(['config/ops/forbidden.yaml'], 'the beginning');
    base = git('rev-parse', 'HEAD');
  }

  it('NON-TRIP: before the first operation there was nothing to declare it with', () => {
    young();
    commit(['docs/OPS_RUNBOOK_TEMPLATE.md'], 'x');
    expect([history(), range()]).toEqual([null, []]);
    put('config/ops/forbidden.yaml', 'another');
    git('add', '--all');
    expect(checkStaged(root)).toEqual([]);
  });

  it('TRIP: from the commit of the first ledger on, and on what is merged later', () => {
    young();
    git('checkout', '-qb', 'side');
    commit(['deploy/late.service'], 'made before, merged later');
    git('checkout', '-q', '-');
    enteredRun(root, { ALLOWED_PATHS: [join(root, 'deploy/a.service')] });
    commit(['ops/ledger/note'], 'the first ledger');
    git('add', '--all');
    git('commit', '-qm', 'and its log');
    expect([history(), range()]).toEqual([[], []]);
    commit(['deploy/a.service'], `x\n\nOps-Id: ${SEALED}`);
    expect([history(), range()]).toEqual([[], []]);
    commit(['config/ops/forbidden.yaml'], 'x');
    const expected = ['ops_id_missing:config/ops/forbidden.yaml'];
    expect([history(), range()]).toEqual([expected, expected]);
    git('merge', '-q', '-m', 'merge', 'side');
    expect(history()).toContain('ops_id_missing:deploy/late.service');
  });

  it('TRIP: who asks for always, or from a commit on, gets it', () => {
    young();
    put(GOVERNED_FILE, JSON.stringify({ ...GOVERNED, enforced_from: 'always' }));
    git('add', '--all');
    git('commit', '-qm', 'always');
    expect(history()).toEqual([
      'ops_id_missing:config/ops/forbidden.yaml',
      `ops_id_missing:${GOVERNED_FILE}`,
    ]);
    const enforced_from = git('rev-parse', 'HEAD');
    put(GOVERNED_FILE, JSON.stringify({ ...GOVERNED, enforced_from }));
    git('commit', '-qam', 'from the one before');
    expect(history()).toEqual([`ops_id_missing:${GOVERNED_FILE}`]);
    put(GOVERNED_FILE, JSON.stringify({ ...GOVERNED, enforced_from: 'f'.repeat(40) }));
    git('commit', '-qam', 'from nowhere');
    expect(history()).toEqual(['repository_unreadable:HEAD']);
  });

  it('judges each commit by the rule of the one before it', () => {
    commit(['ops/units/a'], `x\n\nOps-Id: ${SEALED}`);
    put(GOVERNED_FILE, JSON.stringify({ ...GOVERNED, governed_globs: [] }));
    git('commit', '-qam', 'nothing is governed');
    commit(['ops/other'], 'x');
    // What was in the first commit was declared by nobody, and neither was the rule.
    expect(history()).toEqual([
      `ops_id_missing:${GOVERNED_FILE}`,
      `ops_id_missing:${GOVERNED_FILE}`,
    ]);
  });

  it('NON-TRIP: in a clone, where no undo lies, it is the same', () => {
    commit(['ops/units/a'], `x\n\nOps-Id: ${SEALED}`);
    const clone = mkdtempSync(join(home, 'cloned-'));
    execFileSync('git', ['clone', '-q', root, clone], { stdio: 'pipe' });
    expect(existsSync(join(clone, 'ops/runs', SEALED, 'undo'))).toBe(false);
    expect(namesOf(checkRange(clone, `${base}..HEAD`))).toEqual([]);
  });
});

describe('O-18 before a push', () => {
  const ZERO = '0'.repeat(40);
  let mirror = '';
  beforeEach(() => {
    mirror = mkdtempSync(join(home, 'mirror-'));
    execFileSync('git', ['init', '-q', '--bare', mirror], { stdio: 'pipe' });
    git('remote', 'add', 'origin', mirror);
    git('push', '-q', 'origin', 'HEAD:refs/heads/main');
  });
  const push = (theirs = base): readonly string[] => {
    const head = git('rev-parse', 'HEAD');
    const line = `refs/heads/main ${head} refs/heads/main ${theirs}\n`;
    return namesOf(checkPush(root, 'origin', line));
  };

  it('NON-TRIP: lets go what is sealed, what is there already, and what is taken away', () => {
    expect([push(), push(ZERO)]).toEqual([[], []]);
    commit(['ops/units/a', 'src/b'], `x\n\nOps-Id: ${SEALED}`);
    expect(push()).toEqual([]);
    expect(checkPush(root, 'origin', `(delete) ${ZERO} refs/heads/x ${base}\n`)).toEqual([]);
  });

  it.each([
    ['a branch that is there', ''],
    ['a new branch', ZERO],
    ['a branch whose head was never fetched', 'a'.repeat(40)],
  ])('TRIP: keeps back what no sealed operation declares: %s', (_what, theirs) => {
    commit(['ops/units/a'], `x\n\nOps-Id: ${DECLARED}`);
    const found = push(theirs === '' ? base : theirs);
    expect(found).toEqual([`operation_not_sealed:${DECLARED}`]);
  });

  it('TRIP: refuses what is no line of a push', () => {
    expect(namesOf(checkPush(root, 'origin', 'x y\n'))).toEqual(['repository_unreadable:x y']);
  });

  it('TRIP: what is installed at the command line keeps it back, and says why', () => {
    const cli = join(import.meta.dirname, '../src/cli.ts');
    const type = (...words: string[]): string =>
      execFileSync(process.execPath, [cli, 'ops', '--root', root, ...words], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(type('hook', 'install').split('\n')).toHaveLength(4);
    commit(['src/c'], 'x');
    git('push', '-q', 'origin', 'HEAD:refs/heads/main');
    expect(() => commit(['ops/units/a'], 'x')).toThrow(/ops_id_missing ops\/units\/a/);
    git('commit', '-qm', `x\n\nOps-Id: ${DECLARED}`);
    const pushed = (): unknown => git('push', '-q', 'origin', 'HEAD:refs/heads/main');
    expect(pushed).toThrow(/operation_not_sealed OPS-/);
    expect(() => type('check')).toThrow(/operation_not_sealed OPS-/);
    git('reset', '-q', '--hard', 'HEAD~1');
    expect(type('check', '--range', `${base}..HEAD`)).toBe('');
  });

  it('TRIP: git itself does not push where the hook says no', () => {
    const refuse = join(root, '.git/refuse');
    writeFileSync(refuse, '#!/bin/sh\ntest "$1" != pre-push\n');
    chmodSync(refuse, 0o755);
    installHooks(root, [refuse]);
    commit(['src/c'], 'x');
    expect(() => git('push', '-q', 'origin', 'HEAD:refs/heads/main')).toThrow();
    writeFileSync(refuse, '#!/bin/sh\ntest "$1" != pre-push || grep -q refs/heads/main\n');
    git('push', '-q', 'origin', 'HEAD:refs/heads/main');
  });
});
