import { type Static, Type } from 'typebox';
import { assert } from '../assert.ts';
import { closed, createParser, type Parser } from '../parse.ts';

/**
 * Detached signatures (D-21): a DSSE v1 envelope around an in-toto v1 statement, in `<file>.dsse`.
 */
export const ENVELOPE_SUFFIX = '.dsse';
export const STATEMENT_PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** What a statement vouches for; which roles may make it is the trust roots' business. */
export const FILE_PREDICATE = 'urn:holdfast:file:v1';
export const CERTIFICATE_PREDICATE = 'urn:holdfast:certificate:v1';
/** An evidence pack or gate is signed off, for one policy (decision 0018). */
export const SIGN_OFF_PREDICATE = 'urn:holdfast:sign-off:v1';
/** A latched loss may be reset. */
export const LOSS_RESET_PREDICATE = 'urn:holdfast:loss-reset:v1';
/** Somebody watches one process until a time. */
export const PRESENCE_PREDICATE = 'urn:holdfast:presence:v1';
/** One declared operation may be carried out (D-24). */
export const OPERATION_APPROVAL_PREDICATE = 'urn:holdfast:operation-approval:v1';
/** One option of the question that one operation halted with. */
export const OPERATION_ANSWER_PREDICATE = 'urn:holdfast:operation-answer:v1';
/** A bundle may allow more than the one that ran before (D-39). */
export const BUNDLE_APPROVAL_PREDICATE = 'urn:holdfast:bundle-approval:v1';

/** More signers than one decision needs; a bound on the work a hostile file can ask for. */
export const SIGNATURES_MAX = 16;

const SHA256_HEX = '^[0-9a-f]{64}$';
const BASE64 = '^[A-Za-z0-9+/]+={0,2}$';

const EnvelopeSchema = closed({
  payloadType: Type.Literal(STATEMENT_PAYLOAD_TYPE),
  payload: Type.String({ pattern: BASE64 }),
  signatures: Type.Array(
    closed({
      /** SHA-256 of the raw public key, hex. */
      keyid: Type.String({ pattern: SHA256_HEX }),
      sig: Type.String({ pattern: BASE64 }),
    }),
    { minItems: 1, maxItems: SIGNATURES_MAX },
  ),
});

const subject = Type.Tuple([
  closed({
    /** Base name: the pair may move to another folder, but not to another name. */
    name: Type.String({ pattern: '^[^/\\\\\\u0000]+$', maxLength: 255 }),
    digest: closed({ sha256: Type.String({ pattern: SHA256_HEX }) }),
  }),
]);
const wallMs = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const StatementSchema = Type.Union([
  closed({
    _type: Type.Literal(STATEMENT_TYPE),
    subject,
    predicateType: Type.Enum([
      FILE_PREDICATE,
      SIGN_OFF_PREDICATE,
      LOSS_RESET_PREDICATE,
      PRESENCE_PREDICATE,
      OPERATION_APPROVAL_PREDICATE,
      OPERATION_ANSWER_PREDICATE,
      BUNDLE_APPROVAL_PREDICATE,
    ] as const),
    predicate: closed({ signed_ts_ms: wallMs }),
  }),
  closed({
    _type: Type.Literal(STATEMENT_TYPE),
    subject,
    predicateType: Type.Literal(CERTIFICATE_PREDICATE),
    predicate: closed({
      signed_ts_ms: wallMs,
      /**
       * Canonical hash of the trust roots the signer knew: a changed root voids the certificate
       * (D-37).
       */
      trust_roots_hash: Type.String({ pattern: SHA256_HEX }),
    }),
  }),
]);

export type Envelope = Static<typeof EnvelopeSchema>;
/**
 * Exactly one subject; times are epoch milliseconds. Another predicate type is refused, not
 * ignored.
 */
export type Statement = Static<typeof StatementSchema>;
export type PredicateType = Statement['predicateType'];

export const parseEnvelope: Parser<Envelope> = createParser(EnvelopeSchema);
export const parseStatement: Parser<Statement> = createParser(StatementSchema);

/**
 * DSSE pre-authentication encoding, the bytes that are signed:
 * `DSSEv1 <length> <payloadType> <length> <payload>`. The type is one of ours, hence ASCII.
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const bytes = new Uint8Array(head.length + payload.length);
  for (let index = 0; index < head.length; index += 1) {
    const unit = head.charCodeAt(index);
    assert(unit < 0x80, 'a DSSE payload type is ASCII');
    bytes[index] = unit;
  }
  bytes.set(payload, head.length);
  return bytes;
}
