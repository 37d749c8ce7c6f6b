import type { InstrumentName } from '../values/index.ts';
import type { LegProposal, Side } from './intent.ts';

/**
 * An immediate-or-cancel limit leg. What is not given it does not claim: no fair value, no edge, no
 * delta, and nothing but a plain order.
 */
export function limitLeg(
  instrument: InstrumentName,
  side: Side,
  quantity: number,
  limitPrice: number | null,
  more: Partial<LegProposal> = {},
): LegProposal {
  return {
    instrument,
    side,
    quantity,
    contracts: null,
    limitPrice,
    fairPrice: null,
    grossEdgeUsd: null,
    delta: null,
    orderType: 'limit',
    timeInForce: 'immediate_or_cancel',
    postOnly: false,
    trigger: null,
    triggerPrice: null,
    linkedOrderType: null,
    ...more,
  };
}
