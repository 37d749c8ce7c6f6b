import type { InstrumentName, LegProposal, Side } from '@holdfast/core/strategy';
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
  return {
    instrument,
    side,
    quantity,
    contracts: null,
    limitPrice,
    fairPrice: fair?.price ?? null,
    grossEdgeUsd: null,
    delta: fair?.delta ?? null,
    orderType: 'limit',
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
  };
}
