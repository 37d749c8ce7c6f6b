import { churnKey } from '../order/churn.ts';
import { structureFingerprint, structureLeg } from '../intent/structure.ts';
import { NO_MEASURES } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { OPEN_ONLY } from './scope.ts';

/**
 * A structure that had to be flattened again and again opens no more for a while (contract-1
 * section 25). What reduces is never asked.
 */
export const churn: SafetyGate = {
  name: 'churn',
  measures: NO_MEASURES,
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    if (!context.isChurning) return null;
    const key = churnKey(candidate.strategyId, fingerprintOf(context, candidate));
    const remainingMs = context.churnBlockedMs(key);
    return remainingMs > 0 ? reject('ChurnBreakerActive', { key, remainingMs }) : null;
  },
};

/** Of the whole intent: a leg alone is another structure than the pair. */
function fingerprintOf({ listings, now }: GateContext, { proposal }: Candidate): string {
  return structureFingerprint(
    proposal.legs.flatMap(({ instrument, side }) => {
      const listing = listings.get(instrument);
      return listing === undefined ? [] : [structureLeg(listing.instrument, side, now)];
    }),
  );
}
