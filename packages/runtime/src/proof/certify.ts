import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CONTRACT_VERSION } from '@holdfast/core/guard';
import { CERTIFICATE_PREDICATE } from '@holdfast/core/proof';
import { messageOf, replaceFile } from './bounded-file.ts';
import { readBuildIdentity } from './build-identity.ts';
import type { CertificateDocument } from './certificate.ts';
import { createKeyFile, PRIVATE_KEY_SUFFIX, readKeyFile, type SigningKey } from './keys.ts';
import { signFile } from './sign.ts';
import {
  formatTrustRoots,
  readTrustRoots,
  type TrustRoots,
  type TrustRootsDocument,
} from './trust-roots.ts';

const DEVELOPMENT_HOLDER = 'local-development';

/** Where certificate and development proofs are; all under the checkout. */
export function proofPaths(root: string): {
  readonly certificate: string;
  readonly developmentKey: string;
  readonly developmentTrustRoots: string;
} {
  const artifacts = join(root, 'artifacts');
  return {
    certificate: join(artifacts, 'F1_CERT.json'),
    developmentKey: join(artifacts, 'keys', `development${PRIVATE_KEY_SUFFIX}`),
    developmentTrustRoots: join(artifacts, 'trust-roots.dev.json'),
  };
}

export interface CertifyRequest {
  readonly root: string;
  /** SHA-256 hex of the canonical runtime configuration. */
  readonly runtimeConfigHash: string;
  readonly policyHash?: string;
  /** Where it goes; left out, where the launch configuration's is. */
  readonly certificatePath?: string;
  /** Wall clock, epoch ms. */
  readonly now: number;
}

export type CertifyOutcome =
  | {
      readonly ok: true;
      readonly certificate: CertificateDocument;
      readonly certificatePath: string;
      readonly trustRootsPath: string;
      readonly trustRootsHash: string;
      readonly keyId: string;
      /** Files made because they were absent, relative to the root. */
      readonly created: readonly string[];
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/**
 * Certifies this checkout for `dev` on the simulated venue, and for nothing else: it binds build,
 * configuration and contract version (D-37) and measures no release metric, which is why the type
 * says `development`. Makes a development key and its trust roots when there are none. A reader
 * between the two writes sees a certificate without its signature: closed, for one tick.
 */
export function certifyForDevelopment(request: CertifyRequest): CertifyOutcome {
  const build = readBuildIdentity(request.root);
  if (!build.ok) return build;
  const known = proofPaths(request.root);
  const paths = { ...known, certificate: request.certificatePath ?? known.certificate };
  try {
    // Before the key folder, which would give its own narrow mode to every folder it makes.
    mkdirSync(dirname(paths.certificate), { recursive: true });
  } catch (error) {
    return { ok: false, code: 'NOT_WRITTEN', detail: messageOf(error) };
  }
  const isNewKey = !existsSync(paths.developmentKey);
  const opened = isNewKey ? createKeyFile(paths.developmentKey) : readKeyFile(paths.developmentKey);
  if (!opened.ok) return opened;
  const { key } = opened;
  const trusted = trustForDevelopment(paths.developmentTrustRoots, key);
  if (!trusted.ok) return trusted;
  const certificate: CertificateDocument = {
    status: 'PASS',
    generated_ts_ms: request.now,
    build_id: build.buildId,
    runtime_config_hash: request.runtimeConfigHash,
    contract_version: CONTRACT_VERSION,
    ...(request.policyHash === undefined ? {} : { policy_hash_at_cert_time: request.policyHash }),
    environment: 'dev',
    certificate_type: 'development',
  };
  try {
    replaceFile(paths.certificate, `${JSON.stringify(certificate, null, 2)}\n`);
  } catch (error) {
    return { ok: false, code: 'NOT_WRITTEN', detail: messageOf(error) };
  }
  const signed = signFile(
    paths.certificate,
    {
      predicateType: CERTIFICATE_PREDICATE,
      predicate: { signed_ts_ms: request.now, trust_roots_hash: trusted.roots.hash },
    },
    [key],
  );
  if (!signed.ok) return signed;
  const made = [
    ...(isNewKey ? [paths.developmentKey] : []),
    ...(trusted.isNew ? [paths.developmentTrustRoots] : []),
  ];
  return {
    ok: true,
    certificate,
    certificatePath: paths.certificate,
    trustRootsPath: paths.developmentTrustRoots,
    trustRootsHash: trusted.roots.hash,
    keyId: key.keyId,
    created: made.map((path) => relative(request.root, path)),
  };
}

type Trusted =
  | { readonly ok: true; readonly roots: TrustRoots; readonly isNew: boolean }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/**
 * Roots that trust the key: the ones there, or new ones. Only a file of our own making is ever
 * replaced.
 */
function trustForDevelopment(path: string, key: SigningKey): Trusted {
  const found = readTrustRoots(path);
  if (!found.ok && found.code !== 'TRUST_ROOTS_MISSING') {
    return { ...found, detail: `${path}: ${found.detail}; delete it to have a new one made` };
  }
  if (found.ok) {
    if (found.roots.keys.has(key.keyId)) return { ...found, isNew: false };
    if (!isOurs(found.roots)) {
      const detail = `${path} does not trust key ${key.keyId}; add it, or delete the file`;
      return { ok: false, code: 'KEY_UNKNOWN', detail };
    }
  }
  try {
    replaceFile(path, formatTrustRoots(developmentRoots(key)));
  } catch (error) {
    return { ok: false, code: 'NOT_WRITTEN', detail: messageOf(error) };
  }
  const written = readTrustRoots(path);
  return written.ok ? { ...written, isNew: true } : written;
}

function isOurs(roots: TrustRoots): boolean {
  const [only, ...others] = roots.document.holders;
  return only?.id === DEVELOPMENT_HOLDER && others.length === 0;
}

function developmentRoots(key: SigningKey): TrustRootsDocument {
  return {
    roots_version: 1,
    holders: [
      {
        id: DEVELOPMENT_HOLDER,
        name: 'Development key of this checkout',
        kind: 'service',
        roles: ['development'],
        keys: [
          {
            key_id: key.keyId,
            public_key: key.publicKey,
            // No clock of the runtime may find itself before this key.
            valid_from_ms: 0,
            valid_until_ms: null,
          },
        ],
      },
    ],
  };
}
