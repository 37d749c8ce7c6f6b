import { currency } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { INSTRUMENT_ROWS, orderRow, tradeRow } from '../test/wire-rows.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';
import { type SnapshotAnswer, takeSnapshot } from './reconciliation.ts';

const NOW = 1_790_000_000_000;
const BTC = currency('BTC');
const ETH = currency('ETH');

interface Asked {
  readonly method: string;
  readonly params: RpcParams;
}

type Answers = (asked: Asked) => unknown;

/** Answers as the test says; where it has no opinion, emptily. */
function take(answers: Answers, since = NOW - 60_000, currencies = [BTC], listed = true) {
  const asked: Asked[] = [];
  const outcome: SnapshotAnswer[] = [];
  const ask = (method: string, params: RpcParams, reply: (answer: RpcAnswer) => void): void => {
    const request = { method, params };
    asked.push(request);
    const result = answers(request) ?? usual(request);
    reply(isAnswer(result) ? result : { ok: true, result });
  };
  const request = { since, venueNow: NOW, currencies, cash: null, isListed: () => listed, ask };
  takeSnapshot(request, (answer) => outcome.push(answer));
  expect(outcome).toHaveLength(1);
  return { asked, outcome: outcome[0] };
}

function isAnswer(value: unknown): value is RpcAnswer {
  return typeof value === 'object' && value !== null && 'ok' in value;
}

function usual({ method }: Asked): unknown {
  if (method.includes('user_trades')) return { trades: [], has_more: false };
  if (method.includes('settlement')) return { settlements: [], continuation: 'none' };
  return [];
}

const LIMITED: RpcAnswer = { ok: false, error: { code: 13_028, message: 'temporarily' } };

describe('snapshot for reconciliation', () => {
  it('asks for orders, then positions, then trades, then settlements: no fill can hide', () => {
    const { asked, outcome } = take(() => undefined, NOW - 60_000, [BTC, ETH]);
    expect(asked.map(({ method, params }) => [method, params['currency']])).toEqual([
      ['private/get_open_orders', undefined],
      ['private/get_positions', 'any'],
      ['private/get_user_trades_by_currency_and_time', 'BTC'],
      ['private/get_user_trades_by_currency_and_time', 'ETH'],
      ['private/get_settlement_history_by_currency', 'BTC'],
      ['private/get_settlement_history_by_currency', 'ETH'],
    ]);
    expect(outcome).toEqual({
      ok: true,
      snapshot: { openOrders: [], positions: [], trades: [], settlements: [] },
    });
  });

  it('has an order that fills while it is taken: it left the book, and its trade is there', () => {
    let filled = false;
    const { outcome } = take(({ method }) => {
      if (method === 'private/get_open_orders') {
        const open = [orderRow()];
        filled = true;
        return open;
      }
      if (method.includes('user_trades') && filled) {
        return { trades: [tradeRow({ timestamp: NOW })], has_more: false };
      }
      return undefined;
    });
    expect(outcome).toMatchObject({
      snapshot: { openOrders: [{ venueOrderId: 'BTC-1' }], trades: [{ tradeId: 'T-1' }] },
    });
  });

  it('reads trades page by page until there are no more, each once', () => {
    const pages = new Map([
      [NOW - 60_000, { trades: [1, 2, 3].map((n) => row(n)), has_more: true }],
      [NOW + 3, { trades: [3, 4].map((n) => row(n)), has_more: false }],
    ]);
    function row(n: number): Record<string, unknown> {
      return tradeRow({ trade_id: `T-${n}`, timestamp: NOW + n });
    }
    const { outcome, asked } = take(({ method, params }) =>
      method.includes('user_trades') ? pages.get(Number(params['start_timestamp'])) : undefined,
    );
    expect(outcome).toMatchObject({
      ok: true,
      snapshot: { trades: [1, 2, 3, 4].map((n) => ({ tradeId: `T-${n}` })) },
    });
    const asksForTrades = asked.filter(({ method }) => method.includes('user_trades'));
    expect(asksForTrades.map(({ params }) => params['sorting'])).toEqual(['asc', 'asc']);
    expect(Number(asksForTrades[0]?.params['end_timestamp'])).toBeGreaterThan(NOW);
  });

  it('fails rather than stop short of the last page', () => {
    const stuck = take(({ method }) =>
      method.includes('user_trades')
        ? { trades: [tradeRow({ timestamp: NOW - 60_000 })], has_more: true }
        : undefined,
    );
    expect(stuck.outcome).toEqual({ ok: false, fault: 'too_many_trades' });
    let n = 0;
    const endless = take(({ method }) => {
      if (!method.includes('user_trades')) return undefined;
      n += 1;
      return { trades: [tradeRow({ trade_id: `${n}`, timestamp: NOW + n })], has_more: true };
    });
    expect(endless.outcome).toEqual({ ok: false, fault: 'too_many_trades' });
    expect(n).toBe(50);
  });

  it('asks history as well when it has to go back further than a day', () => {
    const { asked } = take(() => undefined, NOW - 86_400_000);
    const historical = asked
      .filter(({ method }) => method.includes('user_trades'))
      .map(({ params }) => params['historical'] ?? false);
    expect(historical).toEqual([true, false]);
  });

  it('reads deliveries back to where it has to, by their continuation', () => {
    const delivery = (n: number, at: number) => ({
      type: 'delivery',
      timestamp: at,
      instrument_name: `BTC-${n}NOV26-90000-C`,
      position: 1,
      index_price: 90_000,
      mark_price: 0.01,
      profit_loss: 0.0097,
      session_profit_loss: 0.0097,
    });
    const { outcome, asked } = take(({ method, params }) => {
      if (!method.includes('settlement')) return undefined;
      return params['continuation'] === undefined
        ? { settlements: [delivery(3, NOW), delivery(2, NOW - 1_000)], continuation: 'next' }
        : { settlements: [delivery(1, NOW - 90_000)], continuation: 'more' };
    });
    expect(outcome).toMatchObject({
      snapshot: {
        settlements: [
          { instrument: 'BTC-3NOV26-90000-C', cashE8: 970_000, currency: 'BTC' },
          { instrument: 'BTC-2NOV26-90000-C' },
        ],
      },
    });
    expect(asked.filter(({ method }) => method.includes('settlement'))).toHaveLength(2);
  });

  it.each([
    ['private/get_open_orders', LIMITED, 'open_orders: 13028 temporarily'],
    ['private/get_open_orders', [{ order_id: 'x' }], 'malformed_open_orders'],
    ['private/get_positions', { ok: null, fault: 'timed_out' }, 'positions: timed_out'],
    ['private/get_positions', [{ size: 1 }], 'malformed_positions'],
    ['private/get_user_trades_by_currency_and_time', LIMITED, 'trades: 13028 temporarily'],
    [
      'private/get_user_trades_by_currency_and_time',
      { trades: [{ trade_id: 'x' }], has_more: false },
      'malformed_trades',
    ],
    [
      'private/get_settlement_history_by_currency',
      { settlements: [{ type: 'delivery' }] },
      'malformed_settlements',
    ],
  ])('is none when %s cannot be had or read', (failing, wrong, fault) => {
    const { outcome } = take(({ method }) => (method === failing ? wrong : undefined));
    expect(outcome).toEqual({ ok: false, fault });
  });

  describe('of a trade in what no list names any more', () => {
    const [row] = INSTRUMENT_ROWS;
    const name = row?.instrument_name ?? '';
    const trades = { trades: [tradeRow({ instrument_name: name })], has_more: false };
    const answers = (terms: unknown) => (request: Asked) => {
      if (request.method === 'public/get_instrument') return terms;
      return request.method.includes('user_trades') ? trades : undefined;
    };

    it('brings the terms, asked for by name', () => {
      const { asked, outcome } = take(answers(row), NOW - 60_000, [BTC], false);
      expect(asked.at(-1)).toEqual({
        method: 'public/get_instrument',
        params: { instrument_name: name },
      });
      expect(outcome).toMatchObject({ ok: true, snapshot: { ended: [{ name }] } });
    });

    it('is no snapshot while they cannot be had', () => {
      const { outcome } = take(answers(LIMITED), NOW - 60_000, [BTC], false);
      expect(outcome).toEqual({ ok: false, fault: 'instrument: 13028 temporarily' });
    });

    it('asks for nothing more where the list names it', () => {
      const { asked, outcome } = take(answers(row));
      expect(asked.map(({ method }) => method)).not.toContain('public/get_instrument');
      expect(outcome).not.toHaveProperty('snapshot.ended');
    });
  });
});
