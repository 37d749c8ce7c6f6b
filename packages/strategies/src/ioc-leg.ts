import {
  type InstrumentName,
  type LegProposal,
  limitLeg,
  type Side,
} from '@holdfast/core/strategy';
import type { FairValue } from './expiry-slices.ts';

/**
 * An immediate-or-cancel limit leg; `price` in the instrument's quote currency. No edge is claimed.
 */
export function iocLeg(
  instrument: InstrumentName,
  side: Side,
  quantity: number,
  limitPrice: number,
  fair: FairValue | null,
): LegProposal {
  const known = { fairPrice: fair?.price ?? null, delta: fair?.delta ?? null };
  return limitLeg(instrument, side, quantity, limitPrice, known);
}
