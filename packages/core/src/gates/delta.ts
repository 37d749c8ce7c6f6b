import { E8, mulDivUp } from '../values/index.ts';
import type { Candidate, ExposureView, Listing } from './gate.ts';

/**
 * Signed worst-case delta of the whole order, coin at 1e-8, rounded away from zero (contract-1
 * section 17). `indexE8` is needed for USD-sized instruments; NaN comes out where it is missing.
 */
export function orderDeltaE8(
  candidate: Candidate,
  listing: Listing,
  indexE8: number | null,
): number {
  const { instrument } = listing;
  const coins =
    instrument.amountUnit === 'coin'
      ? candidate.amountE8
      : mulDivUp(candidate.amountE8, E8, indexE8 ?? Number.NaN);
  const size = Math.ceil(coins * deltaSize(candidate.leg.delta, listing));
  const longLowers = instrument.option?.type === 'put';
  return (candidate.leg.side === 'buy') === longLowers ? 0 - size : size;
}

/**
 * |delta| per unit. The strategy's own greek counts, but never below the venue's, so that nobody
 * reserves less by saying less; without one the bound of the product, 1, is reserved.
 */
function deltaSize(proposed: number | null, { instrument, delta }: Listing): number {
  if (instrument.kind !== 'option' || proposed === null) return 1;
  const size = Math.max(Math.abs(proposed), delta === null ? 0 : Math.abs(delta));
  return size <= 1 ? size : 1;
}

/**
 * Where the net delta of an underlying may end on the side this order pushes to: held, plus every
 * pending order of that side, so no fill of the other side is counted on (contract-1 section 17).
 * Coin at 1e-8, signed.
 */
export function facedDeltaE8(
  exposure: ExposureView,
  candidate: Candidate,
  listing: Listing,
): number {
  const { underlying } = listing.instrument;
  const pending =
    candidate.deltaE8 >= 0
      ? exposure.pendingLongDeltaE8(underlying)
      : exposure.pendingShortDeltaE8(underlying);
  return exposure.currentDeltaE8(underlying) + pending;
}

/**
 * The same, counted in the order's own direction and with the order in it: what a limit is compared
 * with.
 */
export function reachedDeltaE8(
  exposure: ExposureView,
  candidate: Candidate,
  listing: Listing,
): number {
  const reached = facedDeltaE8(exposure, candidate, listing) + candidate.deltaE8;
  return candidate.deltaE8 >= 0 ? reached : 0 - reached;
}

/**
 * True where the order takes delta away from what is held, even with all its side's pending orders
 * filled.
 */
export function reducesInventory(
  exposure: ExposureView,
  candidate: Candidate,
  listing: Listing,
): boolean {
  return facedDeltaE8(exposure, candidate, listing) * candidate.deltaE8 < 0;
}
