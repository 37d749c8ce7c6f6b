/** The parts of the profile commands, one by one. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executedScenarios, executedTests, judge } from './profiles/acceptance.ts';
import { isGovernance, isGovernanceLibrary } from './profiles/governance.ts';
import { endProcessesIn } from './profiles/left-behind.ts';
import { pruneLock } from './profiles/lock.ts';
import { reachFrom, wayTo } from './profiles/reach.ts';
import { packTar } from './profiles/tar.ts';
import { report } from './test-profile.ts';
import { isTestSide, loadSources, parseSource } from './tidy/source.ts';
import type { Rule } from './trace/rules.ts';

const ROOT = join(import.meta.dirname, '..');

describe('governance by name', () => {
  it.each([
    ['packages/governance/src/main.ts', true],
    ['packages/dashboard/src/main.ts', true],
    ['packages/core/src/governance/ceilings.ts', true],
    ['config/governance/rollout.json', true],
    ['config/ops/forbidden.yaml', true],
    ['docs/OPS_RUNBOOK_TEMPLATE.md', true],
    ['docs/OPS_RUNBOOK.md', false],
    ['packages/core/src/governance.ts', false],
    ['packages/core/src/guard/ceilings.ts', false],
    ['docs/governance', false],
  ])('%s: %s', (path, expected) => expect(isGovernance(path)).toBe(expected));

  it('knows its libraries and packages', () => {
    expect(['kysely', '@holdfast/governance', '@duckdb/node-api'].every(isGovernanceLibrary)).toBe(
      true,
    );
    expect(['fastify', '@holdfast/core'].some(isGovernanceLibrary)).toBe(false);
  });
});

/**
 * Inputs of governance by the names the contract gives them, in any spelling. Under CSP they are
 * non-existing inputs, so no file of the core-safety programs may name one.
 */
const READINGS = new RegExp(
  'snapshot_?coverage|decision_?snapshot|truth_?capsule|parquet|evidence_?guard|replay_?quality|' +
    'replay_?apply|haircut|gatekeeper|canary|optimi[sz]er|clearance',
  'i',
);
/** Says of each alert of governance that nobody watches it here. */
const MAY_NAME_READINGS = ['packages/runtime/src/telemetry/alert-rules.ts'];
/** The one input of governance the core has a place for, and who may look at it. */
const EVIDENCE = /evidence_?chain/i;
const MAY_NAME_EVIDENCE = [
  'packages/core/src/gates/reject.ts',
  'packages/core/src/guard/cancel-permission.ts',
  'packages/core/src/guard/ceilings.ts',
  'packages/core/src/guard/codes.ts',
  'packages/core/src/guard/critical-inputs.ts',
  'packages/core/src/guard/explain.ts',
  'packages/core/src/guard/inputs.ts',
  'packages/core/src/initial-state.ts',
  'packages/core/src/ledger/group-records.ts',
  'packages/core/src/ledger/layout.ts',
  'packages/core/src/reasons/danger.ts',
  'packages/core/src/reasons/mode-reasons.ts',
  'packages/core/src/reasons/reject-reasons.ts',
  'packages/core/src/reasons/reject-text.ts',
  'packages/core/src/status/standing.ts',
  'packages/core/src/turn/intent.ts',
  'packages/core/src/turn/naked-event.ts',
  'packages/runtime/src/http/stream-event.ts',
];

/** The simulator may pretend anything. */
const PROGRAMS = /^packages\/(core|deribit|runtime|strategies)\/src\//;

describe('the sources of core safety', () => {
  const sources = loadSources(ROOT).filter(
    ({ path }) => PROGRAMS.test(path) && !isTestSide(path) && !isGovernance(path),
  );

  it('AT-1070 have no place where replay or snapshot evidence could arrive', () => {
    expect(sources.length).toBeGreaterThan(300);
    const naming = sources.filter(({ text }) => READINGS.test(text)).map(({ path }) => path);
    expect(naming).toEqual(MAY_NAME_READINGS);
  });

  it('AT-991 name the evidence chain only where the profile is asked first', () => {
    const naming = sources.filter(({ text }) => EVIDENCE.test(text)).map(({ path }) => path);
    expect(naming.filter((path) => !MAY_NAME_EVIDENCE.includes(path))).toEqual([]);
  });
});

describe('what a program reaches', () => {
  const sources = [
    parseSource('packages/a/src/cli.ts', "import './b.ts';\nimport '@holdfast/c/door';\n"),
    parseSource('packages/a/src/b.ts', "import type { T } from './t.ts';\nimport 'lib/x';\n"),
    parseSource('packages/a/src/t.ts', "new URL('./worker.ts', import.meta.url);\n"),
    parseSource('packages/a/src/worker.ts', "import 'node:fs';\nimport './gone.ts';\n"),
    parseSource('packages/a/src/alone.ts', ''),
    parseSource('packages/c/src/d.ts', "import '@scope/lib';\nimport '@holdfast/c/none';\n"),
  ];
  const manifests = { c: { name: '@holdfast/c', exports: { './door': './src/d.ts' } } };
  const reach = reachFrom(['packages/a/src/cli.ts'], sources, manifests);

  it('is every file imports lead to, through doors, types and workers, and no other', () => {
    expect([...reach.files.keys()].map((path) => path.replace(/packages|src|\//g, ''))).toEqual([
      'acli.ts',
      'ab.ts',
      'cd.ts',
      'at.ts',
      'aworker.ts',
    ]);
    expect(wayTo(reach, 'packages/a/src/worker.ts').replaceAll('packages/a/src/', '')).toBe(
      'cli.ts -> b.ts -> t.ts -> worker.ts',
    );
  });

  it('tells the libraries of each package, and what leads nowhere', () => {
    expect(reach.dependencies.get('a')).toEqual(new Set(['@holdfast/c', 'lib']));
    expect(reach.dependencies.get('c')).toEqual(new Set(['@scope/lib']));
    expect(reach.dangling).toEqual([
      'packages/c/src/d.ts -> @holdfast/c/none',
      'packages/a/src/worker.ts -> packages/a/src/gone.ts',
    ]);
  });
});

describe('a cut lock', () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      '': { devDependencies: { tool: '1' } },
      'packages/a': { dependencies: { x: '1', y: '1' } },
      'packages/a/node_modules/x': { version: '2', dev: true, dependencies: { z: '1' } },
      'node_modules/x': { version: '1' },
      'node_modules/y': {
        version: '1',
        peerDependencies: { p: '1', q: '1' },
        peerDependenciesMeta: { q: { optional: true } },
      },
      'node_modules/p': { version: '1', optionalDependencies: { absent: '1' } },
      'node_modules/z': { version: '1' },
      'node_modules/tool': { version: '1', dev: true },
    },
  };

  it('holds what the manifests need, from where Node would take it', () => {
    const roots = { '': { name: 'r' }, 'packages/a': { dependencies: { x: '1', y: '1' } } };
    const { packages } = pruneLock(lock, roots);
    expect(Object.keys(packages)).toEqual([
      '',
      'node_modules/p',
      'node_modules/y',
      'node_modules/z',
      'packages/a',
      'packages/a/node_modules/x',
    ]);
    expect(packages['packages/a/node_modules/x']).not.toHaveProperty('dev');
  });

  it('is not made where something needed is not locked', () => {
    expect(() => pruneLock(lock, { '': { dependencies: { unknown: '1' } } })).toThrow('unknown');
  });
});

describe('a tar archive', () => {
  const entry = (path: string) => ({ path, bytes: Buffer.from('x'), isProgram: false });

  it('does not depend on the order in which it is told', () => {
    const [a, b] = [entry('a'), entry('b')];
    expect(packTar([a, b]).equals(packTar([b, a]))).toBe(true);
  });

  it('refuses a name it has no room for', () => {
    expect(() => packTar([entry('é')])).toThrow('ASCII');
    expect(() => packTar([entry('x'.repeat(101))])).toThrow('too long');
  });
});

const rule = (id: string, profile: Rule['profile'], status: Rule['status'] = 'tested'): Rule => ({
  id,
  profile,
  title: id,
  status,
  tests: [],
});
const RULES = [rule('AT-001', 'CSP'), rule('AT-416', 'CSP'), rule('AT-992', 'GOP')];
const ran = (...rules: string[]) => ({ title: rules.join(' '), passed: true, rules });

describe('the verdict on a run', () => {
  it('AT-1057 is no where core safety executed a test of governance, by tag or by meaning', () => {
    for (const id of ['AT-992', 'AT-416']) {
      const verdict = judge('CSP', RULES, [ran('AT-001'), ran(id)]);
      expect(verdict).toMatchObject({ code: 1, failed: 0, foreign: [id] });
      expect(report(verdict)).toContain(`foreign  ${id} is a rule of governance`);
    }
    expect(judge('CSP', RULES, [ran('AT-001')])).toMatchObject({ code: 0, foreign: [] });
  });

  it('takes a rule for proved only where no test of it failed', () => {
    const failed = { ...ran('AT-001'), passed: false };
    expect(judge('CSP', RULES, [ran('AT-001'), failed])).toMatchObject({
      code: 1,
      proven: 0,
      unproven: ['AT-001'],
    });
  });

  it('says in words that nothing was run', () => {
    const planned = RULES.map((each) => ({ ...each, status: 'planned' as const }));
    const lines = report(judge('GOP', planned, []));
    expect(lines[0]).toBe('GOP  nothing was run: no test cites a rule of this profile');
    expect(lines.at(-1)).toMatch(/^GOP: NOT SHOWN, 2 of 2 rules are planned; nothing .* claimed$/);
  });

  it('reads what ran: neither what was skipped nor what was left to do', () => {
    const file = {
      name: 'f',
      status: 'failed',
      message: 'no such module\nand more',
      assertionResults: [
        { ancestorTitles: ['AT-001 outer'], title: 'AT-003 inner', status: 'passed' },
        { ancestorTitles: [], title: 'AT-992 skipped', status: 'pending' },
      ],
    };
    expect(executedTests({ testResults: [file] })).toEqual([
      { title: 'AT-001 outer > AT-003 inner', passed: true, rules: ['AT-001', 'AT-003'] },
      { title: 'f', passed: false, rules: [], why: 'no such module' },
    ]);
    expect(executedTests({})).toBeNull();
    const line = '{"path":"p","scenario":"s","rules":["AT-001"],"ok":false}\nnoise';
    expect(executedScenarios(line, 1)).toEqual([{ title: 's', passed: false, rules: ['AT-001'] }]);
    expect(executedScenarios(line, 2)).toBeNull();
  });
});

describe.runIf(process.platform === 'linux')('what a run of acceptance tests leaves behind', () => {
  it('ends with the folder it works in, and nothing beside it does', async () => {
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-left-')));
    const started = ['work', 'work/tree/deep', 'work-of-another'].map((name) => {
      const cwd = join(base, name);
      mkdirSync(cwd, { recursive: true });
      const words = ['-e', 'setInterval(() => {}, 1000)'];
      const child = spawn(process.execPath, words, { cwd, detached: true, stdio: 'ignore' });
      return { child, ended: new Promise((done) => child.once('exit', done)) };
    });
    const [inIt, deep, beside] = started;
    try {
      await Promise.all(started.map(({ child }) => new Promise((go) => child.once('spawn', go))));
      expect(new Set(endProcessesIn(join(base, 'work')))).toEqual(
        new Set([inIt?.child.pid, deep?.child.pid]),
      );
      await Promise.all([inIt?.ended, deep?.ended]);
      expect(inIt?.child.signalCode).toBe('SIGKILL');
      expect(beside?.child.signalCode).toBe(null);
      expect(endProcessesIn(join(base, 'work'))).toEqual([]);
    } finally {
      for (const { child } of started) child.kill('SIGKILL');
      rmSync(base, { recursive: true });
    }
  });
});
