export type { Canonical, CanonicalRule } from './canonical-json.ts';
export { canonicalJson } from './canonical-json.ts';
export type { ChainEnd, ChainEntry, ChainVerdict } from './chain.ts';
export { chainGenesis, chainLink, verifyChain } from './chain.ts';
export type { HashFunction } from './digest.ts';
export type { Envelope, PredicateType, Statement } from './envelope.ts';
export {
  BUNDLE_APPROVAL_PREDICATE,
  CERTIFICATE_PREDICATE,
  ENVELOPE_SUFFIX,
  FILE_PREDICATE,
  LOSS_RESET_PREDICATE,
  OPERATION_ANSWER_PREDICATE,
  OPERATION_APPROVAL_PREDICATE,
  PRESENCE_PREDICATE,
  SIGN_OFF_PREDICATE,
  parseEnvelope,
  parseStatement,
  preAuthEncoding,
  SIGNATURES_MAX,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from './envelope.ts';
export type { Consistency, Inclusion } from './merkle.ts';
export {
  consistencyProof,
  inclusionProof,
  merkleLeaf,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
export type {
  PaperAnswer,
  PaperBlocker,
  PaperBlockerCode,
  PaperVerdict,
  Unreadable,
} from './paper-gate.ts';
export { PAPER_NEEDS, paperGate } from './paper-gate.ts';
export type { PaperRun } from './paper-run.ts';
export { GAPS_MAX, PaperRunSchema, parsePaperRun } from './paper-run.ts';
