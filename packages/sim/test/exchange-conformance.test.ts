/**
 * Every answer of the exchange against Deribit's OpenAPI document. `HOLDFAST_DATA` names the folder
 * that holds it; without it these tests are skipped, and with `HOLDFAST_REQUIRE_DATA=1` that is a
 * failure.
 */
import { E8 } from '@holdfast/core/values';
import { METHODS } from '@holdfast/deribit/protocol';
import { describe, expect, it } from 'vitest';
import { Check } from 'typebox/value';
import {
  BTC,
  CALL,
  EXPIRY,
  FUTURE,
  INDEX_E8,
  openBench,
  PERPETUAL,
  PUT,
  START,
  USDC,
  USDC_CALL,
} from '../src/exchange/exchange.fixture.ts';
import type { Exchange } from '../src/exchange/exchange.ts';
import { type Judges, judgesOf, readOpenApi } from './openapi.fixture.ts';

const document = readOpenApi();

if (document === null) {
  console.log("exchange against Deribit's document: SKIPPED, HOLDFAST_DATA does not hold it");
}

it('the document is there when it is required', () => {
  expect(document !== null || process.env['HOLDFAST_REQUIRE_DATA'] !== '1').toBe(true);
});

/** Spoken by the server, or refused to everybody. */
const NOT_ENGINE = /auth|heartbeat|subscribe|logout|cancel_on_disconnect|list_api_keys|withdraw/;
const OPTIONAL = new Set(['public/get_tradingview_chart_data']);
const ENGINE = Object.keys(METHODS).filter(
  (method) => !NOT_ENGINE.test(method) && !OPTIONAL.has(method),
);

interface Said {
  readonly method: string;
  readonly params: Record<string, unknown>;
  readonly result: unknown;
}

/** A day of two accounts, as every method tells it; what was refused throws. */
class Play {
  readonly said: Said[] = [];
  readonly notices: (readonly [kind: string, payload: unknown])[] = [];
  readonly exchange: Exchange;
  at = START;

  constructor() {
    this.exchange = openBench(
      new Map([
        [BTC, 20 * E8],
        [USDC, 1_000_000 * E8],
      ]),
      new Map([['second', new Map([[BTC, 20 * E8]])]]),
      (...[kind, payload]) => this.notices.push([kind, payload]),
    ).exchange;
  }

  ask(method: string, params: Record<string, unknown> = {}, account = 'main'): unknown {
    const answer = this.exchange.handle(method, params, this.at, account);
    if (!answer.ok) throw new Error(`${method} was refused: ${JSON.stringify(answer.error)}`);
    // As it travels: what JSON cannot say is not there.
    const result: unknown = JSON.parse(JSON.stringify(answer.result));
    this.said.push({ method, params, result });
    return result;
  }

  order(side: 'buy' | 'sell', params: Record<string, unknown>, account = 'main'): string {
    const result = this.ask(`private/${side}`, params, account) as { order: { order_id: string } };
    return result.order.order_id;
  }
}

function trade(play: Play): void {
  const { exchange } = play;
  for (const [on, bids, asks] of [
    [CALL, [995, 200], [1_005, 200]],
    [PUT, [195, 200], [205, 200]],
    [PERPETUAL, [129_998, 50_000], [130_000, 50_000]],
    [FUTURE, [26_000, 50_000], [26_010, 50_000]],
    [USDC_CALL, [1_290, 500], [1_300, 500]],
  ] as const) {
    exchange.publishBook(on.name, bids, asks, play.at);
  }
  const limit = { type: 'limit', time_in_force: 'good_til_cancelled' };
  const call = { instrument_name: CALL.name, amount: 1, ...limit };
  play.order('buy', { ...call, price: 0.1005, label: 'taken' });
  play.order('sell', { instrument_name: PUT.name, amount: 1, price: 0.0195, ...limit });
  play.order('buy', { instrument_name: PERPETUAL.name, amount: 1_000, type: 'market' });
  play.order('buy', { instrument_name: FUTURE.name, amount: 1_000, type: 'market_limit' });
  play.order('buy', { instrument_name: USDC_CALL.name, amount: 0.5, price: 6_500, ...limit });
  const rests = play.order('sell', { ...call, price: 0.1, label: 'rests', post_only: true });
  play.ask('private/edit', { order_id: rests, amount: 0.5, price: 0.1 });
  const byLabel = { label: 'rests', instrument_name: CALL.name, amount: 0.4, price: 0.1 };
  play.ask('private/edit_by_label', byLabel);
  play.order('buy', { ...call, amount: 0.2, price: 0.1 }, 'second');
  play.ask('private/get_user_trades_by_order', { order_id: rests });
  exchange.marketTrade(CALL.name, 'buy', 1_010, 20, play.at);
}

function cancelEverything(play: Play): void {
  const far = { instrument_name: CALL.name, amount: 0.1, price: 0.05, type: 'limit' };
  const again = (): string => play.order('buy', { ...far, label: 'far' });
  play.ask('private/cancel', { order_id: again() });
  again();
  play.ask('private/cancel_by_label', { label: 'far' });
  for (const [method, params] of [
    ['private/cancel_all', {}],
    ['private/cancel_all_by_currency', { currency: 'BTC' }],
    ['private/cancel_all_by_instrument', { instrument_name: CALL.name }],
    ['private/cancel_all_by_kind_or_type', { currency: 'any', kind: 'option', type: 'limit' }],
  ] as const) {
    again();
    play.ask(method, params);
  }
}

/** Every question there is, about everything there is. */
function askAround(play: Play): void {
  const period = { start_timestamp: START - 1, end_timestamp: play.at };
  const label = { label: 'taken' };
  for (const currency of ['BTC', 'USDC']) {
    for (const method of ENGINE) {
      if (!/_by_currency|summary$|by_label|_and_time/.test(method)) continue;
      if (/cancel|edit|instrument/.test(method)) continue;
      const more = method.endsWith('_and_time') ? period : method.endsWith('_label') ? label : {};
      play.ask(method, { currency, ...more });
    }
    play.ask('public/get_instruments', { currency });
    play.ask('public/get_instruments', { currency, expired: true });
    play.ask('private/get_transaction_log', { currency, ...period, count: 250 });
    const candles = { currency, resolution: '60', ...period };
    play.ask('public/get_volatility_index_data', candles);
  }
  for (const { name } of [CALL, PUT, PERPETUAL, FUTURE, USDC_CALL]) {
    if (play.exchange.bookSnapshot(name) === null) continue;
    const params = { instrument_name: name };
    for (const method of ENGINE) {
      if (/cancel|edit|close/.test(method)) continue;
      if (/_by_instrument$|get_instrument$|ticker|order_book|get_position$/.test(method)) {
        play.ask(method, params);
      }
    }
    play.ask('public/get_last_trades_by_instrument_and_time', { ...params, ...period });
  }
  for (const method of ['public/test', 'public/hello', 'public/get_time', 'public/status']) {
    play.ask(method, method === 'public/hello' ? { client_name: 'c', client_version: '1' } : {});
  }
  play.ask('public/get_announcements');
  play.ask('public/get_currencies');
  play.ask('public/get_index_price', { index_name: 'btc_usd' });
  play.ask('private/get_open_orders');
  play.ask('private/get_positions');
  play.ask('private/get_account_summaries', { extended: true });
  play.ask('private/get_account_summary', { currency: 'BTC', extended: true });
}

function playADay(): Play {
  const play = new Play();
  const { exchange } = play;
  exchange.announce({ id: 1, title: 'T', body: '<p>B</p>', at: play.at, important: true });
  exchange.setVolatilityIndex(BTC, 45.2, play.at);
  askAround(play);
  trade(play);
  const waiting = { instrument_name: CALL.name, amount: 0.1, price: 0.05, type: 'limit' };
  const open = play.order('buy', { ...waiting, label: 'waits' });
  play.ask('private/get_order_state', { order_id: open });
  askAround(play);
  cancelEverything(play);
  const closing = { instrument_name: PERPETUAL.name, type: 'market' };
  play.ask('private/close_position', closing);
  play.order('buy', { instrument_name: PERPETUAL.name, amount: 500, type: 'market' });
  // A daily settlement, an expiry, and questions about both.
  play.at = START + 86_400_000;
  exchange.setIndex(BTC, INDEX_E8 + 500 * E8, play.at);
  askAround(play);
  play.at = EXPIRY + 1_000;
  exchange.lock(BTC, true, play.at);
  askAround(play);
  return play;
}

describe.skipIf(document === null)("Deribit's document", () => {
  const judges: Judges | null = document === null ? null : judgesOf(document);
  const play = document === null ? null : playADay();

  it('has every answer of the exchange', () => {
    const wrong = (play?.said ?? []).flatMap(({ method, params, result }) =>
      (judges?.result(method)(result) ?? [])
        .filter((fault) => !isByItsWords(method, params, fault))
        .map((fault) => `${method} ${JSON.stringify(params)}: ${fault}`),
    );
    expect([...new Set(wrong)]).toEqual([]);
  });

  it('is asked about every method of the engine', () => {
    const asked = new Set(play?.said.map(({ method }) => method));
    expect(ENGINE.filter((method) => !asked.has(method))).toEqual([]);
  });

  it('has every order and trade that is told', () => {
    const schemas = { order: 'order', trade: 'user_trade', publicTrade: 'public_trade' } as const;
    const told = new Set<string>();
    for (const [kind, payload] of play?.notices ?? []) {
      if (kind !== 'order' && kind !== 'trade' && kind !== 'publicTrade') continue;
      told.add(kind);
      const travelled: unknown = JSON.parse(JSON.stringify(payload));
      expect(judges?.schema(schemas[kind])(travelled)).toEqual([]);
    }
    expect([...told].sort()).toEqual(['order', 'publicTrade', 'trade']);
  });

  it('what our own client reads is there as well', () => {
    for (const { method, result } of play?.said ?? []) {
      const { result: schema } = METHODS[method as keyof typeof METHODS];
      expect([method, Check(schema, result)]).toEqual([method, true]);
    }
  });

  it('a wrong answer is found', () => {
    expect(judges?.result('public/ticker')({ instrument_name: 'X' })).not.toEqual([]);
    expect(judges?.schema('order')({ order_id: 1 })).not.toEqual([]);
  });
});

/** What the document requires in its schema and takes back in its own words. */
function isByItsWords(method: string, params: Record<string, unknown>, fault: string): boolean {
  // Identity is there only with `extended`.
  const short = method === 'private/get_account_summary' && params['extended'] !== true;
  if (short && /required property '(email|id|system_name|username|type|sec\w+)'/.test(fault)) {
    return true;
  }
  // "Added only for futures".
  if (/get_positions?$/.test(method) && fault.includes('estimated_liquidation_price')) return true;
  // "NULL when no continuation".
  return method.endsWith('volatility_index_data') && fault.startsWith('/result/continuation');
}
