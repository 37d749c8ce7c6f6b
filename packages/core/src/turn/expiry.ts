import { isTerminalLifecycleError } from '../instrument/lifecycle.ts';
import type { State } from '../state.ts';
import { type InstrumentName, wallMs } from '../values/index.ts';
import type { Output } from './output.ts';

/** What the venue answered, by number and by name. */
interface VenueAnswer {
  readonly venueCode: number | null;
  readonly fault: string;
}

/**
 * Whether the answer means that an instrument has come to its end (contract-1 section 8). The first
 * one marks it, in memory at once and on record beside, and has the venue asked what became of its
 * orders, trades and position; the others go on.
 */
export function endInstrument(
  state: State,
  name: InstrumentName,
  { venueCode, fault }: VenueAnswer,
  output: Output,
): boolean {
  const { brokenBooks, listings, now, reconciliation } = state.observations;
  const listing = listings.get(name);
  const expiry = listing?.instrument.expiry ?? null;
  const terminal =
    isTerminalLifecycleError(venueCode, expiry, now) ||
    isTerminalLifecycleError(fault, expiry, now);
  if (!terminal || listing === undefined) return false;
  if (listing.closed) return true;
  listing.closed = true;
  // A book that will not come back must not hold OPEN shut everywhere else.
  brokenBooks.delete(name);
  output.append({ type: 'instrumentClosed', at: wallMs(now), instrument: name });
  reconciliation.nextAt = now;
  return true;
}

/** The venue has said so, to this process or to an earlier one. */
export function isEnded(state: State, name: InstrumentName): boolean {
  return (
    state.observations.listings.get(name)?.closed === true ||
    state.facts.closedInstruments.has(name)
  );
}
