import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkMessageFile, checkRange, checkStaged } from './commit-check.ts';
import { GOVERNED_DEFAULTS, GOVERNED_FILE, isGoverned } from './governed.ts';
import {
  copyOf,
  DECLARED,
  GOVERNED,
  governedTemplate,
  namesOf,
  SEALED,
} from './governed-repository.fixture.ts';
import { installHooks } from './hooks.ts';
import { commitIn, gitIn, putIn } from './repository.fixture.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-commits-')));
afterAll(() => rmSync(home, { recursive: true }));
let root = '';
let base = '';

const git = (...args: string[]): string => gitIn(root, ...args);
const put = (path: string, text: string): void => putIn(root, path, text);
const commit = (paths: readonly string[], message: string): void => commitIn(root, paths, message);
const range = (): readonly string[] => namesOf(checkRange(root, `${base}..HEAD`));

let template = '';
beforeAll(() => {
  template = governedTemplate(home, ['ops/units', 'deploy/a.service']);
});
beforeEach(() => {
  root = copyOf(template);
  base = git('rev-parse', 'HEAD');
});

describe('O-18 the check over a range', () => {
  it('NON-TRIP: lets pass what a sealed operation declares, and what nobody governs', () => {
    commit(['ops/units/a.yaml', 'deploy/a.service'], `A change\n\nOps-Id: ${SEALED}`);
    commit(['src/main.ts', 'README.md'], 'Something else');
    expect(range()).toEqual([]);
  });

  it('NON-TRIP: lets pass a commit of the ledger alone', () => {
    commit(['ops/ledger/2026-02.yaml', 'docs/OPS_CHANGELOG.md'], 'The entry');
    expect(range()).toEqual([]);
  });

  it.each<readonly [string, string, string, string]>([
    ['no trailer', 'ops/units/a', 'x', 'ops_id_missing:ops/units/a'],
    ['an id in the text alone', 'ops/units/a', `Ops-Id: ${SEALED}\n\nx y z\n`, 'ops_id_missing'],
    ['a malformed id', 'ops/units/a', 'x\n\nOps-Id: OPS-1', 'ops_id_malformed:OPS-1'],
    ['a path for an id', 'ops/units/a', 'x\n\nOps-Id: ../../x', 'ops_id_malformed'],
    ['an id nobody gave out', 'ops/units/a', 'x\n\nOps-Id: OPS-2026-03-01-009', 'ops_id_unknown'],
    ['an operation not sealed', 'ops/units/a', `x\n\nOps-Id: ${DECLARED}`, 'operation_not_sealed'],
    ['another path', 'ops/other', `x\n\nOps-Id: ${SEALED}`, 'path_not_declared:ops/other'],
    ['a path beside', 'ops/units2/a', `x\n\nOps-Id: ${SEALED}`, 'path_not_declared'],
    ['a hidden file', 'ops/.hidden/a', 'x', 'ops_id_missing:ops/.hidden/a'],
    ['the rule itself', GOVERNED_FILE, 'x', `ops_id_missing:${GOVERNED_FILE}`],
  ])('refuses a governed change with %s', (_what, path, message, expected) => {
    commit([path], message);
    expect(range()).toEqual([expect.stringContaining(expected)]);
  });

  it('sees what was taken away and moved', () => {
    commit(['ops/units/a', 'ops/other'], `x\n\nOps-Id: ${SEALED}`);
    base = git('rev-parse', 'HEAD');
    git('mv', 'ops/other', 'moved');
    git('commit', '-qm', `x\n\nOps-Id: ${SEALED}`);
    expect(range()).toEqual(['path_not_declared:ops/other']);
  });

  it('sees what a merge itself changed', () => {
    git('checkout', '-qb', 'side');
    commit(['a.txt'], 'side');
    git('checkout', '-q', '-');
    commit(['b.txt'], 'main');
    git('merge', '-q', '--no-commit', 'side');
    put('ops/units/evil', 'x');
    git('add', '--all');
    git('commit', '-qm', 'merge');
    expect(range()).toEqual(['ops_id_missing:ops/units/evil']);
  });

  it('judges by the rule as it was before the range', () => {
    const open = { ...GOVERNED, governed_globs: [], exempt_globs: ['**'] };
    put(GOVERNED_FILE, JSON.stringify(open));
    git('commit', '-qam', 'nothing is governed');
    commit(['ops/units/a'], 'x');
    expect(range()).toEqual([`ops_id_missing:${GOVERNED_FILE}`, 'ops_id_missing:ops/units/a']);
  });

  it('refuses an operation whose log or ledger was edited', () => {
    commit(['ops/units/a'], `x\n\nOps-Id: ${SEALED}`);
    const log = join(root, 'ops/runs', SEALED, 'audit.jsonl');
    const text = readFileSync(log, 'utf8');
    writeFileSync(log, text.replace('done 1', 'done 2'));
    expect(range()).toEqual([`operation_invalid:${SEALED}`]);
    writeFileSync(log, text.split('\n').slice(0, -3).join('\n').concat('\n'));
    expect(range()).toEqual([`operation_invalid:${SEALED}`]);
    writeFileSync(log, text);
    const events = join(root, 'ops/ledger/events.jsonl');
    writeFileSync(events, readFileSync(events, 'utf8').replace('release-bot', 'release-cat'));
    expect(range()[0]).toContain('ledger_invalid:record_edited:0');
  });

  it.each(['HEAD', '..HEAD', 'a..b..c', '--all..x', 'nothing..HEAD'])('refuses %s', (what) => {
    expect(namesOf(checkRange(root, what))).toEqual([`repository_unreadable:${what}`]);
  });

  it('lets nothing through by a rule that cannot be read', () => {
    put(GOVERNED_FILE, '{"governed_globs":[]}');
    git('commit', '-qam', 'x');
    base = git('rev-parse', 'HEAD');
    commit(['src/a'], 'x');
    expect(range()).toEqual([`governed_unreadable:${GOVERNED_FILE}`]);
  });
});

describe('O-18 the hooks', () => {
  const stage = (path: string): void => {
    put(path, 'x');
    git('add', '--force', path);
  };
  const message = (text: string): readonly string[] => {
    put('.git/COMMIT_EDITMSG', text);
    return namesOf(checkMessageFile(root, join(root, '.git/COMMIT_EDITMSG')));
  };

  it('want the trailer of an operation that is declared at least', () => {
    stage('ops/units/b');
    expect(message(`x\n\nOps-Id: ${DECLARED}\n`)).toEqual([]);
    expect(message('x\n')).toEqual(['ops_id_missing:ops/units/b']);
    expect(message('x\n\nOps-Id: OPS-2026-03-01-007\n')).toEqual([
      'ops_id_unknown:OPS-2026-03-01-007',
    ]);
    stage('ops/other');
    expect(message(`x\n\nOps-Id: ${DECLARED}\n`)).toEqual(['path_not_declared:ops/other']);
  });

  it('NON-TRIP: want nothing for the ledger alone, or what nobody governs', () => {
    stage('ops/ledger/x');
    stage('src/a');
    expect([message('x'), checkStaged(root)]).toEqual([[], []]);
  });

  it('know before there is a message that no operation declares a path', () => {
    stage('ops/units/b');
    expect(namesOf(checkStaged(root))).toEqual([]);
    stage('ops/other');
    expect(namesOf(checkStaged(root))).toEqual(['path_not_declared:ops/other']);
  });

  it('refuse outside of a repository, and a message that is not there', () => {
    expect(namesOf(checkStaged(home))).toEqual([`repository_unreadable:${home}`]);
    expect(checkMessageFile(root, '/nowhere')[0]?.code).toBe('repository_unreadable');
  });
});

describe('installHooks', () => {
  it('installs all of them, and renews its own', () => {
    const first = installHooks(root, ['holdfast', 'ops', 'hook']);
    expect(first).toMatchObject({ ok: true });
    const script = readFileSync(join(root, '.git/hooks/commit-msg'), 'utf8');
    expect(script).toContain(`exec 'holdfast' 'ops' 'hook' 'commit-msg' "$@"`);
    expect(statSync(join(root, '.git/hooks/pre-commit')).mode & 0o777).toBe(0o755);
    expect(installHooks(root, ["it's"])).toMatchObject({ ok: true });
    expect(readFileSync(join(root, '.git/hooks/pre-commit'), 'utf8')).toContain(`'it'\\''s'`);
  });

  it('writes over nobody else’s hook or link, and then installs none', () => {
    const own = join(root, '.git/hooks/commit-msg');
    writeFileSync(own, '#!/bin/sh\nexit 0\n');
    expect(installHooks(root, ['x'])).toEqual({ ok: false, code: 'hook_foreign', detail: own });
    expect(existsSync(join(root, '.git/hooks/pre-commit'))).toBe(false);
    expect(readFileSync(own, 'utf8')).toBe('#!/bin/sh\nexit 0\n');
    rmSync(own);
    symlinkSync('/bin/true', own);
    expect(installHooks(root, ['x'])).toMatchObject({ code: 'hook_foreign' });
  });

  it('refuses outside of a repository', () => {
    expect(installHooks(home, ['x'])).toMatchObject({ code: 'repository_unreadable' });
  });

  it('makes git refuse what the command refuses, and where there is no such command', () => {
    const refuse = join(root, '.git/refuse');
    writeFileSync(refuse, '#!/bin/sh\ntest "$1" = pre-commit || grep -q Ops-Id "$2"\n');
    chmodSync(refuse, 0o755);
    installHooks(root, [refuse]);
    expect(() => commit(['a'], 'x')).toThrow();
    commit(['b'], 'x\n\nOps-Id: y');
    installHooks(root, [join(root, 'no-such-command')]);
    expect(() => commit(['c'], 'x\n\nOps-Id: y')).toThrow();
  });
});

describe('what is governed', () => {
  it.each([
    ['ops/ops_prompt_template_v1.txt', true],
    ['docs/OPS_RUNBOOK_TEMPLATE.md', true],
    ['config/governance/x', true],
    ['deploy/holdfast.service', true],
    ['ops/ledger/events.jsonl', false],
    ['ops/runs/OPS-2026-03-01-001/audit.jsonl', false],
    ['docs/OPS_CHANGELOG.md', false],
    ['packages/core/src/step.ts', false],
  ])('%s: %s', (path, governed) => {
    expect(isGoverned(path, GOVERNED_DEFAULTS)).toBe(governed);
  });
});
