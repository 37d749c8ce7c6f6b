import type { ShellEvent } from '../event.ts';
import type { PresenceRecorded } from '../ledger/record.ts';
import type { State } from '../state.ts';
import { wallMs } from '../values/index.ts';
import { clearRisk, raiseRisk } from './safety.ts';
import type { Output } from './output.ts';

type PresenceAttested = Extract<ShellEvent, { kind: 'presenceAttested' }>;

/** Every process begins without anybody watching: a statement is about one process (D-13). */
export function awaitSupervisor(state: State, output: Output): void {
  if (state.session.needsSupervisor) raiseRisk(state, 'supervisor_absent', output);
}

/** A statement loosens, so it waits for its record; one that is over already says nothing. */
export function onPresenceAttested(state: State, event: PresenceAttested, output: Output): void {
  const { observations } = state;
  const { person, until, statement } = event;
  if (!(until > observations.now)) return;
  observations.pendingPresences.add(statement);
  output.append({
    type: 'presenceRecorded',
    at: wallMs(observations.now),
    person,
    until,
    statement,
  });
}

/** The last one handed in counts. */
export function onPresenceRecorded(
  state: State,
  { person, until, statement }: PresenceRecorded,
  output: Output,
): void {
  const { observations } = state;
  // Taken back before it was on record.
  if (!observations.pendingPresences.delete(statement)) return;
  if (!(until > observations.now)) return;
  observations.presence = { person, until };
  output.report({ kind: 'presenceChanged', person, until });
  clearRisk(state, 'supervisor_absent', 'operator', output);
}

/** They leave early: nobody watches from now on, whatever is still on its way to be recorded. */
export function onPresenceEnded(state: State, output: Output): void {
  state.observations.pendingPresences.clear();
  absent(state, output);
}

/**
 * Over exactly at its end. Asked before every event, so that nothing is let through between an end
 * and the tick after it.
 */
export function endPresence(state: State, output: Output): void {
  const { now, presence } = state.observations;
  if (presence !== null && now >= presence.until) absent(state, output);
}

function absent(state: State, output: Output): void {
  const { observations, session } = state;
  if (observations.presence === null) return;
  observations.presence = null;
  output.report({ kind: 'presenceChanged', person: null, until: null });
  if (session.needsSupervisor) raiseRisk(state, 'supervisor_absent', output);
}
