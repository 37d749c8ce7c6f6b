import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { Certificate } from '@holdfast/core/guard';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { CERTIFICATE_PREDICATE, ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { wallMs } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { type FileRead, readBounded } from './bounded-file.ts';
import { isDirtyBuild } from './build-identity.ts';
import { decodeUtf8 } from './encoding.ts';
import { isValidAt, parseTrustRoots, TRUST_ROOTS_LIMIT, type TrustedKey } from './trust-roots.ts';
import { ENVELOPE_LIMIT, type SignatureFault, verifyEnvelope } from './verify.ts';

const CERTIFICATE_LIMIT = 1 << 16;

const text = Type.String({ minLength: 1, maxLength: 200 });

/** The keys of contract-1 section 31, and no others. */
const CertificateSchema = closed({
  status: text,
  generated_ts_ms: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  build_id: text,
  runtime_config_hash: text,
  contract_version: text,
  /** For the reader; never compared (AT-410). */
  policy_hash_at_cert_time: Type.Optional(text),
  environment: Type.Optional(text),
  certificate_type: Type.Optional(
    Type.Union([Type.Literal('development'), Type.Literal('release')]),
  ),
});

export type CertificateDocument = Static<typeof CertificateSchema>;
const parseCertificate = createParser(CertificateSchema);

/**
 * Where this process stands: a development certificate counts only for `dev` on the simulated
 * venue.
 */
export interface Standing {
  readonly environment: string;
  readonly venue: string;
}

export interface CertificateSource extends Standing {
  readonly certificatePath: string;
  readonly trustRootsPath: string;
}

export type CertificateCode =
  | 'TRUSTED'
  | 'CERTIFICATE_MISSING'
  | 'CERTIFICATE_UNREADABLE'
  | 'CERTIFICATE_MALFORMED'
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_UNREADABLE'
  | 'TRUST_ROOTS_MISSING'
  | 'TRUST_ROOTS_UNREADABLE'
  | 'TRUST_ROOTS_MALFORMED'
  | SignatureFault
  /** The signature is good, but vouches for a file, not for a certificate. */
  | 'NOT_A_CERTIFICATE'
  | 'KEY_NOT_VALID_NOW'
  | 'DEVELOPMENT_ONLY'
  | 'CERTIFICATE_TYPE_MISMATCH'
  | 'ENVIRONMENT_MISMATCH'
  | 'DIRTY_BUILD';

/** `certificate` is what the guard judges; null whenever the code is not `TRUSTED`. */
export interface CertificateReading {
  readonly certificate: Certificate | null;
  readonly code: CertificateCode;
  readonly detail: string;
}

/** Reads the certificate as of wall time `now`, epoch ms. Called every tick. */
export type ReadCertificate = (now: number) => CertificateReading;

/**
 * Reads certificate, envelope and trust roots from disk on every call (AT-423): there is no last
 * good answer. Only the judgement of exactly the same bytes is kept, since it is a pure function of
 * them.
 */
export function createCertificateReader(source: CertificateSource): ReadCertificate {
  let known: { readonly bytes: Bytes; readonly judgement: Judgement } | null = null;
  return (now) => {
    const bytes = readAll(source);
    if ('code' in bytes) return bytes;
    if (known === null || !isSame(known.bytes, bytes)) {
      known = { bytes, judgement: judge(bytes, source) };
    }
    const { judgement } = known;
    if (!judgement.ok) return judgement.reading;
    const expired = judgement.signers.find((key) => !isValidAt(key, now));
    if (expired !== undefined) {
      return untrusted('KEY_NOT_VALID_NOW', `key of ${expired.holder} is not valid now`);
    }
    return judgement.reading;
  };
}

interface Bytes {
  readonly certificate: Buffer;
  readonly envelope: Buffer;
  readonly roots: Buffer;
}

type Judgement =
  | { readonly ok: false; readonly reading: CertificateReading }
  | {
      readonly ok: true;
      readonly reading: CertificateReading;
      readonly signers: readonly TrustedKey[];
    };

function readAll(source: CertificateSource): Bytes | CertificateReading {
  const { certificatePath, trustRootsPath } = source;
  const certificate = readBounded(certificatePath, CERTIFICATE_LIMIT);
  if (!certificate.ok) return unread('CERTIFICATE', certificate);
  const envelope = readBounded(`${certificatePath}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!envelope.ok) return unread('SIGNATURE', envelope);
  const roots = readBounded(trustRootsPath, TRUST_ROOTS_LIMIT);
  if (!roots.ok) return unread('TRUST_ROOTS', roots);
  return { certificate: certificate.bytes, envelope: envelope.bytes, roots: roots.bytes };
}

function isSame(a: Bytes, b: Bytes): boolean {
  return (
    a.certificate.equals(b.certificate) && a.envelope.equals(b.envelope) && a.roots.equals(b.roots)
  );
}

function judge(bytes: Bytes, source: CertificateSource): Judgement {
  const roots = parseTrustRoots(bytes.roots);
  if (!roots.ok) return no(roots.code, roots.detail);
  const file = {
    name: basename(source.certificatePath),
    sha256: hash('sha256', bytes.certificate, 'hex'),
  };
  const verdict = verifyEnvelope(bytes.envelope, file, roots.roots);
  if (!verdict.ok) return no(verdict.code, verdict.detail);
  const { statement, signers } = verdict;
  if (statement.predicateType !== CERTIFICATE_PREDICATE) {
    return no('NOT_A_CERTIFICATE', `signed as ${statement.predicateType}`);
  }
  const content = decodeUtf8(bytes.certificate);
  const parsed = content === null ? null : parseText(content, parseCertificate);
  if (parsed === null || !parsed.ok) {
    const first = parsed?.violations[0];
    return no('CERTIFICATE_MALFORMED', first ? `${first.path} ${first.message}` : 'not UTF-8');
  }
  const refusal = refuseHere(parsed.value, signers, source);
  if (refusal !== null) return { ok: false, reading: refusal };
  const signed = signers.map((key) => key.holder).join(', ');
  const certificate = certificateOf(parsed.value);
  return {
    ok: true,
    signers,
    reading: { certificate, code: 'TRUSTED', detail: `signed by ${signed}` },
  };
}

/** What a good signature alone does not allow in this place (D-37). */
function refuseHere(
  document: CertificateDocument,
  signers: readonly TrustedKey[],
  standing: Standing,
): CertificateReading | null {
  const isByDevelopment = signers.some((key) => key.roles.includes('development'));
  if (isByDevelopment && document.certificate_type === 'release') {
    return untrusted('CERTIFICATE_TYPE_MISMATCH', 'a development key cannot certify a release');
  }
  const isDevelopment = isByDevelopment || document.certificate_type === 'development';
  const { environment, venue } = standing;
  if (isDevelopment && !(environment === 'dev' && venue === 'simulated')) {
    const detail = `a development certificate does not count in ${environment} on venue ${venue}`;
    return untrusted('DEVELOPMENT_ONLY', detail);
  }
  if (environment !== 'dev' && isDirtyBuild(document.build_id)) {
    return untrusted('DIRTY_BUILD', `${document.build_id} certifies only for dev`);
  }
  if (document.environment !== undefined && document.environment !== environment) {
    const detail = `certified for ${document.environment}, this is ${environment}`;
    return untrusted('ENVIRONMENT_MISMATCH', detail);
  }
  return null;
}

/** An unknown status is kept as such: the guard calls it INVALID (AMB-25). */
function certificateOf(document: CertificateDocument): Certificate {
  const { status } = document;
  return Object.freeze({
    status: status === 'PASS' || status === 'FAIL' ? status : 'UNKNOWN',
    generatedAt: wallMs(document.generated_ts_ms),
    buildId: document.build_id,
    runtimeConfigHash: document.runtime_config_hash,
    contractVersion: document.contract_version,
  });
}

function unread(
  subject: 'CERTIFICATE' | 'SIGNATURE' | 'TRUST_ROOTS',
  read: Extract<FileRead, { ok: false }>,
): CertificateReading {
  const code = read.fault === 'missing' ? 'MISSING' : 'UNREADABLE';
  return untrusted(`${subject}_${code}`, read.detail);
}

function no(code: CertificateCode, detail: string): Judgement {
  return { ok: false, reading: untrusted(code, detail) };
}

function untrusted(code: CertificateCode, detail: string): CertificateReading {
  return { certificate: null, code, detail };
}
