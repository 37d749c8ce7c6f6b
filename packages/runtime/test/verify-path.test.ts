import {
  chmodSync,
  cpSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FILE_PREDICATE } from '@holdfast/core/proof';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createKeyFile,
  readKeyFile,
  type SigningKey,
  signFile,
  type VerifyReport,
  verifyPath,
} from '../src/proof/index.ts';
import { ProofBench, T0 } from './proof-fixture.ts';

let bench: ProofBench;
let publisher: SigningKey;
let development: SigningKey;
let folder: string;

beforeEach(() => {
  bench = new ProofBench();
  publisher = bench.newKey('publisher');
  development = bench.newKey('development');
  bench.trust(
    { id: 'release-desk', roles: ['publisher'], key: publisher },
    { id: 'laptop', roles: ['development'], key: development },
  );
  folder = join(bench.folder, 'bundle');
  mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
});
afterEach(() => bench.remove());

function put(name: string, content: string, key: SigningKey | null = publisher, at = T0): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  if (key === null) return path;
  const claim = { predicateType: FILE_PREDICATE, predicate: { signed_ts_ms: at } } as const;
  expect(signFile(path, claim, [key])).toMatchObject({ ok: true });
  return path;
}

function verify(path: string, change: { development?: boolean; filesMax?: number } = {}) {
  return verifyPath({
    path,
    trustRootsPath: bench.rootsPath,
    now: T0 + 1,
    acceptsDevelopmentKeys: change.development ?? false,
    ...(change.filesMax === undefined ? {} : { filesMax: change.filesMax }),
  });
}

const codes = (report: VerifyReport) => report.findings.map(({ path, code }) => [path, code]);

describe('verifyPath of a file', () => {
  it('says yes to a signed file, named by itself or by its envelope', () => {
    const path = put('policy.json', '{}');
    for (const name of [path, `${path}.dsse`]) {
      expect(verify(name)).toMatchObject({
        verdict: 'yes',
        exitCode: 0,
        findings: [{ path: '.', code: 'VERIFIED', answer: 'yes', signers: ['release-desk'] }],
      });
    }
  });

  it('says yes to an empty file and to one larger than a reading piece', () => {
    expect(verify(put('empty', '')).verdict).toBe('yes');
    const path = put('large', 'x'.repeat(200_000));
    expect(verify(path).verdict).toBe('yes');
    writeFileSync(path, `${'x'.repeat(199_999)}y`);
    expect(codes(verify(path))).toEqual([['.', 'SUBJECT_DIGEST_MISMATCH']]);
  });

  it('says no, with exit code 1, when the file is unsigned, changed, renamed or gone', () => {
    const unsigned = verify(put('unsigned', 'x', null));
    expect(unsigned).toMatchObject({ verdict: 'no', exitCode: 1 });
    expect(codes(unsigned)).toEqual([['.', 'SIGNATURE_MISSING']]);

    const path = put('policy.json', '{}');
    renameSync(path, join(folder, 'other.json'));
    expect(codes(verify(path))).toEqual([['.', 'FILE_MISSING']]);
    renameSync(`${path}.dsse`, join(folder, 'other.json.dsse'));
    expect(codes(verify(join(folder, 'other.json')))).toEqual([['.', 'SUBJECT_NAME_MISMATCH']]);
  });

  it('could not tell, with exit code 2, when the path or the roots are not there', () => {
    expect(verify(join(folder, 'nothing'))).toMatchObject({
      verdict: 'could_not_tell',
      exitCode: 2,
      findings: [{ code: 'PATH_MISSING' }],
    });
    const path = put('policy.json', '{}');
    writeFileSync(bench.rootsPath, '{"roots_version":1}');
    expect(verify(path)).toMatchObject({ exitCode: 2, trustRootsHash: null });
    expect(codes(verify(path))).toEqual([['.', 'TRUST_ROOTS_MALFORMED']]);
    rmSync(bench.rootsPath);
    expect(codes(verify(path))).toEqual([['.', 'TRUST_ROOTS_MISSING']]);
  });

  it('could not tell about a signature from the future', () => {
    expect(verify(put('early', 'x', publisher, T0 + 1)).verdict).toBe('yes');
    const report = verify(put('late', 'x', publisher, T0 + 2));
    expect(report).toMatchObject({ exitCode: 2, findings: [{ code: 'SIGNED_IN_FUTURE' }] });
  });

  it('takes a development key only where it is asked to', () => {
    const path = put('policy.json', '{}', development);
    expect(verify(path)).toMatchObject({ exitCode: 1, findings: [{ code: 'DEVELOPMENT_KEY' }] });
    expect(verify(path, { development: true })).toMatchObject({ exitCode: 0 });
  });

  it('does not take a link for the file it points to', () => {
    const path = put('policy.json', '{}');
    renameSync(path, join(folder, 'real.json'));
    symlinkSync(join(folder, 'real.json'), path);
    expect(codes(verify(path))).toEqual([['.', 'NOT_A_FILE']]);
  });

  it('refuses an envelope that is too large to be one', () => {
    const path = put('policy.json', '{}', null);
    writeFileSync(`${path}.dsse`, ' '.repeat(70_000));
    expect(codes(verify(path))).toEqual([['.', 'ENVELOPE_MALFORMED']]);
  });
});

describe('verifyPath of a folder', () => {
  beforeEach(() => {
    put('a.json', '1');
    put('deep/b.json', '2');
    put('deep/er/c.json', '3');
  });

  it('says yes when every file in it and below is signed', () => {
    expect(verify(folder)).toMatchObject({ verdict: 'yes', exitCode: 0 });
    expect(codes(verify(folder))).toEqual([
      ['a.json', 'VERIFIED'],
      ['deep/b.json', 'VERIFIED'],
      ['deep/er/c.json', 'VERIFIED'],
    ]);
  });

  it('names the one file that was changed, and the one that is gone', () => {
    writeFileSync(join(folder, 'deep/b.json'), '9');
    rmSync(join(folder, 'deep/er/c.json'));
    expect(verify(folder).exitCode).toBe(1);
    expect(codes(verify(folder))).toEqual([
      ['a.json', 'VERIFIED'],
      ['deep/b.json', 'SUBJECT_DIGEST_MISMATCH'],
      ['deep/er/c.json', 'FILE_MISSING'],
    ]);
  });

  it('could not tell when a signature was taken away; a no beside it stays a no', () => {
    rmSync(join(folder, 'deep/b.json.dsse'));
    expect(verify(folder)).toMatchObject({ verdict: 'could_not_tell', exitCode: 2 });
    expect(codes(verify(folder))).toContainEqual(['deep/b.json', 'UNSIGNED']);
    writeFileSync(join(folder, 'a.json'), '9');
    expect(verify(folder)).toMatchObject({ verdict: 'no', exitCode: 1 });
  });

  it('could not tell about an empty folder, a link in it, or more files than it may read', () => {
    const empty = join(bench.folder, 'empty');
    mkdirSync(empty);
    expect(verify(empty)).toMatchObject({ exitCode: 2, findings: [{ code: 'NOTHING_TO_VERIFY' }] });
    symlinkSync(join(folder, 'a.json'), join(empty, 'link'));
    expect(verify(empty)).toMatchObject({ exitCode: 2, findings: [{ code: 'NOT_A_FILE' }] });
    expect(verify(folder, { filesMax: 3 }).exitCode).toBe(0);
    expect(verify(folder, { filesMax: 2 })).toMatchObject({ exitCode: 2 });
    expect(codes(verify(folder, { filesMax: 2 }))).toContainEqual(['.', 'TOO_MANY_FILES']);
  });

  it('needs no signature for private keys and the trust roots in use, but for others', () => {
    rmSync(join(bench.folder, 'bundle'), { recursive: true });
    expect(codes(verify(bench.folder))).toEqual([['.', 'NOTHING_TO_VERIFY']]);
    cpSync(bench.rootsPath, join(bench.folder, 'other-roots.json'));
    expect(codes(verify(bench.folder))).toEqual([['other-roots.json', 'UNSIGNED']]);
  });
});

describe('key files', () => {
  it('are readable by their owner alone, never overwritten, and sign alike after a read', () => {
    const path = join(bench.folder, 'keys', 'publisher.private.pem');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(createKeyFile(path)).toMatchObject({ ok: false, code: 'KEY_EXISTS' });
    const read = readKeyFile(path);
    expect(read.ok && read.key.keyId).toBe(publisher.keyId);
    const message = Buffer.from('message');
    expect(read.ok && read.key.sign(message)).toEqual(publisher.sign(message));
  });

  it('are refused when others could have read them, when absent, and when they are no key', () => {
    const path = join(bench.folder, 'keys', 'publisher.private.pem');
    chmodSync(path, 0o640);
    expect(readKeyFile(path)).toMatchObject({ ok: false, code: 'KEY_EXPOSED' });
    chmodSync(path, 0o600);
    writeFileSync(path, 'not a key');
    expect(readKeyFile(path)).toMatchObject({ ok: false, code: 'KEY_UNREADABLE' });
    rmSync(path);
    expect(readKeyFile(path)).toMatchObject({ ok: false, code: 'KEY_MISSING' });
  });
});
