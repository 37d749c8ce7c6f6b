/** No rehearsable rollback, no operation: what the runner cannot undo by itself is declared. */
import type { Declaration } from './declaration.ts';
import type { Fault } from './fault.ts';
import { faultAt } from './place.ts';
import { canonicalUnit } from './scope.ts';
import { type Action, isMutating, type Step } from './step.ts';

/** Steps whose effect would stay, whatever the runner puts back. */
export function undoFaults({ steps }: Declaration): readonly Fault[] {
  return [...steps.flatMap(ownFaults), ...staleFaults(steps)];
}

function ownFaults({ action, rollback }: Step, index: number): readonly Fault[] {
  const isDeclared = rollback?.some(isMutating) ?? false;
  const isHarmless = rollback !== undefined && !isDeclared;
  if (action.kind === 'exec.sandboxed' && !isDeclared) {
    return [missing(index, 'what a command changes is undone by nobody: declare what undoes it')];
  }
  return isHarmless ? [missing(index, 'its rollback only looks, and undoes nothing')] : [];
}

/**
 * Undoing runs backwards, so that files are put back after the services that read them were. The
 * step that is undone last must make them read again.
 */
function staleFaults(steps: readonly Step[]): readonly Fault[] {
  const first = steps.findIndex(({ action }) => changesFiles(action));
  const step = steps[first];
  if (step === undefined) return [];
  const after = steps.slice(first + 1).map(({ action }) => action);
  const units = after.flatMap((action) =>
    action.kind === 'service' && READS_AGAIN.has(action.verb)
      ? [canonicalUnit(action.service)]
      : [],
  );
  const rollback = step.rollback ?? [];
  const faults = [...new Set(units)]
    .filter((unit) => !rollback.some((action) => makesReadAgain(action, unit)))
    .map((unit) => missing(first, `its file is put back, and nothing makes ${unit} read it again`));
  const isManagerTold = (actions: readonly Action[]): boolean =>
    actions.some(({ kind }) => kind === 'systemd.daemon_reload');
  if (isManagerTold(after) && !isManagerTold(rollback)) {
    faults.push(missing(first, 'its unit is put back, and nothing reloads the service manager'));
  }
  return faults;
}

const READS_AGAIN: ReadonlySet<string> = new Set(['reload', 'restart']);

function makesReadAgain(action: Action, unit: string): boolean {
  if (action.kind !== 'service' || !READS_AGAIN.has(action.verb)) return false;
  return canonicalUnit(action.service) === unit;
}

function changesFiles({ kind }: Action): boolean {
  return kind === 'config.patch' || kind === 'exec.sandboxed' || /^fs\.(?!read$)/.test(kind);
}

function missing(index: number, message: string): Fault {
  const n = String(index + 1);
  return faultAt('step_missing_rollback', n, `/steps/${index}/rollback`, `step ${n}: ${message}`);
}
