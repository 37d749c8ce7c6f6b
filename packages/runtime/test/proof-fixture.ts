import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CERTIFICATE_PREDICATE } from '@holdfast/core/proof';
import {
  type CertificateDocument,
  type Claim,
  createCertificateReader,
  createKeyFile,
  formatTrustRoots,
  readTrustRoots,
  type Role,
  type SigningKey,
  type Standing,
  signFile,
} from '../src/proof/index.ts';

export const T0 = 1_700_000_000_000;
const LOOPBACK = 'ws://127.0.0.1:8025/ws/api/v2';
const DERIBIT = 'wss://www.deribit.com/ws/api/v2';
export const DEV: Standing = { environment: 'dev', venue: 'simulated', endpoint: LOOPBACK };
export const PROD: Standing = { environment: 'prod', venue: 'live', endpoint: DERIBIT };

export const CERTIFICATE: CertificateDocument = {
  status: 'PASS',
  generated_ts_ms: T0,
  build_id: 'a'.repeat(40),
  runtime_config_hash: 'b'.repeat(64),
  contract_version: '5.2',
};

export interface Holder {
  readonly id: string;
  readonly roles: readonly Role[];
  readonly key: SigningKey;
  readonly from?: number;
  readonly until?: number;
}

/** A folder of its own with keys, trust roots and a certificate that can be changed at will. */
export class ProofBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  readonly certificatePath = join(this.folder, 'F1_CERT.json');
  readonly envelopePath = `${this.certificatePath}.dsse`;
  readonly rootsPath = join(this.folder, 'trust-roots.json');

  newKey(name: string): SigningKey {
    mkdirSync(join(this.folder, 'keys'), { recursive: true });
    const made = createKeyFile(join(this.folder, 'keys', `${name}.private.pem`));
    if (!made.ok) throw new Error(made.detail);
    return made.key;
  }

  trust(...holders: readonly Holder[]): void {
    const document = {
      roots_version: 1 as const,
      holders: holders.map(({ id, roles, key, from, until }) => ({
        id,
        name: id,
        kind: 'service' as const,
        roles: [...roles],
        keys: [
          {
            key_id: key.keyId,
            public_key: key.publicKey,
            valid_from_ms: from ?? 0,
            valid_until_ms: until ?? null,
          },
        ],
      })),
    };
    writeFileSync(this.rootsPath, formatTrustRoots(document));
  }

  /** Two persons who approve. */
  people(first: string, firstKey: SigningKey, second: string, secondKey: SigningKey): void {
    const holders = [
      { id: first, key: firstKey },
      { id: second, key: secondKey },
    ].map(({ id, key }) => ({
      id,
      name: id,
      kind: 'person' as const,
      roles: ['approver' as const],
      keys: [
        { key_id: key.keyId, public_key: key.publicKey, valid_from_ms: 0, valid_until_ms: null },
      ],
    }));
    writeFileSync(this.rootsPath, formatTrustRoots({ roots_version: 1, holders }));
  }

  claim(signedAt = T0): Claim {
    const roots = readTrustRoots(this.rootsPath);
    if (!roots.ok) throw new Error(roots.detail);
    const predicate = { signed_ts_ms: signedAt, trust_roots_hash: roots.roots.hash };
    return { predicateType: CERTIFICATE_PREDICATE, predicate };
  }

  certify(
    change: Record<string, unknown>,
    key: SigningKey,
    claim: Claim = this.claim(),
    ...more: readonly SigningKey[]
  ): void {
    writeFileSync(this.certificatePath, JSON.stringify({ ...CERTIFICATE, ...change }));
    const signed = signFile(this.certificatePath, claim, [key, ...more]);
    if (!signed.ok) throw new Error(signed.detail);
  }

  reader(standing: Standing) {
    const { certificatePath, rootsPath: trustRootsPath } = this;
    return createCertificateReader({ ...standing, certificatePath, trustRootsPath });
  }

  bytes(path: string): Buffer {
    return readFileSync(path);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
