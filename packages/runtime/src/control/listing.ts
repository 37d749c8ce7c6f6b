import type { State } from '@holdfast/core/step';
import { formatE8 } from '@holdfast/core/values';

/** More than this is not read by a person; the counts are always whole. */
const LISTED_MAX = 1_000;

/** One order of ours that is not finished, as the ledger knows it. Decimals as text. */
export interface OrderLine {
  readonly label: string;
  readonly intent_id: string;
  readonly strategy: string;
  readonly intent: string;
  readonly instrument: string;
  readonly side: string;
  readonly state: string;
  readonly amount: string;
  readonly filled: string;
  readonly limit_price: string;
  readonly time_in_force: string;
  readonly reduce_only: boolean;
  readonly venue_order_id: string | null;
  readonly created_ts_ms: number;
}

export interface OrderListing {
  /** Admitted, and not yet durable: nothing of them has left. */
  readonly pending_orders: number;
  /** Marked as sending, and not yet acknowledged. */
  readonly orders_in_flight: number;
  readonly working_orders: number;
  readonly orders: readonly OrderLine[];
}

export function listOrders({ facts, observations }: State): OrderListing {
  const orders: OrderLine[] = [];
  let inFlight = 0;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order === undefined) continue;
    const { terms, state } = order;
    if (order.sendingRecorded && (state === 'Created' || state === 'Sent')) inFlight += 1;
    if (orders.length === LISTED_MAX) continue;
    orders.push({
      label,
      intent_id: `${terms.groupId}:${terms.legIndex}`,
      strategy: terms.strategyId,
      intent: terms.intentClass,
      instrument: terms.instrument,
      side: terms.side,
      state,
      amount: formatE8(terms.amountE8),
      filled: formatE8(order.filledE8),
      limit_price: formatE8(terms.limitPriceE8),
      time_in_force: terms.timeInForce,
      reduce_only: terms.reduceOnly,
      venue_order_id: order.venueOrderId,
      created_ts_ms: order.createdAt,
    });
  }
  return {
    pending_orders: observations.pendingIntents.size,
    orders_in_flight: inFlight,
    working_orders: facts.working.size,
    orders,
  };
}

export interface PositionListing {
  readonly positions: readonly {
    readonly instrument: string;
    readonly currency: string;
    /** Signed: long is positive. */
    readonly amount: string;
    /** Net cash of all fills, without fees, in `currency`. */
    readonly cash: string;
    /** What the venue last called its price; null when it has not. */
    readonly mark_price: string | null;
  }[];
}

export function listPositions({ facts, observations }: State): PositionListing {
  const positions = [...facts.positions.values()].slice(0, LISTED_MAX).map((position) => {
    const mark = observations.listings.get(position.instrument)?.markPriceE8 ?? null;
    return {
      instrument: position.instrument,
      currency: position.currency,
      amount: formatE8(position.amountE8),
      cash: formatE8(position.cashE8),
      mark_price: mark === null ? null : formatE8(mark),
    };
  });
  return { positions };
}
