import type { IntentProposal } from '../intent/intent.ts';
import type { ObservedListing, State } from '../state.ts';
import { type AmountE8, E8 } from '../values/index.ts';

/**
 * A close of every position at the best price its book offers, immediate-or-cancel and reduce-only:
 * what an operator's flatten proposes in one round (contract-1 section 8, portfolio procedures).
 * Each is judged by itself, so that what one instrument refuses holds up no other. Left out is what
 * nobody quotes on the side it would be closed at, and what is not listed.
 */
export function closeOut({ facts, observations }: State): readonly IntentProposal[] {
  const proposals: IntentProposal[] = [];
  for (const { instrument, amountE8 } of facts.positions.values()) {
    const listing = observations.listings.get(instrument);
    const proposal = listing === undefined ? null : closeOf(listing, amountE8);
    if (proposal !== null) proposals.push(proposal);
  }
  return proposals;
}

function closeOf({ book, instrument }: ObservedListing, amount: AmountE8): IntentProposal | null {
  const isLong = amount > 0;
  if (!book.usable || (isLong ? book.bidCount : book.askCount) === 0) return null;
  const ticks = isLong ? book.bidPrice(0) : book.askPrice(0);
  return {
    action: 'Close',
    reduceOnly: true,
    target: null,
    legs: [
      {
        instrument: instrument.name,
        side: isLong ? 'sell' : 'buy',
        quantity: Math.abs(amount) / E8,
        contracts: null,
        limitPrice: (ticks * instrument.tickE8) / E8,
        fairPrice: null,
        grossEdgeUsd: null,
        delta: null,
        orderType: 'limit',
        timeInForce: 'immediate_or_cancel',
        postOnly: false,
        trigger: null,
        triggerPrice: null,
        linkedOrderType: null,
      },
    ],
  };
}
