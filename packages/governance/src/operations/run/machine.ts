/**
 * The order of an operation as a pure function of its log (section 9.7). `stateOf` says where it
 * stands, `nextMove` what the one who executes it must do next. Neither touches a thing.
 */
import type { ApprovalFault, AuditEvent, AuditRecord, Outcome } from '../audit/event.ts';
import { endingOf } from '../audit/outcome.ts';
import type { Declaration } from '../declaration.ts';
import { advance, begin } from './fold.ts';
import type { IllegalCode } from './fold.ts';
import { hasMutated, isExpired, toUndo } from './standing.ts';
import type { Begun, Moment, Standing } from './standing.ts';

/** A question nobody answers for this long is answered by undoing everything. */
export const ANSWER_WITHIN_MS = 24 * 60 * 60 * 1_000;

/**
 * What may be answered to a halt. "Go on regardless" is not among them: what could not be asked has
 * not passed (D-23), so the gates are asked again or everything is undone.
 */
export const HALT_OPTIONS = ['ask_again', 'roll_back'] as const;

export type Fold =
  | { readonly ok: true; readonly standing: Standing }
  | {
      readonly ok: false;
      readonly code: IllegalCode | 'log_empty';
      /** The record that cannot be; -1 where there is none at all. */
      readonly seq: number;
      readonly event: AuditEvent['event'] | null;
    };

/** Folds a log. */
export function stateOf(records: readonly AuditRecord[]): Fold {
  let standing: Standing | null = null;
  for (const [at, record] of records.entries()) {
    const next: Standing | IllegalCode =
      standing === null ? begin(record) : advance(standing, record, records.slice(0, at));
    if (typeof next === 'string') {
      return { ok: false, code: next, seq: record.seq, event: record.payload.event };
    }
    standing = next;
  }
  if (standing === null) return { ok: false, code: 'log_empty', seq: -1, event: null };
  return { ok: true, standing };
}

export type RefusalCode =
  | ApprovalFault
  | 'declaration_expired'
  | 'not_validated'
  /** The process was asked to end before anything was begun. */
  | 'asked_to_end';

/** What the log does not tell. */
export interface Answers {
  /** ms since the epoch. */
  readonly now: number;
  /** What the approvals lack as of now; null where they suffice. */
  readonly lacking: ApprovalFault | null;
  /** The option that an approver chose in time and with the right to; null where nobody has. */
  readonly accepted: string | null;
  /** Whether the last record was written by a process that is gone. */
  readonly takenOver: boolean;
  /** What asked this process to end (`SIGTERM`); null where nothing has. */
  readonly asked: string | null;
}

export type Move =
  | { readonly move: 'refuse'; readonly code: RefusalCode }
  | { readonly move: 'preflight' }
  | { readonly move: 'execute'; readonly step: number }
  | { readonly move: 'verify'; readonly step: number | 'final' }
  | { readonly move: 'halt' }
  | { readonly move: 'wait' }
  | { readonly move: 'roll_back'; readonly why: string; readonly noop: boolean }
  | { readonly move: 'undo'; readonly begun: Begun }
  | { readonly move: 'verify_rollback' }
  | { readonly move: 'finish_rollback' }
  | { readonly move: 'report'; readonly outcome: Outcome }
  | { readonly move: 'seal'; readonly outcome: Outcome }
  | { readonly move: 'amend' }
  | { readonly move: 'done' };

export type Decision =
  | { readonly ok: true; readonly move: Move; readonly standing: Standing }
  | Extract<Fold, { ok: false }>;

/** What comes next. The declaration has to be the one on record: nothing else is executed. */
export function nextMove(
  declaration: Declaration,
  records: readonly AuditRecord[],
  answers: Answers,
): Decision {
  const fold = stateOf(records);
  if (!fold.ok) return fold;
  const { standing } = fold;
  if (standing.declaration.operation_id !== declaration.operation_id) {
    return { ok: false, code: 'other_operation', seq: records[0]?.seq ?? -1, event: 'declared' };
  }
  return { ok: true, move: moveFrom(standing, answers, records), standing };
}

function moveFrom(standing: Standing, answers: Answers, records: readonly AuditRecord[]): Move {
  const { state } = standing;
  if (answers.takenOver && isInterrupted(standing)) {
    return rollBack(standing, interrupted(standing));
  }
  if (answers.asked !== null && isOnItsWay(standing)) {
    return rollBack(standing, `asked_to_end:${answers.asked}`);
  }
  switch (state.name) {
    case 'DECLARED':
      return { move: 'refuse', code: 'not_validated' };
    case 'VALIDATED':
    case 'AWAITING_APPROVAL':
    case 'APPROVED':
      return moveBeforePreflight(standing, answers);
    case 'PREFLIGHT':
      if (state.found === 'PASS') return { move: 'execute', step: 1 };
      return state.found === 'FAIL' ? rollBack(standing, 'preflight_failed') : { move: 'halt' };
    case 'RUNNING':
      return moveWhileRunning(standing, state.step, state.phase);
    case 'STEP_FAILED':
    case 'VERIFY_FAILED':
    case 'SCOPE_VIOLATION':
      return rollBack(standing, `${state.name.toLowerCase()}:${state.step}`);
    case 'FINAL_VERIFY':
      return state.phase === 'UNCERTAIN' ? { move: 'halt' } : { move: 'verify', step: 'final' };
    case 'HALTED_ASK':
      return moveWhileHalted(standing, state.during, answers);
    case 'ROLLING_BACK':
      return moveWhileRollingBack(standing);
    case 'ROLLED_BACK':
      return standing.sealed === null ? moveToSeal(standing, records) : { move: 'amend' };
    case 'ROLLBACK_FAILED':
      return standing.sealed === null ? moveToSeal(standing, records) : { move: 'done' };
    case 'REPORTING':
      return moveToSeal(standing, records);
    case 'SEALED':
      return { move: 'done' };
  }
}

function moveBeforePreflight(standing: Standing, { now, lacking, asked }: Answers): Move {
  if (isExpired(standing.declaration, now)) return rollBack(standing, 'declaration_expired');
  if (lacking !== null) return { move: 'refuse', code: lacking };
  // Nothing was begun, not even a look: it can be run another time.
  return asked === null ? { move: 'preflight' } : { move: 'refuse', code: 'asked_to_end' };
}

function moveWhileRunning(
  standing: Standing,
  step: number,
  phase: 'EXECUTING' | 'VERIFYING' | 'VERIFIED' | 'UNCERTAIN',
): Move {
  switch (phase) {
    case 'EXECUTING':
      // Begun, and nobody knows how it went: that is done, and not well.
      return rollBack(standing, `interrupted:${step}`);
    case 'VERIFYING':
      return { move: 'verify', step };
    case 'UNCERTAIN':
      return { move: 'halt' };
    case 'VERIFIED':
      return { move: 'execute', step: step + 1 };
  }
}

function moveWhileHalted(standing: Standing, during: Moment, answers: Answers): Move {
  const { now, lacking, accepted } = answers;
  // What is asked stays asked, and what was answered answered.
  if (answers.asked !== null) return { move: 'wait' };
  if (accepted === null) {
    const asked = standing.halt?.at ?? Number.NaN;
    return now - asked < ANSWER_WITHIN_MS
      ? { move: 'wait' }
      : rollBack(standing, 'unanswered_for_24_h');
  }
  if (accepted !== 'ask_again') return rollBack(standing, `answered:${accepted}`);
  if (isExpired(standing.declaration, now)) return rollBack(standing, 'declaration_expired');
  if (lacking !== null) return rollBack(standing, lacking);
  return during === 'preflight' ? { move: 'preflight' } : { move: 'verify', step: during };
}

function moveWhileRollingBack(standing: Standing): Move {
  const { rollback } = standing;
  const [begun] = toUndo(standing);
  if (begun !== undefined) return { move: 'undo', begun };
  const asked = rollback?.noop === true || (rollback?.gates ?? null) !== null;
  return { move: asked ? 'finish_rollback' : 'verify_rollback' };
}

function moveToSeal({ reported }: Standing, records: readonly AuditRecord[]): Move {
  const { outcome } = endingOf(records);
  return { move: reported ? 'seal' : 'report', outcome };
}

function rollBack(standing: Standing, why: string): Move {
  return { move: 'roll_back', why, noop: !hasMutated(standing) };
}

/** Found where only a living process may be: rolled back, never continued (O-08). */
function isInterrupted({ state }: Standing): boolean {
  switch (state.name) {
    case 'VALIDATED':
    case 'AWAITING_APPROVAL':
    case 'APPROVED':
    case 'PREFLIGHT':
    case 'RUNNING':
    case 'FINAL_VERIFY':
      return true;
    default:
      return false;
  }
}

/** On its way to a success: asked to end, it turns back instead of beginning anything more. */
function isOnItsWay({ state }: Standing): boolean {
  switch (state.name) {
    case 'PREFLIGHT':
    case 'RUNNING':
    case 'STEP_FAILED':
    case 'VERIFY_FAILED':
    case 'FINAL_VERIFY':
      return true;
    default:
      return false;
  }
}

function interrupted({ state }: Standing): string {
  return `interrupted:${state.name === 'RUNNING' ? state.step : state.name.toLowerCase()}`;
}
