import { findOrder } from '../cancelling.ts';
import { isWantedKind } from '../instrument-kind.ts';
import type { VenueOrder } from '../orders.ts';
import { absent, countOf, currencyOf, isFiled, type Queries, text, whole } from './params.ts';
import type { Trader } from '../trader.ts';
import { answer, type ExchangeAnswer, failure, type Params, venueError } from '../venue-error.ts';
import type { VenueState } from '../venue-state.ts';
import { toWireOrder } from '../wire.ts';

/** Deribit finds orders that closed before this only with `historical` (phases section 7.1). */
const RECENT_MS = 1_800_000;
/** Older ones only with `include_old` as well. */
const OLD_MS = 172_800_000;

type Wanted = (order: VenueOrder) => boolean;

/** What an account may ask about its orders. */
export const ORDER_QUERIES: Queries = [
  ['private/get_open_orders', (_state, params, trader) => openOrders(trader, params, () => true)],
  ['private/get_open_orders_by_currency', openByCurrency],
  ['private/get_open_orders_by_instrument', openByInstrument],
  ['private/get_open_orders_by_label', openByLabel],
  ['private/get_order_state', orderState],
  ['private/get_order_state_by_label', stateByLabel],
  ['private/get_order_history_by_currency', historyByCurrency],
  ['private/get_order_history_by_instrument', historyByInstrument],
];

/** Trigger orders do not exist here: whoever asks for them is told of none. */
function openOrders(trader: Trader, params: Params, isWanted: Wanted): ExchangeAnswer {
  const { type } = params;
  if (type !== undefined && type !== 'all' && type !== 'limit') return answer([]);
  const found = [...trader.orders.open()].filter(
    (order) => isWanted(order) && isWantedKind(order.request.instrument, params),
  );
  return answer(found.map(toWireOrder));
}

function openByCurrency(_state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  return openOrders(trader, params, ({ request }) => isFiled(request.instrument, wanted));
}

function openByInstrument(_state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name');
  return openOrders(trader, params, ({ request }) => request.instrument.name === name);
}

function openByLabel(_state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  const label = text(params, 'label');
  return openOrders(
    trader,
    params,
    ({ request }) =>
      isFiled(request.instrument, wanted) && (label === null || request.label === label),
  );
}

function isRecent(state: VenueState, order: VenueOrder): boolean {
  return order.state === 'open' || order.updatedAt >= state.now - RECENT_MS;
}

function orderState(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'order_id');
  if (lacking !== null) return lacking;
  const id = text(params, 'order_id') ?? '';
  const found = findOrder(state, trader, id);
  if (!found.ok) return found.answer;
  if (isRecent(state, found.order)) return answer(toWireOrder(found.order));
  return failure(venueError(10004, `${id} closed too long ago`, 'order_id'));
}

function stateByLabel(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency', 'label');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  const label = text(params, 'label');
  const result: unknown[] = [];
  for (const order of trader.orders.all()) {
    const { request } = order;
    if (request.label !== label || !isFiled(request.instrument, wanted)) continue;
    if (isRecent(state, order)) result.push(toWireOrder(order));
  }
  return answer(result);
}

function historyByCurrency(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'currency');
  if (lacking !== null) return lacking;
  const wanted = currencyOf(params);
  return history(
    state,
    params,
    trader,
    ({ request: { instrument } }) =>
      isFiled(instrument, wanted) && isWantedKind(instrument, params),
  );
}

function historyByInstrument(state: VenueState, params: Params, trader: Trader): ExchangeAnswer {
  const lacking = absent(params, 'instrument_name');
  if (lacking !== null) return lacking;
  const name = text(params, 'instrument_name');
  return history(state, params, trader, ({ request }) => request.instrument.name === name);
}

/**
 * Closed orders, the newest first: those of the last half hour, or with `historical` those before;
 * without a fill only with `include_unfilled`. With `with_continuation` the next page is named.
 */
function history(
  state: VenueState,
  params: Params,
  trader: Trader,
  isWanted: Wanted,
): ExchangeAnswer {
  const counted = countOf(params, 20, 1_000);
  if (!counted.ok) return counted.answer;
  const from = Number(text(params, 'continuation') ?? whole(params, 'offset') ?? 0);
  if (!Number.isSafeInteger(from) || from < 0) {
    return failure(venueError(-32602, 'not ours', 'continuation'));
  }
  const historical = params['historical'] === true;
  const oldest = params['include_old'] === true ? 0 : state.now - OLD_MS;
  const found = trader.orders
    .closed()
    .filter(
      (order) =>
        isRecent(state, order) !== historical &&
        order.updatedAt >= oldest &&
        (order.filledSteps > 0 || params['include_unfilled'] === true) &&
        isWanted(order),
    )
    .toReversed();
  const orders = found.slice(from, from + counted.count).map(toWireOrder);
  if (params['with_continuation'] !== true) return answer(orders);
  const next = from + orders.length;
  return answer({ orders, continuation: next < found.length ? String(next) : null });
}
