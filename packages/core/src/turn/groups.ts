import { createRun, type Run, type Trail } from '../containment/run.ts';
import { type Group, type GroupCause, type GroupState, isGroupOver } from '../order/group.ts';
import type { GroupStateChanged } from '../ledger/group-records.ts';
import type { State } from '../state.ts';
import { type GroupId, monoMs, wallMs } from '../values/index.ts';
import { assessGroup, isWhole, nakedOf, parametersOf } from './naked.ts';
import type { Output } from './output.ts';
import { clearRisk, raiseRisk } from './safety.ts';

/**
 * The single writer of a group's state (contract-1 section 23.1). A step is taken at once and
 * recorded beside: what tightens does not wait for the disk (D-11). The first failure stands;
 * whatever is heard afterwards moves a group only through its containment.
 */

const NEVER = monoMs(0);

/** Where a group stands, with the steps whose records are still on their way. */
export function standingState(state: State, group: Group): GroupState {
  const trail = state.observations.containment.trails.get(group.groupId);
  return trail?.owed.at(-1)?.state ?? group.state;
}

export function moveGroup(
  state: State,
  groupId: GroupId,
  to: GroupStateChanged['state'],
  cause: GroupCause,
  output: Output,
): void {
  const { trails } = state.observations.containment;
  const trail = trails.get(groupId) ?? { owed: [], writing: 0, writtenAt: NEVER };
  trails.set(groupId, trail);
  trail.owed.push(Object.freeze({ state: to, cause }));
  output.report({ kind: 'groupMoved', groupId, state: to, cause });
  writeTrail(state, groupId, trail, output);
}

/** As many records as there are steps owed, while the ledger takes any. */
function writeTrail(state: State, groupId: GroupId, trail: Trail, output: Output): void {
  const { ledger, now } = state.observations;
  if (trail.writing > 0 || trail.owed.length === 0 || ledger.refusal !== null) return;
  trail.writing = trail.owed.length;
  trail.writtenAt = now;
  const at = wallMs(now);
  output.append(
    ...trail.owed.map(
      ({ state: to, cause }): GroupStateChanged => ({
        type: 'groupStateChanged',
        at,
        groupId,
        state: to,
        cause,
      }),
    ),
  );
}

/** A step is on record. */
export function onGroupRecorded(state: State, { groupId }: GroupStateChanged): void {
  const { trails } = state.observations.containment;
  const trail = trails.get(groupId);
  if (trail === undefined) return;
  trail.owed.shift();
  trail.writing = Math.max(0, trail.writing - 1);
  if (trail.owed.length === 0) trails.delete(groupId);
}

/** A step is not, and will be recorded again when the ledger takes records. */
export function onGroupRefused(state: State, { groupId }: GroupStateChanged): void {
  const trail = state.observations.containment.trails.get(groupId);
  if (trail !== undefined) trail.writing = 0;
}

/** Every group that is not over: looked at once. Bounded by their number; nothing here waits. */
export function advanceGroups(state: State, output: Output): void {
  const { facts, observations } = state;
  for (const [groupId, trail] of observations.containment.trails) {
    writeTrail(state, groupId, trail, output);
  }
  for (const groupId of facts.openGroups) {
    const group = facts.groups.get(groupId);
    if (group !== undefined) advanceGroup(state, group, output);
  }
}

function advanceGroup(state: State, group: Group, output: Output): void {
  const { runs } = state.observations.containment;
  const { groupId } = group;
  const at = standingState(state, group);
  if (isGroupOver(at)) return lookAgain(state, group, at, output);
  if (at === 'MixedFailed' || at === 'Flattening') {
    // Recovered from the ledger: what an earlier process began goes on.
    if (!runs.has(groupId)) beginRun(state, group);
    return;
  }
  const found = assessGroup(state, group);
  if (found.kind === 'waiting') return;
  if (found.kind === 'complete') return moveGroup(state, groupId, 'Complete', found.cause, output);
  beginRun(state, group);
  moveGroup(state, groupId, 'MixedFailed', found.cause, output);
}

/** News of a group that had ended: what it opened is closed, and its state stays what it is. */
function lookAgain(state: State, group: Group, at: 'Complete' | 'Flattened', output: Output): void {
  const { runs, trails } = state.observations.containment;
  const { groupId } = group;
  if (at !== group.state || trails.has(groupId) || runs.has(groupId)) return;
  const run = beginRun(state, group);
  if (!isWhole(state, group) && nakedOf(state, run).length > 0) return;
  runs.delete(groupId);
  moveGroup(state, groupId, at, 'late_fill_closed', output);
}

function beginRun(state: State, group: Group): Run {
  const { containment, now } = state.observations;
  const { groupId, strategyId, mixedAt } = group;
  const who = { parent: groupId, strategyId, instrument: null, why: 'group' } as const;
  const run = createRun(who, monoMs(mixedAt ?? now), NEVER);
  run.rescues = group.rescues;
  run.closeAttempts = group.closeAttempts;
  if (group.eventRecorded) run.event = 'recorded';
  containment.runs.set(groupId, run);
  return run;
}

/**
 * While a broken group is not neutral nothing opens. A step that is not on record after
 * `group_lock_max_wait_ms` is what a held lock would be elsewhere: the loop goes on, and nothing
 * opens until it is (AT-924).
 */
export function holdGroupCauses(state: State, output: Output): void {
  const { containment, now, riskCauses } = state.observations;
  const isNaked = containment.runs.size > 0 || isBroken(state);
  const waits = riskCauses.has('mixed_failed_group') && isAnyStepOwed(state);
  hold(state, 'mixed_failed_group', isNaked || waits, output);
  const { groupLockMaxWaitMs } = parametersOf(state);
  let locked = false;
  for (const { writing, writtenAt } of containment.trails.values()) {
    locked ||= writing > 0 && now - writtenAt > groupLockMaxWaitMs;
  }
  hold(state, 'group_lock_timeout', locked, output);
}

/** Also the step that tells that a late fill was closed: what loosens waits for it (D-11). */
function isAnyStepOwed({ observations }: State): boolean {
  for (const { owed } of observations.containment.trails.values()) if (owed.length > 0) return true;
  return false;
}

/** On record as broken: what loosens waits for its own record (D-11). */
function isBroken({ facts, observations }: State): boolean {
  for (const { owed } of observations.containment.trails.values()) {
    if (owed.some(({ state }) => !isGroupOver(state))) return true;
  }
  for (const groupId of facts.openGroups) {
    const at = facts.groups.get(groupId)?.state;
    if (at === 'MixedFailed' || at === 'Flattening') return true;
  }
  return false;
}

function hold(
  state: State,
  cause: 'mixed_failed_group' | 'group_lock_timeout',
  stands: boolean,
  output: Output,
): void {
  if (stands === state.observations.riskCauses.has(cause)) return;
  if (stands) raiseRisk(state, cause, output);
  else clearRisk(state, cause, 'fresh_input', output);
}
