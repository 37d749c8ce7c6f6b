import { refuseExpiring } from '../instrument/lifecycle.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { EVERY_CLASS, listingOf, policyOf } from './scope.ts';

/**
 * No OPEN close to the expiry cliff or in what is gone. A reduction may go up to the end and past
 * it, until the venue itself has said that the instrument is closed: then there is nothing to trade
 * with, and trying again would only repeat the answer (contract-1 section 8, AT-962).
 */
export const lifecycle: SafetyGate = {
  name: 'lifecycle',
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    if (candidate.intentClass === 'OPEN') {
      return refuseExpiring(listing, context.now, policyOf(context).expiryDelistBufferS);
    }
    if (!listing.closed) return null;
    const { name, expiry } = listing.instrument;
    const msToExpiry = expiry === null ? null : expiry - context.now;
    return reject('InstrumentExpiredOrDelisted', { instrument: name, msToExpiry });
  },
};
