import type { Run } from '../containment/run.ts';
import type { AtomicNakedEventRecorded, NakedEventCause } from '../ledger/group-records.ts';
import type { State } from '../state.ts';
import { microUsd, wallMs } from '../values/index.ts';
import { currentMode } from './mode.ts';
import { exposureOf, type Naked } from './naked.ts';
import type { Output } from './output.ts';
import { runOf } from './held.ts';

/**
 * The one `AtomicNakedEvent` of an incident, when it is neutral or its first run is over; and
 * none where nothing had to be closed. It is asked for again where the ledger refused it.
 */
export function endEvent(state: State, run: Run, naked: readonly Naked[], output: Output): void {
  if (run.event !== 'owed') return;
  if (run.closeAttempts === 0) {
    if (run.neutral) run.event = 'none';
    return;
  }
  const { ledger, now, guardInputs } = state.observations;
  if (ledger.refusal !== null) return;
  run.event = 'asked';
  output.append({
    type: 'atomicNakedEventRecorded',
    at: wallMs(now),
    groupId: run.parent,
    strategyId: run.strategyId,
    incidentAt: wallMs(run.beganAt),
    exposureBefore: run.exposureBefore ?? microUsd(0),
    exposureAfter: exposureOf(state, naked),
    timeToDeltaNeutralMs: Math.max(0, Math.round(now - run.beganAt)),
    closeAttempts: run.closeAttempts,
    hedgeUsed: run.hedgeUsed,
    cause: causeOf(run, naked),
    tradingMode: currentMode(state).mode,
    evidenceChain:
      state.session.enforcedProfile === 'CSP' ? null : (guardInputs.evidenceChain ?? 'RED'),
  });
}

function causeOf(run: Run, naked: readonly Naked[]): NakedEventCause {
  if (run.hedgeUsed) return 'hedge_fallback';
  if (naked.length > 0) return 'emergency_close_exhausted';
  return run.why === 'group' ? 'atomic_legging_failure' : 'kill_containment';
}

export function onEventRecorded(
  state: State,
  { type: _type, at: _at, ...event }: AtomicNakedEventRecorded,
  output: Output,
): void {
  const run = runOf(state, event.groupId);
  if (run !== null) run.event = 'recorded';
  output.report({ kind: 'atomicNakedEvent', ...event });
}

export function onEventRefused(state: State, { groupId }: AtomicNakedEventRecorded): void {
  const run = runOf(state, groupId);
  if (run?.event === 'asked') run.event = 'owed';
}
