import type { SignatureFault } from './verify.ts';

export type Answer = 'yes' | 'no' | 'could_not_tell';

/**
 * Each code gives one answer, always the same. An error is not a no, and neither is a yes (D-23).
 */
const ANSWER_OF = {
  VERIFIED: 'yes',
  /** The record of an operation, or the sign-off ledger, is what was written. */
  RECORD_SOUND: 'yes',
  ENVELOPE_MALFORMED: 'no',
  STATEMENT_MALFORMED: 'no',
  SIGNER_REPEATED: 'no',
  KEY_UNKNOWN: 'no',
  SIGNATURE_INVALID: 'no',
  KEY_NOT_VALID_AT_SIGNING: 'no',
  ROLE_NOT_ALLOWED: 'no',
  SUBJECT_NAME_MISMATCH: 'no',
  SUBJECT_DIGEST_MISMATCH: 'no',
  TRUST_ROOTS_CHANGED: 'no',
  /** Signed by a development key, which vouches for nothing outside a development machine. */
  DEVELOPMENT_KEY: 'no',
  /** The very file that was asked about has no signature. */
  SIGNATURE_MISSING: 'no',
  /** A signature, or a record that names a file, whose file is gone. */
  FILE_MISSING: 'no',
  /** A line that is no record in its one spelling. */
  RECORD_MALFORMED: 'no',
  RECORD_EDITED: 'no',
  /** A record was inserted, removed or moved. */
  CHAIN_BROKEN: 'no',
  /** The ledger names a record that the log does not have: its end was cut off. */
  RECORD_TRUNCATED: 'no',
  /** A record of another operation than its folder's. */
  OPERATION_MISMATCH: 'no',
  /** A file beside the records does not hold what they say. */
  FILE_CHANGED: 'no',
  /** No approval lies there for one on record, or one for something else. */
  APPROVAL_MISMATCH: 'no',
  /** A month of the ledger does not say what its events say. */
  VIEW_EDITED: 'no',
  /** Sealed, and the ledger at hand does not know it. */
  NOT_IN_LEDGER: 'no',
  /** Nothing at hand says where the records end: more may have stood there. */
  END_UNKNOWN: 'could_not_tell',
  /** The last line was cut short, which a crash explains as well. */
  RECORD_TORN: 'could_not_tell',
  /** The ledger has an entry whose log is not at hand. */
  LOG_MISSING: 'could_not_tell',
  /** A file without signature among others: neither vouched for nor shown to be wrong. */
  UNSIGNED: 'could_not_tell',
  SIGNED_IN_FUTURE: 'could_not_tell',
  PATH_MISSING: 'could_not_tell',
  NOTHING_TO_VERIFY: 'could_not_tell',
  UNREADABLE: 'could_not_tell',
  /** A link, pipe, socket or device. */
  NOT_A_FILE: 'could_not_tell',
  TOO_MANY_FILES: 'could_not_tell',
  TRUST_ROOTS_MISSING: 'could_not_tell',
  TRUST_ROOTS_UNREADABLE: 'could_not_tell',
  TRUST_ROOTS_MALFORMED: 'could_not_tell',
} as const satisfies Record<SignatureFault, 'no'> & Record<string, Answer>;

export type FindingCode = keyof typeof ANSWER_OF;

export interface Finding {
  /** Relative to the path asked about; `.` for the path itself. */
  readonly path: string;
  readonly code: FindingCode;
  readonly answer: Answer;
  readonly detail: string;
  /** Holders whose signatures are good. */
  readonly signers: readonly string[];
}

export function finding(
  path: string,
  code: FindingCode,
  detail: string,
  signers: readonly string[] = [],
): Finding {
  return { path: path === '' ? '.' : path, code, answer: ANSWER_OF[code], detail, signers };
}

/** One no is a no; else one doubt is a doubt; a yes needs at least one. */
export function verdictOf(findings: readonly Finding[]): Answer {
  const has = (answer: Answer): boolean => findings.some((item) => item.answer === answer);
  if (has('no')) return 'no';
  return has('could_not_tell') || !has('yes') ? 'could_not_tell' : 'yes';
}
