import type { VenueSnapshotObserved } from '../event.ts';
import type { Position } from '../position/position.ts';
import { E8, type InstrumentName } from '../values/index.ts';

/**
 * Positions of the ledger against the venue's, instrument by instrument. Amounts are exact
 * integers, so the epsilon forgives nothing that could trade; it exists because the contract names
 * one (AT-305).
 */
export function comparePositions(
  ours: ReadonlyMap<InstrumentName, Position>,
  theirs: VenueSnapshotObserved['positions'],
  epsilon: number,
): string[] {
  const differences: string[] = [];
  const venue = new Map(
    theirs.map((position) => [position.instrument, position.amountE8 as number]),
  );
  for (const position of ours.values()) {
    const amount = venue.get(position.instrument) ?? 0;
    venue.delete(position.instrument);
    note(differences, position.instrument, position.amountE8, amount, epsilon);
  }
  for (const [instrument, amount] of venue) note(differences, instrument, 0, amount, epsilon);
  return differences;
}

function note(
  differences: string[],
  instrument: InstrumentName,
  ours: number,
  venue: number,
  epsilon: number,
): void {
  if (Math.abs(ours - venue) <= epsilon * E8) return;
  differences.push(`position ${instrument}: ledger ${ours / E8}, venue ${venue / E8}`);
}
