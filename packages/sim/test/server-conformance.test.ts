/**
 * A played session, over socket and HTTP: every answer and every notification against Deribit's
 * OpenAPI document and against what the client reads. `HOLDFAST_DATA` names the folder that holds
 * the document; without it only the client's half is checked, and with `HOLDFAST_REQUIRE_DATA=1`
 * that is a failure.
 */
import {
  CHANNEL_SCHEMAS,
  type ChannelKind,
  METHODS,
  type MethodName,
  parseChannel,
  parseFrame,
} from '@holdfast/deribit/protocol';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Judge, type Judges, judgesOf, readOpenApi } from './openapi.fixture.ts';
import {
  BTC,
  CALL,
  type Client,
  credentials,
  type Json,
  keyNamed,
  PERPETUAL,
  restingOrder,
  serveExchange,
  START,
  type TestServer,
} from './server.fixture.ts';

const document = readOpenApi();
if (document === null) console.log("server against Deribit's document: SKIPPED, no HOLDFAST_DATA");
const judges: Judges | null = document === null ? null : judgesOf(document);

/** Methods that are not served, or have no result. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'private/logout',
  'private/withdraw',
  'public/get_tradingview_chart_data',
]);
const PLAYED = Object.keys(METHODS).filter((method) => !UNANSWERED.has(method)) as MethodName[];

const name = { instrument_name: CALL.name };
const btc = { currency: 'BTC' };
const period = { start_timestamp: START - 86_400_000, end_timestamp: START + 86_400_000 };

/** Params by method; the others take none. */
const PARAMS: Readonly<Partial<Record<MethodName, Json>>> = {
  'public/hello': { client_name: 'test', client_version: '1' },
  'public/set_heartbeat': { interval: 30 },
  'public/subscribe': { channels: ['platform_state'] },
  'public/unsubscribe': { channels: ['platform_state'] },
  'public/get_instruments': btc,
  'public/get_instrument': name,
  'public/get_order_book': name,
  'public/ticker': name,
  'public/get_index_price': { index_name: 'btc_usd' },
  'public/get_book_summary_by_currency': btc,
  'public/get_book_summary_by_instrument': name,
  'public/get_last_trades_by_instrument': name,
  'public/get_last_trades_by_currency': btc,
  'public/get_last_trades_by_instrument_and_time': { ...name, ...period },
  'public/get_volatility_index_data': { ...btc, ...period, resolution: '3600' },
  'private/subscribe': { channels: ['user.portfolio.BTC'] },
  'private/unsubscribe': { channels: ['user.portfolio.BTC'] },
  'private/get_cancel_on_disconnect': { scope: 'account' },
  'private/cancel_all_by_currency': btc,
  'private/cancel_all_by_instrument': name,
  'private/cancel_all_by_kind_or_type': btc,
  'private/cancel_by_label': { label: 'none' },
  'private/get_open_orders_by_currency': btc,
  'private/get_open_orders_by_instrument': name,
  'private/get_open_orders_by_label': btc,
  'private/get_order_state_by_label': { ...btc, label: 'conformant' },
  'private/get_order_history_by_currency': btc,
  'private/get_order_history_by_instrument': name,
  'private/get_user_trades_by_currency': btc,
  'private/get_user_trades_by_currency_and_time': { ...btc, ...period },
  'private/get_user_trades_by_instrument': name,
  'private/get_position': name,
  'private/get_transaction_log': { ...btc, ...period },
  'private/get_settlement_history_by_currency': btc,
  'private/get_settlement_history_by_instrument': name,
  // Whose account it is, which the document requires, comes with `extended` only.
  'private/get_account_summary': { ...btc, extended: true },
  'private/get_account_summaries': { extended: true },
};

const CHANNELS = [
  `book.${CALL.name}.100ms`,
  `book.${CALL.name}.raw`,
  `ticker.${CALL.name}.100ms`,
  `ticker.${PERPETUAL.name}.raw`,
  `trades.${CALL.name}.raw`,
  'trades.option.BTC.100ms',
  `quote.${CALL.name}`,
  'deribit_price_index.btc_usd',
  'deribit_volatility_index.btc_usd',
  'markprice.options.btc_usd',
  'platform_state',
  'instrument.state.any.any',
  'user.changes.any.any.raw',
  'user.orders.any.any.raw',
  'user.trades.any.any.raw',
  'user.portfolio.BTC',
];

/** The document's object for a notification; a list is judged by its elements. */
const OBJECTS: Readonly<Partial<Record<ChannelKind, string>>> = {
  ticker: 'TickerNotification',
  trades: 'public_trade',
  trades_by_kind: 'public_trade',
  user_changes: 'user_change',
  user_orders: 'order',
  user_trades: 'user_trade',
  portfolio: 'currency_portfolio',
};

/** What the document's schema finds and its own words or examples contradict. */
const CONTRADICTED: Readonly<Record<string, readonly [finding: string, because: string]>> = {
  'public/get_volatility_index_data': [
    '/result/continuation must be integer',
    'null at the end, in words',
  ],
  'private/get_position': [
    "/result must have required property 'estimated_liquidation_price'",
    'for futures only, in words',
  ],
  'private/list_api_keys': ['/max_scope must be array', 'text in its example'],
  'user.portfolio.BTC': [
    '/currency must be equal to one of the allowed values',
    'small letters are for the portfolio of a subaccount',
  ],
};

function findings(judge: Judge, value: unknown, subject: string): readonly string[] {
  const [contradicted = null] = CONTRADICTED[subject] ?? [];
  return judge(value).filter((finding) => contradicted === null || !finding.endsWith(contradicted));
}

let venue: TestServer;
let client: Client;
/** What was answered, by method. */
const answered = new Map<string, unknown[]>();

const keep = (method: string, result: unknown): void => {
  answered.set(method, [...(answered.get(method) ?? []), result]);
};

async function ask(method: MethodName, params: Json = PARAMS[method] ?? {}): Promise<unknown> {
  const result = await client.result(method, params);
  keep(method, result);
  return result;
}

/** The same question over HTTP, as GET. */
async function get(method: MethodName, params: Json): Promise<void> {
  const query = new URLSearchParams(
    Object.entries(params).map(([field, value]): [string, string] => [field, String(value)]),
  );
  const { clientId, clientSecret } = keyNamed(venue.keys, 'holdfast-trade');
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  const url = `${venue.server.httpUrl}/${method}?${query.toString()}`;
  const body = (await (await fetch(url, { headers })).json()) as Json;
  if (body['error'] !== undefined) throw new Error(`GET ${method}: ${JSON.stringify(body)}`);
  keep(method, body['result']);
}

function hasAll(schema: TSchema, params: Json): boolean {
  return Compile(schema).Check(params);
}

interface Placed {
  readonly order: { readonly order_id: string };
}

async function trade(): Promise<void> {
  const first = (await ask('private/buy', restingOrder({ label: 'conformant' }))) as Placed;
  const order_id = first.order.order_id;
  await ask('private/edit', { order_id, amount: 0.2, price: 0.06 });
  await ask('private/edit_by_label', { ...name, label: 'conformant', amount: 0.3, price: 0.06 });
  await ask('private/get_order_state', { order_id });
  for (const method of [
    'private/get_open_orders',
    'private/get_open_orders_by_currency',
  ] as const) {
    await ask(method);
  }
  await ask('private/cancel', { order_id });
  const filled = (await ask('private/buy', restingOrder({ price: 0.1, amount: 0.5 }))) as Placed;
  await ask('private/sell', restingOrder({ price: 0.09, amount: 0.1 }));
  await ask('private/get_user_trades_by_order', { order_id: filled.order.order_id });
}

async function playMarket(): Promise<void> {
  const now = venue.clock.now();
  venue.quote([900, 40, 890, 10], [1_000, 40]);
  venue.exchange.setIndex(BTC, 6_510_000_000_000, now);
  venue.exchange.setVolatilityIndex(BTC, 44.5, now);
  venue.exchange.setTicker({
    instrument: CALL,
    timestamp: now,
    markPriceE8: 10_500_000,
    underlyingPriceE8: 6_510_000_000_000,
    iv: 0.5,
    delta: 0.5,
    vega: 20,
  });
  venue.exchange.lock(BTC, true, now);
  venue.exchange.lock(BTC, false, now);
  const later = { ...CALL, name: 'BTC-28AUG26-70000-C' as typeof CALL.name };
  venue.exchange.list([later], now);
  await venue.pass(1_000, client);
}

beforeAll(async () => {
  venue = await serveExchange();
  venue.quote([900, 50], [1_000, 50]);
  client = await venue.connect();
  await ask('public/auth', credentials(keyNamed(venue.keys, 'holdfast-trade')));
  await client.result('private/subscribe', { channels: CHANNELS });
  await trade();
  await playMarket();
  await ask('private/close_position', { ...name, type: 'limit', price: 0.09 });
  for (const method of PLAYED) if (!answered.has(method)) await ask(method);
  await venue.pass(1_000, client);
  for (const method of PLAYED) {
    const params = PARAMS[method] ?? {};
    const isQuery = method.startsWith('public/') || method.startsWith('private/get_');
    const isAskable = !METHODS[method].socketOnly && hasAll(METHODS[method].params, params);
    if (isQuery && isAskable) await get(method, params);
  }
});
afterAll(async () => venue.server.close());

it('the document is there when it is required', () => {
  expect(judges !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

describe.each(PLAYED)('%s', (method) => {
  it('answers as its client reads it', () => {
    const schema = Compile(METHODS[method].result);
    const results = answered.get(method) ?? [];
    expect(results).not.toEqual([]);
    for (const result of results) expect([...schema.Errors(result)]).toEqual([]);
  });

  it.skipIf(judges === null)("answers as Deribit's document says", () => {
    const judge: Judge = judges?.result(method) ?? (() => ['no document']);
    const results = answered.get(method) ?? [];
    for (const result of results) expect(findings(judge, result, method)).toEqual([]);
  });
});

describe.each(CHANNELS)('%s', (channel) => {
  const kind = parseChannel(channel)?.kind ?? 'platform_state';

  it('speaks, as its client reads it', () => {
    const schema = Compile(CHANNEL_SCHEMAS[kind]);
    const messages = client.heard(channel);
    expect(messages).not.toEqual([]);
    for (const message of messages) expect([...schema.Errors(message)]).toEqual([]);
  });

  it.skipIf(judges === null || OBJECTS[kind] === undefined)(
    "speaks as Deribit's document says",
    () => {
      const judge: Judge = judges?.schema(OBJECTS[kind] ?? '') ?? (() => ['no document']);
      const objects: readonly unknown[] = client.heard(channel).flat();
      for (const object of objects) expect(findings(judge, object, channel)).toEqual([]);
    },
  );
});

it('no frame of the whole session is one its client cannot read', () => {
  const kinds = new Set(client.frames.map((text) => parseFrame(text).kind));
  expect([...kinds].toSorted()).toEqual(['answer', 'notification']);
});
