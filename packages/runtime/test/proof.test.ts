import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  certifyForDevelopment,
  createCertificateReader,
  isDirtyBuild,
  proofPaths,
  readBuildIdentity,
  verifyPath,
  writeBuildInfo,
} from '../src/proof/index.ts';
import { DEV, PROD, T0 } from './proof-fixture.ts';

let base: string;
let root: string;

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

function put(name: string, content: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), content);
}

function buildId(): string {
  const identity = readBuildIdentity(root);
  if (!identity.ok) throw new Error(`${identity.code}: ${identity.detail}`);
  return identity.buildId;
}

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'holdfast-build-'));
  root = join(base, 'checkout');
  mkdirSync(root);
  git('init', '-q');
  put('.gitignore', 'node_modules/\nartifacts/\n');
  put('src/a.ts', 'a');
  put('src.ts', 'before the folder src in git, after it by code units');
  put('bin/run', 'program');
  chmodSync(join(root, 'bin/run'), 0o755);
  symlinkSync('src/a.ts', join(root, 'link'));
  put('evidence/phase0/README.md', 'evidence');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
});
afterEach(() => rmSync(base, { recursive: true }));

const RECORD = ['ops/ledger', 'ops/runs', 'docs/OPS_CHANGELOG.md'] as const;
const MADE_BY_RUNNING = ['evidence', 'artifacts', ...RECORD];

/** What git itself makes of the commit without what is made by running. */
function treeByGit(): string {
  const env = { ...process.env, GIT_INDEX_FILE: join(base, 'index') };
  const run = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, env, encoding: 'utf8' }).trim();
  run('read-tree', 'HEAD');
  run('rm', '-r', '-q', '--cached', '--ignore-unmatch', ...MADE_BY_RUNNING);
  return run('write-tree');
}

describe('build identity of a checkout', () => {
  it('is the tree hash git gives without evidence/ and artifacts/', () => {
    expect(buildId()).toBe(treeByGit());
    expect(buildId()).not.toBe(git('rev-parse', 'HEAD^{tree}'));
  });

  it('does not move with evidence, artifacts, ignored files, times or commit messages', () => {
    const before = buildId();
    put('artifacts/F1_CERT.json', '{}');
    put('evidence/phase1/log.json', '{}');
    put('node_modules/x/index.js', '');
    utimesSync(join(root, 'src/a.ts'), 1, 1);
    expect(buildId()).toBe(before);
    git('add', '-f', 'evidence', 'artifacts');
    git('commit', '-q', '-m', 'second');
    expect(buildId()).toBe(before);
    expect(buildId()).toBe(treeByGit());
  });

  it('9.10 does not move with the record of operations, committed or not', () => {
    put('docs/notes.md', 'read');
    git('add', '-A');
    git('commit', '-q', '-m', 'docs');
    const before = buildId();
    put('ops/ledger/events.jsonl', '{}');
    put('ops/runs/OPS-2026-01-01-001/audit.jsonl', '{}');
    put('docs/OPS_CHANGELOG.md', '# Operations');
    expect(buildId()).toBe(before);
    git('add', '-A');
    git('commit', '-q', '-m', 'record');
    expect(buildId()).toBe(before);
    expect(buildId()).toBe(treeByGit());
  });

  it.each(['ops/ledger.ts', 'ops/other/a.ts', 'docs/OPS_CHANGELOG.md.ts', 'docs/a.md', 'ops'])(
    '9.10 moves with %s, which is no record of theirs',
    (path) => {
      const before = buildId();
      put(path, 'x');
      expect(isDirtyBuild(buildId())).toBe(true);
      git('add', '-A');
      git('commit', '-q', '-m', 'other');
      expect(buildId()).not.toBe(before);
      expect(buildId()).toBe(treeByGit());
    },
  );

  it('moves with a committed change and comes back with it', () => {
    const before = buildId();
    put('src/a.ts', 'b');
    git('commit', '-q', '-a', '-m', 'second');
    expect(buildId()).not.toBe(before);
    expect(isDirtyBuild(buildId())).toBe(false);
    put('src/a.ts', 'a');
    git('commit', '-q', '-a', '-m', 'third');
    expect(buildId()).toBe(before);
  });

  it('is dirty, and the same for the same content, staged or not', () => {
    const clean = buildId();
    put('src/a.ts', 'changed');
    const changed = buildId();
    expect(changed).toMatch(new RegExp(`^${clean}-dirty-[0-9a-f]{32}$`));
    expect(isDirtyBuild(changed)).toBe(true);
    git('add', '-A');
    expect(buildId()).toBe(changed);
    put('src/a.ts', 'changed again');
    expect(buildId()).not.toBe(changed);
    put('src/a.ts', 'a');
    expect(buildId()).toBe(clean);
  });

  it('is dirty by a new file, a lost file, a mode, a link, and each differently', () => {
    const clean = buildId();
    const seen = new Set([clean]);
    const note = (change: () => void, undo: () => void): void => {
      change();
      const id = buildId();
      expect(isDirtyBuild(id)).toBe(true);
      seen.add(id);
      undo();
      expect(buildId()).toBe(clean);
    };
    note(
      () => put('src/new.ts', ''),
      () => rmSync(join(root, 'src/new.ts')),
    );
    note(
      () => rmSync(join(root, 'src/a.ts')),
      () => put('src/a.ts', 'a'),
    );
    note(
      () => chmodSync(join(root, 'bin/run'), 0o644),
      () => chmodSync(join(root, 'bin/run'), 0o755),
    );
    note(
      () => {
        rmSync(join(root, 'link'));
        symlinkSync('src.ts', join(root, 'link'));
      },
      () => {
        rmSync(join(root, 'link'));
        symlinkSync('src/a.ts', join(root, 'link'));
      },
    );
    expect(seen.size).toBe(5);
  });

  it('is known in a few hundredths of a second', () => {
    buildId();
    const started = performance.now();
    buildId();
    expect(performance.now() - started).toBeLessThan(300);
  });

  it('is none before the first commit, and with a .git that is none', () => {
    rmSync(join(root, '.git'), { recursive: true });
    git('init', '-q');
    expect(readBuildIdentity(root)).toMatchObject({ ok: false, code: 'NO_COMMIT' });
    rmSync(join(root, '.git'), { recursive: true });
    mkdirSync(join(root, '.git'));
    expect(readBuildIdentity(root)).toMatchObject({ ok: false, code: 'GIT_FAILED' });
  });

  it('is not that of a repository around it', () => {
    const inner = join(root, 'src');
    expect(readBuildIdentity(inner)).toMatchObject({ ok: false, code: 'BUILD_INFO_MISSING' });
    mkdirSync(join(inner, '.git'));
    expect(readBuildIdentity(inner)).toMatchObject({ ok: false, code: 'GIT_FAILED' });
  });
});

describe('build identity of a copy without .git', () => {
  let copy: string;
  beforeEach(() => {
    copy = join(base, 'copy');
    const from = join(root, '.git');
    cpSync(root, copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => path !== from,
    });
  });

  it('is none without build info, with a reason', () => {
    const identity = readBuildIdentity(copy);
    expect(identity).toMatchObject({ ok: false, code: 'BUILD_INFO_MISSING' });
    expect(!identity.ok && identity.detail).toContain('build-info.json');
  });

  it('is that of the checkout it was made from, and does not move with evidence', () => {
    expect(writeBuildInfo(root, copy)).toMatchObject({ ok: true, buildId: buildId() });
    rmSync(join(copy, 'evidence'), { recursive: true });
    expect(readBuildIdentity(copy)).toEqual({
      ok: true,
      buildId: buildId(),
      isDirty: false,
      source: 'build-info',
    });
  });

  it('is dirty when a file is not the one that was built, the same id as in the checkout', () => {
    writeBuildInfo(root, copy);
    writeFileSync(join(copy, 'src/a.ts'), 'changed');
    put('src/a.ts', 'changed');
    expect(readBuildIdentity(copy)).toMatchObject({ ok: true, isDirty: true, buildId: buildId() });
    rmSync(join(copy, 'src/a.ts'));
    expect(readBuildIdentity(copy)).toMatchObject({ ok: true, isDirty: true });
  });

  it('is none when the build info is not what we write', () => {
    for (const text of ['{}', '{"build_id":"x","files":[]}', 'null', '']) {
      writeFileSync(join(copy, 'build-info.json'), text);
      expect(readBuildIdentity(copy)).toMatchObject({ ok: false, code: 'BUILD_INFO_MALFORMED' });
    }
  });

  it('is not given to a dirty checkout', () => {
    put('src/a.ts', 'changed');
    expect(writeBuildInfo(root, copy)).toMatchObject({ ok: false, code: 'NOT_CLEAN' });
  });
});

describe('certifyForDevelopment', () => {
  const runtimeConfigHash = 'b'.repeat(64);
  const certify = (now = T0) =>
    certifyForDevelopment({ root, runtimeConfigHash, policyHash: 'd'.repeat(64), now });
  const readIn = (standing: typeof DEV) => {
    const { certificate, developmentTrustRoots } = proofPaths(root);
    return createCertificateReader({
      ...standing,
      certificatePath: certificate,
      trustRootsPath: developmentTrustRoots,
    });
  };

  it('binds build, configuration and contract version, for dev on the simulated venue only', () => {
    expect(certify()).toMatchObject({ ok: true });
    expect(readIn(DEV)(T0)).toMatchObject({
      code: 'TRUSTED',
      certificate: {
        status: 'PASS',
        generatedAt: T0,
        buildId: buildId(),
        runtimeConfigHash,
        contractVersion: '5.2',
      },
    });
    expect(readIn(PROD)(T0)).toMatchObject({
      certificate: { status: 'UNKNOWN' },
      code: 'DEVELOPMENT_ONLY',
    });
  });

  it('writes the keys of the contract and a private key that only its owner can read', () => {
    const outcome = certify();
    const paths = proofPaths(root);
    expect(Object.keys(JSON.parse(readFileSync(paths.certificate, 'utf8'))).sort()).toEqual([
      'build_id',
      'certificate_type',
      'contract_version',
      'environment',
      'generated_ts_ms',
      'policy_hash_at_cert_time',
      'runtime_config_hash',
      'status',
    ]);
    expect(statSync(paths.developmentKey).mode & 0o777).toBe(0o600);
    const created = ['artifacts/keys/development.private.pem', 'artifacts/trust-roots.dev.json'];
    expect(outcome).toMatchObject({ ok: true, created });
  });

  it('leaves the build identity alone, and keeps key and roots the next time', () => {
    const before = buildId();
    const first = certify();
    const second = certify(T0 + 1);
    expect(buildId()).toBe(before);
    expect(second).toMatchObject({ ok: true, created: [] });
    expect(first.ok && second.ok && first.keyId === second.keyId).toBe(true);
    expect(readIn(DEV)(T0 + 1)).toMatchObject({ certificate: { generatedAt: T0 + 1 } });
  });

  it('passes verify where development keys are accepted, and only there', () => {
    certify();
    const { developmentTrustRoots: trustRootsPath } = proofPaths(root);
    const request = { path: join(root, 'artifacts'), trustRootsPath, now: T0 };
    expect(verifyPath({ ...request, acceptsDevelopmentKeys: true }).exitCode).toBe(0);
    expect(verifyPath({ ...request, acceptsDevelopmentKeys: false }).exitCode).toBe(1);
  });

  it('makes new roots of its own for a new key, but replaces no roots of others', () => {
    certify();
    const paths = proofPaths(root);
    rmSync(paths.developmentKey);
    expect(certify()).toMatchObject({ ok: true });
    expect(readIn(DEV)(T0).code).toBe('TRUSTED');
    const edited = readFileSync(paths.developmentTrustRoots, 'utf8');
    writeFileSync(paths.developmentTrustRoots, edited.replace('local-development', 'dana'));
    rmSync(paths.developmentKey);
    expect(certify()).toMatchObject({ ok: false, code: 'KEY_UNKNOWN' });
    writeFileSync(paths.developmentTrustRoots, '{}');
    expect(certify()).toMatchObject({ ok: false, code: 'TRUST_ROOTS_MALFORMED' });
    expect(readFileSync(paths.developmentTrustRoots, 'utf8')).toBe('{}');
  });

  it('certifies nothing that has no identity, and signs with no exposed key', () => {
    certify();
    chmodSync(proofPaths(root).developmentKey, 0o644);
    expect(certify()).toMatchObject({ ok: false, code: 'KEY_EXPOSED' });
    rmSync(join(root, '.git'), { recursive: true });
    expect(certify()).toMatchObject({ ok: false, code: 'BUILD_INFO_MISSING' });
  });

  it('certifies a dirty tree for dev, under its dirty name', () => {
    put('src/a.ts', 'changed');
    certify();
    expect(readIn(DEV)(T0).certificate?.buildId).toContain('-dirty-');
  });
});
