/** Where an operation stands, as its log tells it, and the gates it has to pass to get on. */
import { canonicalJson } from '@holdfast/core/proof';
import type { AuditRecord, Change, Outcome, UndoRecord } from '../audit/event.ts';
import { gatesOf, lastVerbs, servicesNeeded } from '../audit/story.ts';
import type { Declaration } from '../declaration.ts';
import type { Gate, GateRecord } from '../gate.ts';
import { isMutating } from '../step.ts';

export type Verdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE';

/** What the runner was about when it had to ask: preflight, a step by its number, the whole. */
export type Moment = 'preflight' | number | 'final';

/** The states of section 9.7. Steps are counted from one, as the report counts them. */
export type OperationState =
  | { readonly name: 'DECLARED' | 'VALIDATED' | 'AWAITING_APPROVAL' | 'APPROVED' }
  | { readonly name: 'PREFLIGHT'; readonly found: Verdict }
  | {
      readonly name: 'RUNNING';
      readonly step: number;
      readonly phase: 'EXECUTING' | 'VERIFYING' | 'VERIFIED' | 'UNCERTAIN';
    }
  | { readonly name: 'STEP_FAILED' | 'SCOPE_VIOLATION'; readonly step: number }
  | { readonly name: 'VERIFY_FAILED'; readonly step: number | 'final' }
  | { readonly name: 'FINAL_VERIFY'; readonly phase: 'VERIFYING' | 'UNCERTAIN' }
  | { readonly name: 'HALTED_ASK'; readonly during: Moment }
  | { readonly name: 'ROLLING_BACK' | 'ROLLED_BACK' | 'ROLLBACK_FAILED' }
  | { readonly name: 'REPORTING' }
  | { readonly name: 'SEALED'; readonly outcome: Outcome };

/** A step whose start is on record. Whatever became of it, it counts as done. */
export interface Begun {
  readonly step: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly undo: UndoRecord;
  /** The reference of what was there before; null where the record names none. */
  readonly manifest: string | null;
}

export interface Halt {
  readonly at: number;
  /** Of its record: what an answer is signed for. */
  readonly hash: string;
  readonly question: string;
  readonly during: Moment;
  readonly options: readonly string[];
  readonly answers: readonly AuditRecord[];
}

export interface Undone {
  readonly step: number;
  readonly status: 'PASS' | 'FAIL';
  readonly detail: string;
}

export interface Rollback {
  readonly at: number;
  readonly noop: boolean;
  readonly undone: readonly Undone[];
  /** The baseline gates, asked again after everything was undone; null where not yet. */
  readonly gates: readonly GateRecord[] | null;
  readonly complete: boolean | null;
  readonly left: readonly string[];
}

/** Everything a log tells. */
export interface Standing {
  readonly declaration: Declaration;
  readonly state: OperationState;
  readonly begun: readonly Begun[];
  /** How many steps passed with all of their gates, from the first on. */
  readonly passed: number;
  /** The last step whose end, and all that changed by then, was looked at and was well. */
  readonly looked: number;
  readonly finalPassed: boolean;
  /** What changed outside of the scope. The runner cannot put it back. */
  readonly strayed: readonly Change[];
  /** What changed under a step that changes nothing: nobody can put it back either. */
  readonly unexplained: readonly string[];
  readonly halt: Halt | null;
  readonly rollback: Rollback | null;
  readonly reported: boolean;
  /** As it was first sealed; a later rollback amends it and never rewrites it. */
  readonly sealed: Outcome | null;
}

/** Inconclusive is no pass, and one no is a no whatever else could not be asked. */
export function verdictOf(gates: readonly GateRecord[]): Verdict {
  if (gates.some(({ answer }) => answer === 'fail')) return 'FAIL';
  return gates.every(({ answer }) => answer === 'pass') ? 'PASS' : 'INCONCLUSIVE';
}

export function hasMutated({ begun }: Pick<Standing, 'begun'>): boolean {
  return begun.some(({ undo }) => undo.kind !== 'nothing');
}

/** What has still to be undone, in the order in which it is undone: the last begun first. */
export function toUndo({ begun, rollback }: Standing): readonly Begun[] {
  const undone = new Set(rollback?.undone.map(({ step }) => step));
  return begun
    .filter(({ undo, step }) => undo.kind !== 'nothing' && !undone.has(step))
    .toReversed();
}

/** The last step, where nobody has found that it kept to its scope: it failed or was killed. */
export function unlooked({ begun, looked }: Standing): Begun | null {
  const last = begun.at(-1);
  return last === undefined || last.step === looked ? null : last;
}

export function isExpired({ expires_at: expires }: Declaration, now: number): boolean {
  // A date nobody can read is over.
  return !(now < Date.parse(expires));
}

/** The first mutating step that nothing would verify, by its number; null where there is none. */
export function unverified({ steps }: Declaration): number | null {
  const at = steps.findIndex((step) => isMutating(step.action) && gatesOf(step).length === 0);
  return at === -1 ? null : at + 1;
}

/** What has to hold before the first step and again after a rollback. */
export function baselineGates(declaration: Declaration): readonly Gate[] {
  const moved = lastVerbs(declaration);
  const unmoved = declaration.ALLOWED_SERVICES.filter((service) => !moved.has(service));
  return withServices(declaration, unmoved);
}

/** What has to hold after the last step: of the services, all but those it stops on purpose. */
export function finalGates(declaration: Declaration): readonly Gate[] {
  return withServices(declaration, servicesNeeded(declaration));
}

/** Whether these are the answers to exactly those gates, in their order. */
export function areAnswersTo(records: readonly GateRecord[], gates: readonly Gate[]): boolean {
  const asked = canonicalJson(records.map(({ gate }) => gate));
  const declared = canonicalJson(gates);
  return asked.ok && declared.ok && asked.text === declared.text;
}

/** A declared service that is down is no success (section 9.8), whether a gate asks or not. */
function withServices({ verification }: Declaration, needed: readonly string[]): readonly Gate[] {
  const asked = verification.flatMap((gate) => (gate.kind === 'status' ? gate.services : []));
  const unasked = needed.filter((service) => !asked.includes(service));
  if (unasked.length === 0) return verification;
  return [...verification, { kind: 'status', services: unasked }];
}
