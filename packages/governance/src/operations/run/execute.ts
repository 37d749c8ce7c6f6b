/** One step: the way back on disk, then the change, then a look at everything around it. */
import type { AuditEvent } from '../audit/event.ts';
import { faultName } from '../fault.ts';
import { spellAction } from '../plan.ts';
import { type Action, isMutating, type Step } from '../step.ts';
import {
  append,
  changesSince,
  detailOf,
  holdManifest,
  lackingOf,
  outOfScope,
  readManifest,
  requireIntactLog,
  stop,
} from './ports.ts';
import type { Lease, RunPorts } from './ports.ts';
import { hasMutated, isExpired } from './standing.ts';
import type { Standing } from './standing.ts';
import { recordUndo } from './undo.ts';

interface Attempt {
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly output: Uint8Array;
}

/** Answers why it was not begun; null where it was, however it went. It is never tried twice. */
export async function executeStep(
  standing: Standing,
  number: number,
  ports: RunPorts,
  lease: Lease,
): Promise<string | null> {
  const { declaration } = standing;
  const step = declaration.steps[number - 1];
  if (step === undefined) stop('audit_illegal', `there is no step ${number}`);
  const before = await readManifest(ports.backend);
  if (before === null) return `manifest_unreadable:${number}`;
  const recorded = await recordUndo(step, ports);
  if (!recorded.ok) return `undo_impossible:${number}:${recorded.why}`;
  if (isMutating(step.action) && !hasMutated(standing)) {
    const refused = await mayMutate(standing, ports);
    if (refused !== null) return refused;
  }
  const manifest = holdManifest(before, ports);
  begin({ step: number, undo: recorded.undo, manifest }, step, ports, lease);
  const done = await attempt(step.action, ports);
  const changes = await changesSince(before, ports.backend);
  finish(number, done, changes, ports, lease);
  return null;
}

/** The last look at what may have run out meanwhile. */
async function mayMutate({ declaration }: Standing, ports: RunPorts): Promise<string | null> {
  await requireIntactLog(ports);
  const lacking = await lackingOf(ports);
  if (lacking !== null) return lacking;
  return isExpired(declaration, ports.clock()) ? 'declaration_expired' : null;
}

function begin(
  start: Pick<Extract<AuditEvent, { event: 'step_started' }>, 'step' | 'undo' | 'manifest'>,
  { title, action }: Step,
  ports: RunPorts,
  lease: Lease,
): void {
  if (isMutating(action)) secure(lease);
  const command = spellAction(action);
  append(ports, { event: 'step_started', title, command, ...start });
}

/** What stands before every change: the environment is ours, and the runtime has been told. */
export function secure(lease: Lease): void {
  if (!lease.holds()) stop('lease_lost', 'another process holds the environment');
  guard(() => lease.lockTrading());
}

/** A lock that cannot be written protects nobody: the runner stops. */
export function guard(write: () => void): void {
  try {
    write();
  } catch (error) {
    stop('lock_unwritable', detailOf(error));
  }
}

function finish(
  step: number,
  { ok, exitCode, output }: Attempt,
  changes: Awaited<ReturnType<typeof changesSince>>,
  ports: RunPorts,
  lease: Lease,
): void {
  const strayed = outOfScope(changes ?? []);
  if (strayed.length > 0) {
    // Latched first: should this process end here, nobody else may go on as if nothing was.
    guard(() => lease.latch(`scope_violation:${step}`));
    append(ports, { event: 'scope_violation', step, changes: strayed });
  }
  append(ports, {
    event: 'step_finished',
    step,
    // A change nobody could look at is not a good one.
    status: ok && changes !== null && strayed.length === 0 ? 'PASS' : 'FAIL',
    exit_code: exitCode,
    output: keep(output, ports),
    changes: changes ?? [],
  });
}

function keep(bytes: Uint8Array, { log }: RunPorts): ReturnType<RunPorts['log']['keep']> {
  try {
    return log.keep(bytes);
  } catch (error) {
    stop('audit_unwritable', detailOf(error));
  }
}

/** A hand that throws may have done it: that is a failure, and it is undone. */
async function attempt(action: Action, { backend, end }: RunPorts): Promise<Attempt> {
  // A look is taken as a gate is, so that it can also be inconclusive.
  if (action.kind === 'check') return { ok: true, exitCode: null, output: new Uint8Array() };
  const interrupt = (): void => backend.interrupt();
  end.addEventListener('abort', interrupt);
  try {
    if (end.aborted) return failed('it was asked to end before it was begun');
    const done = await backend.perform(action);
    if (done.ok) return done;
    if (done.refused !== null) return failed(faultName(done.refused));
    return { ok: false, exitCode: done.exitCode, output: said(done.why, done.output) };
  } catch (error) {
    return failed(detailOf(error));
  } finally {
    // On the way back nothing is cut short.
    end.removeEventListener('abort', interrupt);
  }
}

function failed(why: string): Attempt {
  return { ok: false, exitCode: null, output: said(why, new Uint8Array()) };
}

function said(why: string, output: Uint8Array): Uint8Array {
  return Buffer.concat([output, Buffer.from(output.length === 0 ? why : `\n${why}`, 'utf8')]);
}
