import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FILE_PREDICATE } from '@holdfast/core/proof';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctorDisk } from '../src/cli/doctor-disk.ts';
import type { Delivery, Io } from '../src/cli/io.ts';
import type { DiskFloor } from '../src/ledger/index.ts';
import { signFile } from '../src/proof/index.ts';
import {
  base,
  flip,
  long,
  placeOfUnknown,
  project,
  ROOT,
  run,
  runJson,
  spoiled,
  withUnknownKey,
  writeLedgers,
} from './cli-fixture.ts';
import { ProofBench, T0 } from './proof-fixture.ts';

const CLI = join(ROOT, 'packages/runtime/src/cli.ts');

afterAll(() => rmSync(base, { recursive: true }));

describe('doctor disk', () => {
  const floor: DiskFloor = {
    folder: '/x',
    appends: 2_000,
    appendBytes: 512,
    p50Us: 90,
    p99Us: 200,
    maxUs: 1_000,
    perSecond: 9_000,
    bounds: { p50UsMin: 8, p50UsMax: 20_000, p99UsMax: 100_000 },
    verdict: 'ok',
  };

  it.each([
    ['ok', 0, 'durable medium'],
    ['volatile_file_system', 1, 'in memory'],
    ['faster_than_durable', 1, 'before the bytes are safe'],
    ['too_slow', 1, 'commit deadline'],
  ] as const)('%s is answered with %i, in words', (verdict, expected, words) => {
    const said: string[] = [];
    const io: Io = {
      out: (line) => said.push(line),
      err: (line) => said.push(line),
      flushed: () => Promise.resolve('delivered'),
      cwd: base,
      root: ROOT,
      env: {},
      now: () => T0,
    };
    const asked: string[] = [];
    const measure = (folder: string): DiskFloor => {
      asked.push(folder);
      return { ...floor, verdict };
    };
    expect(doctorDisk({ folder: 'here', json: false }, io, measure)).toBe(expected);
    expect(doctorDisk({ json: false }, io, measure)).toBe(expected);
    expect(asked).toEqual([join(base, 'here'), ROOT]);
    expect(said[0]).toBe(`here: ${verdict}`);
    expect(said.join('\n')).toContain(words);
  });

  it('cannot tell about a folder that is not there, and leaves nothing behind', async () => {
    const { code, document } = await runJson(['doctor', 'disk', 'nowhere']);
    expect(code).toBe(2);
    expect(document).toMatchObject({ error: { place: 'nowhere', rule: 'not_found' } });
    const folder = join(base, 'disk');
    mkdirSync(folder);
    const measured = await runJson(['doctor', 'disk', folder]);
    expect(measured.code).toBeLessThan(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('verify', () => {
  let bench: ProofBench;
  let file = '';
  let other = '';
  beforeAll(() => {
    bench = new ProofBench();
    const publisher = bench.newKey('publisher');
    const development = bench.newKey('development');
    bench.trust(
      { id: 'release-desk', roles: ['publisher'], key: publisher },
      { id: 'laptop', roles: ['development'], key: development },
    );
    file = join(bench.folder, 'bundle.json');
    other = join(bench.folder, 'by-laptop.json');
    const claim = { predicateType: FILE_PREDICATE, predicate: { signed_ts_ms: T0 } } as const;
    for (const [path, key] of [
      [file, publisher],
      [other, development],
    ] as const) {
      writeFileSync(path, '{}');
      expect(signFile(path, claim, [key])).toMatchObject({ ok: true });
    }
  });
  afterAll(() => bench.remove());

  it('says yes to a signed file and no to a changed one', async () => {
    const yes = await run(['verify', file, '--roots', bench.rootsPath]);
    expect([yes.code, yes.err]).toEqual([0, []]);
    expect(yes.out[0]).toContain('VERIFIED');
    expect(yes.out[0]).toContain('signed by release-desk');
    const { code, document } = await runJson(['verify', file, '--roots', bench.rootsPath]);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      verdict: 'yes',
      trust_roots_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      findings: [{ path: '.', code: 'VERIFIED', signers: ['release-desk'] }],
    });
    const changed = join(bench.folder, 'changed');
    mkdirSync(changed);
    cpSync(`${file}.dsse`, join(changed, 'bundle.json.dsse'));
    writeFileSync(join(changed, 'bundle.json'), '{ }');
    const no = await run(['verify', changed, '--roots', bench.rootsPath]);
    expect(no.code).toBe(1);
    expect(no.err[0]?.startsWith(`${join(changed, 'bundle.json')} SUBJECT_DIGEST_MISMATCH `)).toBe(
      true,
    );
  });

  it('names the trust roots it lacks', async () => {
    const { code, out, err } = await run(['verify', file], { root: base });
    expect([code, out]).toEqual([2, []]);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/^artifacts\/trust-roots\.dev\.json TRUST_ROOTS_MISSING .*--roots/);
    const named = await run(['verify', file, '--roots', 'nowhere.json']);
    expect([named.code, named.err.length]).toEqual([2, 1]);
    expect(named.err[0]).toMatch(/^nowhere\.json TRUST_ROOTS_MISSING /);
  });

  it('accepts a development key by the roots of its own checkout alone', async () => {
    const root = join(bench.folder, 'checkout');
    mkdirSync(join(root, 'artifacts'), { recursive: true });
    cpSync(bench.rootsPath, join(root, 'artifacts/trust-roots.dev.json'));
    expect((await run(['verify', other], { root })).code).toBe(0);
    const elsewhere = await run(['verify', other, '--roots', bench.rootsPath], { root });
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.err[0]).toContain(' DEVELOPMENT_KEY ');
  });
});

describe('config check', () => {
  it('prints the two hashes of a valid configuration', async () => {
    const { code, out, err } = await run(['config', 'check']);
    expect([code, err]).toEqual([0, []]);
    expect(out.join('\n')).toMatch(
      /policy_hash +[0-9a-f]{64}\n +runtime_config_hash +[0-9a-f]{64}/,
    );
    const hashes = out.slice(1).map((line) => line.trim().split(/ +/));
    const { document } = await runJson(['config', 'check'], { root: project('same') });
    const valid = { valid: true, violations: [], environment: 'dev' };
    expect(document).toMatchObject({ ...valid, ...Object.fromEntries(hashes) });
  });

  it('names file, line, column and rule of an unknown key', async () => {
    const root = project('unknown-key', withUnknownKey);
    const { code, out, err } = await run(['config', 'check'], { root, cwd: root });
    const place = placeOfUnknown(root);
    expect([code, out, err.length]).toEqual([1, [], 1]);
    expect(err[0]?.startsWith(`config/policy.json:${place} unknown_key `)).toBe(true);
    const json = await runJson(['config', 'check'], { root, cwd: root });
    const [line, column] = place.split(':').map(Number);
    expect(json.code).toBe(1);
    expect(json.document).toMatchObject({
      valid: false,
      violations: [
        { document: 'policy', source: 'config/policy.json', line, column, rule: 'unknown_key' },
      ],
    });
  });

  it('cannot tell about a missing document, and says no when the other is wrong', async () => {
    const missing = ['config', 'check', '--runtime', 'nowhere.json'];
    const { code, err } = await run(missing);
    expect([code, err.length]).toEqual([2, 1]);
    expect(err[0]).toMatch(/^nowhere\.json file_missing /);
    const root = project('wrong-too', withUnknownKey);
    const both = await run(missing, { root });
    expect([both.code, both.err.length]).toEqual([1, 2]);
  });

  it('names a forbidden credential and never shows it', async () => {
    const env = { HOLDFAST_DERIBIT_CLIENT_SECRET: 'hunter2' };
    const { code, err } = await run(['config', 'check'], { env });
    expect(code).toBe(1);
    expect(err[0]).toMatch(/^environment:HOLDFAST_DERIBIT_CLIENT_SECRET secret_forbidden /);
    const { document } = await runJson(['config', 'check'], { env });
    expect(JSON.stringify([err, document])).not.toContain('hunter2');
  });
});

describe('certify', () => {
  const git = (root: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root });

  it('certifies a checkout, and `verify` agrees', async () => {
    const root = project('checkout');
    writeFileSync(join(root, '.gitignore'), 'artifacts/\n');
    git(root, 'init', '-q');
    git(root, 'add', '-A');
    git(root, 'commit', '-q', '-m', 'first');
    const first = await run(['certify'], { root });
    expect([first.code, first.err]).toEqual([0, []]);
    expect(first.out[0]).toMatch(/^made +artifacts\/keys\/development\.private\.pem$/);
    const { code, document } = await runJson(['certify'], { root });
    expect(code).toBe(0);
    expect(document).toMatchObject({
      certified: true,
      certificate: { status: 'PASS', environment: 'dev', contract_version: '5.2' },
      created: [],
    });
    expect((await run(['verify', join(root, 'artifacts')], { root })).code).toBe(0);
  });

  it('refuses a wrong configuration and cannot tell about an unknown build', async () => {
    const wrong = project('not-certified', withUnknownKey);
    const refused = await run(['certify'], { root: wrong, cwd: wrong });
    expect([refused.code, refused.err.length]).toEqual([1, 1]);
    expect(refused.err[0]).toMatch(/^config\/policy\.json:\d+:\d+ unknown_key /);
    const root = project('no-build');
    const { code, document } = await runJson(['certify'], { root });
    expect(code).toBe(2);
    expect(document).toMatchObject({ error: { place: root, rule: 'BUILD_INFO_MISSING' } });
  });
});

const COMMANDS = [
  'ledger',
  'ledger verify',
  'ledger dump',
  'doctor',
  'doctor disk',
  'verify',
  'certify',
  'config',
  'config check',
  'run',
  'status',
  'emergency',
  'keys',
];

describe('every command', () => {
  it.each(COMMANDS)('%s has help with an example and the exit codes', async (command) => {
    const { code, out, err } = await run([...command.split(' '), '--help']);
    expect([code, err]).toEqual([0, []]);
    const text = out.join('\n');
    expect(text).toContain(`Usage: holdfast ${command}`);
    expect(text).toMatch(new RegExp(`Example:\n {2}holdfast ${command}`));
    expect(text).toContain('2 could not tell or wrong usage');
  });

  it.each([
    [['ledger', 'verfy', 'x'], "unknown command 'verfy' (Did you mean verify?)"],
    [['ledgr'], "unknown command 'ledgr' (Did you mean ledger?)"],
    [['ledger', 'verify', 'x', '--jsn'], "unknown option '--jsn' (Did you mean --json?)"],
    [['ledger', 'verify'], "missing required argument 'folder'"],
    [['ledger', 'verify', 'a', 'b'], 'too many arguments'],
    [['ledger', 'dump', 'x', '--from', '0'], 'A sequence is a whole number from 1.'],
    [['ledger', 'dump', 'x', '--from', '1e3'], 'A sequence is a whole number from 1.'],
    [['ledger', 'dump', 'x', '--type', 'fill'], 'Allowed choices are session_started'],
    [['ledger', 'dump', 'x', '--format', 'xml'], 'Allowed choices are json, text'],
    [['verify'], "missing required argument 'path'"],
    [['config', 'check', '--policy'], 'argument missing'],
  ])('%j is wrong usage, said on one line', async (args, words) => {
    const { code, out, err } = await run(args);
    expect([code, out, err.length]).toEqual([2, [], 1]);
    expect(err[0]).toContain(`holdfast: `);
    expect(err[0]).toContain(words);
    expect(err[0]).not.toContain('\n');
  });

  it.each([[[]], [['ledger']], [['doctor']], [['config']]])(
    '%j alone is wrong usage',
    async (args) => {
      const { code, out, err } = await run(args);
      expect([code, out]).toEqual([2, []]);
      expect(err.join('\n')).toContain('Usage: holdfast');
    },
  );

  it('does not call a defect of ours a no', async () => {
    const now = (): number => {
      throw new RangeError('no such hour');
    };
    const { code, err } = await run(['certify'], { now });
    expect([code, err.length]).toEqual([2, 1]);
    expect(err[0]).toMatch(/cli\.test\.ts:\d+:\d+\)? internal_error no such hour$/);
  });

  it.each<[Delivery, number]>([
    ['delivered', 0],
    ['nobody_reads', 0],
    ['lost', 2],
  ])('output that is %s gives %i', async (delivery, expected) => {
    const flushed = () => Promise.resolve(delivery);
    const { code, err } = await run(['config', 'check'], { flushed });
    expect([code, err.length]).toEqual([expected, expected === 0 ? 0 : 1]);
  });
});

describe('as a process', () => {
  beforeAll(writeLedgers);
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', cwd: base });

  it('verifies a good ledger, a flipped bit and a missing folder', () => {
    const sound = cli('ledger', 'verify', 'good', '--json');
    expect([sound.status, sound.stderr]).toEqual([0, '']);
    expect(JSON.parse(sound.stdout)).toMatchObject({ verdict: 'sound' });
    spoiled('process-flipped', flip);
    const damaged = cli('ledger', 'verify', 'process-flipped');
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toMatch(/^\S+:\d+ frame_bad record 2: .*\n$/);
    const missing = cli('ledger', 'verify', 'nowhere');
    expect([missing.status, missing.stdout]).toEqual([2, '']);
    expect(missing.stderr).toMatch(/^nowhere not_found .*\n$/);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const child = spawn(process.execPath, [CLI, 'ledger', 'dump', long], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    const first = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(JSON.parse(first.toString().split('\n')[0] ?? '')).toMatchObject({ sequence: 1 });
    expect([code, errors]).toEqual([0, '']);
  });

  it('dumps everything through a pipe', () => {
    const { status, stdout } = cli('ledger', 'dump', 'long');
    expect([status, stdout.trimEnd().split('\n').length]).toEqual([0, 300]);
  });

  it.skipIf(process.platform !== 'linux')('does not call lost output done', () => {
    const full = openSync('/dev/full', 'w');
    const lost = spawnSync(process.execPath, [CLI, 'config', 'check'], {
      stdio: ['ignore', full, 'pipe'],
      env: {},
      encoding: 'utf8',
    });
    closeSync(full);
    expect(lost.status).toBe(2);
    expect(lost.stderr).toMatch(/^standard output output_lost .*\n$/);
  });

  it('measures the disk', () => {
    const { status, stdout } = cli('doctor', 'disk', '.', '--json');
    expect([0, 1]).toContain(status);
    expect(JSON.parse(stdout)).toEqual({
      folder: '.',
      verdict: expect.stringMatching(/^(ok|volatile_file_system|faster_than_durable|too_slow)$/),
      meaning: expect.any(String),
      appends: 2_000,
      append_bytes: 512,
      p50_us: expect.any(Number),
      p99_us: expect.any(Number),
      max_us: expect.any(Number),
      appends_per_second: expect.any(Number),
      bounds: { p50_us_min: 8, p50_us_max: 20_000, p99_us_max: 100_000 },
    });
  });

  it('checks a configuration with an unknown key', () => {
    const root = project('process-config', withUnknownKey);
    const policy = join(root, 'config/policy.json');
    const place = placeOfUnknown(root);
    const { status, stderr } = cli('config', 'check', '--policy', policy);
    expect(status).toBe(1);
    expect(stderr).toContain(`process-config/config/policy.json:${place} unknown_key `);
  });

  it('answers wrong usage with 2', () => {
    for (const args of [['ledger', 'verfy'], ['nonsense'], ['doctor'], ['ledger', 'dump']]) {
      const { status, stdout } = cli(...args);
      expect([status, stdout]).toEqual([2, '']);
    }
  });
});
