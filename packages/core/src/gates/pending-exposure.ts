import type { CoinE8, Currency } from '../values/index.ts';
import { facedDeltaE8, reachedDeltaE8 } from './delta.ts';
import { inE8, note } from './answers.ts';
import type { Candidate, GateContext, SafetyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { listingOf, OPEN_ONLY, policyOf, toDecimal } from './scope.ts';

/**
 * Does the order fit the shared delta budget, with every reservation of its side filled (contract-1
 * section 17)? An order that brings an underlying back from beyond its limit fits: only the side it
 * pushes to is compared.
 */
export const pendingExposure: SafetyGate = {
  name: 'pending-exposure',
  measures: [inE8('reachedDelta'), inE8('deltaLimit')],
  kind: 'safety',
  appliesTo: OPEN_ONLY,
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    const { underlying } = listing.instrument;
    const limit = deltaLimitE8(context, underlying);
    if (limit === null) return reject('InventorySkewDeltaLimitMissing', { underlying });
    const reached = note(candidate, reachedDeltaE8(context.exposure, candidate, listing));
    if (reached <= note(candidate, limit)) return null;
    const current = context.exposure.currentDeltaE8(underlying);
    return reject('PendingExposureBudgetExceeded', {
      pendingDelta: toDecimal(facedDeltaE8(context.exposure, candidate, listing) - current),
      deltaImpact: toDecimal(candidate.deltaE8),
      limit: toDecimal(limit),
    });
  },
};

/**
 * `delta_limit` of an underlying; null when it is missing, not a number, or not positive (section
 * 16).
 */
export function deltaLimitE8(context: GateContext, underlying: Currency): CoinE8 | null {
  const limit = policyOf(context).exposure.deltaLimitE8.get(underlying);
  return limit !== undefined && limit > 0 ? limit : null;
}
