import type { State } from '../state.ts';
import type { InstrumentName, MonoMs } from '../values/index.ts';

/**
 * How long an expired instrument is still known: its settlement, and a fill found by a late
 * reconciliation, must still find what they are about.
 */
const KEPT_AFTER_EXPIRY_MS = 3_600_000;

/** Long over: not taken in again from a list that still names it. */
export function isLongExpired(expiry: number | null, now: MonoMs): boolean {
  return expiry !== null && now - expiry >= KEPT_AFTER_EXPIRY_MS;
}

/**
 * Lets go of what expired, so that a process that runs for years knows no more than what is listed:
 * everything about an instrument in which nothing is held, working or on its way. One that still
 * holds something stays, however old.
 */
export function pruneExpired(state: State): void {
  const { brokenBooks, lastTradeSeq, listings, now } = state.observations;
  let busy: ReadonlySet<InstrumentName> | null = null;
  for (const [name, listing] of listings) {
    if (!isLongExpired(listing.instrument.expiry, now)) continue;
    busy ??= busyInstruments(state);
    if (busy.has(name)) continue;
    listings.delete(name);
    lastTradeSeq.delete(name);
    brokenBooks.delete(name);
  }
}

function busyInstruments({ facts, observations }: State): ReadonlySet<InstrumentName> {
  const busy = new Set(facts.positions.keys());
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order !== undefined) busy.add(order.terms.instrument);
  }
  for (const { terms } of observations.pendingIntents.values()) busy.add(terms.instrument);
  return busy;
}
