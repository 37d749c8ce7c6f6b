import type { State } from '../state.ts';
import type { GroupId } from '../values/index.ts';
import { currentMode } from './mode.ts';

/**
 * May this group's missing leg be bought at all? Only while nothing keeps the mode down but the
 * group itself (AMB-19): in Kill, under a latch, beside another broken group or any other cause, it
 * may not. Asked when it is planned, and again before the wire.
 */
export function mayRescue(state: State, group: GroupId): boolean {
  const { containment, latch, riskCauses } = state.observations;
  const { mode, reasons } = currentMode(state);
  if (mode === 'Kill' || latch.reasons.length > 0) return false;
  if (riskCauses.size !== 1 || !riskCauses.has('mixed_failed_group')) return false;
  if (reasons.some((reason) => reason !== 'REDUCEONLY_RISKSTATE_DEGRADED')) return false;
  for (const run of containment.runs.values())
    if (run.parent !== group && !run.neutral) return false;
  return containment.positions.size === 0;
}
