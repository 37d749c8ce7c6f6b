import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { certificateExpiresAt, certificateState, type RuntimeIdentity } from '@holdfast/core/guard';
import { FILE_PREDICATE } from '@holdfast/core/proof';
import { wallMs } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createCertificateReader,
  type ReadCertificate,
  type SigningKey,
} from '../src/proof/index.ts';
import { CERTIFICATE, DEV, PROD, ProofBench, T0 } from './proof-fixture.ts';

const WINDOW_S = 86_400;
const NOW = T0 + 1000;
const identity: RuntimeIdentity = {
  buildId: CERTIFICATE.build_id,
  runtimeConfigHash: CERTIFICATE.runtime_config_hash,
  contractVersion: '5.2',
};
/** There, and not to be trusted: INVALID to the guard. */
const DISTRUSTED = { certificate: { status: 'UNKNOWN' } };
const stateOf = (read: ReadCertificate, now = NOW) =>
  certificateState(read(now).certificate, identity, wallMs(now), WINDOW_S);

let bench: ProofBench;
let certifier: SigningKey;
let development: SigningKey;
let read: ReadCertificate;

beforeEach(() => {
  bench = new ProofBench();
  certifier = bench.newKey('certifier');
  development = bench.newKey('development');
  bench.trust(
    { id: 'release-desk', roles: ['certifier'], key: certifier },
    { id: 'laptop', roles: ['development'], key: development },
    { id: 'dana', roles: ['approver'], key: bench.newKey('dana') },
  );
  bench.certify({}, certifier);
  read = bench.reader(PROD);
});
afterEach(() => bench.remove());

describe('a signed certificate on disk', () => {
  it('reads as PASS and expires one window after it was generated', () => {
    expect(read(NOW).code).toBe('TRUSTED');
    expect(stateOf(read)).toBe('PASS');
    expect(certificateExpiresAt(read(NOW).certificate, WINDOW_S)).toBe(T0 + 86_400_000);
  });

  it('reads as MISSING without expiry when absent or unparseable, though signed', () => {
    writeFileSync(bench.certificatePath, '{"status":');
    const broken = read(NOW);
    expect(broken.certificate).toBeNull();
    bench.certify({ generated_ts_ms: 'yesterday' }, certifier);
    expect(read(NOW).code).toBe('CERTIFICATE_MALFORMED');
    rmSync(bench.certificatePath);
    expect(read(NOW)).toMatchObject({ certificate: null, code: 'CERTIFICATE_MISSING' });
    expect(stateOf(read)).toBe('MISSING');
    expect(certificateExpiresAt(read(NOW).certificate, WINDOW_S)).toBeNull();
  });

  it.each([
    ['build_id', 'c'.repeat(40)],
    ['runtime_config_hash', 'c'.repeat(64)],
    ['contract_version', '5.1'],
  ])('AT-020 PASS with another %s is INVALID', (field, value) => {
    bench.certify({ [field]: value }, certifier);
    expect(read(NOW).code).toBe('TRUSTED');
    expect(stateOf(read)).toBe('INVALID');
  });

  it('AT-012 contract version 5.2 on both sides compares equal', () => {
    bench.certify({ contract_version: '5.2' }, certifier);
    expect(stateOf(read)).toBe('PASS');
  });

  it('AT-410 a differing policy_hash_at_cert_time alone changes nothing', () => {
    bench.certify({ policy_hash_at_cert_time: 'd'.repeat(64) }, certifier);
    expect(stateOf(read)).toBe('PASS');
  });

  it('AT-021 after a valid answer, missing, stale and FAIL each count at once', () => {
    expect(stateOf(read)).toBe('PASS');
    expect(stateOf(read, T0 + 86_400_000)).toBe('PASS');
    expect(stateOf(read, T0 + 86_400_001)).toBe('STALE');
    bench.certify({ status: 'FAIL' }, certifier);
    expect(stateOf(read)).toBe('FAIL');
    rmSync(bench.certificatePath);
    expect(stateOf(read)).toBe('MISSING');
  });

  it('a change on disk is seen by the very next read, in both directions', () => {
    const good = {
      cert: bench.bytes(bench.certificatePath),
      dsse: bench.bytes(bench.envelopePath),
    };
    expect(stateOf(read)).toBe('PASS');
    bench.certify({ status: 'FAIL' }, certifier);
    expect(stateOf(read)).toBe('FAIL');
    rmSync(bench.certificatePath);
    expect(stateOf(read)).toBe('MISSING');
    rmSync(bench.envelopePath);
    writeFileSync(bench.certificatePath, good.cert);
    expect(stateOf(read)).toBe('INVALID');
    writeFileSync(bench.envelopePath, good.dsse);
    expect(stateOf(read)).toBe('PASS');
  });

  it('an edit to FAIL without a new signature is INVALID, whatever it says', () => {
    expect(stateOf(read)).toBe('PASS');
    const edited = readFileSync(bench.certificatePath, 'utf8').replace('PASS', 'FAIL');
    writeFileSync(bench.certificatePath, edited);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'SUBJECT_DIGEST_MISMATCH' });
    expect(stateOf(read)).toBe('INVALID');
    expect(certificateExpiresAt(read(NOW).certificate, WINDOW_S)).toBe(T0 + 86_400_000);
  });

  it('keeps an unknown status for the guard to call INVALID', () => {
    bench.certify({ status: 'MAYBE' }, certifier);
    expect(read(NOW).certificate?.status).toBe('UNKNOWN');
    expect(stateOf(read)).toBe('INVALID');
  });
});

describe('what is not to be trusted', () => {
  it.each([
    ['an unknown key', { note: 'x' }],
    ['a missing key', { build_id: undefined }],
    ['a fractional time', { generated_ts_ms: T0 + 0.5 }],
    ['a negative time', { generated_ts_ms: -1 }],
    ['a number as version', { contract_version: 5.2 }],
    ['an empty build id', { build_id: '' }],
    ['an unknown type', { certificate_type: 'trial' }],
  ])('a signed certificate with %s', (_, change) => {
    bench.certify(change, certifier);
    expect(read(NOW)).toMatchObject({ certificate: null, code: 'CERTIFICATE_MALFORMED' });
  });

  it('a certificate without signature', () => {
    rmSync(bench.envelopePath);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'SIGNATURE_MISSING' });
  });

  it('missing or malformed trust roots', () => {
    writeFileSync(bench.rootsPath, '{}');
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'TRUST_ROOTS_MALFORMED' });
    rmSync(bench.rootsPath);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'TRUST_ROOTS_MISSING' });
  });

  it('a key that the roots do not name, alone or beside a good one', () => {
    const stranger = bench.newKey('stranger');
    bench.certify({}, stranger);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'KEY_UNKNOWN' });
    bench.certify({}, certifier, bench.claim(), stranger);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'KEY_UNKNOWN' });
    bench.certify({}, certifier, bench.claim(), certifier);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'SIGNER_REPEATED' });
  });

  it('an approver, who may sign files but not certificates', () => {
    const approver = bench.newKey('eve');
    bench.trust(
      { id: 'release-desk', roles: ['certifier'], key: certifier },
      { id: 'eve', roles: ['approver'], key: approver },
    );
    bench.certify({}, approver);
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'ROLE_NOT_ALLOWED' });
  });

  it('a good signature that vouches for a file and not for a certificate', () => {
    bench.certify({}, certifier, {
      predicateType: FILE_PREDICATE,
      predicate: { signed_ts_ms: T0 },
    });
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'NOT_A_CERTIFICATE' });
  });

  it('the good signature of another file', () => {
    const certificatePath = `${bench.folder}/OTHER.json`;
    writeFileSync(certificatePath, bench.bytes(bench.certificatePath));
    writeFileSync(`${certificatePath}.dsse`, bench.bytes(bench.envelopePath));
    const { rootsPath: trustRootsPath } = bench;
    const readOther = createCertificateReader({ ...PROD, certificatePath, trustRootsPath });
    expect(readOther(NOW)).toMatchObject({ ...DISTRUSTED, code: 'SUBJECT_NAME_MISMATCH' });
  });

  it('roots that are not those the certificate was signed under', () => {
    bench.trust({ id: 'release-desk', roles: ['certifier'], key: certifier });
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'TRUST_ROOTS_CHANGED' });
  });

  it('a key before, during and after its validity, at signing and now', () => {
    const holder = { id: 'release-desk', roles: ['certifier'] as const, key: certifier };
    bench.trust({ ...holder, from: T0, until: T0 + 5000 });
    bench.certify({}, certifier);
    expect(read(T0 + 5000).code).toBe('TRUSTED');
    expect(read(T0 + 5001)).toMatchObject({ ...DISTRUSTED, code: 'KEY_NOT_VALID_NOW' });
    expect(read(T0 + 5000).code).toBe('TRUSTED');
    bench.certify({}, certifier, bench.claim(T0 - 1));
    expect(read(NOW)).toMatchObject({ ...DISTRUSTED, code: 'KEY_NOT_VALID_AT_SIGNING' });
  });

  it('something else in the place of a file, without hanging on it', () => {
    rmSync(bench.certificatePath);
    mkdirSync(bench.certificatePath);
    expect(read(NOW)).toMatchObject({ certificate: null, code: 'CERTIFICATE_UNREADABLE' });
    rmSync(bench.envelopePath);
    rmSync(bench.certificatePath, { recursive: true });
    execFileSync('mkfifo', [bench.certificatePath]);
    expect(read(NOW)).toMatchObject({ certificate: null, code: 'CERTIFICATE_UNREADABLE' });
    rmSync(bench.certificatePath);
    writeFileSync(bench.certificatePath, ' '.repeat(65_537));
    expect(read(NOW)).toMatchObject({ certificate: null, code: 'CERTIFICATE_UNREADABLE' });
  });
});

describe('a development certificate', () => {
  it.each([
    ['loopback', {}],
    ['loopback by name', { endpoint: 'ws://localhost:1/ws/api/v2' }],
    ['loopback, version 6', { endpoint: 'ws://[::1]:1/ws/api/v2' }],
    ['no address: the venue is in this process', { endpoint: null }],
  ])('in dev on the simulated venue at %s is PASS', (_, change) => {
    for (const type of [{}, { certificate_type: 'development' }]) {
      bench.certify(type, development);
      const readHere = bench.reader({ ...DEV, ...change });
      expect(readHere(NOW).code).toBe('TRUSTED');
      expect(stateOf(readHere)).toBe('PASS');
    }
  });

  it.each([
    ['the testnet', { ...DEV, venue: 'testnet' }],
    ['another environment', { ...DEV, environment: 'staging' }],
    ['production', PROD],
    ['another spelling', { ...DEV, environment: 'DEV' }],
    ['nowhere', { environment: '', venue: '', endpoint: null }],
    ['another machine', { ...DEV, endpoint: 'ws://10.0.0.7:8025/ws/api/v2' }],
    ['Deribit itself', { ...DEV, endpoint: 'wss://test.deribit.com/ws/api/v2' }],
    ['a name that only looks local', { ...DEV, endpoint: 'ws://localhost.example.com/ws' }],
    ['loopback as a user name', { ...DEV, endpoint: 'ws://127.0.0.1@example.com/ws' }],
    ['what is no address', { ...DEV, endpoint: '127.0.0.1' }],
  ])('on %s is INVALID, and not merely missing', (_, standing) => {
    for (const type of [{}, { certificate_type: 'development' }]) {
      bench.certify(type, development);
      const readThere = bench.reader(standing);
      expect(readThere(NOW)).toMatchObject({ ...DISTRUSTED, code: 'DEVELOPMENT_ONLY' });
      expect(stateOf(readThere)).toBe('INVALID');
    }
  });

  it('is one by its type alone, and by one development signature among others', () => {
    bench.certify({ certificate_type: 'development' }, certifier);
    expect(read(NOW).code).toBe('DEVELOPMENT_ONLY');
    bench.certify({}, certifier, bench.claim(), development);
    expect(read(NOW).code).toBe('DEVELOPMENT_ONLY');
  });

  it('cannot call itself a release, not even in dev', () => {
    bench.certify({ certificate_type: 'release' }, development);
    expect(bench.reader(DEV)(NOW).code).toBe('CERTIFICATE_TYPE_MISMATCH');
    bench.certify({ certificate_type: 'release' }, certifier);
    expect(read(NOW).code).toBe('TRUSTED');
  });
});

describe('where it was certified for', () => {
  it('counts when named', () => {
    bench.certify({ environment: 'staging' }, certifier);
    expect(read(NOW).code).toBe('ENVIRONMENT_MISMATCH');
    bench.certify({ environment: 'prod' }, certifier);
    expect(read(NOW).code).toBe('TRUSTED');
  });

  it('a dirty build counts only in dev', () => {
    bench.certify({ build_id: `${'a'.repeat(40)}-dirty-${'0'.repeat(32)}` }, certifier);
    expect(read(NOW).code).toBe('DIRTY_BUILD');
    expect(bench.reader(DEV)(NOW).code).toBe('TRUSTED');
  });
});

describe('any single flipped byte', () => {
  const files = ['certificatePath', 'envelopePath', 'rootsPath'] as const;

  function damage(file: (typeof files)[number], at: number, mask: number): string {
    const path = bench[file];
    const original = bench.bytes(path);
    const changed = Buffer.from(original);
    const index = at % changed.length;
    changed.writeUInt8(changed.readUInt8(index) ^ mask, index);
    writeFileSync(path, changed);
    const { code, certificate } = read(NOW);
    writeFileSync(path, original);
    return certificate?.status !== 'PASS'
      ? code
      : `${code} with byte ${index} of ${file} ^ ${mask}`;
  }

  it('of certificate, envelope or roots is found, wherever it is', () => {
    for (const file of files) {
      const { length } = bench.bytes(bench[file]);
      for (let at = 0; at < length; at += 1) {
        // Case, space and digit neighbours: the flips a lenient reader forgives.
        for (const mask of [0x01, 0x20]) expect(damage(file, at, mask)).not.toContain('TRUSTED');
      }
    }
    expect(read(NOW).code).toBe('TRUSTED');
  });

  it('of certificate, envelope or roots is found, whatever it becomes', () => {
    const masks = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.nat(), masks, (file, at, mask) => {
        expect(damage(file, at, mask)).not.toContain('TRUSTED');
        expect(read(NOW).code).toBe('TRUSTED');
      }),
      { numRuns: 500 },
    );
  });

  it('of certificate, envelope or roots is found also when a byte is lost or added', () => {
    for (const file of files) {
      const original = bench.bytes(bench[file]);
      for (const changed of [
        original.subarray(0, -1),
        Buffer.concat([original, Buffer.from('\n')]),
        Buffer.concat([Buffer.from(' '), original]),
        Buffer.alloc(0),
      ]) {
        writeFileSync(bench[file], changed);
        expect(read(NOW).certificate?.status).not.toBe('PASS');
      }
      writeFileSync(bench[file], original);
    }
    expect(read(NOW).code).toBe('TRUSTED');
  });
});
