import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  codeOf,
  FUTURE,
  openBench,
  order,
  PERPETUAL,
  placed,
  USDC,
} from './exchange.fixture.ts';
import { Exchange } from './exchange.ts';

const GTC = { time_in_force: 'good_til_cancelled' };
const SECOND = new Map([['second', new Map([[BTC, 10 * E8]])]]);

function twoAccounts(): Bench {
  const bench = openBench(new Map([[BTC, 10 * E8]]), SECOND);
  bench.quote(CALL, [990, 20], [1010, 30]);
  return bench;
}

const idOf = (answer: ReturnType<Bench['send']>): unknown => placed(answer).order['order_id'];

describe('several accounts', () => {
  it('trade with each other at the resting price, each with its own fee and side', () => {
    const bench = twoAccounts();
    placed(bench.send('private/sell', order(CALL, 1, 0.1, GTC), 'second'));
    const { order: wire, trades } = placed(bench.send('private/buy', order(CALL, 1.5, 0.101)));
    expect(wire).toMatchObject({ order_state: 'filled', filled_amount: 1.5 });
    expect(trades.map(({ price, amount, liquidity }) => [price, amount, liquidity])).toEqual([
      [0.1, 1, 'T'],
      [0.101, 0.5, 'T'],
    ]);
    const told = bench.notices.flatMap(([kind, payload, account]) =>
      kind === 'trade' ? [[account, payload.direction, payload.trade_id]] : [],
    );
    expect(told).toEqual([
      ['second', 'sell', 'BTC-1'],
      ['main', 'buy', 'BTC-1'],
      ['main', 'buy', 'BTC-2'],
    ]);
    const publicTrades = bench.notices.filter(([kind]) => kind === 'publicTrade');
    expect(publicTrades.map(([, payload]) => payload)).toMatchObject([
      { trade_seq: 1, direction: 'buy', price: 0.1 },
      { trade_seq: 2, direction: 'buy', price: 0.101 },
    ]);
  });

  it('see nothing of each other', () => {
    const bench = twoAccounts();
    const id = idOf(bench.send('private/sell', order(CALL, 1, 0.1, GTC), 'second'));
    expect(bench.send('private/get_open_orders')).toEqual({ ok: true, result: [] });
    expect(bench.send('private/get_open_orders', {}, 'second')).toMatchObject({
      result: [{ order_id: id }],
    });
    for (const method of ['private/cancel', 'private/get_order_state', 'private/edit']) {
      expect(codeOf(bench.send(method, { order_id: id, amount: 2 }))).toBe(10_029);
    }
    expect(bench.send('private/cancel_all')).toEqual({ ok: true, result: 0 });
    expect(bench.exchange.countersOf('second').ordersReceived).toBe(1);
    expect(bench.exchange.countersOf('main').ordersReceived).toBe(0);
    expect(bench.exchange.accounts).toEqual(['main', 'second']);
  });

  it('count what a correct client never sends apart, and together', () => {
    const bench = twoAccounts();
    bench.quote(PERPETUAL, [129_998, 500], [130_000, 500]);
    const market = { instrument_name: PERPETUAL.name, amount: 10, type: 'market' };
    placed(bench.send('private/buy', market, 'second'));
    expect(bench.exchange.countersOf('second').illegalByKind.order_type).toBe(1);
    expect(bench.exchange.countersOf('main').illegalOrderAttempts).toBe(0);
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(1);
  });

  it('hold their funds apart', () => {
    const bench = openBench(new Map([[BTC, 10 * E8]]), new Map([['poor', new Map([[BTC, 1]])]]));
    bench.quote(CALL, [990, 20], [1010, 30]);
    expect(codeOf(bench.send('private/buy', order(CALL, 1, 0.101), 'poor'))).toBe(10_009);
    placed(bench.send('private/buy', order(CALL, 1, 0.101)));
    expect(bench.send('private/get_positions', {}, 'poor')).toEqual({ ok: true, result: [] });
  });

  it('an account nobody opened is the caller’s mistake', () => {
    const exchange = new Exchange({ deposits: new Map(), onNotification: () => undefined });
    expect(() => exchange.handle('private/get_positions', {}, 1, 'nobody')).toThrow(RangeError);
  });

  it('D-18 cancel-on-disconnect takes the orders of one connection, or of one account', () => {
    const bench = twoAccounts();
    const first = idOf(bench.send('private/buy', order(CALL, 0.1, 0.05, GTC)));
    placed(bench.send('private/buy', order(CALL, 0.1, 0.05, GTC)));
    placed(bench.send('private/buy', order(CALL, 0.1, 0.05, GTC), 'second'));
    expect(bench.exchange.cancelOnDisconnect(bench.at, 'main', [String(first)])).toBe(1);
    expect(bench.exchange.cancelOnDisconnect(bench.at, 'main')).toBe(1);
    expect(bench.exchange.cancelOnDisconnect(bench.at, 'second')).toBe(1);
  });
});

describe('orders of two accounts', () => {
  it('come by price, then by time, and behind what was quoted before them', () => {
    const bench = twoAccounts();
    bench.quote(CALL, [990, 20], [1000, 4]);
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC), 'second'));
    const { trades } = placed(bench.send('private/buy', order(CALL, 0.6, 0.1)));
    // Four steps were quoted first; the rest comes from the account.
    expect(trades.map(({ amount }) => amount)).toEqual([0.4, 0.2]);
    expect(bench.exchange.countersOf('second').fills).toBe(1);
  });

  it('fill or kill counts what other accounts offer, and not its own', () => {
    const bench = twoAccounts();
    bench.quote(CALL, [990, 20], [1010, 1]);
    const fok = { time_in_force: 'fill_or_kill' };
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC), 'second'));
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    const killed = placed(bench.send('private/buy', order(CALL, 1, 0.101, fok)));
    expect(killed.order).toMatchObject({ order_state: 'cancelled', filled_amount: 0 });
    const filled = placed(bench.send('private/buy', order(CALL, 0.6, 0.101, fok)));
    expect(filled.order).toMatchObject({ order_state: 'filled', filled_amount: 0.6 });
  });

  it('a reduce-only maker gives no more than its position', () => {
    const bench = twoAccounts();
    placed(bench.send('private/buy', order(CALL, 0.3, 0.101), 'second'));
    const closing = order(CALL, 1, 0.1, { ...GTC, reduce_only: true });
    placed(bench.send('private/sell', closing, 'second'));
    const { trades } = placed(bench.send('private/buy', order(CALL, 1, 0.1)));
    expect(trades.map(({ amount }) => amount)).toEqual([0.3]);
    expect(bench.send('private/get_open_orders', {}, 'second')).toEqual({ ok: true, result: [] });
    const { deposited, client, market, fees } = bench.exchange.audit(BTC);
    expect(client + market + fees).toBe(deposited);
  });

  it('what two of them trade is not lost: not a unit, and in no currency', () => {
    const bench = openBench(
      new Map([[USDC, 1_000 * E8]]),
      new Map([['second', new Map([[BTC, 7 * E8]])]]),
    );
    bench.quote(FUTURE, [25_990, 1_000], [26_010, 1_000]);
    placed(bench.send('private/sell', order(FUTURE, 1_000, 65_000, GTC), 'second'));
    expect(codeOf(bench.send('private/buy', order(FUTURE, 330, 65_000)))).toBe(10_009);
    for (const currency of [BTC, USDC]) {
      const { deposited, client, market, fees } = bench.exchange.audit(currency);
      expect(client + market + fees).toBe(deposited);
    }
  });
});

describe('self-trade prevention', () => {
  it('cancel_maker takes the resting order off and goes on', () => {
    const bench = twoAccounts();
    const maker = idOf(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    const { trades } = placed(bench.send('private/buy', order(CALL, 0.5, 0.101)));
    expect(trades.map(({ price }) => price)).toEqual([0.101]);
    expect(bench.send('private/get_order_state', { order_id: maker })).toMatchObject({
      result: { order_state: 'cancelled', filled_amount: 0 },
    });
  });

  it('reject_taker refuses the incoming order whole, with 10003', () => {
    const bench = twoAccounts();
    bench.exchange.setSelfTrading('main', 'reject_taker');
    const maker = idOf(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    expect(codeOf(bench.send('private/buy', order(CALL, 0.5, 0.101)))).toBe(10_003);
    expect(bench.send('private/get_order_state', { order_id: maker })).toMatchObject({
      result: { order_state: 'open' },
    });
    expect(bench.exchange.counters.fills).toBe(0);
    expect(bench.send('private/get_account_summaries', { extended: true })).toMatchObject({
      result: { self_trading_reject_mode: 'reject_taker' },
    });
  });

  it('reject_taker lets an order through that is filled before it meets its own', () => {
    const bench = twoAccounts();
    bench.exchange.setSelfTrading('main', 'reject_taker');
    bench.quote(CALL, [990, 20], [1000, 4, 1010, 30]);
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    placed(bench.send('private/buy', order(CALL, 0.4, 0.1)));
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.1)))).toBe(10_003);
  });

  it('is one account’s affair: others trade with it all the same', () => {
    const bench = twoAccounts();
    bench.exchange.setSelfTrading('main', 'reject_taker');
    placed(bench.send('private/sell', order(CALL, 0.5, 0.1, GTC)));
    const { trades } = placed(bench.send('private/buy', order(CALL, 0.5, 0.1), 'second'));
    expect(trades).toHaveLength(1);
  });
});
