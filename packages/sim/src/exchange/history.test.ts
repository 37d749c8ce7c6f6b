import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  codeOf,
  openBench,
  order,
  placed,
  PUT,
  START,
} from './exchange.fixture.ts';

const HOUR = 3_600_000;

/** A filled, an unfilled and a partly filled order, a minute apart; then one of another option. */
function past(): Bench {
  const bench = openBench();
  bench.quote(CALL, [995, 20], [1005, 10]);
  bench.quote(PUT, [195, 20], [205, 10]);
  const orders = [
    order(CALL, 0.3, 0.1005, { label: 'filled' }),
    order(CALL, 0.1, 0.09, { label: 'unfilled' }),
    order(CALL, 2, 0.1005, { label: 'partly' }),
    order(PUT, 0.1, 0.0205, { label: 'other' }),
  ];
  for (const params of orders) {
    placed(bench.send('private/buy', params));
    bench.at += 60_000;
  }
  return bench;
}

function labels(bench: Bench, method: string, params: Record<string, unknown>): unknown {
  const answer = bench.send(`private/${method}`, params);
  if (!answer.ok) return answer.error.code;
  return (answer.result as { label: string }[]).map(({ label }) => label);
}

describe('order history', () => {
  const method = 'get_order_history_by_currency';

  it('has what traded, the newest first; the rest only when it is asked for', () => {
    const bench = past();
    expect(labels(bench, method, { currency: 'BTC' })).toEqual(['other', 'partly', 'filled']);
    const all = { currency: 'BTC', include_unfilled: true };
    expect(labels(bench, method, all)).toEqual(['other', 'partly', 'unfilled', 'filled']);
    expect(labels(bench, method, { ...all, count: 2, offset: 1 })).toEqual(['partly', 'unfilled']);
    expect(labels(bench, method, { currency: 'BTC', kind: 'future' })).toEqual([]);
    expect(labels(bench, method, { currency: 'USDC' })).toEqual([]);
    const byName = { instrument_name: PUT.name };
    expect(labels(bench, 'get_order_history_by_instrument', byName)).toEqual(['other']);
    expect(labels(bench, method, { currency: 'BTC', count: 1_001 })).toBe(-32_602);
  });

  it('forgets after half an hour, and remembers with historical', () => {
    const bench = past();
    bench.at = START + HOUR / 2;
    expect(labels(bench, method, { currency: 'BTC' })).toEqual(['other', 'partly', 'filled']);
    bench.at += 1;
    expect(labels(bench, method, { currency: 'BTC' })).toEqual(['other', 'partly']);
    const historical = { currency: 'BTC', historical: true };
    expect(labels(bench, method, historical)).toEqual(['filled']);
    bench.at = START + 49 * HOUR;
    expect(labels(bench, method, historical)).toEqual([]);
    const old = { ...historical, include_old: true };
    expect(labels(bench, method, old)).toEqual(['other', 'partly', 'filled']);
  });

  it('goes on where a page ended', () => {
    const bench = past();
    const params = { currency: 'BTC', count: 2, with_continuation: true };
    expect(bench.send(`private/${method}`, params)).toMatchObject({
      result: { orders: [{ label: 'other' }, { label: 'partly' }], continuation: '2' },
    });
    expect(bench.send(`private/${method}`, { ...params, continuation: '2' })).toMatchObject({
      result: { orders: [{ label: 'filled' }], continuation: null },
    });
    expect(codeOf(bench.send(`private/${method}`, { ...params, continuation: 'x' }))).toBe(-32_602);
  });

  it('an order that closed too long ago is found by neither its id nor its label', () => {
    const bench = past();
    const byLabel = { currency: 'BTC', label: 'filled' };
    expect(labels(bench, 'get_order_state_by_label', byLabel)).toEqual(['filled']);
    expect(codeOf(bench.send('private/get_order_state', { order_id: 'BTC-1' }))).toBeNull();
    bench.at = START + HOUR;
    expect(labels(bench, 'get_order_state_by_label', byLabel)).toEqual([]);
    expect(codeOf(bench.send('private/get_order_state', { order_id: 'BTC-1' }))).toBe(10_004);
  });
});

describe('trades of an account', () => {
  it('are found by order, by instrument and by currency', () => {
    const bench = past();
    const amounts = (method: string, params: Record<string, unknown>): unknown => {
      const answer = bench.send(`private/get_user_trades_by_${method}`, params);
      if (!answer.ok) return answer.error.code;
      const result = answer.result as { trades: { amount: number }[] } | { amount: number }[];
      return (Array.isArray(result) ? result : result.trades).map(({ amount }) => amount);
    };
    expect(amounts('order', { order_id: 'BTC-3' })).toEqual([0.7]);
    expect(amounts('order', { order_id: 'BTC-2' })).toEqual([]);
    expect(amounts('order', { order_id: 'BTC-9' })).toBe(10_004);
    const call = { instrument_name: CALL.name };
    expect(amounts('instrument', call)).toEqual([0.7, 0.3]);
    expect(amounts('instrument', { ...call, start_seq: 1, end_seq: 1 })).toEqual([0.3]);
    expect(amounts('instrument', { ...call, count: 1 })).toEqual([0.7]);
    expect(amounts('instrument', { ...call, sorting: 'asc' })).toEqual([0.3, 0.7]);
    expect(amounts('currency', { currency: 'BTC', end_id: 'BTC-2' })).toEqual([0.7, 0.3]);
    expect(amounts('currency', { currency: 'BTC', kind: 'option' })).toEqual([0.1, 0.7, 0.3]);
  });

  it('are recent for a day, and historical afterwards, never both', () => {
    const bench = past();
    const count = (historical: boolean): unknown => {
      const answer = bench.send('private/get_user_trades_by_currency', {
        currency: 'BTC',
        historical,
      });
      return answer.ok ? (answer.result as { trades: unknown[] }).trades.length : answer;
    };
    expect([count(false), count(true)]).toEqual([3, 0]);
    bench.at = START + 24 * HOUR;
    expect([count(false), count(true)]).toEqual([3, 0]);
    bench.at += 1;
    expect([count(false), count(true)]).toEqual([2, 1]);
    bench.exchange.setIndex(BTC, 65_000 * 100_000_000, START + 26 * HOUR);
    bench.at = START + 26 * HOUR;
    expect([count(false), count(true)]).toEqual([0, 3]);
  });
});
