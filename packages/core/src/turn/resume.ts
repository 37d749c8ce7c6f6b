import type { State } from '../state.ts';
import type { Effect } from '../effect.ts';
import { callEmergency } from '../guard/emergency.ts';
import { type MonoMs, monoMs, wallMs } from '../values/index.ts';
import { Output } from './output.ts';
import { restoreAccounting } from './accounting.ts';
import { restoreLosses } from './losses.ts';
import { awaitSupervisor } from './presence.ts';
import { stopByOperator } from './safety.ts';
import { reserveAgain } from './unsent.ts';

/**
 * The first turn after the fold: what is still working keeps its exposure reserved (D-14), a
 * standing stop stands, and the new session is put on record. The latch is set already; only
 * reconciliation opens it.
 */
export function resume(state: State, at: MonoMs, epoch: number): readonly Effect[] {
  const { facts, observations, session } = state;
  observations.now = at;
  observations.heardSince = at;
  observations.containment.beganAt = at;
  observations.containment.epoch = epoch;
  const output = new Output();
  output.begin(at);
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order !== undefined) reserveAgain(state, order);
  }
  observations.operatorStop = facts.operatorStop;
  // What it also demands, a reconciliation, a fresh process needs anyway.
  const { emergencyCalledAt: calledAt } = facts;
  if (calledAt !== null) callEmergency(observations.emergency, monoMs(calledAt), false);
  stopByOperator(state, output);
  restoreLosses(state, output);
  restoreAccounting(state, output);
  awaitSupervisor(state, output);
  output.append({
    type: 'sessionStarted',
    at: wallMs(at),
    runId: session.runId,
    epoch,
    buildId: session.buildId,
    runtimeConfigHash: session.runtimeConfigHash,
    contractVersion: session.contractVersion,
  });
  return output.take();
}
