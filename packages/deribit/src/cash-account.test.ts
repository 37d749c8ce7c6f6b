import type { CashCursor } from '@holdfast/core';
import { currency, wallMs } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { askCash } from './cash-account.ts';
import { parseTransactions } from './protocol/transactions.ts';
import type { RpcAnswer, RpcParams } from './protocol/rpc.ts';

const BTC = currency('BTC');
const ETH = currency('ETH');
/** 12:00 UTC: today's settlement was four hours ago. */
const NOW = Date.UTC(2026, 7, 20, 12);
const HOUR = 3_600_000;

function row(id: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    currency: 'BTC',
    timestamp: NOW - HOUR + id,
    type: 'trade',
    instrument_name: 'BTC-28AUG26-60000-C',
    trade_id: `T-${id}`,
    commission: 0.0003,
    change: -0.1008,
    balance: 9.8992,
    price: 0.1005,
    interest_pl: 0,
    ...more,
  };
}

type Answers = (params: RpcParams) => unknown;

function ask(answers: Answers, cursors: readonly CashCursor[] = [], currencies = [BTC]) {
  const asked: RpcParams[] = [];
  const told: unknown[] = [];
  const reply = (params: RpcParams): RpcAnswer => {
    const result = answers(params);
    const isAnswer = typeof result === 'object' && result !== null && 'ok' in result;
    return isAnswer ? (result as RpcAnswer) : { ok: true, result };
  };
  askCash(
    {
      venueNow: NOW,
      currencies,
      cursors,
      ask: (method, params, done) => {
        expect(method).toBe('private/get_transaction_log');
        asked.push(params);
        done(reply(params));
      },
    },
    (all) => told.push(...all),
  );
  return { asked, told };
}

const CURSOR: CashCursor = { currency: BTC, rowId: 7, rowAt: wallMs(NOW - HOUR + 7) };
const ids = (answer: unknown): number[] =>
  (answer as { rows: { id: number }[] }).rows.map(({ id }) => id);

describe('the account of our cash', () => {
  it('is asked of each currency from its agreed row on, and told oldest first', () => {
    const { asked, told } = ask(
      ({ currency: code }) =>
        code === 'BTC' ? { logs: [row(9), row(8), row(7)], continuation: null } : { logs: [] },
      [CURSOR],
      [BTC, ETH],
    );
    expect(asked).toMatchObject([
      { currency: 'BTC', start_timestamp: CURSOR.rowAt, count: 250 },
      { currency: 'ETH', start_timestamp: 0 },
    ]);
    expect(ids(told[0])).toEqual([7, 8, 9]);
    expect(told[1]).toEqual({ currency: ETH, ok: true, rows: [] });
  });

  it('goes on page by page back to the agreed row, and no further', () => {
    const pages = [
      { logs: [row(12), row(11)], continuation: 10 },
      { logs: [row(10), row(9)], continuation: 8 },
      { logs: [row(8), row(7)], continuation: 6 },
    ];
    const { asked, told } = ask(() => pages.shift(), [CURSOR]);
    expect(asked.map(({ continuation }) => continuation)).toEqual([undefined, 10, 8]);
    expect(ids(told[0])).toEqual([7, 8, 9, 10, 11, 12]);
  });

  it('without an agreed row reads back to the last daily settlement', () => {
    const old = { timestamp: NOW - 5 * HOUR };
    const pages = [
      { logs: [row(12), row(11)], continuation: 10 },
      { logs: [row(10), row(9, old)], continuation: 8 },
    ];
    const { asked, told } = ask(() => pages.shift());
    expect(asked).toHaveLength(2);
    expect(ids(told[0])).toEqual([9, 10, 11, 12]);
  });

  it('says of its currency what it could not have or read, and asks for the others', () => {
    const limited: RpcAnswer = { ok: false, error: { code: 13_028, message: 'temporarily' } };
    const { told } = ask(
      ({ currency: code }) => (code === 'BTC' ? limited : { logs: [] }),
      [],
      [BTC, ETH],
    );
    expect(told).toMatchObject([
      { currency: BTC, ok: false, fault: '13028 temporarily' },
      { currency: ETH, ok: true },
    ]);
  });

  it('a page that goes nowhere, and more pages than a person would read, are no answer', () => {
    const stuck = ask(() => ({ logs: [row(12)], continuation: 12 }), [CURSOR]);
    expect(stuck.told).toMatchObject([{ ok: false, fault: 'transactions_out_of_order' }]);
    let id = 1_000;
    const endless = ask(() => {
      id -= 1;
      return { logs: [row(id)], continuation: id - 1 };
    }, [CURSOR]);
    expect(endless.told).toMatchObject([{ ok: false, fault: 'too_many_transactions' }]);
    expect(endless.asked).toHaveLength(10);
  });

  it('does not wait for a connection that is gone', () => {
    expect(ask(() => ({ ok: null, fault: 'timed_out' })).told).toMatchObject([
      { ok: false, fault: 'timed_out' },
    ]);
  });
});

describe('a row of it', () => {
  const read = (more: Record<string, unknown>) =>
    parseTransactions({ logs: [row(9, more)], continuation: null }, 'BTC');

  it('is exact at 1e-8, but for the noise of doubles', () => {
    expect(read({ balance: 0.1 + 0.2, commission: null })).toMatchObject({
      ok: true,
      value: { rows: [{ balanceE8: 30_000_000, changeE8: -10_080_000, feeE8: 0 }] },
    });
    for (const field of ['balance', 'change', 'commission']) {
      expect(read({ [field]: 0.123456789 })).toMatchObject({ path: `/logs/0/${field}` });
    }
  });

  it.each([
    ['settlement', 'settlement'],
    ['delivery', 'delivery'],
    ['deposit', 'transfer'],
    ['withdrawal', 'transfer'],
    ['transfer', 'transfer'],
    ['swap', 'transfer'],
    ['correction', 'other'],
    ['liquidation_bonus', 'other'],
  ])('%s is a %s', (type, cause) => {
    expect(read({ type })).toMatchObject({ value: { rows: [{ cause }] } });
  });

  it('funding counts where it is paid, and not with the trades before', () => {
    const paid = { type: 'settlement', interest_pl: 0.000_01, total_interest_pl: -0.000_02 };
    expect(read(paid)).toMatchObject({ value: { rows: [{ fundingE8: -2_000 }] } });
    expect(read({ interest_pl: 0.000_01 })).toMatchObject({ value: { rows: [{ fundingE8: 0 }] } });
  });

  it.each([
    [{ id: 'x' }],
    [{ timestamp: undefined }],
    [{ change: null }],
    [{ balance: '1' }],
    [{ type: '' }],
    [{ currency: 'ETH' }],
  ])('that is not as documented makes the page unreadable: %o', (wrong) => {
    expect(read(wrong)).toMatchObject({ ok: false, fault: 'malformed_transactions' });
  });

  it('twice, or out of order, is a contradiction', () => {
    for (const logs of [
      [row(9), row(9)],
      [row(8), row(9)],
    ]) {
      expect(parseTransactions({ logs }, 'BTC')).toMatchObject({ rule: 'contradiction' });
    }
  });
});
