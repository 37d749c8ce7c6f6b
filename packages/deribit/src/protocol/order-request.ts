import type { Cancel } from '@holdfast/core';
import type { OrderTerms } from '@holdfast/core/order';
import {
  type AmountE8,
  formatE8,
  type Label,
  type PriceE8,
  type VenueOrderId,
} from '@holdfast/core/values';
import type { MethodName } from './methods.ts';

/** A request that can change an order. */
export interface Request {
  readonly method: MethodName;
  readonly params: object;
}

/**
 * Params of `private/buy` and `private/sell`; `amount` in canonical units, exactly one size field.
 */
export interface OrderParams {
  readonly instrument_name: string;
  readonly amount: number;
  readonly type: 'limit';
  readonly price: number;
  readonly time_in_force: 'immediate_or_cancel' | 'good_til_cancelled';
  readonly label: string;
  readonly reduce_only: boolean;
  readonly post_only: boolean;
  readonly reject_post_only?: true;
}

/**
 * The only shape an order of ours can have on the wire: limit, labelled, never hidden, linked or
 * triggered. Post-only always asks to be rejected rather than repriced (D-17).
 */
export function encodeOrder(terms: OrderTerms): Request & { readonly params: OrderParams } {
  const params: OrderParams = {
    instrument_name: terms.instrument,
    amount: wireNumber(terms.amountE8),
    type: 'limit',
    price: wireNumber(terms.limitPriceE8),
    time_in_force: terms.timeInForce,
    label: terms.label,
    reduce_only: terms.reduceOnly,
    // Said even when false: the document's default is true.
    post_only: terms.postOnly,
    ...(terms.postOnly ? { reject_post_only: true as const } : {}),
  };
  return { method: terms.side === 'buy' ? 'private/buy' : 'private/sell', params };
}

/** The new terms of a resting order, whole: what is left out of an edit, Deribit would reset. */
export interface OrderChange {
  readonly label: Label;
  readonly venueOrderId: VenueOrderId;
  /** All of it, with what has traded already. */
  readonly amountE8: AmountE8;
  readonly limitPriceE8: PriceE8;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
}

/** `private/edit`, by Deribit's order id: of two orders with one label it would know neither. */
export function encodeEdit(change: OrderChange): Request {
  return {
    method: 'private/edit',
    params: {
      order_id: change.venueOrderId,
      amount: wireNumber(change.amountE8),
      price: wireNumber(change.limitPriceE8),
      reduce_only: change.reduceOnly,
      // Left out, it would be true: an edit that crosses would be repriced.
      post_only: change.postOnly,
      ...(change.postOnly ? { reject_post_only: true } : {}),
    },
  };
}

/** `private/cancel` by order id; `private/cancel_by_label` where no id is known. */
export function encodeCancel(target: Cancel): Request {
  return target.venueOrderId === null
    ? { method: 'private/cancel_by_label', params: { label: target.label } }
    : { method: 'private/cancel', params: { order_id: target.venueOrderId } };
}

/**
 * The double whose shortest form is exactly our decimal, so the JSON text is the decimal itself.
 */
function wireNumber(e8: number): number {
  return Number(formatE8(e8));
}
