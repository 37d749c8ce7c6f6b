/**
 * What one record does to where an operation stands, and which records may not follow each other.
 * A log that tells an impossible story is no log: the record that does is named.
 */
import type { AuditEvent, AuditRecord } from '../audit/event.ts';
import { endingOf } from '../audit/outcome.ts';
import { gatesOf } from '../audit/story.ts';
import { isMutating } from '../step.ts';
import {
  areAnswersTo,
  baselineGates,
  finalGates,
  hasMutated,
  toUndo,
  unlooked,
  verdictOf,
} from './standing.ts';
import type { OperationState, Rollback, Standing } from './standing.ts';

export type IllegalCode =
  /** It may not follow what stands before it. */
  | 'out_of_order'
  | 'other_operation'
  /** Evidence of another host than the declared one. */
  | 'host_mismatch'
  /** A step or an undo that is not the next one. */
  | 'step_out_of_order'
  /** A mutation without a way back, or a way back for what changes nothing. */
  | 'undo_missing'
  /** Answers to other gates than the declared ones, or to none. */
  | 'gates_differ'
  /** It claims something else than what its own evidence says. */
  | 'verdict_differs'
  | 'option_unknown';

type Next = Standing | IllegalCode;
type Of<E extends AuditEvent['event']> = Extract<AuditEvent, { event: E }>;
type Turn<E extends AuditEvent['event']> = (
  at: Standing,
  is: Of<E>,
  record: AuditRecord,
  before: readonly AuditRecord[],
) => Next;

/** The standing after the first record of a log. */
export function begin(record: AuditRecord): Next {
  const { payload, operation_id: id } = record;
  if (payload.event !== 'declared') return 'out_of_order';
  const { declaration } = payload;
  if (declaration.operation_id !== id) return 'other_operation';
  return {
    declaration,
    state: { name: 'DECLARED' },
    begun: [],
    passed: 0,
    looked: 0,
    finalPassed: false,
    strayed: [],
    unexplained: [],
    halt: null,
    rollback: null,
    reported: false,
    sealed: null,
  };
}

/** `before` is every record that led to this standing. */
export function advance(
  standing: Standing,
  record: AuditRecord,
  before: readonly AuditRecord[],
): Next {
  const { operation_id: id, host } = standing.declaration;
  if (record.operation_id !== id) return 'other_operation';
  if (isEvidence(record.payload) && record.host !== host) return 'host_mismatch';
  const turn = TURNS[record.payload.event] as Turn<AuditEvent['event']>;
  return turn(standing, record.payload, record, before);
}

/** What counts only where it was seen (O-21). A preflight that did not pass proves nothing. */
function isEvidence(payload: AuditEvent): boolean {
  switch (payload.event) {
    case 'preflight':
      return payload.passed;
    case 'step_started':
    case 'step_finished':
    case 'verification':
    case 'undo':
      return true;
    default:
      return false;
  }
}

const TURNS: { readonly [E in AuditEvent['event']]: Turn<E> } = {
  declared: () => 'out_of_order',
  validated: (at, { faults }) => {
    if (at.state.name !== 'DECLARED') return 'out_of_order';
    return faults.length === 0 ? to(at, { name: 'VALIDATED' }) : at;
  },
  approval: (at) => {
    // Whether these approvals are enough is asked of them all, when it matters.
    if (at.state.name === 'DECLARED') return 'out_of_order';
    if (at.sealed !== null) {
      return at.declaration.break_glass === undefined ? 'out_of_order' : at;
    }
    return isWaiting(at.state) ? to(at, { name: 'APPROVED' }) : at;
  },
  approval_rejected: (at) =>
    at.state.name === 'VALIDATED' ? to(at, { name: 'AWAITING_APPROVAL' }) : at,
  preflight: onPreflight,
  step_started: onStepStarted,
  step_finished: onStepFinished,
  verification: onVerification,
  scope_violation: (at, { step, changes }) => {
    const strayed = [...at.strayed, ...changes];
    if (isRunning(at.state, step, 'EXECUTING')) {
      return { ...at, strayed, state: { name: 'SCOPE_VIOLATION', step } };
    }
    // By an undo, or found when all was undone.
    const due = toUndo(at)[0]?.step ?? unlooked(at)?.step;
    return at.state.name === 'ROLLING_BACK' && due === step ? { ...at, strayed } : 'out_of_order';
  },
  halt: (at, { question, options }, { ts, hash }) => {
    const during = uncertainMoment(at.state);
    if (during === null) return 'out_of_order';
    const halt = { at: Date.parse(ts), hash, question, during, options, answers: [] };
    return { ...at, halt, state: { name: 'HALTED_ASK', during } };
  },
  answer: (at, { option }, record) => {
    if (at.state.name !== 'HALTED_ASK' || at.halt === null) return 'out_of_order';
    if (!at.halt.options.includes(option)) return 'option_unknown';
    return { ...at, halt: { ...at.halt, answers: [...at.halt.answers, record] } };
  },
  rollback_started: (at, { noop }, { ts }) => {
    if (!mayRollBack(at.state)) return 'out_of_order';
    if (noop === hasMutated(at)) return 'verdict_differs';
    const rollback: Rollback = {
      at: Date.parse(ts),
      noop,
      undone: [],
      gates: null,
      complete: null,
      left: [],
    };
    return { ...at, rollback, halt: null, state: { name: 'ROLLING_BACK' } };
  },
  undo: (at, { step, status, detail }) => {
    if (at.state.name !== 'ROLLING_BACK' || at.rollback === null) return 'out_of_order';
    if (toUndo(at)[0]?.step !== step) return 'step_out_of_order';
    const undone = [...at.rollback.undone, { step, status, detail }];
    return { ...at, rollback: { ...at.rollback, undone } };
  },
  rollback_finished: onRollbackFinished,
  report: (at) => {
    if (at.reported || at.sealed !== null) return 'out_of_order';
    const ready = ['REPORTING', 'ROLLED_BACK', 'ROLLBACK_FAILED'].includes(at.state.name);
    return ready ? { ...at, reported: true, state: { name: 'REPORTING' } } : 'out_of_order';
  },
  sealed: (at, { outcome }, _, before) => {
    if (at.state.name !== 'REPORTING' || !at.reported) return 'out_of_order';
    if (outcome !== endingOf(before).outcome) return 'verdict_differs';
    return { ...at, sealed: outcome, state: { name: 'SEALED', outcome } };
  },
  torn_line_cut: (at) => at,
  amendment: (at, { outcome }) => {
    if (at.sealed === null || at.state.name !== 'ROLLED_BACK') return 'out_of_order';
    return to(at, { name: 'SEALED', outcome });
  },
};

function onPreflight(at: Standing, is: Of<'preflight'>): Next {
  const again = at.state.name === 'HALTED_ASK' && at.state.during === 'preflight';
  const fresh = isWaiting(at.state) || at.state.name === 'APPROVED';
  if (!fresh && !(again && isAnswered(at))) return 'out_of_order';
  const { host } = at.declaration;
  const verdict = is.host === host ? verdictOf(is.gates) : 'FAIL';
  if (is.passed) {
    if (is.host !== host) return 'host_mismatch';
    if (!areAnswersTo(is.gates, baselineGates(at.declaration))) return 'gates_differ';
    if (verdict !== 'PASS') return 'verdict_differs';
  }
  // It may have failed for something else than its gates; then no gate makes it pass.
  const found = is.passed || verdict !== 'PASS' ? verdict : 'FAIL';
  return { ...at, halt: null, state: { name: 'PREFLIGHT', found } };
}

function onStepStarted(at: Standing, is: Of<'step_started'>, record: AuditRecord): Next {
  const { step, undo } = is;
  if (!isReadyForStep(at.state)) return 'out_of_order';
  const declared = at.declaration.steps[step - 1];
  if (declared === undefined || step !== at.passed + 1) return 'step_out_of_order';
  if (isMutating(declared.action) === (undo.kind === 'nothing')) return 'undo_missing';
  const manifest = is.manifest ?? null;
  const begun = [...at.begun, { step, at: Date.parse(record.ts), undo, manifest }];
  return { ...at, begun, state: { name: 'RUNNING', step, phase: 'EXECUTING' } };
}

function onStepFinished(at: Standing, { step, status, changes }: Of<'step_finished'>): Next {
  const strayed = at.state.name === 'SCOPE_VIOLATION' && at.state.step === step;
  if (status === 'PASS' && (strayed || changes.some(({ inScope }) => !inScope))) {
    return 'verdict_differs';
  }
  if (strayed) return at;
  if (!isRunning(at.state, step, 'EXECUTING')) return 'out_of_order';
  const declared = at.declaration.steps[step - 1];
  const explained = declared !== undefined && isMutating(declared.action);
  const unexplained = explained
    ? at.unexplained
    : [...at.unexplained, ...changes.map(({ path }) => `unexplained_change:${step}:${path}`)];
  if (status === 'FAIL') return { ...at, unexplained, state: { name: 'STEP_FAILED', step } };
  const state: OperationState = { name: 'RUNNING', step, phase: 'VERIFYING' };
  return { ...at, unexplained, looked: step, state };
}

function onVerification(at: Standing, is: Of<'verification'>): Next {
  if (verdictOf(is.gates) !== is.status) return 'verdict_differs';
  if (is.step === 'rollback') return onRollbackVerified(at, is);
  return is.step === 'final' ? onFinalVerified(at, is) : onStepVerified(at, is, is.step);
}

function onStepVerified(at: Standing, is: Of<'verification'>, step: number): Next {
  const declared = at.declaration.steps[step - 1];
  if (declared === undefined || !isVerifying(at, step)) return 'out_of_order';
  const unproven = isMutating(declared.action) && is.gates.length === 0;
  if (unproven || !areAnswersTo(is.gates, gatesOf(declared))) return 'gates_differ';
  const asked = { ...at, halt: null };
  switch (is.status) {
    case 'FAIL':
      return to(asked, { name: 'VERIFY_FAILED', step });
    case 'INCONCLUSIVE':
      return to(asked, { name: 'RUNNING', step, phase: 'UNCERTAIN' });
    case 'PASS': {
      const last = step === at.declaration.steps.length;
      const state: OperationState = last
        ? { name: 'FINAL_VERIFY', phase: 'VERIFYING' }
        : { name: 'RUNNING', step, phase: 'VERIFIED' };
      return { ...asked, passed: step, state };
    }
  }
}

function onFinalVerified(at: Standing, is: Of<'verification'>): Next {
  if (!isVerifying(at, 'final')) return 'out_of_order';
  if (!areAnswersTo(is.gates, finalGates(at.declaration))) return 'gates_differ';
  const asked = { ...at, halt: null };
  switch (is.status) {
    case 'FAIL':
      return to(asked, { name: 'VERIFY_FAILED', step: 'final' });
    case 'INCONCLUSIVE':
      return to(asked, { name: 'FINAL_VERIFY', phase: 'UNCERTAIN' });
    case 'PASS':
      return { ...asked, finalPassed: true, state: { name: 'REPORTING' } };
  }
}

function onRollbackVerified(at: Standing, { gates }: Of<'verification'>): Next {
  const { rollback } = at;
  if (at.state.name !== 'ROLLING_BACK' || rollback === null) return 'out_of_order';
  if (rollback.noop || rollback.gates !== null || toUndo(at).length > 0) return 'out_of_order';
  if (!areAnswersTo(gates, baselineGates(at.declaration))) return 'gates_differ';
  return { ...at, rollback: { ...rollback, gates } };
}

function onRollbackFinished(at: Standing, { complete, left }: Of<'rollback_finished'>): Next {
  const { rollback, strayed, unexplained } = at;
  if (at.state.name !== 'ROLLING_BACK' || rollback === null) return 'out_of_order';
  if (toUndo(at).length > 0) return 'out_of_order';
  const { noop, gates, undone } = rollback;
  if (!noop && gates === null) return 'out_of_order';
  const nothingElse = strayed.length === 0 && unexplained.length === 0;
  const restored = undone.every(({ status }) => status === 'PASS') && nothingElse;
  const holds = noop || (gates !== null && verdictOf(gates) === 'PASS');
  // It may know of more that is left than its records show, never of less.
  if ((complete && !(restored && holds)) || complete !== (left.length === 0)) {
    return 'verdict_differs';
  }
  const state: OperationState = { name: complete ? 'ROLLED_BACK' : 'ROLLBACK_FAILED' };
  return { ...at, rollback: { ...rollback, complete, left }, state };
}

function to(at: Standing, state: OperationState): Standing {
  return { ...at, state };
}

function isWaiting({ name }: OperationState): boolean {
  return name === 'VALIDATED' || name === 'AWAITING_APPROVAL';
}

function isRunning(state: OperationState, step: number, phase: string): boolean {
  return state.name === 'RUNNING' && state.step === step && state.phase === phase;
}

function isReadyForStep(state: OperationState): boolean {
  if (state.name === 'PREFLIGHT') return state.found === 'PASS';
  return state.name === 'RUNNING' && state.phase === 'VERIFIED';
}

/** Its gates are due, or are due again because a person has said so. */
function isVerifying(at: Standing, moment: number | 'final'): boolean {
  const { state } = at;
  if (state.name === 'HALTED_ASK') return state.during === moment && isAnswered(at);
  if (moment === 'final') return state.name === 'FINAL_VERIFY' && state.phase === 'VERIFYING';
  return isRunning(state, moment, 'VERIFYING');
}

function isAnswered({ halt }: Standing): boolean {
  return (
    halt?.answers.some(
      ({ payload }) => payload.event === 'answer' && payload.option === 'ask_again',
    ) === true
  );
}

function uncertainMoment(state: OperationState): 'preflight' | number | 'final' | null {
  if (state.name === 'PREFLIGHT') return state.found === 'INCONCLUSIVE' ? 'preflight' : null;
  if (state.name === 'RUNNING') return state.phase === 'UNCERTAIN' ? state.step : null;
  return state.name === 'FINAL_VERIFY' && state.phase === 'UNCERTAIN' ? 'final' : null;
}

/** From everything that has neither ended nor begun to go back; and, later, from a success. */
function mayRollBack(state: OperationState): boolean {
  switch (state.name) {
    case 'DECLARED':
    case 'ROLLING_BACK':
    case 'ROLLED_BACK':
    case 'ROLLBACK_FAILED':
    case 'REPORTING':
      return false;
    case 'SEALED':
      return state.outcome === 'SUCCESS';
    default:
      return true;
  }
}
