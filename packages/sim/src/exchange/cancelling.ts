import { isWantedKind, kindOf } from './instrument-kind.ts';
import { close, tellOrder } from './fills.ts';
import type { CancelReason, VenueOrder } from './orders.ts';
import type { Trader } from './trader.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  missing,
  type Params,
  venueError,
} from './venue-error.ts';
import { tellBook, type VenueState } from './venue-state.ts';
import { toWireOrder } from './wire.ts';

type Wanted = (order: VenueOrder) => boolean;

/** Takes an open order off and tells it. */
export function cancelOrder(state: VenueState, order: VenueOrder, reason: CancelReason): void {
  close(state, order, 'cancelled', reason);
  tellOrder(state, order);
  const listing = state.listings.get(order.request.instrument.name);
  if (listing !== undefined) tellBook(state, listing);
}

/** @returns the orders that were cancelled, in the order they were made. */
export function cancelWhere(
  state: VenueState,
  trader: Trader,
  isWanted: Wanted,
  reason: CancelReason,
): readonly VenueOrder[] {
  const wanted = [...trader.orders.open()].filter(isWanted);
  for (const order of wanted) cancelOrder(state, order, reason);
  return wanted;
}

/** An order of this account; another's is 10029, one that never was 10004. */
export function findOrder(
  state: VenueState,
  trader: Trader,
  id: string,
):
  | { readonly ok: true; readonly order: VenueOrder }
  | { readonly ok: false; answer: ExchangeAnswer } {
  const order = trader.orders.byId(id);
  if (order !== undefined) return { ok: true, order };
  for (const other of state.traders.values()) {
    if (other.orders.byId(id) === undefined) continue;
    return { ok: false, answer: failure(venueError(10029, `${id} is not yours`, 'order_id')) };
  }
  return { ok: false, answer: failure(venueError(10004, `no order ${id}`, 'order_id')) };
}

/** `private/cancel`. */
export function cancel(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const id = params['order_id'];
  if (typeof id !== 'string') return missing('order_id');
  const found = findOrder(state, trader, id);
  if (!found.ok) return found.answer;
  const { order } = found;
  if (order.state !== 'open') return failure(venueError(11044, order.state, 'order_id'));
  cancelOrder(state, order, 'user_request');
  return answer(toWireOrder(order));
}

/** `private/cancel_by_label`. */
export function cancelByLabel(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const { label, currency } = params;
  if (typeof label !== 'string') return missing('label');
  const isWanted: Wanted = ({ request }) =>
    request.label === label &&
    (currency === undefined || request.instrument.settlement === currency);
  return answer(cancelWhere(state, trader, isWanted, 'user_request').length);
}

/** `private/cancel_all`. */
export function cancelAll(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  return cancelled(state, trader, params, () => true);
}

/** `private/cancel_all_by_currency`. */
export function cancelByCurrency(
  state: VenueState,
  trader: Trader,
  params: Params,
): ExchangeAnswer {
  const { currency } = params;
  if (typeof currency !== 'string') return missing('currency');
  return cancelled(
    state,
    trader,
    params,
    ({ request: { instrument } }) =>
      instrument.settlement === currency && isWantedKind(instrument, params),
  );
}

/** `private/cancel_all_by_instrument`. */
export function cancelByInstrument(
  state: VenueState,
  trader: Trader,
  params: Params,
): ExchangeAnswer {
  const name = params['instrument_name'];
  if (typeof name !== 'string') return missing('instrument_name');
  return cancelled(state, trader, params, ({ request }) => request.instrument.name === name);
}

/** `private/cancel_all_by_kind_or_type`: one currency, a list of them, or `any`. */
export function cancelByKind(state: VenueState, trader: Trader, params: Params): ExchangeAnswer {
  const { currency } = params;
  const listed: unknown[] = Array.isArray(currency) ? currency : [currency];
  if (!listed.every((each) => typeof each === 'string') || currency === undefined) {
    return missing('currency');
  }
  return cancelled(
    state,
    trader,
    params,
    ({ request: { instrument } }) =>
      (listed.includes('any') || listed.includes(instrument.settlement)) &&
      isWantedKind(instrument, params),
  );
}

/** How many went; with `detailed` what went, by instrument. Trigger orders do not exist here. */
function cancelled(
  state: VenueState,
  trader: Trader,
  params: Params,
  isWanted: Wanted,
): ExchangeAnswer {
  const { type, detailed } = params;
  const none = type !== undefined && type !== 'all' && type !== 'limit';
  const gone = cancelWhere(state, trader, none ? () => false : isWanted, 'user_request');
  if (detailed !== true) return answer(gone.length);
  const groups = Map.groupBy(gone, ({ request }) => request.instrument);
  return answer(
    [...groups].map(([instrument, orders]) => ({
      currency: instrument.settlement,
      kind: kindOf(instrument),
      type: 'limit',
      instrument_name: instrument.name,
      result: orders.map(toWireOrder),
    })),
  );
}
