/**
 * The only code that can place, edit or cancel an order. One file may import it: the runtime's
 * dispatch (P1-A). It turns an order into a Deribit request and the answer into events; it decides
 * nothing.
 */
import type { Cancel, Event, MonoMs } from '@holdfast/core';
import type { OrderTerms } from '@holdfast/core/order';
import { meansNothingToCancel, provesNoOrder, TOO_MANY_REQUESTS } from './protocol/errors.ts';
import {
  encodeCancel,
  encodeEdit,
  encodeOrder,
  type OrderChange,
} from './protocol/order-request.ts';
import { type ParsedPlacement, parseOrder, parsePlacement } from './protocol/order-reply.ts';
import type { RpcAnswer, RpcTransport } from './protocol/rpc.ts';

export type { OrderChange } from './protocol/order-request.ts';

export interface OrderClient {
  /**
   * `private/buy` or `private/sell`. Every answer, and every silence, becomes at least one event.
   */
  place(terms: OrderTerms): void;
  /** `private/cancel` by order id, or `private/cancel_by_label`. */
  cancel(target: Cancel): void;
  /**
   * `private/edit`: other size or price for an order that rests. What the order is afterwards comes
   * as `orderReported`; where that is not certain, as a dispatch whose fate is unknown.
   */
  edit(change: OrderChange): void;
  /**
   * `private/cancel_all`, before a logout (D-18). What becomes of each order, the account feed
   * tells. `done` hears how many were cancelled; null when that is not known.
   */
  cancelAll(done: (cancelled: number | null) => void): void;
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
      const { method, params } = encodeCancel(target);
      transport.call(method, { ...params }, (answer) => {
        for (const event of cancelEvents(target, answer, now())) post(event);
      });
    },
    edit(change) {
      const { method, params } = encodeEdit(change);
      transport.call(method, { ...params }, (answer) => {
        for (const event of editEvents(change, answer, now())) post(event);
      });
    },
    cancelAll(done) {
      transport.call('private/cancel_all', {}, (answer) => {
        const cancelled = answer.ok === true ? answer.result : null;
        if (typeof cancelled === 'number' && Number.isSafeInteger(cancelled)) {
          return done(cancelled);
        }
        post(cancelAllFailed(answer, now()));
        done(null);
      });
    },
  };
}

/**
 * A refused edit leaves the order as it was, and is only trouble. Whether it is still there after
 * any other failure, the venue has to be asked.
 */
function editEvents({ label }: OrderChange, answer: RpcAnswer, at: MonoMs): readonly Event[] {
  const unknown = { kind: 'dispatchFailed', at, label, outcome: 'unknown' } as const;
  if (answer.ok === null) return [{ ...unknown, fault: answer.fault, venueCode: null }];
  if (!answer.ok) {
    const { code, message } = answer.error;
    if (!provesNoOrder(code)) return [{ ...unknown, fault: message, venueCode: code }];
    return [{ kind: 'faultObserved', at, fault: `edit_refused: ${message}`, subject: label }];
  }
  const edited = parsePlacement(answer.result);
  if (edited === null || edited.order.label !== label) {
    return [{ ...unknown, fault: 'malformed_reply', venueCode: null }];
  }
  return placedEvents(edited, at);
}

/** 10028 has no order to be told by, and counts all the same (D-12). */
function cancelAllFailed(answer: RpcAnswer, at: MonoMs): Event {
  if (answer.ok === false && answer.error.code === TOO_MANY_REQUESTS) {
    return { kind: 'sessionTerminated', at, code: TOO_MANY_REQUESTS };
  }
  const fault = `cancel_all_failed: ${whyNot(answer)}`;
  return { kind: 'faultObserved', at, fault, subject: null };
}

function whyNot(answer: RpcAnswer): string {
  if (answer.ok === null) return answer.fault;
  return answer.ok ? 'malformed_reply' : answer.error.message;
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
  return placedEvents(placed, at);
}

/** Fills first: a closed order must already have what it traded. */
function placedEvents({ fills, order }: ParsedPlacement, at: MonoMs): readonly Event[] {
  return [
    ...fills.map((fill) => ({ kind: 'fillObserved', at, fill, source: 'reply' }) as const),
    { kind: 'orderReported', at, source: 'reply', ...order },
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
