import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, instrumentName } from '@holdfast/core/values';
import { accountSummaries, accountSummary, orderBook, positions } from './account-report.ts';
import type { SettlementNotice } from './notification.ts';
import type { VenueOrder } from './orders.ts';
import {
  answer,
  type ExchangeAnswer,
  failure,
  missing,
  type Params,
  venueError,
} from './venue-error.ts';
import type { VenueState } from './venue-state.ts';
import { decimal, toTickerData, toWireInstrument, toWireOrder } from './wire.ts';

/** Deribit finds trades older than this only with `historical=true` (phases section 7.1). */
const RECENT_MS = 86_400_000;
const TRADES_MAX = 1_000;
const TRADES_DEFAULT = 10;

type Query = (state: VenueState, params: Params) => ExchangeAnswer;

/** Every method that changes nothing, by name. */
export const QUERIES: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['public/test', () => answer({ version: 'simulated' })],
  ['public/get_time', (state) => answer(state.now)],
  ['public/get_instruments', getInstruments],
  ['public/get_order_book', getOrderBook],
  ['public/ticker', getTicker],
  ['public/get_index_price', getIndexPrice],
  ['private/get_open_orders', (state, params) => openOrders(state, params, () => true)],
  ['private/get_open_orders_by_currency', openOrdersByCurrency],
  ['private/get_open_orders_by_instrument', openOrdersByInstrument],
  ['private/get_open_orders_by_label', openOrdersByLabel],
  ['private/get_order_state', getOrderState],
  ['private/get_order_state_by_label', orderStateByLabel],
  ['private/get_positions', getPositions],
  ['private/get_user_trades_by_currency_and_time', userTrades],
  ['private/get_account_summary', getAccountSummary],
  ['private/get_account_summaries', getAccountSummaries],
  ['private/get_settlement_history_by_currency', settlementHistory],
]);

function text(params: Params, key: string): string | null {
  const value = params[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

function whole(params: Params, key: string): number | null {
  const value = params[key];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** `any` and absent are everything. */
function currencyOf(params: Params): Currency | null {
  const value = text(params, 'currency');
  return value === null || value === 'any' ? null : currency(value);
}

function kindOf(instrument: Instrument): 'option' | 'future' {
  return instrument.kind === 'option' ? 'option' : 'future';
}

function isOfKind(instrument: Instrument, params: Params): boolean {
  const kind = text(params, 'kind');
  return kind === null || kind === 'any' || kind === kindOf(instrument);
}

function getInstruments(state: VenueState, params: Params): ExchangeAnswer {
  if (text(params, 'currency') === null) return missing('currency');
  const wanted = currencyOf(params);
  const result: unknown[] = [];
  if (params['expired'] === true) return answer(result);
  for (const { instrument, listedAt } of state.listings.values()) {
    // Deribit files linear instruments under their settlement currency.
    const filed = instrument.settlement;
    if ((wanted === null || wanted === filed) && isOfKind(instrument, params)) {
      result.push(toWireInstrument(instrument, listedAt));
    }
  }
  return answer(result);
}

function getOrderBook(state: VenueState, params: Params): ExchangeAnswer {
  const name = text(params, 'instrument_name');
  if (name === null) return missing('instrument_name');
  const listing = state.listings.get(instrumentName(name));
  if (listing === undefined) return notFound(name);
  return answer(orderBook(state, listing, whole(params, 'depth') ?? 5));
}

function getTicker(state: VenueState, params: Params): ExchangeAnswer {
  const name = text(params, 'instrument_name');
  if (name === null) return missing('instrument_name');
  const listing = state.listings.get(instrumentName(name));
  if (listing === undefined) return notFound(name);
  if (listing.ticker === null) return failure(venueError(13028, 'no mark price yet'));
  return answer({ ...orderBook(state, listing, 1), ...toTickerData(listing.ticker) });
}

function notFound(name: string): ExchangeAnswer {
  return failure(venueError(13020, `${name} is not listed`, 'instrument_name'));
}

function getIndexPrice(state: VenueState, params: Params): ExchangeAnswer {
  const name = text(params, 'index_name');
  if (name === null) return missing('index_name');
  const index = state.indexes.get(currency(name.split('_')[0]?.toUpperCase() ?? ''));
  if (index === undefined) return failure(venueError(13020, 'no such index', 'index_name'));
  return answer({ index_price: decimal(index), estimated_delivery_price: decimal(index) });
}

function openOrders(
  state: VenueState,
  params: Params,
  isWanted: (order: VenueOrder) => boolean,
): ExchangeAnswer {
  const result: unknown[] = [];
  for (const order of state.orders.open()) {
    if (isWanted(order) && isOfKind(order.request.instrument, params)) {
      result.push(toWireOrder(order));
    }
  }
  return answer(result);
}

function openOrdersByCurrency(state: VenueState, params: Params): ExchangeAnswer {
  if (text(params, 'currency') === null) return missing('currency');
  const wanted = currencyOf(params);
  return openOrders(state, params, ({ request }) => isFiled(request.instrument, wanted));
}

function isFiled(instrument: Instrument, wanted: Currency | null): boolean {
  return wanted === null || instrument.settlement === wanted;
}

function openOrdersByInstrument(state: VenueState, params: Params): ExchangeAnswer {
  const name = text(params, 'instrument_name');
  if (name === null) return missing('instrument_name');
  return openOrders(state, params, ({ request }) => request.instrument.name === name);
}

function openOrdersByLabel(state: VenueState, params: Params): ExchangeAnswer {
  if (text(params, 'currency') === null) return missing('currency');
  const wanted = currencyOf(params);
  const label = text(params, 'label');
  return openOrders(
    state,
    params,
    ({ request }) =>
      isFiled(request.instrument, wanted) && (label === null || request.label === label),
  );
}

function getOrderState(state: VenueState, params: Params): ExchangeAnswer {
  const id = text(params, 'order_id');
  if (id === null) return missing('order_id');
  const order = state.orders.byId(id);
  if (order === undefined) return failure(venueError(10004, `no order ${id}`, 'order_id'));
  return answer(toWireOrder(order));
}

function orderStateByLabel(state: VenueState, params: Params): ExchangeAnswer {
  if (text(params, 'currency') === null) return missing('currency');
  const label = text(params, 'label');
  if (label === null) return missing('label');
  const wanted = currencyOf(params);
  const result: unknown[] = [];
  for (const order of state.orders.all()) {
    const { request } = order;
    if (request.label === label && isFiled(request.instrument, wanted)) {
      result.push(toWireOrder(order));
    }
  }
  return answer(result);
}

function getPositions(state: VenueState, params: Params): ExchangeAnswer {
  const kind = text(params, 'kind');
  const filter = kind === 'option' || kind === 'future' ? kind : null;
  if (kind !== null && filter === null) return answer([]);
  return answer(positions(state, currencyOf(params), filter));
}

/** Both ends included, oldest first unless `sorting` is `desc`. */
function userTrades(state: VenueState, params: Params): ExchangeAnswer {
  const start = whole(params, 'start_timestamp');
  const end = whole(params, 'end_timestamp');
  if (text(params, 'currency') === null) return missing('currency');
  if (start === null) return missing('start_timestamp');
  if (end === null) return missing('end_timestamp');
  const count = whole(params, 'count') ?? TRADES_DEFAULT;
  if (count < 1 || count > TRADES_MAX) {
    return failure(venueError(-32602, `must be 1 to ${TRADES_MAX}`, 'count'));
  }
  const wanted = currencyOf(params);
  const recent = params['historical'] === true ? 0 : state.now - RECENT_MS;
  const found = state.trades.filter(
    ({ wire, instrument }) =>
      wire.timestamp >= Math.max(start, recent) &&
      wire.timestamp <= end &&
      isFiled(instrument, wanted) &&
      isOfKind(instrument, params),
  );
  if (params['sorting'] === 'desc') found.reverse();
  const trades = found.slice(0, count).map(({ wire }) => wire);
  return answer({ trades, has_more: found.length > count });
}

function getAccountSummary(state: VenueState, params: Params): ExchangeAnswer {
  const wanted = currencyOf(params);
  if (wanted === null) return missing('currency');
  return answer(accountSummary(state, wanted, params['extended'] === true));
}

function getAccountSummaries(state: VenueState, params: Params): ExchangeAnswer {
  return answer(accountSummaries(state, params['extended'] === true));
}

/** Newest first, as Deribit answers. `continuation` is the number of settlements already told. */
function settlementHistory(state: VenueState, params: Params): ExchangeAnswer {
  const wanted = currencyOf(params);
  if (wanted === null) return missing('currency');
  const type = text(params, 'type');
  const until = whole(params, 'search_start_timestamp') ?? state.now;
  const count = whole(params, 'count') ?? 20;
  const from = Number(text(params, 'continuation') ?? '0');
  if (!Number.isSafeInteger(from) || from < 0) {
    return failure(venueError(-32602, 'not ours', 'continuation'));
  }
  const found = state.settlements.filter(
    (settlement) =>
      settlement.currency === wanted &&
      settlement.timestamp <= until &&
      (type === null || type === 'delivery'),
  );
  found.reverse();
  const settlements = found.slice(from, from + count).map(toWireSettlement);
  const next = from + settlements.length;
  return answer({ settlements, continuation: next < found.length ? String(next) : 'none' });
}

/** `profit_loss` is the cash that came in: payoff less the delivery fee. */
function toWireSettlement(settlement: SettlementNotice): Params {
  return {
    type: 'delivery',
    timestamp: settlement.timestamp,
    instrument_name: settlement.instrument.name,
    position: decimal(settlement.amountE8),
    index_price: decimal(settlement.indexPriceE8),
    mark_price: decimal(settlement.settlementPriceE8),
    profit_loss: decimal(settlement.cashE8),
    session_profit_loss: decimal(settlement.cashE8),
    funding: 0,
  };
}
