import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import type { Levels } from './levels.ts';
import type { BookNotice } from './notification.ts';
import type { VenueOrder } from './orders.ts';

/**
 * The double whose shortest decimal is exactly this integer at 1e-8: one correctly rounded
 * division.
 */
export function decimal(e8: number): number {
  return e8 / E8;
}

export function wirePrice(instrument: Instrument, ticks: number): number {
  return decimal(ticks * instrument.tickE8);
}

export function wireAmount(instrument: Instrument, steps: number): number {
  return decimal(steps * instrument.amountStepE8);
}

/** Deribit's order object, as in replies, `user.orders` and open orders. */
export interface WireOrder {
  readonly order_id: string;
  readonly order_state: 'open' | 'filled' | 'cancelled';
  readonly order_type: 'limit' | 'market';
  readonly original_order_type?: 'market_limit';
  readonly time_in_force: string;
  readonly instrument_name: string;
  readonly creation_timestamp: number;
  readonly last_update_timestamp: number;
  readonly direction: 'buy' | 'sell';
  readonly price: number;
  readonly label: string;
  readonly post_only: boolean;
  readonly reject_post_only?: boolean;
  readonly reduce_only: boolean;
  readonly api: true;
  readonly web: false;
  readonly mmp: false;
  readonly is_liquidation: false;
  readonly replaced: boolean;
  readonly risk_reducing: false;
  readonly amount: number;
  readonly contracts: number;
  readonly filled_amount: number;
  readonly average_price: number;
  readonly cancel_reason?: string;
}

/** Deribit's trade object for one of our own trades. */
export interface WireTrade {
  readonly trade_id: string;
  readonly trade_seq: number;
  readonly instrument_name: string;
  readonly timestamp: number;
  readonly order_type: 'limit' | 'market';
  readonly order_id: string;
  readonly matching_id: null;
  readonly direction: 'buy' | 'sell';
  readonly tick_direction: 0 | 1 | 2 | 3;
  readonly index_price: number;
  readonly mark_price: number;
  readonly iv?: number;
  readonly underlying_price?: number;
  readonly price: number;
  readonly amount: number;
  readonly contracts: number;
  readonly liquidity: 'M' | 'T';
  readonly fee: number;
  readonly fee_currency: string;
  readonly label?: string;
  readonly state: string;
  readonly api: true;
  readonly mmp: false;
  readonly risk_reducing: false;
  readonly profit_loss: number;
}

/** Deribit's public trade; `direction` is the aggressor's. */
export interface WirePublicTrade {
  readonly trade_id: string;
  readonly trade_seq: number;
  readonly instrument_name: string;
  readonly timestamp: number;
  readonly direction: 'buy' | 'sell';
  readonly tick_direction: 0 | 1 | 2 | 3;
  readonly price: number;
  readonly amount: number;
  readonly contracts: number;
  readonly index_price: number;
  readonly mark_price: number;
  readonly iv?: number;
}

export function contractsOf(instrument: Instrument, steps: number): number {
  return (steps * instrument.amountStepE8) / instrument.contractMultiplierE8;
}

export function toWireOrder(order: VenueOrder): WireOrder {
  const { request } = order;
  const { instrument } = request;
  const average = order.filledSteps === 0 ? 0 : order.filledTickSteps / order.filledSteps;
  return {
    order_id: order.id,
    order_state: order.state,
    order_type: request.type,
    ...(request.originalType === null ? {} : { original_order_type: request.originalType }),
    time_in_force: request.timeInForce,
    instrument_name: instrument.name,
    creation_timestamp: order.createdAt,
    last_update_timestamp: order.updatedAt,
    direction: request.side,
    price: wirePrice(instrument, order.ticks),
    label: request.label,
    post_only: request.postOnly,
    ...(request.postOnly ? { reject_post_only: request.rejectPostOnly } : {}),
    reduce_only: request.reduceOnly,
    api: true,
    web: false,
    mmp: false,
    is_liquidation: false,
    replaced: order.replaced,
    risk_reducing: false,
    amount: wireAmount(instrument, request.steps),
    contracts: contractsOf(instrument, request.steps),
    filled_amount: wireAmount(instrument, order.filledSteps),
    average_price: decimal(average * instrument.tickE8),
    ...(order.cancelReason === null ? {} : { cancel_reason: order.cancelReason }),
  };
}

/** `data` of a `book.{instrument}.{interval}` message. */
export function toBookData(notice: BookNotice): Readonly<Record<string, unknown>> {
  const { instrument, prevChangeId } = notice;
  return {
    type: prevChangeId === null ? 'snapshot' : 'change',
    timestamp: notice.timestamp,
    instrument_name: instrument.name,
    change_id: notice.changeId,
    ...(prevChangeId === null ? {} : { prev_change_id: prevChangeId }),
    bids: toRows(instrument, notice.bids, notice.newBidsFrom),
    asks: toRows(instrument, notice.asks, notice.newAsksFrom),
  };
}

function toRows(instrument: Instrument, levels: Levels, newFrom: number): unknown[] {
  const rows: unknown[] = [];
  for (let index = 0; index < levels.length; index += 2) {
    const steps = levels[index + 1] ?? 0;
    const action = steps === 0 ? 'delete' : index < newFrom ? 'change' : 'new';
    const row = [action, wirePrice(instrument, levels[index] ?? 0), wireAmount(instrument, steps)];
    rows.push(row);
  }
  return rows;
}
