import type { OrderTerms } from '@holdfast/core/order';
import { formatE8 } from '@holdfast/core/values';

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
  readonly post_only?: true;
  readonly reject_post_only?: true;
}

/**
 * The only shape an order of ours can have on the wire: limit, labelled, never hidden, linked or
 * triggered. Post-only always asks to be rejected rather than repriced (D-17).
 */
export function encodeOrder(terms: OrderTerms): {
  readonly method: string;
  readonly params: OrderParams;
} {
  const params: OrderParams = {
    instrument_name: terms.instrument,
    amount: wireNumber(terms.amountE8),
    type: 'limit',
    price: wireNumber(terms.limitPriceE8),
    time_in_force: terms.timeInForce,
    label: terms.label,
    reduce_only: terms.reduceOnly,
    ...(terms.postOnly ? { post_only: true as const, reject_post_only: true as const } : {}),
  };
  return { method: terms.side === 'buy' ? 'private/buy' : 'private/sell', params };
}

/**
 * The double whose shortest form is exactly our decimal, so the JSON text is the decimal itself.
 */
function wireNumber(e8: number): number {
  return Number(formatE8(e8));
}
