import type { SmileGuardTripped } from '../measured-event.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';
import type { Output } from './output.ts';
import { raiseRisk } from './safety.ts';
import { recentTrips } from './smile-trips.ts';

/** No policy may ask for more trips than this. */
const REMEMBERED = 32;

/**
 * A fit the guard would not let through. The third in five minutes is Degraded, whichever expiries
 * they were of (contract-2 section 9.2, Q-04); those further apart do not add up.
 */
export function onSmileGuardTripped(
  state: State,
  { strategyId, slice, trip, measured, limit }: SmileGuardTripped,
  output: Output,
): void {
  const { smileTrips, now, policy } = state.observations;
  smileTrips.push(now);
  if (smileTrips.length > REMEMBERED) smileTrips.shift();
  const recent = recentTrips(state.observations);
  output.report({ kind: 'smileGuardTripped', strategyId, slice, trip, measured, limit, recent });
  const { sviGuardTripCount } = policy?.parameters ?? DEFAULT_PARAMETERS;
  if (recent >= sviGuardTripCount) raiseRisk(state, 'svi_guard_trips', output);
}
