import { amountE8, priceE8 } from '@holdfast/core/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCancel, encodeEdit, encodeOrder } from './order-request.ts';
import { CANCELS, CHANGE, LABEL, TERMS } from './orders.fixture.ts';

describe('an order on the wire', () => {
  it('is limit, labelled, and says everything that could loosen it', () => {
    expect(encodeOrder(TERMS)).toEqual({
      method: 'private/buy',
      params: {
        instrument_name: 'BTC-27MAR26-100000-C',
        amount: 0.3,
        type: 'limit',
        price: 0.0455,
        time_in_force: 'immediate_or_cancel',
        label: LABEL,
        reduce_only: false,
        post_only: false,
      },
    });
  });

  it('F-06 that is post-only asks to be rejected rather than repriced, new or edited', () => {
    const resting = { ...TERMS, timeInForce: 'good_til_cancelled', postOnly: true } as const;
    const asked = { post_only: true, reject_post_only: true };
    expect(encodeOrder(resting).params).toMatchObject(asked);
    expect(encodeEdit(CHANGE).params).toMatchObject(asked);
    for (const { params } of [encodeOrder(TERMS), encodeEdit({ ...CHANGE, postOnly: false })]) {
      expect(params).toMatchObject({ post_only: false });
      expect(params).not.toHaveProperty('reject_post_only');
    }
  });

  it('F-07 that only reduces says so to the venue, new or edited', () => {
    const close = { ...TERMS, side: 'sell', reduceOnly: true } as const;
    expect(encodeOrder(close)).toMatchObject({
      method: 'private/sell',
      params: { reduce_only: true },
    });
    expect(encodeEdit(CHANGE).params).toMatchObject({ reduce_only: true });
    expect(encodeEdit({ ...CHANGE, reduceOnly: false }).params).toMatchObject({
      reduce_only: false,
    });
  });

  it('F-08 F-09 has no trigger, no link, nothing hidden, whatever the terms are', () => {
    const text = 'instrument_name amount type price time_in_force label reduce_only';
    const known = [...text.split(' '), 'post_only', 'reject_post_only'];
    const smuggled = { ...TERMS, trigger: 'mark_price', linked_order_type: 'one_cancels_other' };
    for (const terms of [smuggled, { ...smuggled, postOnly: true }]) {
      for (const name of Object.keys(encodeOrder(terms).params)) expect(known).toContain(name);
    }
  });

  it('D-3 travels as the decimal it stands for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (e8) => {
        const { params } = encodeOrder({
          ...TERMS,
          amountE8: amountE8(e8),
          limitPriceE8: priceE8(e8),
        });
        const read = JSON.parse(JSON.stringify(params)) as { amount: number; price: number };
        expect(Math.round(read.amount * 1e8)).toBe(e8);
        expect(read.price).toBe(e8 / 1e8);
      }),
    );
  });
});

it('a cancel goes by id where one is known, else by label', () => {
  expect(CANCELS.map(encodeCancel)).toEqual([
    { method: 'private/cancel_by_label', params: { label: LABEL } },
    { method: 'private/cancel', params: { order_id: 'BTC-1' } },
  ]);
});
