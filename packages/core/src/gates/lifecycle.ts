import { refuseExpiring } from '../instrument/lifecycle.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { listingOf, OPEN_ONLY, policyOf } from './scope.ts';

/**
 * No OPEN close to the expiry cliff or in what is gone; everything else may go there (contract-1
 * section 8).
 */
export const lifecycle: SafetyGate = {
  name: 'lifecycle',
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate) =>
    refuseExpiring(listingOf(candidate), context.now, policyOf(context).expiryDelistBufferS),
};
