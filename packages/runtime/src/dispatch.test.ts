import type { Event } from '@holdfast/core';
import { InvariantViolation } from '@holdfast/core';
import { waive } from '@holdfast/core/ledger';
import { mintReceipt } from '@holdfast/core/ledger-receipt';
import type { OrderTerms, ReduceOnlyOrder } from '@holdfast/core/order';
import { amountE8, groupId, instrumentName, intentHash } from '@holdfast/core/values';
import { label, priceE8, strategyId, venueOrderId } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { createDispatch, type Dispatch } from './dispatch.ts';
import type { RpcAnswer } from './ports.ts';

const TERMS: OrderTerms = {
  label: label('s4:nttrxjr6:9f1c2d3e4b5a:0:922c27184cf9a571'),
  intentHash: intentHash('922c27184cf9a571'),
  groupId: groupId('9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f'),
  legIndex: 0,
  strategyId: strategyId('s'),
  intentClass: 'OPEN',
  instrument: instrumentName('BTC-27MAR26-100000-C'),
  side: 'buy',
  amountE8: amountE8(30_000_000),
  limitPriceE8: priceE8(4_550_000),
  timeInForce: 'immediate_or_cancel',
  postOnly: false,
  reduceOnly: false,
};
const ORDER = { terms: { ...TERMS, reduceOnly: false as const } };

interface Rig {
  readonly dispatch: Dispatch;
  readonly calls: { method: string; params: Readonly<Record<string, unknown>> }[];
  readonly events: Event[];
}

function rig(answer?: RpcAnswer): Rig {
  const calls: Rig['calls'] = [];
  const events: Event[] = [];
  const transport = {
    call(method: string, params: Readonly<Record<string, unknown>>, reply: (a: RpcAnswer) => void) {
      calls.push({ method, params });
      if (answer !== undefined) reply(answer);
    },
  };
  const clock = { now: () => 1_000, wake: () => undefined };
  return {
    dispatch: createDispatch(transport, clock, (event) => events.push(event)),
    calls,
    events,
  };
}

const receiptFor = (...labels: (typeof TERMS.label)[]) => mintReceipt(1, 1, 2, new Set(labels));

describe('the door', () => {
  it('sends an order whose marker is durable, as a labelled limit order and nothing else', () => {
    const { dispatch, calls } = rig();
    dispatch.submit({ kind: 'submit', order: ORDER, receipt: receiptFor(TERMS.label) });
    expect(calls).toEqual([
      {
        method: 'private/buy',
        params: {
          instrument_name: 'BTC-27MAR26-100000-C',
          amount: 0.3,
          type: 'limit',
          price: 0.0455,
          time_in_force: 'immediate_or_cancel',
          label: TERMS.label,
          reduce_only: false,
          post_only: false,
        },
      },
    ]);
  });

  it('refuses a receipt that names another order', () => {
    const { dispatch, calls } = rig();
    const receipt = receiptFor(label('s4:other'));
    expect(() => dispatch.submit({ kind: 'submit', order: ORDER, receipt })).toThrow(
      InvariantViolation,
    );
    expect(calls).toEqual([]);
  });

  it('refuses to send on one receipt twice', () => {
    const { dispatch, calls } = rig();
    const receipt = receiptFor(TERMS.label);
    dispatch.submit({ kind: 'submit', order: ORDER, receipt });
    expect(() => dispatch.submit({ kind: 'submit', order: ORDER, receipt })).toThrow('once');
    expect(calls).toHaveLength(1);
  });

  it('lets only a reduce-only order leave on a waiver', () => {
    const waiver = waive('write_failed', true);
    if (waiver === null) throw new Error('exposed and refused: a waiver is due');
    const { dispatch, calls } = rig();
    const forged = ORDER as unknown as ReduceOnlyOrder;
    expect(() => dispatch.submit({ kind: 'submit', order: forged, waiver })).toThrow('D-9');
    const close = { terms: { ...TERMS, side: 'sell' as const, reduceOnly: true as const } };
    dispatch.submit({ kind: 'submit', order: close, waiver });
    expect(calls).toMatchObject([{ method: 'private/sell', params: { reduce_only: true } }]);
  });
});

describe('what an answer proves', () => {
  const send = (answer: RpcAnswer): Event[] => {
    const { dispatch, events } = rig(answer);
    dispatch.submit({ kind: 'submit', order: ORDER, receipt: receiptFor(TERMS.label) });
    return events;
  };

  it('D-14 silence leaves the order unknown', () => {
    expect(send({ ok: null, fault: 'timed_out' })).toMatchObject([
      { kind: 'dispatchFailed', outcome: 'unknown', venueCode: null },
    ]);
  });

  it('D-14 only a code that proves it made no order is a refusal', () => {
    const refused = send({ ok: false, error: { code: 10043, message: 'price_wrong_tick' } });
    expect(refused).toMatchObject([{ kind: 'dispatchFailed', outcome: 'refused' }]);
    for (const code of [10028, 13888, 11094, 10040, 99_999]) {
      const answer = send({ ok: false, error: { code, message: '' } });
      expect(answer).toMatchObject([{ kind: 'dispatchFailed', outcome: 'unknown' }]);
    }
  });

  it('D-14 an answer that is not what the venue documents leaves it unknown', () => {
    for (const result of [null, {}, { order: { order_id: 7 } }, { order: 'yes', trades: [] }]) {
      expect(send({ ok: true, result })).toMatchObject([
        { kind: 'dispatchFailed', fault: 'malformed_reply', outcome: 'unknown' },
      ]);
    }
  });

  it('fills come before the report that closes their order', () => {
    const order = {
      order_id: 'V1',
      order_state: 'filled',
      label: TERMS.label,
      instrument_name: TERMS.instrument,
      direction: 'buy',
      amount: 0.3,
      filled_amount: 0.3,
    };
    const trade = {
      trade_id: 'T1',
      order_id: 'V1',
      label: TERMS.label,
      instrument_name: TERMS.instrument,
      direction: 'buy',
      amount: 0.3,
      price: 0.0455,
      fee: 0.00009,
      fee_currency: 'BTC',
      index_price: 100_000,
      timestamp: 999,
    };
    expect(send({ ok: true, result: { order, trades: [trade] } })).toMatchObject([
      { kind: 'fillObserved', fill: { amountE8: 30_000_000, feeE8: 9_000, tradeId: 'T1' } },
      { kind: 'orderReported', state: 'filled', filledE8: 30_000_000, venueOrderId: 'V1' },
    ]);
  });
});

describe('what an answer to a cancel says', () => {
  const V1 = venueOrderId('V1');
  const order = {
    order_id: 'V1',
    order_state: 'cancelled',
    label: TERMS.label,
    instrument_name: TERMS.instrument,
    direction: 'buy',
    amount: 0.3,
    filled_amount: 0.1,
  };

  function cancel(answer: RpcAnswer, by: typeof V1 | null = V1): Rig {
    const rigged = rig(answer);
    const { label: name, instrument } = TERMS;
    rigged.dispatch.cancel({ kind: 'cancel', label: name, venueOrderId: by, instrument });
    return rigged;
  }

  it('is asked by the venue id where one is known, and by label where none is', () => {
    expect(cancel({ ok: true, result: order }).calls).toEqual([
      { method: 'private/cancel', params: { order_id: 'V1' } },
    ]);
    expect(cancel({ ok: true, result: 1 }, null).calls).toEqual([
      { method: 'private/cancel_by_label', params: { label: TERMS.label } },
    ]);
  });

  it('the cancelled order is reported under the label it was asked for by', () => {
    const strange = { ...order, label: 's4:nttrxjr6:9f1c2d3e4b5a:0:0000000000000000' };
    expect(cancel({ ok: true, result: strange }).events).toMatchObject([
      { kind: 'orderReported', label: TERMS.label, state: 'cancelled', cause: 'canceled_by_us' },
    ]);
  });

  it('an error of the venue comes with its code and its instrument', () => {
    const answer = { ok: false, error: { code: 10_012, message: 'book_closed' } } as const;
    expect(cancel(answer).events).toEqual([
      {
        kind: 'cancelFailed',
        at: 1_000,
        label: TERMS.label,
        instrument: TERMS.instrument,
        fault: 'book_closed',
        outcome: 'unknown',
        venueCode: 10_012,
      },
    ]);
  });

  it.each([10_004, 10_010, 11_008, 11_044])('%s says that nothing is left to cancel', (code) => {
    const answer = { ok: false, error: { code, message: 'already_closed' } } as const;
    expect(cancel(answer).events).toMatchObject([
      { kind: 'cancelFailed', outcome: 'nothing_to_cancel', venueCode: code },
    ]);
  });

  it('a label that cancelled nothing says so; one that did leaves it to the feed', () => {
    expect(cancel({ ok: true, result: 0 }, null).events).toMatchObject([
      { kind: 'cancelFailed', outcome: 'nothing_to_cancel', venueCode: null },
    ]);
    expect(cancel({ ok: true, result: 1 }, null).events).toEqual([]);
  });

  it('silence and nonsense are failures, never successes', () => {
    expect(cancel({ ok: null, fault: 'timed_out' }).events).toMatchObject([
      { kind: 'cancelFailed', fault: 'timed_out', outcome: 'unknown', venueCode: null },
    ]);
    for (const result of [null, {}, 1, { ...order, filled_amount: 'all' }]) {
      expect(cancel({ ok: true, result }).events).toMatchObject([
        { kind: 'cancelFailed', fault: 'malformed_reply', outcome: 'unknown' },
      ]);
    }
  });
});
