/**
 * The params of every method in use, as Deribit's OpenAPI document has them: what it lets a client
 * send, our exchange takes, and what it does not, we do not send. Limits the document only tells in
 * prose (label length, grids) are the engine's to judge.
 */
import { type TSchema, Type } from 'typebox';
import { DIRECTION, request, words } from './schemas.ts';

const string = Type.String();
const number = Type.Number();
const integer = Type.Integer();
const boolean = Type.Boolean();

const currency = words('BTC ETH USDC USDT EURR');
const currencyOrAny = words('BTC ETH USDC USDT EURR any');
const walletCurrency = words('BTC ETH STETH ETHW USDC USDT EURR SOL XRP USYC PAXG BNB USDE');
const kind = words('future option spot future_combo option_combo');
const kindWithoutSpot = words('future option future_combo option_combo');
const kindOrAny = words('future option spot future_combo option_combo combo any');
const simpleOrderType = words('all limit trigger_all stop take trailing_stop');
const openOrderType = words(
  'all limit trigger_all stop_all stop_limit stop_market take_all take_limit take_market ' +
    'trailing_all trailing_stop',
);
const orderType = words(
  'limit stop_limit take_limit market stop_market take_market market_limit trailing_stop',
);
const timeInForce = words('good_til_cancelled good_til_day fill_or_kill immediate_or_cancel');
const trigger = words('index_price mark_price last_price');
const advanced = words('usd implv');
const sorting = words('asc desc default');
const settlementType = words('settlement delivery bankruptcy');

const instrument = { instrument_name: string };
/** At most so many rows an answer. */
const count = (maximum: number): TSchema => Type.Integer({ minimum: 1, maximum });
const page = { count: count(1_000), sorting };
const period = { start_timestamp: integer, end_timestamp: integer };
const ofUser = { historical: boolean, subaccount_id: integer };

export const NONE = request({});

const grant = {
  client_id: string,
  client_secret: string,
  refresh_token: string,
  timestamp: integer,
  signature: string,
  nonce: string,
  data: string,
  state: string,
  scope: string,
};
const { client_id, client_secret, refresh_token, timestamp, signature } = grant;
/**
 * Which fields `public/auth` needs depends on `grant_type`; the document lists them all as
 * required.
 */
export const AUTH = Type.Union([
  request({ grant_type: words('client_credentials'), client_id, client_secret }, grant),
  request({ grant_type: words('client_signature'), client_id, timestamp, signature }, grant),
  request({ grant_type: words('refresh_token'), refresh_token }, grant),
]);

export const HELLO = request({ client_name: string, client_version: string });
export const TEST = request({}, { expected_result: words('exception') });
export const SET_HEARTBEAT = request({ interval: number });
export const PUBLIC_CHANNELS = request({ channels: Type.Array(string) });
export const PRIVATE_SUBSCRIBE = request({ channels: Type.Array(string) }, { label: string });
export const LOGOUT = request({}, { invalidate_token: boolean });
export const COD_SCOPE = request({}, { scope: words('connection account') });

export const ANNOUNCEMENTS = request({}, { start_timestamp: integer, count: count(50) });
export const INSTRUMENTS = request({ currency: currencyOrAny }, { kind, expired: boolean });
export const INSTRUMENT = request(instrument);
export const ORDER_BOOK = request(instrument, {
  depth: Type.Enum([1, 5, 10, 20, 50, 100, 1_000, 10_000]),
});
/** The document lists every index; which exist is the engine's to know. */
export const INDEX_PRICE = request({ index_name: string });
export const BOOK_SUMMARY = request({ currency }, { kind });
export const LAST_TRADES_BY_INSTRUMENT = request(instrument, {
  start_seq: integer,
  end_seq: integer,
  ...period,
  ...page,
});
export const LAST_TRADES_BY_CURRENCY = request(
  { currency },
  { kind: kindOrAny, start_id: string, end_id: string, ...period, ...page },
);
export const LAST_TRADES_BY_TIME = request({ ...instrument, ...period }, page);
export const VOLATILITY_INDEX = request({
  currency,
  ...period,
  resolution: words('1 60 3600 43200 1D'),
});
export const CHART = request({
  ...instrument,
  ...period,
  resolution: words('1 3 5 10 15 30 60 120 180 360 720 1D'),
});

const size = { amount: number, contracts: number };
const restriction = { post_only: boolean, reduce_only: boolean, reject_post_only: boolean };

const secondaryOrder = request(
  {},
  {
    amount: number,
    direction: DIRECTION,
    type: orderType,
    label: string,
    price: number,
    reduce_only: boolean,
    time_in_force: timeInForce,
    post_only: boolean,
    reject_post_only: boolean,
    trigger_price: number,
    trigger_offset: number,
    trigger,
  },
);

/** `private/buy` and `private/sell`. We send few of these (order-request.ts). */
export const ORDER = request(instrument, {
  ...size,
  ...restriction,
  type: orderType,
  label: string,
  price: number,
  time_in_force: timeInForce,
  display_amount: number,
  trigger_price: number,
  trigger_offset: number,
  trigger,
  advanced,
  mmp: boolean,
  valid_until: integer,
  linked_order_type: words('one_triggers_other one_cancels_other one_triggers_one_cancels_other'),
  trigger_fill_condition: words('first_hit complete_fill incremental'),
  otoco_config: Type.Array(secondaryOrder),
});

const change = {
  ...size,
  ...restriction,
  price: number,
  advanced,
  trigger_price: number,
  mmp: boolean,
  valid_until: integer,
};
export const EDIT = request(
  { order_id: string },
  { ...change, trigger_offset: number, display_amount: number },
);
export const EDIT_BY_LABEL = request(instrument, { label: string, ...change });

export const ORDER_ID = request({ order_id: string });
const cancelled = { detailed: boolean, freeze_quotes: boolean };
const ofType = { type: simpleOrderType, ...cancelled };
export const CANCEL_ALL = request({}, cancelled);
export const CANCEL_BY_CURRENCY = request({ currency }, { kind: kindOrAny, ...ofType });
export const CANCEL_BY_INSTRUMENT = request(instrument, { include_combos: boolean, ...ofType });
export const CANCEL_BY_KIND = request(
  { currency: Type.Union([string, Type.Array(string)]) },
  { kind: kindOrAny, ...ofType },
);
export const CANCEL_BY_LABEL = request({ label: string }, { currency });
export const CLOSE_POSITION = request(
  { ...instrument, type: words('limit market') },
  { price: number },
);

export const OPEN_ORDERS = request({}, { kind, type: openOrderType });
export const OPEN_ORDERS_BY_CURRENCY = request({ currency }, { kind, type: openOrderType });
export const OPEN_ORDERS_BY_INSTRUMENT = request(instrument, { type: openOrderType });
export const ORDERS_BY_LABEL = request({ currency }, { label: string });

const history = {
  count: count(1_000),
  offset: integer,
  include_old: boolean,
  include_unfilled: boolean,
  with_continuation: boolean,
  continuation: string,
  historical: boolean,
};
export const ORDER_HISTORY_BY_CURRENCY = request({ currency }, { kind: kindOrAny, ...history });
export const ORDER_HISTORY_BY_INSTRUMENT = request(instrument, history);

export const USER_TRADES_BY_CURRENCY = request(
  { currency },
  { kind: kindOrAny, start_id: string, end_id: string, ...period, ...page, ...ofUser },
);
export const USER_TRADES_BY_TIME = request(
  { currency, ...period },
  { kind: kindOrAny, ...page, ...ofUser },
);
export const USER_TRADES_BY_INSTRUMENT = request(instrument, {
  start_seq: integer,
  end_seq: integer,
  ...period,
  ...page,
  ...ofUser,
});
export const USER_TRADES_BY_ORDER = request({ order_id: string }, { sorting, ...ofUser });

export const POSITIONS = request(
  {},
  { currency: currencyOrAny, kind: kindWithoutSpot, subaccount_id: integer },
);
export const ACCOUNT_SUMMARY = request(
  { currency: walletCurrency },
  { subaccount_id: integer, extended: boolean },
);
export const ACCOUNT_SUMMARIES = request({}, { subaccount_id: integer, extended: boolean });

const settlements = {
  type: settlementType,
  count: count(1_000),
  continuation: string,
  search_start_timestamp: integer,
};
export const SETTLEMENTS_BY_CURRENCY = request({ currency }, settlements);
export const SETTLEMENTS_BY_INSTRUMENT = request(instrument, settlements);
export const TRANSACTION_LOG = request(
  { currency: walletCurrency, ...period },
  { query: string, count: count(250), subaccount_id: integer, continuation: integer },
);
export const WITHDRAW = request(
  { currency, address: string, amount: number },
  {
    priority: words('insane extreme_high very_high high mid low very_low'),
    nonce: string,
  },
);
