import { type Reject, reject } from '../gates/reject.ts';
import type { State } from '../state.ts';
import { currentMode } from './mode.ts';

/** What an approval would have to be about. */
const SUBJECT = 'containment.opening_hedge_allowed';

/**
 * Why no hedge may leave that is not held to reducing: nobody has approved of one (D-15), or the
 * mode is Kill, in which nothing leaves that the venue does not hold to it. Null: one may. Asked
 * again before the wire.
 */
export function openingHedgeRefusal(state: State): Reject | null {
  const isAllowed = state.observations.policy?.containment.openingHedgeAllowed ?? false;
  if (!isAllowed) return reject('ApprovalRequired', { subject: SUBJECT });
  const { mode, reasons } = currentMode(state);
  return mode === 'Kill' ? reject('TradingModeForbidsOpen', { mode, reasons }) : null;
}
