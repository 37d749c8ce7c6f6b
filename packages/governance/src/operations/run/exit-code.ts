/** How a command of the ops governor ends (section 9.14). */
import type { ApprovalFault, Change, Outcome } from '../audit/event.ts';
import type { RefusalCode } from './machine.ts';

export const EXIT_CODES = {
  ok: 0,
  rolled_back: 1,
  invalid: 2,
  approval_required: 3,
  integrity_violation: 4,
  scope_violation: 5,
  rollback_failed: 6,
  halted: 10,
} as const;
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Why an operation was not touched at all. */
export type NotBegun =
  | RefusalCode
  /** `run` is for what has not begun; what has is for `resume`. */
  | 'already_begun'
  | 'host_mismatch'
  | 'nothing_to_roll_back'
  /** An answer to an operation that asks nothing, or with what it did not offer. */
  | 'nothing_asked'
  | 'option_unknown'
  /** A later operation has touched the same files or services. */
  | 'touched_since'
  | LeaseRefusal;

/** Why an environment is not to be had. */
export type LeaseRefusal =
  | 'environment_busy'
  | 'environment_latched'
  | 'lock_unreadable'
  | 'operations_lock_held';

/** Why the runner stopped where it stood. It changed nothing from there on; `resume` goes on. */
export type StopCode =
  | 'audit_unwritable'
  | 'audit_illegal'
  | 'audit_not_intact'
  | 'lease_lost'
  | 'lock_unwritable'
  | 'report_incomplete'
  | 'seal_failed';

export type RunEnd =
  | {
      readonly end: 'sealed';
      readonly outcome: Outcome;
      /** What was left as it should not be. */
      readonly left: readonly string[];
      readonly strayed: readonly Change[];
      /** Whether the rollback itself failed, whatever else was left. */
      readonly rollbackFailed: boolean;
    }
  | { readonly end: 'halted'; readonly question: string; readonly options: readonly string[] }
  | { readonly end: 'refused'; readonly code: NotBegun; readonly detail: string }
  | { readonly end: 'stopped'; readonly code: StopCode; readonly detail: string };

const APPROVAL_FAULTS: readonly string[] = [
  'approval_missing',
  'approval_expired',
  'approval_digest_mismatch',
  'approval_unsigned',
  'approver_unknown',
  'self_approval_not_allowed',
  'approval_after_execution',
  'second_approver_missing',
  'roles_not_different',
  'role_not_held',
  'answer_other_question',
  'answer_other_option',
] satisfies readonly ApprovalFault[];

export function exitCodeOf(end: RunEnd): ExitCode {
  switch (end.end) {
    case 'sealed':
      if (end.rollbackFailed) return EXIT_CODES.rollback_failed;
      if (end.strayed.length > 0) return EXIT_CODES.scope_violation;
      return end.outcome === 'SUCCESS' ? EXIT_CODES.ok : EXIT_CODES.rolled_back;
    case 'halted':
      return EXIT_CODES.halted;
    case 'refused':
      return APPROVAL_FAULTS.includes(end.code) ? EXIT_CODES.approval_required : EXIT_CODES.invalid;
    case 'stopped':
      return EXIT_CODES.integrity_violation;
  }
}
