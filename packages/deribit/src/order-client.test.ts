import type { Event } from '@holdfast/core';
import {
  amountE8,
  instrumentName,
  label as toLabel,
  monoMs,
  priceE8,
  venueOrderId,
} from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { LABEL, OPTION, orderRow, tradeRow } from '../test/wire-rows.ts';
import { createOrderClient } from './order-client.ts';
import type { RpcAnswer } from './protocol/rpc.ts';

function client(answer: RpcAnswer) {
  const events: Event[] = [];
  const asked: { readonly method: string; readonly params: unknown }[] = [];
  const orders = createOrderClient(
    {
      call: (method, params, reply) => {
        asked.push({ method, params });
        reply(answer);
      },
    },
    () => monoMs(1),
    (event) => events.push(event),
  );
  return { orders, events, asked };
}

const CHANGE = {
  label: toLabel(LABEL),
  venueOrderId: venueOrderId('BTC-1'),
  amountE8: amountE8(150_000_000),
  limitPriceE8: priceE8(1_050_000),
  postOnly: true,
  reduceOnly: false,
};

function refused(code: number): RpcAnswer {
  return { ok: false, error: { code, message: 'no' } };
}

describe('edit', () => {
  it('sends the whole new terms, post-only never without reject_post_only', () => {
    const { orders, asked, events } = client({
      ok: true,
      result: { order: orderRow({ amount: 1.5 }), trades: [tradeRow()] },
    });
    orders.edit(CHANGE);
    expect(asked).toEqual([
      {
        method: 'private/edit',
        params: {
          order_id: 'BTC-1',
          amount: 1.5,
          price: 0.0105,
          reduce_only: false,
          post_only: true,
          reject_post_only: true,
        },
      },
    ]);
    expect(events.map(({ kind }) => kind)).toEqual(['fillObserved', 'orderReported']);
    orders.edit({ ...CHANGE, postOnly: false });
    // Left out, Deribit would take it for true and reprice.
    expect(asked[1]?.params).toMatchObject({ post_only: false });
    expect(asked[1]?.params).not.toHaveProperty('reject_post_only');
  });

  it('that is refused leaves the order alone; any other failure leaves it unknown', () => {
    const no = client(refused(10_043));
    no.orders.edit(CHANGE);
    expect(no.events).toMatchObject([{ kind: 'faultObserved', subject: LABEL }]);
    for (const answer of [
      refused(10_028),
      refused(11_044),
      refused(13_888),
      { ok: null, fault: 'timed_out' } as const,
      { ok: true, result: { order: orderRow({ label: 'another' }) } } as const,
    ]) {
      const { orders, events } = client(answer);
      orders.edit(CHANGE);
      expect(events).toMatchObject([{ kind: 'dispatchFailed', outcome: 'unknown', label: LABEL }]);
    }
  });
});

describe('cancel all', () => {
  it('says how many it cancelled', () => {
    const { orders, events } = client({ ok: true, result: 3 });
    const counts: (number | null)[] = [];
    orders.cancelAll((cancelled) => counts.push(cancelled));
    expect(counts).toEqual([3]);
    expect(events).toEqual([]);
  });

  it('that failed says that it is not known, and tells why', () => {
    for (const [answer, event] of [
      [refused(10_028), { kind: 'sessionTerminated', code: 10_028 }],
      [refused(13_028), { kind: 'faultObserved', fault: 'cancel_all_failed: no' }],
      [{ ok: null, fault: 'timed_out' }, { kind: 'faultObserved' }],
      [{ ok: true, result: 'many' }, { fault: 'cancel_all_failed: malformed_reply' }],
    ] as const) {
      const { orders, events } = client(answer);
      const counts: (number | null)[] = [];
      orders.cancelAll((cancelled) => counts.push(cancelled));
      expect(counts).toEqual([null]);
      expect(events).toMatchObject([event]);
    }
  });
});

describe('cancel', () => {
  it('by label that found nothing has nothing to cancel; by id it brings the order', () => {
    const target = { kind: 'cancel', label: toLabel(LABEL), instrument: instrumentName(OPTION) };
    const byLabel = client({ ok: true, result: 0 });
    byLabel.orders.cancel({ ...target, kind: 'cancel', venueOrderId: null });
    expect(byLabel.events).toMatchObject([{ kind: 'cancelFailed', outcome: 'nothing_to_cancel' }]);
    const byId = client({ ok: true, result: orderRow({ order_state: 'cancelled' }) });
    byId.orders.cancel({ ...target, kind: 'cancel', venueOrderId: venueOrderId('BTC-1') });
    expect(byId.events).toMatchObject([
      { kind: 'orderReported', state: 'cancelled', cause: 'canceled_by_us' },
    ]);
  });
});
