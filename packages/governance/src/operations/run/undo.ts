/** The way back: written down before a change, and walked in reverse order (section 9.7). */
import { createHash } from 'node:crypto';
import type { AuditRecord, Change, FileBefore, ServiceBefore, UndoRecord } from '../audit/event.ts';
import { faultName } from '../fault.ts';
import type { Gate, GateRecord } from '../gate.ts';
import { type Action, isMutating, type Step } from '../step.ts';
import type { Done } from './backend.ts';
import { askAll, changesSince, detailOf, heldManifest, outOfScope, readManifest } from './ports.ts';
import type { RunPorts } from './ports.ts';
import type { Begun } from './standing.ts';

export type UndoRecorded =
  | { readonly ok: true; readonly undo: UndoRecord }
  | { readonly ok: false; readonly why: string };

/** Reads and keeps what is there before a step. What cannot be put back must not be changed. */
export async function recordUndo(step: Step, ports: RunPorts): Promise<UndoRecorded> {
  const { action } = step;
  try {
    if (!isMutating(action)) return { ok: true, undo: { kind: 'nothing' } };
    const path = targetOf(action);
    if (path !== null) return await recordFile(path, ports);
    if (action.kind === 'service') return await recordService(action.service, ports);
    return recordActions(step);
  } catch (error) {
    return { ok: false, why: `state_unreadable:${detailOf(error)}` };
  }
}

export interface UndoDone {
  readonly status: 'PASS' | 'FAIL';
  readonly detail: string;
  readonly gates: readonly GateRecord[];
  /** What changed outside of the scope meanwhile. */
  readonly strayed: readonly Change[];
}

/**
 * What a command left in its scope, after its declared rollback: compared with what was there
 * before it, held beside the log. Of a command whose end is on record only what it changed counts;
 * of one that was cut short, everything.
 */
export async function leftByCommand(
  { step, manifest }: Begun,
  { action }: Step,
  ports: RunPorts,
): Promise<string | null> {
  if (action.kind !== 'exec.sandboxed' || manifest === null) return null;
  const { payload } = { ...ports.log.records.find(isEndOf(step)) };
  const own = payload?.event === 'step_finished' ? payload.changes : null;
  const changes = await changesSince(heldManifest(manifest, ports), ports.backend);
  if (changes === null) return 'manifest_unreadable';
  const left = changes.find(({ path, inScope }) => {
    return inScope && (own === null || own.some((change) => change.path === path));
  });
  return left === undefined ? null : `differs:${left.path}: ${left.what}`;
}

const isEndOf =
  (step: number) =>
  ({ payload }: AuditRecord): boolean =>
    payload.event === 'step_finished' && payload.step === step;

/**
 * Puts a step back and looks whether it is. May be called again for a step that was put back in
 * part: restoring is idempotent, and declared actions have to be.
 */
export async function undoStep(
  undo: UndoRecord,
  step: Step,
  ports: RunPorts,
  left: () => Promise<string | null> = () => Promise.resolve(null),
): Promise<UndoDone> {
  const since = ports.clock();
  const actions = undo.kind === 'actions' ? undo.actions : (step.rollback ?? []);
  const before = await readManifest(ports.backend);
  const fault =
    (await restore(undo, ports)) ??
    (await runActions(actions, ports)) ??
    (await differenceFrom(undo, ports)) ??
    (await left());
  const changes = await changesSince(before, ports.backend);
  const gates = await askAll(ports.backend, evidenceOf(undo), since);
  const told =
    fault ??
    (changes === null ? 'manifest_unreadable' : null) ??
    gates.find(({ answer }) => answer !== 'pass')?.observed ??
    null;
  return {
    status: told === null ? 'PASS' : 'FAIL',
    detail: told ?? 'as it was before',
    gates,
    strayed: outOfScope(changes ?? []),
  };
}

/** The one file an action writes, if it is one that the runner restores by itself. */
function targetOf(action: Action): string | null {
  switch (action.kind) {
    case 'fs.write':
    case 'fs.delete':
    case 'fs.chmod':
    case 'config.patch':
      return action.path;
    case 'fs.copy':
      return action.to;
    default:
      return null;
  }
}

async function recordFile(path: string, { backend, log }: RunPorts): Promise<UndoRecorded> {
  const found = await backend.fileBefore(path);
  if ('code' in found) return { ok: false, why: faultName(found) };
  const { before, content } = found;
  if (before.state === 'absent') return { ok: true, undo: { kind: 'file', path, before } };
  if (content === null) return { ok: false, why: `content_not_kept:${path}` };
  const contentRef = log.hold(content);
  const held = log.kept(contentRef);
  // Kept means that it can be read again, unabridged.
  if (held === null || digest(held) !== before.sha256) {
    return { ok: false, why: `content_not_kept:${path}` };
  }
  return { ok: true, undo: { kind: 'file', path, before: { ...before, contentRef } } };
}

async function recordService(service: string, { backend }: RunPorts): Promise<UndoRecorded> {
  const before = await backend.serviceBefore(service);
  if ('code' in before) return { ok: false, why: faultName(before) };
  return { ok: true, undo: { kind: 'service', service, before } };
}

function recordActions({ action, rollback }: Step): UndoRecorded {
  // Reading the units again is its own undoing.
  const own: readonly Action[] = action.kind === 'systemd.daemon_reload' ? [action] : [];
  const actions = rollback ?? own;
  if (actions.length === 0) return { ok: false, why: 'step_missing_rollback' };
  return { ok: true, undo: { kind: 'actions', actions } };
}

async function restore(undo: UndoRecord, ports: RunPorts): Promise<string | null> {
  const { backend, log } = ports;
  switch (undo.kind) {
    case 'nothing':
    case 'actions':
      return null;
    case 'file': {
      const { path, before } = undo;
      const cleared = await attempt(() => backend.clearDrafts(path));
      if (cleared !== null) return cleared;
      if ((await differenceFrom(undo, ports)) === null) return null;
      if (before.state === 'absent') {
        return attempt(() => backend.restoreFile(path, before, null));
      }
      const content = log.kept(before.contentRef);
      if (content === null || digest(content) !== before.sha256) return `content_lost:${path}`;
      return attempt(() => backend.restoreFile(path, before, content));
    }
    case 'service':
      if ((await differenceFrom(undo, ports)) === null) return null;
      return attempt(() => backend.restoreService(undo.service, undo.before));
  }
}

async function runActions(actions: readonly Action[], ports: RunPorts): Promise<string | null> {
  for (const action of actions) {
    const fault = await ports.assess(action).catch((error: unknown) => detailOf(error));
    if (fault !== null) return typeof fault === 'string' ? fault : faultName(fault);
    const failed = await attempt(() => ports.backend.perform(action));
    if (failed !== null) return `${action.kind}: ${failed}`;
  }
  return null;
}

/** How it differs from what was written down; null where it does not. */
async function differenceFrom(undo: UndoRecord, { backend }: RunPorts): Promise<string | null> {
  try {
    if (undo.kind === 'file') {
      const found = await backend.fileBefore(undo.path);
      if ('code' in found) return faultName(found);
      return isSameFile(found.before, undo.before) ? null : `differs:${undo.path}`;
    }
    if (undo.kind === 'service') {
      const found = await backend.serviceBefore(undo.service);
      if ('code' in found) return faultName(found);
      return isSameService(found, undo.before) ? null : `differs:${undo.service}`;
    }
    return null;
  } catch (error) {
    return `state_unreadable:${detailOf(error)}`;
  }
}

function isSameFile(found: FileBefore, before: FileBefore): boolean {
  if (found.state === 'absent' || before.state === 'absent') return found.state === before.state;
  return (
    found.sha256 === before.sha256 &&
    found.mode === before.mode &&
    found.uid === before.uid &&
    found.gid === before.gid
  );
}

function isSameService(found: ServiceBefore, before: ServiceBefore): boolean {
  return found.active === before.active && found.enabled === before.enabled;
}

/** What a reader of the log may ask again by himself. */
function evidenceOf(undo: UndoRecord): readonly Gate[] {
  if (undo.kind === 'file') {
    const { path, before } = undo;
    if (before.state === 'absent') return [{ kind: 'file.absent', path }];
    return [{ kind: 'file.sha256', path, sha256: before.sha256 }];
  }
  const runs = undo.kind === 'service' && undo.before.active;
  return runs ? [{ kind: 'status', services: [undo.service] }] : [];
}

async function attempt(act: () => Promise<Done>): Promise<string | null> {
  try {
    const done = await act();
    if (done.ok) return null;
    return done.refused === null ? done.why : faultName(done.refused);
  } catch (error) {
    return detailOf(error);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
