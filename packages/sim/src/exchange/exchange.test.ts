import { E8, instrumentName } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  codeOf,
  EXPIRY,
  openBench,
  order,
  placed,
  PUT,
} from './exchange.fixture.ts';
import type { IllegalKind } from './illegal-order.ts';

/** Call quoted 0.0995 for 2 BTC, 0.1005 for 1 BTC and 0.101 for 3 BTC. */
function quoted(): Bench {
  const bench = openBench();
  bench.quote(CALL, [995, 20], [1005, 10, 1010, 30]);
  return bench;
}

describe('orders', () => {
  it('takes the best price first and cancels what an IOC cannot fill', () => {
    const bench = quoted();
    const { order: wire, trades } = placed(bench.send('private/buy', order(CALL, 1.5, 0.1005)));
    expect(wire).toMatchObject({
      order_state: 'cancelled',
      filled_amount: 1,
      amount: 1.5,
      average_price: 0.1005,
    });
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({ amount: 1, price: 0.1005, liquidity: 'T', fee: 0.0003 });
    expect(bench.send('private/get_open_orders')).toEqual({ ok: true, result: [] });
  });

  it('walks several levels up to its limit', () => {
    const bench = quoted();
    const { order: wire, trades } = placed(bench.send('private/buy', order(CALL, 2, 0.101)));
    expect(wire).toMatchObject({ order_state: 'filled', filled_amount: 2 });
    expect(trades.map(({ price, amount }) => [price, amount])).toEqual([
      [0.1005, 1],
      [0.101, 1],
    ]);
  });

  it('rests what a GTC cannot fill, shows it, cancels it by id and by label', () => {
    const bench = quoted();
    const gtc = { time_in_force: 'good_til_cancelled' };
    const first = placed(bench.send('private/buy', order(CALL, 1, 0.0995, gtc)));
    expect(first.order['order_state']).toBe('open');
    expect(bench.send('public/get_order_book', { instrument_name: CALL.name })).toMatchObject({
      result: { bids: [[0.0995, 3]], best_bid_amount: 3 },
    });
    const id = first.order['order_id'];
    expect(bench.send('private/cancel', { order_id: id })).toMatchObject({
      result: { order_state: 'cancelled', cancel_reason: 'user_request' },
    });
    expect(codeOf(bench.send('private/cancel', { order_id: id }))).toBe(11_044);
    expect(codeOf(bench.send('private/cancel', { order_id: 'BTC-999' }))).toBe(10_004);
    const second = order(CALL, 1, 0.0995, gtc);
    placed(bench.send('private/buy', second));
    const byLabel = { label: second['label'] };
    expect(bench.send('private/cancel_by_label', byLabel)).toEqual({ ok: true, result: 1 });
    expect(bench.send('private/cancel_by_label', byLabel)).toEqual({ ok: true, result: 0 });
  });

  it('fill or kill fills all or nothing', () => {
    const bench = quoted();
    const fok = { time_in_force: 'fill_or_kill' };
    const killed = placed(bench.send('private/buy', order(CALL, 4.1, 0.101, fok)));
    expect(killed.order).toMatchObject({ order_state: 'cancelled', filled_amount: 0 });
    const filled = placed(bench.send('private/buy', order(CALL, 4, 0.101, fok)));
    expect(filled.order).toMatchObject({ order_state: 'filled', filled_amount: 4 });
  });

  it('cancels its own resting order instead of trading with itself', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1010, 30]);
    const gtc = { time_in_force: 'good_til_cancelled' };
    const maker = placed(bench.send('private/sell', order(CALL, 0.5, 0.1005, gtc)));
    const taker = placed(bench.send('private/buy', order(CALL, 0.5, 0.101)));
    expect(taker.trades.map(({ price }) => price)).toEqual([0.101]);
    expect(
      bench.send('private/get_order_state', { order_id: maker.order['order_id'] }),
    ).toMatchObject({ result: { order_state: 'cancelled', filled_amount: 0 } });
  });

  it('at one price takes what was there before its own order, then cancels that', () => {
    const bench = openBench();
    bench.quote(CALL, [995, 20], [1005, 10]);
    const gtc = { time_in_force: 'good_til_cancelled' };
    const maker = placed(bench.send('private/sell', order(CALL, 0.5, 0.1005, gtc)));
    bench.quote(CALL, [995, 20], [1005, 30]);
    const state = (): unknown =>
      bench.send('private/get_order_state', { order_id: maker.order['order_id'] });
    placed(bench.send('private/buy', order(CALL, 0.6, 0.1005)));
    expect(state()).toMatchObject({ result: { order_state: 'open' } });
    const { order: last } = placed(bench.send('private/buy', order(CALL, 0.5, 0.1005)));
    expect(last).toMatchObject({ order_state: 'filled' });
    expect(state()).toMatchObject({ result: { order_state: 'cancelled', filled_amount: 0 } });
  });

  it('nobody trades with quotes that were withdrawn', () => {
    const bench = quoted();
    bench.exchange.withdrawQuotes(bench.at);
    const { order: wire } = placed(bench.send('private/buy', order(CALL, 1, 0.101)));
    expect(wire).toMatchObject({ order_state: 'cancelled', filled_amount: 0 });
    bench.quote(CALL, [995, 20], [1005, 10]);
    expect(placed(bench.send('private/buy', order(CALL, 1, 0.101))).order).toMatchObject({
      order_state: 'filled',
    });
  });

  it('refuses to trade what has no mark yet', () => {
    const bench = openBench();
    const fresh = { ...CALL, name: instrumentName('BTC-28AUG26-61000-P') };
    bench.exchange.list([fresh], bench.at);
    bench.quote(fresh, [100, 10], [200, 10]);
    expect(codeOf(bench.send('private/buy', order(fresh, 0.1, 0.02)))).toBe(13_028);
  });

  it('answers 10009 when premium and fee exceed the funds; that is not illegal', () => {
    const bench = openBench(new Map([[BTC, E8 / 10]]));
    bench.quote(CALL, [995, 20], [1005, 10]);
    expect(codeOf(bench.send('private/buy', order(CALL, 1, 0.1005)))).toBe(10_009);
    // 0.9 x 0.1005 is 0.09045, its fee 0.00027.
    placed(bench.send('private/buy', order(CALL, 0.9, 0.1005)));
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(0);
  });

  it('holds back funds for open orders', () => {
    const bench = openBench(new Map([[BTC, E8 / 10]]));
    const gtc = { time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/buy', order(CALL, 0.5, 0.1, gtc)));
    expect(codeOf(bench.send('private/buy', order(CALL, 0.5, 0.1, gtc)))).toBe(10_009);
    placed(bench.send('private/buy', order(CALL, 0.4, 0.1, gtc)));
  });
});

describe('reduce-only', () => {
  it('D-15 is refused without an opposite position in the same instrument', () => {
    const bench = quoted();
    bench.quote(PUT, [195, 100], [205, 100]);
    placed(bench.send('private/buy', order(PUT, 1, 0.0205)));
    const reduce = { reduce_only: true };
    expect(codeOf(bench.send('private/sell', order(CALL, 0.1, 0.0995, reduce)))).toBe(11_030);
    expect(codeOf(bench.send('private/buy', order(PUT, 0.1, 0.0205, reduce)))).toBe(11_030);
    expect(placed(bench.send('private/sell', order(PUT, 0.1, 0.0195, reduce))).order).toMatchObject(
      {
        order_state: 'filled',
      },
    );
  });

  it('closes at most the position; the rest is cancelled', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.5, 0.1005)));
    const close = order(CALL, 2, 0.0995, { reduce_only: true });
    const { order: wire } = placed(bench.send('private/sell', close));
    expect(wire).toMatchObject({ order_state: 'cancelled', filled_amount: 0.5 });
    expect(bench.send('private/get_positions')).toEqual({ ok: true, result: [] });
  });

  it('a resting one goes when another order has closed the position', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.5, 0.1005)));
    const rest = { reduce_only: true, time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/sell', order(CALL, 0.5, 0.2, rest)));
    placed(bench.send('private/sell', order(CALL, 0.5, 0.0995)));
    expect(bench.send('private/get_open_orders')).toEqual({ ok: true, result: [] });
  });
});

describe('post-only', () => {
  const post = { time_in_force: 'good_til_cancelled', post_only: true };

  it('D-17 with reject_post_only a crossing order is refused and counted', () => {
    const bench = quoted();
    const strict = { ...post, reject_post_only: true };
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.1005, strict)))).toBe(11_054);
    expect(bench.exchange.counters.illegalByKind.post_only_would_cross).toBe(1);
    const { order: wire, trades } = placed(
      bench.send('private/buy', order(CALL, 0.1, 0.1, strict)),
    );
    expect(wire['order_state']).toBe('open');
    expect(trades).toEqual([]);
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(1);
  });

  it('without it the order is repriced to rest, as Deribit does, and counted', () => {
    const bench = quoted();
    const { order: wire } = placed(bench.send('private/buy', order(CALL, 0.1, 0.105, post)));
    expect(wire).toMatchObject({ order_state: 'open', price: 0.1, filled_amount: 0 });
    expect(bench.exchange.counters.illegalByKind.post_only_terms).toBe(1);
  });

  it('is refused with immediate-or-cancel', () => {
    const bench = quoted();
    const ioc = { post_only: true, reject_post_only: true };
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.1, ioc)))).toBe(11_055);
  });
});

describe('illegal orders', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, number, IllegalKind])[] = [
    ['a market order', { type: 'market' }, 11_050, 'order_type'],
    ['a stop order', { type: 'stop_limit' }, 11_050, 'trigger'],
    ['a trigger', { trigger: 'index_price' }, 11_049, 'trigger'],
    ['a trigger price', { trigger_price: 60_000 }, 11_049, 'trigger'],
    ['a linked order', { linked_order_type: 'one_cancels_other' }, 11_049, 'linked'],
    ['a label of 65', { label: 'x'.repeat(65) }, -32_602, 'label_too_long'],
    ['an unknown name', { instrument_name: 'BTC-28AUG26-1-C' }, 10_020, 'unknown_instrument'],
    ['a price off the smallest tick', { price: 0.00015 }, 10_043, 'off_tick'],
    ['a price off the ladder', { price: 0.1001 }, 10_043, 'off_tick'],
    ['a price of nine decimals', { price: 0.100000001 }, 10_026, 'off_tick'],
    ['a price of zero', { price: 0 }, 10_023, 'bad_price'],
    ['a negative price', { price: -0.1 }, 10_023, 'bad_price'],
    ['an amount below the minimum', { amount: 0.05 }, 10_002, 'too_small'],
    ['a negative amount', { amount: -1 }, 10_002, 'too_small'],
    ['an amount off the step', { amount: 0.15 }, 10_021, 'off_step'],
    ['both sizes', { contracts: 1 }, 11_029, 'malformed'],
    ['text for an amount', { amount: '1' }, -32_602, 'malformed'],
    ['NaN for an amount', { amount: Number.NaN }, -32_602, 'malformed'],
    ['an unknown field', { hidden: true }, -32_602, 'malformed'],
    ['good til week', { time_in_force: 'good_til_week' }, -32_602, 'malformed'],
    ['an iceberg', { display_amount: 0.1 }, 11_049, 'hidden'],
    ['an order priced in volatility', { advanced: 'implv' }, 11_049, 'advanced'],
    ['market maker protection', { mmp: true }, 11_049, 'advanced'],
    ['secondary orders', { otoco_config: [] }, 11_049, 'linked'],
  ];

  it.each(cases)('%s is refused and counted', (_, wrong, code, kind) => {
    const bench = quoted();
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.1005, wrong)))).toBe(code);
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(1);
    expect(bench.exchange.counters.illegalByKind[kind]).toBe(1);
    expect(bench.exchange.counters.fills).toBe(0);
  });

  it('a limit order without price is refused and counted', () => {
    const bench = quoted();
    const { price: _, ...unpriced } = order(CALL, 0.1, 0.1005);
    expect(codeOf(bench.send('private/buy', unpriced))).toBe(-32_602);
    expect(bench.exchange.counters.illegalByKind.order_type).toBe(1);
  });

  it('params that are no object are refused and counted', () => {
    const bench = quoted();
    expect(codeOf(bench.exchange.handle('private/buy', [1], bench.at))).toBe(-32_602);
    expect(codeOf(bench.exchange.handle('private/sell', null, bench.at))).toBe(-32_602);
    expect(bench.exchange.counters.illegalByKind.malformed).toBe(2);
  });

  it('a correct order at every edge of the rules is not counted', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.1, 0.1005, { label: 'x'.repeat(64) })));
    placed(bench.send('private/buy', order(CALL, 0.1, 0.005)));
    placed(bench.send('private/buy', order(CALL, 0.1, 0.0055)));
    placed(bench.send('private/buy', order(CALL, 0.1, 0.0049)));
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(0);
    expect(bench.exchange.counters.duplicateDispatches).toBe(0);
  });

  it('after expiry the book is closed: 10012, counted', () => {
    const bench = quoted();
    bench.at = EXPIRY;
    expect(bench.send('private/buy', order(CALL, 0.1, 0.1))).toMatchObject({
      error: { code: 10_012, message: 'book_closed', data: { reason: 'instrument_not_open' } },
    });
    expect(bench.exchange.counters.illegalByKind.expired_instrument).toBe(1);
  });

  it('taken off before its expiry: settled, its orders go, a late order is no fault', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.1, 0.1005)));
    placed(
      bench.send('private/buy', order(CALL, 0.1, 0.005, { time_in_force: 'good_til_cancelled' })),
    );
    bench.exchange.delist(CALL.name, bench.at);
    expect(bench.send('private/get_open_orders', {})).toEqual({ ok: true, result: [] });
    expect(bench.send('private/get_positions', {})).toMatchObject({ ok: true, result: [] });
    expect(bench.exchange.settlementsSince(0)).toMatchObject([{ instrument: { name: CALL.name } }]);
    expect(bench.send('private/buy', order(CALL, 0.1, 0.1))).toMatchObject({
      error: { code: 10_012, data: { reason: 'instrument_not_open' } },
    });
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(0);
  });
});

describe('labels', () => {
  it('a second order under one label is accepted, as Deribit does, and counted', () => {
    const bench = quoted();
    const twice = order(CALL, 0.1, 0.1005);
    placed(bench.send('private/buy', twice));
    placed(bench.send('private/buy', twice));
    expect(bench.exchange.counters.duplicateDispatches).toBe(1);
    expect(bench.exchange.counters.fills).toBe(2);
    // The first was closed when the second came, so only the count of dispatches moves.
    expect(bench.exchange.counters.illegalByKind.label_live).toBe(0);
    const answer = bench.send('private/get_order_state_by_label', {
      currency: 'BTC',
      label: twice['label'],
    });
    expect(answer.ok && (answer.result as unknown[]).length).toBe(2);
  });

  it('under the label of a live order it is illegal too', () => {
    const bench = quoted();
    const twice = order(CALL, 0.1, 0.05, { time_in_force: 'good_til_cancelled' });
    placed(bench.send('private/buy', twice));
    placed(bench.send('private/buy', twice));
    expect(bench.exchange.counters.duplicateDispatches).toBe(1);
    expect(bench.exchange.counters.illegalByKind.label_live).toBe(1);
  });

  it('a refused order has used its label', () => {
    const bench = quoted();
    const again = order(CALL, 100, 0.1005);
    expect(codeOf(bench.send('private/buy', again))).toBe(10_009);
    bench.send('private/buy', again);
    expect(bench.exchange.counters.duplicateDispatches).toBe(1);
  });
});

describe('the door', () => {
  it('does not know other methods, and never goes back in time', () => {
    const bench = openBench();
    expect(codeOf(bench.send('private/mass_quote'))).toBe(-32_601);
    expect(() => bench.exchange.handle('public/test', {}, bench.at - 1)).toThrow(RangeError);
  });

  it('lets no money out, whatever the scope', () => {
    const bench = openBench();
    const params = { currency: 'BTC', address: 'somewhere', amount: 1 };
    expect(codeOf(bench.send('private/withdraw', params))).toBe(13_021);
  });

  it('refuses queries without what they need', () => {
    const bench = openBench();
    for (const method of [
      'public/get_instruments',
      'public/get_order_book',
      'private/get_account_summary',
      'private/get_user_trades_by_currency_and_time',
      'private/get_open_orders_by_label',
      'private/get_settlement_history_by_currency',
      'private/get_order_state',
      'private/cancel',
      'private/cancel_by_label',
    ]) {
      expect([method, codeOf(bench.send(method))]).toEqual([method, -32_602]);
    }
  });

  it('pages trades of a period and says when there are more', () => {
    const bench = quoted();
    for (let index = 0; index < 3; index += 1) {
      placed(bench.send('private/buy', order(CALL, 0.1, 0.1005)));
      bench.at += 1_000;
    }
    const method = 'private/get_user_trades_by_currency_and_time';
    const period = { currency: 'BTC', start_timestamp: bench.at - 2_000, end_timestamp: bench.at };
    expect(bench.send(method, { ...period, count: 1 })).toMatchObject({
      result: { trades: [{ trade_seq: 2 }], has_more: true },
    });
    expect(bench.send(method, { ...period, count: 2 })).toMatchObject({
      result: { trades: [{ trade_seq: 2 }, { trade_seq: 3 }], has_more: false },
    });
    expect(bench.send(method, { ...period, currency: 'ETH' })).toMatchObject({
      result: { trades: [], has_more: false },
    });
  });

  it('D-18 cancel-on-disconnect takes every open order off', () => {
    const bench = quoted();
    const gtc = { time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/buy', order(CALL, 0.1, 0.05, gtc)));
    expect(bench.exchange.cancelOnDisconnect(bench.at)).toBe(1);
    const last = bench.notices.findLast(([kind]) => kind === 'order');
    expect(last?.[1]).toMatchObject({ cancel_reason: 'cancel_on_disconnect' });
  });
});
