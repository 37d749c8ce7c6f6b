import { refuseExpiring } from '../instrument/lifecycle.ts';
import { note, plain } from './answers.ts';
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
  measures: [plain('msToExpiry'), plain('delistBufferS')],
  kind: 'safety',
  appliesTo: EVERY_CLASS,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    note(candidate, (listing.instrument.expiry ?? Number.NaN) - context.now);
    if (candidate.intentClass === 'OPEN') {
      const buffer = policyOf(context).expiryDelistBufferS;
      note(candidate, buffer ?? Number.NaN);
      return refuseExpiring(listing, context.now, buffer);
    }
    if (!listing.closed) return null;
    const { name, expiry } = listing.instrument;
    const msToExpiry = expiry === null ? null : expiry - context.now;
    return reject('InstrumentExpiredOrDelisted', { instrument: name, msToExpiry });
  },
};
