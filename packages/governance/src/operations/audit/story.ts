/** An audit log by what it tells of, for those who judge it. */
import { canonical } from '@holdfast/runtime/proof';
import type { Declaration } from '../declaration.ts';
import type { Gate } from '../gate.ts';
import { isMutating, type Step } from '../step.ts';
import type { AuditEvent, AuditRecord } from './event.ts';

export type Told<E extends AuditEvent['event']> = Extract<AuditEvent, { event: E }> & {
  /** Its place in the list. */
  readonly place: number;
  readonly ts: string;
};

/** Every record of one kind, in order. */
export function all<E extends AuditEvent['event']>(
  records: readonly AuditRecord[],
  event: E,
): readonly Told<E>[] {
  return records.flatMap(({ payload, ts }, place) =>
    payload.event === event ? [{ ...payload, place, ts } as Told<E>] : [],
  );
}

/** What every log begins with, once; null where it does not. */
export function declarationOf(records: readonly AuditRecord[]): Told<'declared'> | null {
  const [declared, ...more] = all(records, 'declared');
  return declared?.place !== 0 || more.length > 0 ? null : declared;
}

/** Epoch ms of the first step; null where none was begun. */
export function startOf(records: readonly AuditRecord[]): number | null {
  const [first] = all(records, 'step_started');
  return first === undefined ? null : Date.parse(first.ts);
}

/** What must hold after a step; a step that is a check is its own first gate. */
export function gatesOf({ action, verification }: Step): readonly Gate[] {
  return action.kind === 'check' ? [action.gate, ...verification] : verification;
}

/** Steps that were begun and may have left anything different. Unknown ones count. */
export function mutationsOf(
  declaration: Declaration,
  records: readonly AuditRecord[],
): ReadonlySet<number> {
  const steps = new Set<number>();
  for (const { step, undo } of all(records, 'step_started')) {
    const declared = declaration.steps[step - 1];
    if (declared === undefined || isMutating(declared.action) || undo.kind !== 'nothing') {
      steps.add(step);
    }
  }
  for (const { step, changes } of all(records, 'step_finished')) {
    if (changes.length > 0) steps.add(step);
  }
  return steps;
}

/** The last verb of each service that is started or stopped; a restart alone is neither. */
export function lastVerbs({ steps }: Declaration): ReadonlyMap<string, 'start' | 'stop'> {
  const last = new Map<string, 'start' | 'stop'>();
  for (const { action } of steps) {
    if (action.kind !== 'service') continue;
    const { verb, service } = action;
    if (verb === 'stop') last.set(service, 'stop');
    else if (verb === 'start' || (verb === 'restart' && last.has(service))) {
      last.set(service, 'start');
    }
  }
  return last;
}

/** Declared services that must be up at the end: all but those it stops on purpose. */
export function servicesNeeded(declaration: Declaration): readonly string[] {
  const last = lastVerbs(declaration);
  return declaration.ALLOWED_SERVICES.filter((service) => last.get(service) !== 'stop');
}

export function isSameGate(one: Gate, other: Gate): boolean {
  return canonical(one) === canonical(other);
}
