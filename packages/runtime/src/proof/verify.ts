import { verify as verifySignature } from 'node:crypto';
import { parseText } from '@holdfast/core/parse';
import {
  BUNDLE_APPROVAL_PREDICATE,
  CERTIFICATE_PREDICATE,
  canonicalJson,
  type Envelope,
  FILE_PREDICATE,
  LOSS_RESET_PREDICATE,
  OPERATION_ANSWER_PREDICATE,
  OPERATION_APPROVAL_PREDICATE,
  PRESENCE_PREDICATE,
  SIGN_OFF_PREDICATE,
  type PredicateType,
  parseEnvelope,
  parseStatement,
  preAuthEncoding,
  type Statement,
} from '@holdfast/core/proof';
import { decodeBase64, decodeUtf8 } from './encoding.ts';
import { isValidAt, type Role, type TrustedKey, type TrustRoots } from './trust-roots.ts';

/** Sixteen signatures and a small statement fit many times. */
export const ENVELOPE_LIMIT = 1 << 16;

const ED25519_SIGNATURE_BYTES = 64;

/** Who may say what. A person's approval is not a certificate, even of the same file. */
const ROLES_OF: Readonly<Record<PredicateType, readonly Role[]>> = {
  [FILE_PREDICATE]: ['certifier', 'publisher', 'approver', 'development'],
  [CERTIFICATE_PREDICATE]: ['certifier', 'development'],
  [SIGN_OFF_PREDICATE]: ['approver', 'development'],
  [LOSS_RESET_PREDICATE]: ['approver', 'development'],
  [PRESENCE_PREDICATE]: ['approver', 'development'],
  [OPERATION_APPROVAL_PREDICATE]: ['approver', 'development'],
  [OPERATION_ANSWER_PREDICATE]: ['approver', 'development'],
  [BUNDLE_APPROVAL_PREDICATE]: ['approver', 'development'],
};

export type SignatureFault =
  | 'ENVELOPE_MALFORMED'
  | 'STATEMENT_MALFORMED'
  | 'SIGNER_REPEATED'
  | 'KEY_UNKNOWN'
  | 'SIGNATURE_INVALID'
  | 'KEY_NOT_VALID_AT_SIGNING'
  | 'ROLE_NOT_ALLOWED'
  | 'SUBJECT_NAME_MISMATCH'
  | 'SUBJECT_DIGEST_MISMATCH'
  /** The trust roots are not those the signer of a certificate knew (D-37). */
  | 'TRUST_ROOTS_CHANGED';

export type SignatureVerdict =
  | {
      readonly ok: true;
      readonly statement: Statement;
      readonly signers: readonly [TrustedKey, ...TrustedKey[]];
    }
  | { readonly ok: false; readonly code: SignatureFault; readonly detail: string };

/** The file as it was found: its base name and the SHA-256 of its bytes, lowercase hex. */
export interface FileDigest {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Whether the envelope vouches for the file. A pure function of its arguments; it reads no clock.
 * Every signature must be good: one that is not is damage or deceit, also beside a good one.
 */
export function verifyEnvelope(
  envelope: Uint8Array,
  file: FileDigest,
  roots: TrustRoots,
): SignatureVerdict {
  const opened = openEnvelope(envelope);
  if (!opened.ok) return opened;
  const { payload, signatures } = opened;
  const signers = verifySignatures(payload, opened.payloadType, signatures, roots);
  if (!signers.ok) return signers;
  const text = decodeUtf8(payload);
  const parsed = text === null ? null : parseText(text, parseStatement);
  if (parsed === null || !parsed.ok) {
    return fault('STATEMENT_MALFORMED', parsed?.violations[0].message ?? 'not UTF-8');
  }
  const statement = parsed.value;
  const problem = checkStatement(statement, signers.keys, file, roots);
  return problem ?? { ok: true, statement, signers: signers.keys };
}

type Fault = Extract<SignatureVerdict, { ok: false }>;
type Opened = { readonly ok: true; readonly payload: Buffer } & Pick<
  Envelope,
  'payloadType' | 'signatures'
>;

function openEnvelope(bytes: Uint8Array): Opened | Fault {
  const text = decodeUtf8(bytes);
  if (text === null) return fault('ENVELOPE_MALFORMED', 'not UTF-8');
  const parsed = parseText(text, parseEnvelope);
  if (!parsed.ok) return fault('ENVELOPE_MALFORMED', parsed.violations[0].message);
  const canonical = canonicalJson(parsed.value);
  // Key ids and layout are not under the signature; the one spelling makes them count all the same.
  if (!canonical.ok || `${canonical.text}\n` !== text) {
    return fault('ENVELOPE_MALFORMED', 'not canonical JSON and one newline');
  }
  const payload = decodeBase64(parsed.value.payload);
  if (payload === null) return fault('ENVELOPE_MALFORMED', 'payload is not base64');
  const { payloadType, signatures } = parsed.value;
  return { ok: true, payload, payloadType, signatures };
}

function verifySignatures(
  payload: Buffer,
  payloadType: string,
  signatures: Envelope['signatures'],
  roots: TrustRoots,
): { ok: true; keys: readonly [TrustedKey, ...TrustedKey[]] } | Fault {
  const message = preAuthEncoding(payloadType, payload);
  const keys: TrustedKey[] = [];
  for (const { keyid, sig } of signatures) {
    if (keys.some((key) => key.keyId === keyid)) return fault('SIGNER_REPEATED', keyid);
    const key = roots.keys.get(keyid);
    if (key === undefined) return fault('KEY_UNKNOWN', `${keyid} is not in the trust roots`);
    const signature = decodeBase64(sig);
    const isGood =
      signature !== null &&
      signature.length === ED25519_SIGNATURE_BYTES &&
      verifySignature(null, message, key.publicKey, signature);
    if (!isGood) return fault('SIGNATURE_INVALID', `signature of ${key.holder} does not match`);
    keys.push(key);
  }
  const [first, ...rest] = keys;
  if (first === undefined) return fault('ENVELOPE_MALFORMED', 'no signature');
  return { ok: true, keys: [first, ...rest] };
}

function checkStatement(
  statement: Statement,
  keys: readonly TrustedKey[],
  file: FileDigest,
  roots: TrustRoots,
): Fault | null {
  const [{ name, digest }] = statement.subject;
  if (digest.sha256 !== file.sha256) {
    const detail = `signed ${digest.sha256}, found ${file.sha256}`;
    return fault('SUBJECT_DIGEST_MISMATCH', detail);
  }
  if (name !== file.name) {
    return fault('SUBJECT_NAME_MISMATCH', `signed as ${name}, found as ${file.name}`);
  }
  const allowed = ROLES_OF[statement.predicateType];
  for (const key of keys) {
    if (!key.roles.some((role) => allowed.includes(role))) {
      return fault('ROLE_NOT_ALLOWED', `${key.holder} may not sign ${statement.predicateType}`);
    }
    if (!isValidAt(key, statement.predicate.signed_ts_ms)) {
      const detail = `key of ${key.holder} was not valid at ${statement.predicate.signed_ts_ms}`;
      return fault('KEY_NOT_VALID_AT_SIGNING', detail);
    }
  }
  if (
    statement.predicateType === CERTIFICATE_PREDICATE &&
    statement.predicate.trust_roots_hash !== roots.hash
  ) {
    const detail = `signed under ${statement.predicate.trust_roots_hash}, now ${roots.hash}`;
    return fault('TRUST_ROOTS_CHANGED', detail);
  }
  return null;
}

function fault(code: SignatureFault, detail: string): Fault {
  return { ok: false, code, detail };
}
