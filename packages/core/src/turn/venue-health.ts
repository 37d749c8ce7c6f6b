import type { VenueHealthObserved } from '../event.ts';
import type { State } from '../state.ts';
import type { Output } from './output.ts';

/** What the venue announced, kept for the monitor of contract-1 section 41. */
export function onVenueHealth(state: State, event: VenueHealthObserved, _output: Output): void {
  const { at, locked, maintenance } = event;
  state.observations.venueHealth = { at, locked, maintenance };
}
