import { E8, instrumentName } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  BTC,
  CALL,
  codeOf,
  EXPIRY,
  FUTURE,
  INDEX_E8,
  openBench,
  order,
  PERPETUAL,
  placed,
  START,
} from './exchange.fixture.ts';

function quoted(): Bench {
  const bench = openBench(new Map([[BTC, 10 * E8]]), new Map([['second', new Map()]]));
  bench.quote(CALL, [995, 20], [1005, 10]);
  bench.quote(PERPETUAL, [129_998, 1_000], [130_000, 1_000]);
  return bench;
}

const of = (name: string): Record<string, unknown> => ({ instrument_name: name });

describe('public/ticker', () => {
  it('an option has volatilities, greeks and what it is priced from', () => {
    const bench = quoted();
    expect(bench.send('public/ticker', of(CALL.name))).toMatchObject({
      result: {
        state: 'open',
        best_bid_price: 0.0995,
        best_ask_amount: 1,
        mark_price: 0.1,
        mark_iv: 45,
        index_price: 65_000,
        underlying_price: 65_000,
        underlying_index: FUTURE.name,
        interest_rate: 0,
        greeks: { delta: 0.5, vega: 20 },
        estimated_delivery_price: 65_000,
        min_price: 0.085,
        max_price: 0.115,
        open_interest: 0,
        last_price: null,
        stats: { volume: 0, low: null, high: null, price_change: null },
      },
    });
  });

  it('bid and ask volatility are Black-76 of their prices, and lie around the mark', () => {
    const bench = quoted();
    const answer = bench.send('public/ticker', of(CALL.name));
    const ticker = (answer.ok ? answer.result : {}) as Record<string, number>;
    expect(ticker['bid_iv']).toBeGreaterThan(0);
    expect(ticker['ask_iv']).toBeGreaterThan(ticker['bid_iv'] ?? 0);
    bench.quote(CALL, [], []);
    expect(bench.send('public/ticker', of(CALL.name))).toMatchObject({
      result: { bid_iv: 0, ask_iv: 0, best_bid_price: null, best_bid_amount: 0 },
    });
  });

  it('tells greeks it was told, and computes the others', () => {
    const bench = quoted();
    const told = {
      instrument: CALL,
      timestamp: bench.at,
      markPriceE8: 10_000_000,
      underlyingPriceE8: INDEX_E8,
      iv: 0.45,
      delta: 0.9,
      vega: 12,
    };
    bench.exchange.setTicker({ ...told, gamma: 0.00007, theta: -33, openInterest: 12.5 });
    const answer = bench.send('public/ticker', of(CALL.name));
    const { greeks, open_interest: open } = (answer.ok ? answer.result : {}) as {
      greeks: Record<string, number>;
      open_interest: number;
    };
    expect(greeks).toMatchObject({ delta: 0.9, vega: 12, gamma: 0.00007, theta: -33 });
    expect(greeks['rho']).toBeLessThan(0);
    expect(open).toBe(12.5);
  });

  it('counts open interest once for each contract that is held', () => {
    const bench = openBench(
      new Map([[BTC, 10 * E8]]),
      new Map([['second', new Map([[BTC, 10 * E8]])]]),
    );
    bench.quote(CALL, [990, 20], [1010, 30]);
    const gtc = { time_in_force: 'good_til_cancelled' };
    placed(bench.send('private/sell', order(CALL, 1, 0.1, gtc), 'second'));
    placed(bench.send('private/buy', order(CALL, 1.5, 0.101)));
    // One BTC between the two, half a BTC against the market.
    expect(bench.send('public/ticker', of(CALL.name))).toMatchObject({
      result: { open_interest: 1.5 },
    });
  });

  it('is not there without a mark or an index', () => {
    const bench = quoted();
    const fresh = { ...CALL, name: instrumentName('BTC-28AUG26-61000-C') };
    bench.exchange.list([fresh], bench.at);
    expect(codeOf(bench.send('public/ticker', of(fresh.name)))).toBe(13_028);
    expect(codeOf(bench.send('public/ticker', of('BTC-1JAN30')))).toBe(13_020);
  });
});

describe('trades of everybody', () => {
  function traded(): Bench {
    const bench = quoted();
    for (const price of [1005, 1010, 1000]) {
      bench.quote(CALL, [990, 20], [price, 10]);
      bench.exchange.marketTrade(CALL.name, 'buy', price, 2, bench.at);
      bench.at += 1_000;
    }
    return bench;
  }

  it('are told in one sequence without a hole, the market’s own included', () => {
    const bench = traded();
    const told = bench.notices.flatMap(([kind, payload]) =>
      kind === 'publicTrade' ? [[payload.trade_seq, payload.price, payload.tick_direction]] : [],
    );
    expect(told).toEqual([
      [1, 0.1005, 1],
      [2, 0.101, 0],
      [3, 0.1, 2],
    ]);
  });

  it('are paged from the newest, or from where a call begins', () => {
    const bench = traded();
    const ask = (method: string, params: Record<string, unknown>): unknown => {
      const answer = bench.send(`public/${method}`, params);
      if (!answer.ok) return answer.error.code;
      const page = answer.result as { trades: { trade_seq: number }[]; has_more: boolean };
      return [page.trades.map((trade) => trade.trade_seq), page.has_more];
    };
    const byName = 'get_last_trades_by_instrument';
    expect(ask(byName, of(CALL.name))).toEqual([[3, 2, 1], false]);
    expect(ask(byName, { ...of(CALL.name), count: 2 })).toEqual([[3, 2], true]);
    expect(ask(byName, { ...of(CALL.name), start_seq: 2 })).toEqual([[2, 3], false]);
    expect(ask(byName, { ...of(CALL.name), end_seq: 2, count: 1 })).toEqual([[2], true]);
    expect(ask(byName, { ...of(CALL.name), sorting: 'asc', count: 1 })).toEqual([[1], true]);
    expect(ask(byName, { ...of(CALL.name), count: 1_001 })).toBe(-32_602);
    const period = { start_timestamp: START + 1_000, end_timestamp: START + 1_000 };
    expect(ask(`${byName}_and_time`, { ...of(CALL.name), ...period })).toEqual([[2], false]);
    const byCurrency = 'get_last_trades_by_currency';
    expect(ask(byCurrency, { currency: 'BTC', kind: 'option' })).toEqual([[3, 2, 1], false]);
    expect(ask(byCurrency, { currency: 'BTC', kind: 'future' })).toEqual([[], false]);
    expect(ask(byCurrency, { currency: 'BTC', start_id: 'BTC-2' })).toEqual([[2, 3], false]);
    expect(ask(byCurrency, { currency: 'USDC' })).toEqual([[], false]);
  });

  it('make the statistics of the last 24 hours, and leave them', () => {
    const bench = traded();
    expect(bench.send('public/ticker', of(CALL.name))).toMatchObject({
      result: {
        last_price: 0.1,
        stats: { volume: 0.6, high: 0.101, low: 0.1, price_change: -0.4975 },
      },
    });
    bench.at += 86_400_000;
    expect(bench.send('public/get_book_summary_by_instrument', of(CALL.name))).toMatchObject({
      result: [{ last: 0.1, volume: 0, high: null, price_change: null }],
    });
  });
});

describe('the platform', () => {
  it('announces, the newest first, and nothing before its time', () => {
    const bench = quoted();
    const say = (id: number, at: number): void =>
      bench.exchange.announce({ id, title: `t${id}`, body: 'b', at, important: false });
    say(1, START - 5);
    say(2, START);
    say(3, START + 5);
    const ids = (params: Record<string, unknown> = {}): unknown => {
      const answer = bench.send('public/get_announcements', params);
      return answer.ok ? (answer.result as { id: number }[]).map(({ id }) => id) : answer;
    };
    expect(ids()).toEqual([2, 1]);
    expect(ids({ count: 1 })).toEqual([2]);
    expect(ids({ start_timestamp: START - 1 })).toEqual([1]);
    bench.at = START + 5;
    say(1, START + 5);
    expect(ids()).toEqual([3, 1, 2]);
    expect(codeOf(bench.send('public/get_announcements', { count: 51 }))).toBe(-32_602);
  });

  it('locks a currency: orders and edits are refused, cancels are not', () => {
    const bench = quoted();
    const gtc = { time_in_force: 'good_til_cancelled' };
    const { order: wire } = placed(bench.send('private/buy', order(CALL, 0.1, 0.05, gtc)));
    expect(bench.send('public/status')).toMatchObject({ result: { locked: 'false' } });
    bench.exchange.lock(BTC, true, bench.at);
    expect(bench.send('public/status')).toMatchObject({
      result: { locked: 'true', locked_indices: ['btc_usd'] },
    });
    expect(bench.notices.at(-1)).toEqual([
      'platform',
      { underlying: BTC, timestamp: bench.at, locked: true },
    ]);
    expect(bench.send('public/ticker', of(CALL.name))).toMatchObject({
      result: { state: 'locked' },
    });
    expect(codeOf(bench.send('private/buy', order(CALL, 0.1, 0.05)))).toBe(10_019);
    const change = { order_id: wire['order_id'], amount: 0.2 };
    expect(codeOf(bench.send('private/edit', change))).toBe(10_019);
    expect(codeOf(bench.send('private/cancel', { order_id: wire['order_id'] }))).toBeNull();
    bench.exchange.lock(BTC, false, bench.at);
    placed(bench.send('private/buy', order(CALL, 0.1, 0.05)));
  });

  it('keeps what is gone, as archived', () => {
    const bench = quoted();
    bench.at = EXPIRY;
    expect(bench.send('public/get_instruments', { currency: 'BTC', expired: true })).toMatchObject({
      result: { length: 3 },
    });
    expect(bench.send('public/get_instrument', of(CALL.name))).toMatchObject({
      result: { state: 'archivized', is_active: false },
    });
    expect(bench.send('public/get_instrument', of(PERPETUAL.name))).toMatchObject({
      result: { state: 'open', settlement_period: 'perpetual' },
    });
    expect(codeOf(bench.send('public/get_instrument', of('BTC-1JAN30')))).toBe(13_020);
  });

  it('knows its indexes', () => {
    const bench = quoted();
    const index = (name: string): unknown =>
      bench.send('public/get_index_price', { index_name: name });
    expect(index('btc_usd')).toMatchObject({ result: { index_price: 65_000 } });
    expect(index('btc_usdc')).toMatchObject({ result: { index_price: 65_000 } });
    expect(index('eth_usd')).toMatchObject({ error: { code: 13_020 } });
    expect(index('btc_eurr')).toMatchObject({ error: { code: 13_020 } });
  });
});

describe('the volatility index', () => {
  it('is told at once, and as candles afterwards', () => {
    const bench = quoted();
    for (const value of [45, 47, 44, 46]) {
      bench.exchange.setVolatilityIndex(BTC, value, bench.at);
      bench.at += 20_000;
    }
    expect(bench.notices.findLast(([kind]) => kind === 'volatilityIndex')?.[1]).toMatchObject({
      underlying: BTC,
      value: 46,
    });
    const period = { currency: 'BTC', start_timestamp: START, end_timestamp: bench.at };
    const ask = (resolution: string): unknown =>
      bench.send('public/get_volatility_index_data', { ...period, resolution });
    expect(ask('60')).toEqual({
      ok: true,
      result: {
        data: [
          [START, 45, 47, 44, 44],
          [START + 60_000, 46, 46, 46, 46],
        ],
        continuation: null,
      },
    });
    expect(ask('1')).toMatchObject({ result: { data: { length: 4 } } });
    expect(ask('3600')).toMatchObject({ result: { data: [[START, 45, 47, 44, 46]] } });
    expect(ask('7')).toMatchObject({ error: { code: -32_602 } });
    expect(() => bench.exchange.setVolatilityIndex(BTC, Number.NaN, bench.at)).toThrow(RangeError);
  });
});

describe('who made the quotes', () => {
  it('hears which of them an account has taken, after its request, and of nothing else', () => {
    const bench = quoted();
    const taken: string[] = [];
    bench.exchange.onTaken(({ name }) => taken.push(`${name} ${bench.exchange.counters.fills}`));
    bench.send('private/buy', order(CALL, 0.1, 0.0995));
    expect(taken).toEqual([]);
    bench.send('private/buy', order(CALL, 0.1, 0.1005));
    expect(taken).toEqual([`${CALL.name} 1`]);
    bench.exchange.marketTrade(CALL.name, 'sell', 995, 1, bench.at);
    bench.send('private/cancel_all');
    expect(taken).toHaveLength(1);
  });
});
