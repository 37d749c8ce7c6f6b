import type { Anomaly } from '../ledger/record.ts';
import type { AmountE8, VenueOrderId, WallMs } from '../values/index.ts';
import { isTerminal, type Order, type OrderState } from './order.ts';

/**
 * Trade lifecycle (contract-1 section 27). Every transition survives any order of events: what
 * comes early, late or twice is accepted and named, never thrown. `Filled` is only ever the sum of
 * fills.
 */
export type OrderFact =
  | { readonly kind: 'sending'; readonly at: WallMs }
  | { readonly kind: 'acked'; readonly at: WallMs; readonly venueOrderId: VenueOrderId }
  | { readonly kind: 'filled'; readonly at: WallMs; readonly amountE8: AmountE8 }
  | { readonly kind: 'closed'; readonly outcome: 'Canceled' | 'Failed' }
  | { readonly kind: 'abandoned' };

/** What is out of order about a fact that is about to be applied, or null when nothing is. */
export function anomalyOf(order: Order, fact: OrderFact): Anomaly | null {
  switch (fact.kind) {
    case 'acked':
      return order.state === 'Created' ? 'ack_before_send' : null;
    case 'filled':
      return fillAnomaly(order, fact.amountE8);
    case 'closed':
      return fact.outcome === 'Failed' && order.filledE8 > 0 ? 'reject_after_fill' : null;
    case 'sending':
    case 'abandoned':
      return null;
  }
}

function fillAnomaly(order: Order, amountE8: AmountE8): Anomaly | null {
  if (order.filledE8 + amountE8 > order.terms.amountE8) return 'fill_beyond_quantity';
  if (isTerminal(order.state)) return 'fill_after_terminal';
  if (order.state === 'Created') return 'fill_before_send';
  return order.state === 'Sent' ? 'fill_before_ack' : null;
}

/**
 * Applies one fact in place. Idempotent for acks and closes; the caller deduplicates fills by trade
 * id.
 */
export function advance(order: Order, fact: OrderFact): void {
  switch (fact.kind) {
    case 'sending':
      order.sendingRecorded = true;
      order.sentAt ??= fact.at;
      if (order.state === 'Created') order.state = 'Sent';
      return;
    case 'acked':
      order.venueOrderId = fact.venueOrderId;
      order.ackAt ??= fact.at;
      if (order.state === 'Created' || order.state === 'Sent') order.state = 'Acked';
      return;
    case 'filled':
      order.filledE8 = (order.filledE8 + fact.amountE8) as AmountE8;
      order.lastFillAt = fact.at;
      if (!isTerminal(order.state)) order.state = stateAfterFill(order);
      return;
    case 'closed':
      // A reject after fills proves nothing was rejected: the order stays where its fills put it.
      if (isTerminal(order.state) || (fact.outcome === 'Failed' && order.filledE8 > 0)) return;
      order.state = fact.outcome;
      return;
    case 'abandoned':
      if (isTerminal(order.state)) return;
      order.abandoned = true;
      order.state = 'Failed';
  }
}

function stateAfterFill(order: Order): OrderState {
  return order.filledE8 >= order.terms.amountE8 ? 'Filled' : 'PartiallyFilled';
}
