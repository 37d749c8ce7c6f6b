import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { Observations } from '../state.ts';
import { isFresh } from '../values/index.ts';

/** How many trips of the smile guard lie within its window. */
export function recentTrips({ smileTrips, now, policy }: Observations): number {
  const { sviGuardTripWindowS } = policy?.parameters ?? DEFAULT_PARAMETERS;
  return smileTrips.filter((at) => isFresh(now, at, sviGuardTripWindowS * 1_000)).length;
}
