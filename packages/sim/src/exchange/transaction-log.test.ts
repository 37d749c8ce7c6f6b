import { E8 } from '@holdfast/core/values';
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
  USDC,
} from './exchange.fixture.ts';
import type { WireTransaction } from './transaction-log.ts';

const HOUR = 3_600_000;
const PERIOD = { currency: 'BTC', start_timestamp: 0, end_timestamp: EXPIRY + HOUR };

interface Page {
  readonly logs: readonly WireTransaction[];
  readonly continuation: number | null;
}

function ask(bench: Bench, more: Record<string, unknown> = {}, account = 'main'): Page {
  const params = { ...PERIOD, ...more };
  const answer = bench.send('private/get_transaction_log', params, account);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.result as Page;
}

/** Oldest first. */
function rows(bench: Bench, more: Record<string, unknown> = {}): readonly WireTransaction[] {
  return ask(bench, { count: 250, ...more }).logs.toReversed();
}

function quoted(): Bench {
  const second = new Map([['second', new Map([[BTC, 10 * E8]])]]);
  const bench = openBench(
    new Map([
      [BTC, 10 * E8],
      [USDC, E8],
    ]),
    second,
  );
  bench.quote(CALL, [995, 200], [1_005, 200]);
  bench.quote(PERPETUAL, [129_998, 100_000], [130_000, 100_000]);
  return bench;
}

/** Every balance is the one before and its change, to the last 1e-8. */
function expectChained(all: readonly WireTransaction[]): void {
  let balance = 0;
  for (const row of all) {
    balance += Math.round(row.change * E8);
    expect([row.id, Math.round(row.balance * E8)]).toEqual([row.id, balance]);
  }
}

describe('the transaction log', () => {
  it('begins with what the account brought, each currency for itself', () => {
    const bench = quoted();
    expect(rows(bench)).toMatchObject([
      { type: 'deposit', currency: 'BTC', change: 10, balance: 10, user_seq: 1, trade_id: null },
    ]);
    expect(rows(bench, { currency: 'USDC' })).toMatchObject([{ change: 1, user_seq: 2 }]);
    expect(rows(bench, { currency: 'ETH' })).toEqual([]);
  });

  it('an option: premium and fee move the balance at once, in one row with the trade’s id', () => {
    const bench = quoted();
    const { trades } = placed(bench.send('private/buy', order(CALL, 1, 0.1005)));
    const [, row] = rows(bench);
    expect(row).toMatchObject({
      type: 'trade',
      side: 'open buy',
      instrument_name: CALL.name,
      trade_id: trades[0]?.['trade_id'],
      amount: 1,
      position: 1,
      commission: 0.0003,
      cashflow: -0.1005,
      change: -0.1008,
      balance: 9.8992,
    });
  });

  it('a trade that turns a position over is two rows: what closed, and what opened', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 0.3, 0.1005)));
    placed(bench.send('private/sell', order(CALL, 1, 0.0995)));
    const [, , closed, opened] = rows(bench);
    expect(closed).toMatchObject({ side: 'close sell', amount: 0.3, position: 0 });
    expect(opened).toMatchObject({ side: 'open sell', amount: 0.7, position: -0.7 });
    expect(opened?.trade_id).toBe(closed?.trade_id);
    expect((closed?.commission ?? 0) + (opened?.commission ?? 0)).toBeCloseTo(0.0003, 12);
    expectChained(rows(bench));
  });

  it('a future: the fee at once, profit and funding with the daily settlement', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(PERPETUAL, 65_000, 65_000)));
    bench.exchange.setTicker({
      instrument: PERPETUAL,
      timestamp: bench.at,
      markPriceE8: Math.round(INDEX_E8 * 1.001),
      underlyingPriceE8: INDEX_E8,
      iv: null,
      delta: null,
      vega: null,
    });
    bench.at += 8 * HOUR;
    placed(bench.send('private/sell', order(PERPETUAL, 6_500, 64_999)));
    const [, bought, sold] = rows(bench);
    expect(bought).toMatchObject({ change: -0.0005, commission: 0.0005, cashflow: 0 });
    expect(sold?.change).toBe(0 - (sold?.commission ?? 0));
    expect(sold?.interest_pl).toBeCloseTo(-0.00075, 8);
    bench.at = START + 20 * HOUR;
    bench.exchange.advance(bench.at);
    const settled = rows(bench).at(-1);
    expect(settled).toMatchObject({
      type: 'settlement',
      side: 'long',
      price: 65_065,
      position: 58_500,
    });
    const told = settled as unknown as Record<string, number>;
    expect(told['session_rpl'] ?? 0).toBeLessThan(told['total_interest_pl'] ?? 0);
    const parts = (told['session_rpl'] ?? 0) + (told['session_upl'] ?? 0);
    expect(settled?.change).toBeCloseTo(parts, 12);
    expectChained(rows(bench));
    // With nothing left to be paid, the log's balance is the account's cash.
    expect(bench.send('private/get_account_summary', { currency: 'BTC' })).toMatchObject({
      result: { balance: settled?.balance, futures_session_rpl: 0 },
    });
  });

  it('what was closed again before the settlement is settled as well', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(PERPETUAL, 65_000, 65_000)));
    placed(bench.send('private/sell', order(PERPETUAL, 65_000, 64_999)));
    bench.at = START + 20 * HOUR;
    bench.exchange.advance(bench.at);
    const settled = rows(bench).at(-1);
    expect(settled).toMatchObject({ type: 'settlement', position: 0 });
    expect(settled?.change).toBeCloseTo(1 - 65_000 / 64_999, 7);
    bench.at += 24 * HOUR;
    bench.exchange.advance(bench.at);
    expect(rows(bench).at(-1)?.id).toBe(settled?.id);
  });

  it('deliveries: an option’s payoff less its fee, a future’s profit', () => {
    const bench = quoted();
    bench.quote(FUTURE, [25_990, 10_000], [26_000, 10_000]);
    placed(bench.send('private/buy', order(CALL, 1, 0.1005)));
    placed(bench.send('private/buy', order(FUTURE, 6_500, 65_000)));
    bench.exchange.setIndex(BTC, 66_000 * E8, EXPIRY - 1);
    bench.at = EXPIRY;
    bench.exchange.advance(EXPIRY);
    const delivered = rows(bench, { query: 'delivery' });
    expect(delivered).toMatchObject([
      { instrument_name: FUTURE.name, side: 'close sell', position: 0 },
      { instrument_name: CALL.name, side: 'close sell', position: 0 },
    ]);
    expectChained(rows(bench));
    const balance = rows(bench).at(-1)?.balance ?? 0;
    expect(Math.round(balance * E8)).toBe(bench.exchange.settledE8(BTC));
  });

  it('is told newest first, in pages that go on at a row, within bounds', () => {
    const bench = quoted();
    for (let n = 0; n < 4; n += 1) {
      bench.at += 1_000;
      placed(bench.send('private/buy', order(CALL, 0.1, 0.1005)));
    }
    const all = rows(bench).map(({ id }) => id);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    const first = ask(bench, { count: 2 });
    expect(first.logs.map(({ id }) => id)).toEqual([all[4], all[3]]);
    expect(first.continuation).toBe(all[2]);
    const second = ask(bench, { count: 3, continuation: first.continuation });
    expect(second).toMatchObject({ logs: [{ id: all[2] }, { id: all[1] }, { id: all[0] }] });
    expect(second.continuation).toBeNull();
    const late = ask(bench, { start_timestamp: START + 3_000, end_timestamp: START + 3_000 });
    expect(late.logs.map(({ id }) => id)).toEqual([all[3]]);
    expect(rows(bench, { query: 'deposit' })).toHaveLength(1);
    expect(rows(bench, { query: 'option' })).toHaveLength(4);
    for (const wrong of [{ count: 251 }, { count: 0 }, { continuation: 'x' }, { currency: '' }]) {
      const params = { ...PERIOD, ...wrong };
      expect(codeOf(bench.send('private/get_transaction_log', params))).toBe(-32_602);
    }
    expect(codeOf(bench.send('private/get_transaction_log', { currency: 'BTC' }))).toBe(-32_602);
  });

  it('is each account’s own', () => {
    const bench = quoted();
    placed(bench.send('private/buy', order(CALL, 1, 0.1005)));
    expect(ask(bench, {}, 'second').logs).toMatchObject([{ type: 'deposit', username: 'second' }]);
  });
});
