/**
 * The core-safety build, made of a clean commit and used as an operator uses it: unpacked into an
 * empty folder, installed, started, asked.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { appendFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitAll, copyTree } from './profiles/clean-commit.ts';
import { endProcessesIn } from './profiles/left-behind.ts';

const ROOT = join(import.meta.dirname, '..');
const base = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-csp-')));
const commit = join(base, 'commit');
const unpacked = join(base, 'unpacked');
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS)/.test(name)),
);

interface Built {
  readonly ok: boolean;
  readonly build_id: string;
  readonly tarball: string;
  readonly sha256: string;
  readonly faults?: readonly string[];
}

/** `build:csp_only`, as the script of the manifest runs it, on a checkout. */
function build(root: string, out: string): { readonly code: number | null; readonly said: Built } {
  const words = ['scripts/build-csp-only.ts', '--root', root, '--out', join(base, out), '--json'];
  const ended = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
  return { code: ended.status, said: JSON.parse(ended.stdout) as Built };
}

function run(command: string, words: readonly string[], cwd = unpacked) {
  return spawnSync(command, words, { cwd, env: ENV, encoding: 'utf8', timeout: 200_000 });
}

/** As a person starts it; its first line finds a Node, and that one the pinned Node. */
const LAUNCHER = join(unpacked, 'bin', 'holdfast.js');
const holdfast = (...words: readonly string[]) => run(LAUNCHER, words);
const digest = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

let built: Built;
let contents: readonly string[] = [];

beforeAll(() => {
  for (const folder of [commit, unpacked]) mkdirSync(folder);
  copyTree(ROOT, commit);
  commitAll(commit);
  built = build(commit, 'first').said;
  if (!built.ok) throw new Error(String(built.faults));
  const list = run('tar', ['tf', built.tarball], base);
  contents = list.stdout.trim().split('\n');
  expect(run('tar', ['xf', built.tarball]).stderr).toBe('');
  // What the checkout was installed from is at hand; the registry is asked for nothing else.
  const install = ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  const installed = run('npm', install);
  expect(installed.stderr).toBe('');
  expect(installed.status).toBe(0);
});
afterAll(() => {
  endProcessesIn(base);
  rmSync(base, { recursive: true, force: true });
});

describe('build:csp_only', () => {
  it('AT-1056 makes one archive of a clean commit, the same bytes each time', () => {
    const again = build(commit, 'second');
    expect(again.code).toBe(0);
    expect(readdirSync(dirname(again.said.tarball))).toHaveLength(1);
    expect(digest(again.said.tarball)).toBe(built.sha256);
    expect(digest(built.tarball)).toBe(built.sha256);
    expect(again.said.build_id).toBe(built.build_id);
  });

  it('AT-1056 needs no governance: deleted or merely there, it is the same build', () => {
    const governed = join(base, 'with');
    copyTree(commit, governed);
    for (const path of ['packages/governance/src/main.ts', 'packages/core/src/governance/a.ts']) {
      mkdirSync(dirname(join(governed, path)), { recursive: true });
      writeFileSync(join(governed, path), 'export const a = 1;\n');
    }
    commitAll(governed);
    const { code, said } = build(governed, 'with-out');
    expect(code).toBe(0);
    const list = run('tar', ['tf', said.tarball], base).stdout.trim().split('\n');
    expect(list).toEqual(contents);
    // The way into governance is all it takes.
    appendFileSync(
      join(governed, 'packages/core/src/guard/ceilings.ts'),
      "\nexport { a } from '../governance/a.ts';\n",
    );
    commitAll(governed);
    const needs = build(governed, 'never');
    expect(needs.code).toBe(1);
    expect(needs.said.faults).toEqual([
      expect.stringMatching(/^needs governance: .* -> .*\/ceilings\.ts -> .*\/governance\/a\.ts$/),
    ]);
    expect(existsSync(join(base, 'never'))).toBe(false);
  });

  it('is refused to a tree that is no commit', () => {
    const dirty = join(base, 'dirty');
    copyTree(commit, dirty);
    commitAll(dirty);
    appendFileSync(join(dirty, 'README.md'), 'changed\n');
    const { code, said } = build(dirty, 'never');
    expect(code).toBe(1);
    expect(said.faults).toEqual([expect.stringMatching(/^NOT_CLEAN: /)]);
    expect(existsSync(join(base, 'never'))).toBe(false);
  });
});

/** Everything the archive may hold. */
const ALLOWED = [
  /^(\.npmrc|build-info\.json|package\.json|package-lock\.json)$/,
  /^bin\/(holdfast|pinned-node|verbs)\.js$/,
  /^config\/(policy|env-matrix)\.json$/,
  /^config\/(demo|runtime)\/[a-z-]+\.json$/,
  // A branch of the rollout has the name of its file.
  /^config\/strategies\/[a-z_-]+\.json$/,
  /^docs\/(generated\/|runbooks\/)?[a-z_-]+(\.md|\.schema\.json)$/,
  /^packages\/(core|deribit|runtime|strategies|sim)\/package\.json$/,
  /^packages\/(core|deribit|runtime|strategies)\/src\/[a-z0-9/-]+\.ts$/,
  /^packages\/sim\/src\/(exchange|market|mirror|server)\/[a-z0-9/-]+\.ts$/,
  /^packages\/sim\/src\/(cli\/(arguments|exchange|io|mirror|process)|exchange-cli|prng)\.ts$/,
];
const FORBIDDEN = /governance|dashboard|\.(test|fixture|contract|bench)\.|\/(test|bench)\//;

describe('the archive', () => {
  it('holds what is on the list, no test and nothing of governance', () => {
    const strangers = contents.filter((path) => !ALLOWED.some((allowed) => allowed.test(path)));
    expect(strangers).toEqual([]);
    expect(contents.filter((path) => FORBIDDEN.test(path))).toEqual([]);
    expect(new Set(contents).size).toBe(contents.length);
  });

  it('installs from its own lock, which stays as it is, and brings no development tool', () => {
    const packed = run('tar', ['xOf', built.tarball, 'package-lock.json']).stdout;
    expect(readFileSync(join(unpacked, 'package-lock.json'), 'utf8')).toBe(packed);
    const names = readdirSync(join(unpacked, 'node_modules'));
    expect(names).toEqual(expect.arrayContaining(['fastify', 'pino', 'typebox', '@holdfast']));
    for (const name of ['vitest', 'typescript', 'fast-check', 'oxc-parser', 'yaml', 'kysely']) {
      expect(names).not.toContain(name);
    }
    const locked = JSON.parse(packed) as { packages: Record<string, Record<string, unknown>> };
    const original = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, Record<string, unknown>>;
    };
    for (const [place, { version, integrity }] of Object.entries(locked.packages)) {
      if (!place.includes('node_modules/')) continue;
      expect([place, original.packages[place]?.['integrity']]).toEqual([place, integrity]);
      expect(original.packages[place]?.['version']).toBe(version);
    }
  });

  it('offers the verbs it has, and refuses the others', () => {
    const help = holdfast('--help').stdout;
    expect(help).toMatch(/^ {2}start /m);
    expect(help).not.toMatch(/^ {2}(drill|fuzz) /m);
    const drill = holdfast('drill', '--all');
    expect([drill.status, drill.stderr]).toEqual([2, expect.stringContaining('not in this build')]);
  });
});

/** What replay evidence, snapshots and a gatekeeper that are all broken leave on a disk. */
const BROKEN_EVIDENCE: Readonly<Record<string, string>> = {
  'artifacts/evidence/evidence_chain_state.json': '{"evidence_chain_state":"RED"}',
  'artifacts/evidence/decision_snapshots/partition-0.parquet': 'no parquet',
  'artifacts/evidence/snapshot_coverage.json': '{"snapshot_coverage_pct":0}',
  'artifacts/replay/replay_report.json':
    '{"replay_quality":"BROKEN","replay_apply_mode":"SHADOW_ONLY","open_haircut_mult":0}',
  'artifacts/replay/gatekeeper.json': 'Error: gatekeeper',
  'artifacts/governance/clearance.json': '{"ceiling":"Kill","expires":0}',
};

interface Report {
  readonly orders_dispatched: number;
  readonly orders_filled: number;
  readonly orders_left_open: number;
  readonly ledger_verified: boolean;
  readonly build_id: string;
  readonly positions_equal_venue: boolean;
}

/** Runs `holdfast start` to its end and keeps asking the status meanwhile. */
async function trade(seconds: number) {
  const place = join(unpacked, 'artifacts', 'run', 'traded');
  const words = ['start', '--for', `${seconds}s`, '--no-view', '--run', place];
  const child = spawn(LAUNCHER, words, { cwd: unpacked, env: ENV, stdio: 'ignore' });
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const over = { yes: false };
  void ended.then(() => {
    over.yes = true;
  });
  const said: Record<string, unknown>[] = [];
  while (!over.yes) {
    await sleep(200);
    const about = join(place, 'run.json');
    if (!existsSync(about)) continue;
    const { http } = JSON.parse(readFileSync(about, 'utf8')) as { http: string };
    const answer = await fetch(`${http}/api/v1/status`).catch(() => null);
    if (answer?.ok === true) said.push((await answer.json()) as Record<string, unknown>);
  }
  const report = JSON.parse(readFileSync(join(place, 'report.json'), 'utf8')) as Report;
  return { code: await ended, said, report };
}

describe('the build, started', () => {
  it('AT-990 AT-1070 test_csp_only_build_starts_and_reports_csp: it trades', async () => {
    for (const [path, text] of Object.entries(BROKEN_EVIDENCE)) {
      mkdirSync(dirname(join(unpacked, path)), { recursive: true });
      writeFileSync(join(unpacked, path), text, { mode: 0o000 });
    }
    expect(holdfast('certify').status).toBe(0);
    const { code, said, report } = await trade(20);
    expect(code).toBe(0);
    expect(said.length).toBeGreaterThan(10);
    const claims = said.map((each) => [each['supported_profiles'], each['enforced_profile']]);
    expect(new Set(claims.map((each) => JSON.stringify(each)))).toEqual(
      new Set(['[["CSP"],"CSP"]']),
    );
    const active = said.filter((each) => each['trading_mode'] === 'Active');
    expect(active.length).toBeGreaterThan(0);
    expect(new Set(active.map((each) => each['risk_state']))).toEqual(new Set(['Healthy']));
    expect(said.at(-1)?.['build_id']).toBe(built.build_id);
    const foreign = /evidence|snapshot|replay|haircut|canary|governance|clearance/;
    expect(Object.keys(said.at(-1) ?? {}).filter((key) => foreign.test(key))).toEqual([]);
    expect(report).toMatchObject({
      build_id: built.build_id,
      ledger_verified: true,
      orders_left_open: 0,
      positions_equal_venue: true,
    });
    expect(report.orders_dispatched).toBeGreaterThan(0);
  });

  it('does not start without a profile, nor with one it cannot enforce', () => {
    const path = join(unpacked, 'config/runtime/dev.json');
    const document = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const { enforced_profile: _, ...without } = document;
    const cases = [
      [without, 'missing_key'],
      [{ ...document, enforced_profile: 'GOP' }, 'profile_not_supported'],
      [{ ...document, enforced_profile: 'FULL' }, 'profile_not_supported'],
    ] as const;
    for (const [changed, rule] of cases) {
      const file = join(base, 'runtime.json');
      writeFileSync(file, JSON.stringify(changed));
      const ended = holdfast('start', '--for', '1s', '--no-view', '--runtime', file);
      expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(rule)]);
    }
  });

  it('knows when a file is not the one that was built', () => {
    const identity = (): unknown => {
      const said = holdfast('health', '--json').stdout;
      return (JSON.parse(said) as Record<string, unknown>)['build_id'];
    };
    expect(identity()).toBe(built.build_id);
    appendFileSync(join(unpacked, 'packages/core/src/gates/gates.ts'), '// one line more\n');
    expect(identity()).toMatch(new RegExp(`^${built.build_id}-dirty-`));
  });
});
