import type { TSchema } from 'typebox';
import * as params from './params.ts';
import * as results from './results.ts';

/** The smallest scope a key needs for a method; `account:read` is `{account, read}`. */
export interface Scope {
  readonly area: 'account' | 'trade' | 'wallet' | 'block_trade' | 'mainaccount';
  readonly level: 'read' | 'read_write';
}

/** A method as Deribit documents it: who may call it, what it costs, what it takes and gives. */
export interface Method {
  readonly access: 'public' | 'private';
  /** Null: any key, once the session is authenticated. */
  readonly scope: Scope | null;
  /** Whose credits a call spends (phases section 7.2). */
  readonly engine: 'matching' | 'non_matching';
  /** Deribit takes it on a WebSocket only, never over HTTP. */
  readonly socketOnly: boolean;
  readonly params: TSchema;
  readonly result: TSchema;
}

/** Every method that is spoken here, by client or exchange. */
export const METHODS = {
  'public/auth': open(params.AUTH, results.TOKENS),
  'public/hello': socket(params.HELLO, results.VERSION),
  'public/test': open(params.TEST, results.VERSION),
  'public/get_time': open(params.NONE, results.TIME),
  'public/set_heartbeat': socket(params.SET_HEARTBEAT, results.OK),
  'public/disable_heartbeat': socket(params.NONE, results.OK),
  'public/subscribe': socket(params.PUBLIC_CHANNELS, results.CHANNELS),
  'public/unsubscribe': socket(params.PUBLIC_CHANNELS, results.CHANNELS),
  'public/unsubscribe_all': socket(params.NONE, results.OK),
  'public/status': open(params.NONE, results.STATUS),
  'public/get_announcements': open(params.ANNOUNCEMENTS, results.ANNOUNCEMENTS),
  'public/get_instruments': open(params.INSTRUMENTS, results.INSTRUMENTS),
  'public/get_instrument': open(params.INSTRUMENT, results.INSTRUMENT),
  'public/get_currencies': open(params.NONE, results.CURRENCIES),
  'public/get_order_book': open(params.ORDER_BOOK, results.ORDER_BOOK),
  'public/ticker': open(params.INSTRUMENT, results.TICKER),
  'public/get_index_price': open(params.INDEX_PRICE, results.INDEX_PRICE),
  'public/get_book_summary_by_currency': open(params.BOOK_SUMMARY, results.BOOK_SUMMARIES),
  'public/get_book_summary_by_instrument': open(params.INSTRUMENT, results.BOOK_SUMMARIES),
  'public/get_last_trades_by_instrument': open(
    params.LAST_TRADES_BY_INSTRUMENT,
    results.LAST_TRADES,
  ),
  'public/get_last_trades_by_currency': open(params.LAST_TRADES_BY_CURRENCY, results.LAST_TRADES),
  'public/get_last_trades_by_instrument_and_time': open(
    params.LAST_TRADES_BY_TIME,
    results.LAST_TRADES,
  ),
  'public/get_volatility_index_data': open(params.VOLATILITY_INDEX, results.VOLATILITY_CANDLES),
  'public/get_tradingview_chart_data': open(params.CHART, results.CHART),

  'private/subscribe': session(params.PRIVATE_SUBSCRIBE, results.CHANNELS),
  'private/unsubscribe': session(params.PUBLIC_CHANNELS, results.CHANNELS),
  'private/unsubscribe_all': session(params.NONE, results.OK),
  'private/logout': session(params.LOGOUT, results.NOTHING),
  'private/enable_cancel_on_disconnect': account('read_write', params.COD_SCOPE, results.OK),
  'private/disable_cancel_on_disconnect': account('read_write', params.COD_SCOPE, results.OK),
  'private/get_cancel_on_disconnect': account(
    'read',
    params.COD_SCOPE,
    results.CANCEL_ON_DISCONNECT,
  ),

  'private/buy': order(params.ORDER, results.PLACEMENT),
  'private/sell': order(params.ORDER, results.PLACEMENT),
  'private/edit': order(params.EDIT, results.PLACEMENT),
  'private/edit_by_label': order(params.EDIT_BY_LABEL, results.PLACEMENT),
  'private/close_position': order(params.CLOSE_POSITION, results.PLACEMENT),
  'private/cancel': order(params.ORDER_ID, results.ORDER),
  'private/cancel_all': order(params.CANCEL_ALL, results.COUNT),
  'private/cancel_all_by_currency': order(params.CANCEL_BY_CURRENCY, results.COUNT),
  'private/cancel_all_by_instrument': order(params.CANCEL_BY_INSTRUMENT, results.COUNT),
  'private/cancel_all_by_kind_or_type': order(params.CANCEL_BY_KIND, results.COUNT),
  'private/cancel_by_label': order(params.CANCEL_BY_LABEL, results.COUNT),

  'private/get_open_orders': trade(params.OPEN_ORDERS, results.ORDERS),
  'private/get_open_orders_by_currency': trade(params.OPEN_ORDERS_BY_CURRENCY, results.ORDERS),
  'private/get_open_orders_by_instrument': trade(params.OPEN_ORDERS_BY_INSTRUMENT, results.ORDERS),
  'private/get_open_orders_by_label': trade(params.ORDERS_BY_LABEL, results.ORDERS),
  'private/get_order_state': trade(params.ORDER_ID, results.ORDER),
  'private/get_order_state_by_label': trade(params.ORDERS_BY_LABEL, results.ORDERS),
  'private/get_order_history_by_currency': trade(params.ORDER_HISTORY_BY_CURRENCY, results.ORDERS),
  'private/get_order_history_by_instrument': trade(
    params.ORDER_HISTORY_BY_INSTRUMENT,
    results.ORDERS,
  ),
  'private/get_user_trades_by_currency': trade(params.USER_TRADES_BY_CURRENCY, results.TRADES),
  'private/get_user_trades_by_currency_and_time': trade(params.USER_TRADES_BY_TIME, results.TRADES),
  'private/get_user_trades_by_instrument': trade(params.USER_TRADES_BY_INSTRUMENT, results.TRADES),
  'private/get_user_trades_by_order': trade(params.USER_TRADES_BY_ORDER, results.TRADE_LIST),
  'private/get_positions': trade(params.POSITIONS, results.POSITIONS),
  'private/get_position': trade(params.INSTRUMENT, results.POSITION),
  'private/get_settlement_history_by_currency': trade(
    params.SETTLEMENTS_BY_CURRENCY,
    results.SETTLEMENTS,
  ),
  'private/get_settlement_history_by_instrument': trade(
    params.SETTLEMENTS_BY_INSTRUMENT,
    results.SETTLEMENTS,
  ),

  'private/get_account_summary': account('read', params.ACCOUNT_SUMMARY, results.SUMMARY),
  'private/get_account_summaries': account('read', params.ACCOUNT_SUMMARIES, results.SUMMARIES),
  'private/get_transaction_log': account('read', params.TRANSACTION_LOG, results.TRANSACTION_LOG),
  'private/list_api_keys': account('read', params.NONE, results.API_KEYS),
  // Known so that a probe can be refused by scope: no key of ours may ever hold it.
  'private/withdraw': {
    access: 'private',
    scope: { area: 'wallet', level: 'read_write' },
    engine: 'non_matching',
    socketOnly: false,
    params: params.WITHDRAW,
    result: results.WITHDRAWAL,
  },
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof METHODS;

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

function open(request: TSchema, result: TSchema): Method {
  return {
    access: 'public',
    scope: null,
    engine: 'non_matching',
    socketOnly: false,
    params: request,
    result,
  };
}

function socket(request: TSchema, result: TSchema): Method {
  return { ...open(request, result), socketOnly: true };
}

function session(request: TSchema, result: TSchema): Method {
  return { ...socket(request, result), access: 'private' };
}

function account(level: Scope['level'], request: TSchema, result: TSchema): Method {
  return { ...open(request, result), access: 'private', scope: { area: 'account', level } };
}

function trade(request: TSchema, result: TSchema): Method {
  return { ...open(request, result), access: 'private', scope: { area: 'trade', level: 'read' } };
}

function order(request: TSchema, result: TSchema): Method {
  return {
    ...trade(request, result),
    scope: { area: 'trade', level: 'read_write' },
    engine: 'matching',
  };
}
