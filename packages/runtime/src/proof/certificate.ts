import { hash } from 'node:crypto';
import { basename } from 'node:path';
import type { Certificate } from '@holdfast/core/guard';
import { closed, createParser, type ParsedText, parseText } from '@holdfast/core/parse';
import { CERTIFICATE_PREDICATE, ENVELOPE_SUFFIX } from '@holdfast/core/proof';
import { wallMs } from '@holdfast/core/values';
import { type Static, Type } from 'typebox';
import { hostOf, isLoopbackHost } from '../loopback.ts';
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
 * Where this process stands: a development certificate counts only for `dev` against a simulated
 * venue on this machine.
 */
export interface Standing {
  readonly environment: string;
  readonly venue: string;
  /** Address of the venue; null where it is part of this process and nothing leaves. */
  readonly endpoint: string | null;
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

/**
 * `certificate` is what the guard judges. Null (MISSING) only when there is none, or none that can
 * be read as one. One that is there and must not be trusted keeps its dates and names for the
 * status, but says `UNKNOWN`, which the guard calls INVALID whatever else stands in it.
 */
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
    if ('code' in bytes) {
      known = null;
      return bytes;
    }
    if (known === null || !isSame(known.bytes, bytes)) {
      known = { bytes, judgement: judge(bytes, source) };
    }
    const { judgement } = known;
    if (!judgement.ok) return judgement.reading;
    const { reading, signers } = judgement;
    const expired = signers.find((key) => !isValidAt(key, now));
    if (expired === undefined) return reading;
    const detail = `key of ${expired.holder} is not valid now`;
    return { certificate: distrusted(reading.certificate), code: 'KEY_NOT_VALID_NOW', detail };
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
  if (!certificate.ok) return unread('CERTIFICATE', certificate, null);
  const envelope = readBounded(`${certificatePath}${ENVELOPE_SUFFIX}`, ENVELOPE_LIMIT);
  if (!envelope.ok) return unread('SIGNATURE', envelope, certificate.bytes);
  const roots = readBounded(trustRootsPath, TRUST_ROOTS_LIMIT);
  if (!roots.ok) return unread('TRUST_ROOTS', roots, certificate.bytes);
  return { certificate: certificate.bytes, envelope: envelope.bytes, roots: roots.bytes };
}

function isSame(a: Bytes, b: Bytes): boolean {
  return (
    a.certificate.equals(b.certificate) && a.envelope.equals(b.envelope) && a.roots.equals(b.roots)
  );
}

function judge(bytes: Bytes, source: CertificateSource): Judgement {
  const no = (code: CertificateCode, detail: string): Judgement => {
    const certificate = claimedBy(bytes.certificate);
    return { ok: false, reading: { certificate, code, detail } };
  };
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
  const parsed = parseBytes(bytes.certificate);
  if (parsed === null || !parsed.ok) {
    const first = parsed?.violations[0];
    return no('CERTIFICATE_MALFORMED', first ? `${first.path} ${first.message}` : 'not UTF-8');
  }
  const refusal = refuseHere(parsed.value, signers, source);
  if (refusal !== null) return no(refusal.code, refusal.detail);
  const signed = signers.map((key) => key.holder).join(', ');
  const certificate = certificateOf(parsed.value);
  return {
    ok: true,
    signers,
    reading: { certificate, code: 'TRUSTED', detail: `signed by ${signed}` },
  };
}

type Refusal = Pick<CertificateReading, 'code' | 'detail'>;

/** What a good signature alone does not allow in this place (D-37). */
function refuseHere(
  document: CertificateDocument,
  signers: readonly TrustedKey[],
  standing: Standing,
): Refusal | null {
  const isByDevelopment = signers.some((key) => key.roles.includes('development'));
  if (isByDevelopment && document.certificate_type === 'release') {
    const detail = 'a development key cannot certify a release';
    return { code: 'CERTIFICATE_TYPE_MISMATCH', detail };
  }
  const isDevelopment = isByDevelopment || document.certificate_type === 'development';
  const { environment, venue, endpoint } = standing;
  const isHere = endpoint === null || isLoopbackHost(hostOf(endpoint) ?? '');
  if (isDevelopment && !(environment === 'dev' && venue === 'simulated' && isHere)) {
    const where = `${environment} on venue ${venue} at ${endpoint ?? 'no address'}`;
    return { code: 'DEVELOPMENT_ONLY', detail: `a development certificate is none in ${where}` };
  }
  if (environment !== 'dev' && isDirtyBuild(document.build_id)) {
    return { code: 'DIRTY_BUILD', detail: `${document.build_id} certifies only for dev` };
  }
  if (document.environment !== undefined && document.environment !== environment) {
    const detail = `certified for ${document.environment}, this is ${environment}`;
    return { code: 'ENVIRONMENT_MISMATCH', detail };
  }
  return null;
}

function parseBytes(bytes: Buffer): ParsedText<CertificateDocument> | null {
  const content = decodeUtf8(bytes);
  return content === null ? null : parseText(content, parseCertificate);
}

/** What a certificate nobody vouches for says of itself; null when it is none at all. */
function claimedBy(bytes: Buffer): Certificate | null {
  const parsed = parseBytes(bytes);
  return parsed?.ok === true ? distrusted(certificateOf(parsed.value)) : null;
}

function distrusted(certificate: Certificate | null): Certificate | null {
  return certificate === null ? null : Object.freeze({ ...certificate, status: 'UNKNOWN' });
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
  certificate: Buffer | null,
): CertificateReading {
  const code = read.fault === 'missing' ? 'MISSING' : 'UNREADABLE';
  return {
    certificate: certificate === null ? null : claimedBy(certificate),
    code: `${subject}_${code}`,
    detail: read.detail,
  };
}
