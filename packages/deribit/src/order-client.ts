/**
 * The only code that can place, edit or cancel an order. One file may import it: the runtime's
 * dispatch (P1-A). It turns an order into a Deribit request and the answer into events; it decides
 * nothing.
 */
import type { Cancel, Event, MonoMs } from '@holdfast/core';
import type { OrderTerms } from '@holdfast/core/order';
import { meansNothingToCancel, provesNoOrder } from './protocol/errors.ts';
import { encodeOrder } from './protocol/order-request.ts';
import { parseOrder, parsePlacement } from './protocol/order-reply.ts';
import type { RpcAnswer, RpcTransport } from './protocol/rpc.ts';

export interface OrderClient {
  /**
   * `private/buy` or `private/sell`. Every answer, and every silence, becomes at least one event.
   */
  place(terms: OrderTerms): void;
  /** `private/cancel` by order id, or `private/cancel_by_label`. */
  cancel(target: Cancel): void;
}

export function createOrderClient(
  transport: RpcTransport,
  now: () => MonoMs,
  post: (event: Event) => void,
): OrderClient {
  return {
    place(terms) {
      const { method, params } = encodeOrder(terms);
      transport.call(method, { ...params }, (answer) => {
        for (const event of placementEvents(terms, answer, now())) post(event);
      });
    },
    cancel(target) {
      const request =
        target.venueOrderId === null
          ? { method: 'private/cancel_by_label', params: { label: target.label } }
          : { method: 'private/cancel', params: { order_id: target.venueOrderId } };
      transport.call(request.method, request.params, (answer) => {
        for (const event of cancelEvents(target, answer, now())) post(event);
      });
    },
  };
}

function placementEvents(terms: OrderTerms, answer: RpcAnswer, at: MonoMs): readonly Event[] {
  const failed = { kind: 'dispatchFailed', at, label: terms.label } as const;
  if (answer.ok === null) {
    return [{ ...failed, fault: answer.fault, outcome: 'unknown', venueCode: null }];
  }
  if (!answer.ok) {
    const { code, message } = answer.error;
    const outcome = provesNoOrder(code) ? 'refused' : 'unknown';
    return [{ ...failed, fault: message, outcome, venueCode: code }];
  }
  const placed = parsePlacement(answer.result);
  if (placed === null || placed.order.label !== terms.label) {
    return [{ ...failed, fault: 'malformed_reply', outcome: 'unknown', venueCode: null }];
  }
  // Fills first: a closed order must already have what it traded.
  return [
    ...placed.fills.map((fill) => ({ kind: 'fillObserved', at, fill, source: 'reply' }) as const),
    { kind: 'orderReported', at, source: 'reply', ...placed.order },
  ];
}

/**
 * `private/cancel` answers with the order, `private/cancel_by_label` with how many it cancelled;
 * what became of those, the account feed tells.
 */
function cancelEvents(target: Cancel, answer: RpcAnswer, at: MonoMs): readonly Event[] {
  const { label, instrument } = target;
  const failed = { kind: 'cancelFailed', at, label, instrument } as const;
  if (answer.ok === null) {
    return [{ ...failed, fault: answer.fault, outcome: 'unknown', venueCode: null }];
  }
  if (!answer.ok) {
    const { code, message } = answer.error;
    const outcome = meansNothingToCancel(code) ? 'nothing_to_cancel' : 'unknown';
    return [{ ...failed, fault: message, outcome, venueCode: code }];
  }
  if (target.venueOrderId === null && Number.isSafeInteger(answer.result)) {
    if (answer.result !== 0) return [];
    return [{ ...failed, fault: 'no_such_label', outcome: 'nothing_to_cancel', venueCode: null }];
  }
  const parsed = parseOrder(answer.result);
  if (parsed === null) {
    return [{ ...failed, fault: 'malformed_reply', outcome: 'unknown', venueCode: null }];
  }
  // The label we sent it under: an order taken over by its venue id may carry another.
  return [
    { kind: 'orderReported', at, source: 'reply', ...parsed.order, label, cause: 'canceled_by_us' },
  ];
}
