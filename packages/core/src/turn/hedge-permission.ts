import type { State } from '../state.ts';
import { currentMode } from './mode.ts';

/** In Kill nothing leaves that the venue does not hold to reducing. Asked again before the wire. */
export function mayOpenHedge(state: State): boolean {
  const isAllowed = state.observations.policy?.containment.openingHedgeAllowed ?? false;
  return isAllowed && currentMode(state).mode !== 'Kill';
}
