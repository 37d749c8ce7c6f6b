import { E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  codeOf,
  openBench,
  order,
  PERPETUAL,
  placed,
  START,
  USDC,
  USDC_CALL,
} from './exchange.fixture.ts';

const GTC = { time_in_force: 'good_til_cancelled' };

function quoted(): Bench {
  const bench = openBench(
    new Map([
      [BTC, 10 * E8],
      [USDC, 100_000 * E8],
    ]),
  );
  bench.quote(CALL, [990, 20], [1010, 30]);
  bench.quote(PERPETUAL, [129_990, 100], [130_000, 100, 131_950, 100, 131_960, 100]);
  return bench;
}

describe('market orders of futures', () => {
  const market = { instrument_name: PERPETUAL.name, amount: 3_000, type: 'market' };

  it('take what the price band lets them reach; the rest is cancelled', () => {
    const bench = quoted();
    const { order: wire, trades } = placed(bench.send('private/buy', market));
    // The band ends 1.5 % above the mark of 65,000: at 65,975.
    expect(trades.map(({ price }) => price)).toEqual([65_000, 65_975]);
    expect(wire).toMatchObject({
      order_type: 'market',
      order_state: 'cancelled',
      filled_amount: 2_000,
      price: 65_975,
    });
    expect(trades[0]).toMatchObject({ order_type: 'market', liquidity: 'T' });
  });

  it('market-limit rests at the best price that was there', () => {
    const bench = quoted();
    const { order: wire, trades } = placed(
      bench.send('private/buy', { ...market, type: 'market_limit' }),
    );
    expect(trades.map(({ price }) => price)).toEqual([65_000]);
    expect(wire).toMatchObject({
      order_type: 'limit',
      original_order_type: 'market_limit',
      order_state: 'open',
      price: 65_000,
    });
  });

  it('market-limit without anybody to trade with is refused', () => {
    const bench = openBench();
    const alone = { ...market, type: 'market_limit' };
    expect(codeOf(bench.send('private/buy', alone))).toBe(11_030);
  });

  it('a limit beyond the band is moved to its edge', () => {
    const bench = quoted();
    const { order: wire } = placed(bench.send('private/buy', order(PERPETUAL, 10, 70_000, GTC)));
    expect(wire).toMatchObject({ price: 65_975, order_state: 'filled' });
    const { order: low } = placed(bench.send('private/sell', order(PERPETUAL, 10, 100)));
    expect(low).toMatchObject({ price: 64_025, average_price: 64_995 });
  });

  it('F-01b options refuse them, and both are counted', () => {
    const bench = quoted();
    const params = { instrument_name: CALL.name, amount: 1, type: 'market' };
    expect(codeOf(bench.send('private/buy', params))).toBe(11_050);
    placed(bench.send('private/buy', { ...market, amount: 10 }));
    expect(bench.exchange.counters.illegalByKind.order_type).toBe(2);
  });
});

describe('good til day', () => {
  it('is cancelled by the settlement at 08:00 UTC, and not before', () => {
    const bench = quoted();
    const day = order(CALL, 0.1, 0.05, { time_in_force: 'good_til_day' });
    const { order: wire } = placed(bench.send('private/buy', day));
    const state = (): unknown =>
      bench.send('private/get_order_state', { order_id: wire['order_id'] });
    bench.at = START + 20 * 3_600_000 - 1;
    expect(state()).toMatchObject({ result: { order_state: 'open' } });
    bench.at += 1;
    expect(state()).toMatchObject({
      result: { order_state: 'cancelled', cancel_reason: 'settlement' },
    });
  });
});

describe('terms of time and size', () => {
  it('valid_until in the past is answered timed_out', () => {
    const bench = quoted();
    const late = order(CALL, 0.1, 0.101, { valid_until: bench.at - 1 });
    expect(codeOf(bench.send('private/buy', late))).toBe(13_888);
    placed(bench.send('private/buy', order(CALL, 0.1, 0.101, { valid_until: bench.at })));
  });

  it('amount and contracts that agree are taken, and counted', () => {
    const bench = quoted();
    const { amount: _, ...unsized } = order(PERPETUAL, 0, 65_000);
    placed(bench.send('private/buy', { ...unsized, contracts: 2 }));
    expect(bench.exchange.counters.illegalOrderAttempts).toBe(0);
    placed(bench.send('private/buy', { ...unsized, amount: 20, contracts: 2, label: 'both' }));
    expect(bench.exchange.counters.illegalByKind.both_sizes).toBe(1);
    expect(codeOf(bench.send('private/buy', { ...unsized, amount: 10, contracts: 2 }))).toBe(
      11_029,
    );
  });
});

describe('private/close_position', () => {
  const close = (type: string, price?: number): Record<string, unknown> => ({
    instrument_name: CALL.name,
    type,
    ...(price === undefined ? {} : { price }),
  });

  it('closes the whole position with a reduce-only limit order', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.7, 0.101)));
    const { order: wire } = placed(bench.send('private/close_position', close('limit', 0.099)));
    expect(wire).toMatchObject({ direction: 'sell', amount: 0.7, reduce_only: true });
    expect(bench.send('private/get_positions')).toEqual({ ok: true, result: [] });
  });

  it('closes futures at the market, and options never', () => {
    const bench = quoted();
    placed(bench.send('private/sell', order(PERPETUAL, 100, 64_995)));
    const market = { instrument_name: PERPETUAL.name, type: 'market' };
    expect(placed(bench.send('private/close_position', market)).order).toMatchObject({
      direction: 'buy',
      order_state: 'filled',
      order_type: 'market',
    });
    placed(bench.send('private/buy', order(CALL, 0.7, 0.101)));
    expect(codeOf(bench.send('private/close_position', close('market')))).toBe(11_050);
  });

  it('is refused without a position, a price, or an instrument', () => {
    const bench = quoted();
    expect(codeOf(bench.send('private/close_position', close('limit', 0.099)))).toBe(11_030);
    expect(codeOf(bench.send('private/close_position', close('limit')))).toBe(-32_602);
    const unknown = { instrument_name: 'BTC-1JAN30', type: 'market' };
    expect(codeOf(bench.send('private/close_position', unknown))).toBe(10_020);
  });
});

describe('cancelling in bulk', () => {
  function three(): Bench {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.1, 0.05, GTC)));
    placed(bench.send('private/buy', order(PERPETUAL, 10, 64_500, GTC)));
    placed(bench.send('private/buy', order(USDC_CALL, 0.1, 5_000, GTC)));
    return bench;
  }

  it.each([
    ['private/cancel_all', {}, 3],
    ['private/cancel_all_by_currency', { currency: 'BTC' }, 2],
    ['private/cancel_all_by_currency', { currency: 'USDC' }, 1],
    ['private/cancel_all_by_currency', { currency: 'BTC', kind: 'future' }, 1],
    ['private/cancel_all_by_instrument', { instrument_name: CALL.name }, 1],
    ['private/cancel_all_by_instrument', { instrument_name: CALL.name, type: 'stop' }, 0],
    ['private/cancel_all_by_kind_or_type', { currency: 'any', kind: 'option' }, 2],
    ['private/cancel_all_by_kind_or_type', { currency: ['ETH', 'USDC'] }, 1],
    ['private/cancel_all_by_kind_or_type', { currency: 'any', type: 'trigger_all' }, 0],
  ] as const)('%s %o cancels %i', (method, params, count) => {
    const bench = three();
    expect(bench.send(method, params)).toEqual({ ok: true, result: count });
    expect(bench.send('private/get_open_orders')).toMatchObject({
      result: { length: 3 - count },
    });
  });

  it('tells what went when it is asked to be detailed', () => {
    const bench = three();
    expect(bench.send('private/cancel_all', { detailed: true })).toMatchObject({
      result: [
        { currency: 'BTC', type: 'limit', result: [{ order_state: 'cancelled' }] },
        { instrument_name: PERPETUAL.name, result: [{ cancel_reason: 'user_request' }] },
        { currency: 'USDC' },
      ],
    });
  });

  it('refuses to guess what is meant', () => {
    const bench = three();
    for (const method of ['by_currency', 'by_instrument', 'by_kind_or_type']) {
      expect(codeOf(bench.send(`private/cancel_all_${method}`))).toBe(-32_602);
    }
  });
});
