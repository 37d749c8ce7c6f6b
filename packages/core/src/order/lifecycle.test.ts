import { describe, expect, it } from 'vitest';
import { amountE8, venueOrderId, wallMs } from '../values/index.ts';
import { advance, anomalyOf } from './lifecycle.ts';
import { orderFixture } from './order.fixture.ts';
import { isTerminal, type OrderState } from './order.ts';

const fill = (amount: number) =>
  ({ kind: 'filled', at: wallMs(3), amountE8: amountE8(amount) }) as const;
const ack = { kind: 'acked', at: wallMs(2), venueOrderId: venueOrderId('7') } as const;
const sending = { kind: 'sending', at: wallMs(1) } as const;
const failed = { kind: 'closed', outcome: 'Failed' } as const;
const canceled = { kind: 'closed', outcome: 'Canceled' } as const;
const abandoned = { kind: 'abandoned' } as const;

describe('trade lifecycle', () => {
  it('walks Created, Sent, Acked, PartiallyFilled, Filled', () => {
    const order = orderFixture();
    const states = [];
    for (const fact of [
      { kind: 'sending', at: wallMs(1) } as const,
      ack,
      fill(10_000_000),
      fill(20_000_000),
    ]) {
      expect(anomalyOf(order, fact)).toBeNull();
      advance(order, fact);
      states.push(order.state);
    }
    expect(states).toEqual(['Sent', 'Acked', 'PartiallyFilled', 'Filled']);
    expect([order.sentAt, order.ackAt, order.lastFillAt]).toEqual([1, 2, 3]);
  });

  it('names a fill before the ack and accepts it', () => {
    const order = orderFixture();
    advance(order, { kind: 'sending', at: wallMs(1) });
    expect(anomalyOf(order, fill(30_000_000))).toBe('fill_before_ack');
    advance(order, fill(30_000_000));
    advance(order, ack);
    expect(order.state).toBe('Filled');
    expect(order.venueOrderId).toBe('7');
  });

  it('accounts a fill after the cancel and names it', () => {
    const order = orderFixture({ state: 'Canceled' });
    expect(anomalyOf(order, fill(1))).toBe('fill_after_terminal');
    advance(order, fill(1));
    expect(order.filledE8).toBe(1);
    expect(order.state).toBe('Canceled');
  });

  it('names more than was asked for', () => {
    expect(anomalyOf(orderFixture({ state: 'Acked' }), fill(30_000_001))).toBe(
      'fill_beyond_quantity',
    );
  });

  it('does not believe a reject of what has traded', () => {
    const order = orderFixture({ state: 'PartiallyFilled', filledE8: amountE8(5) });
    const rejected = { kind: 'closed', outcome: 'Failed' } as const;
    expect(anomalyOf(order, rejected)).toBe('reject_after_fill');
    advance(order, rejected);
    expect(order.state).toBe('PartiallyFilled');
  });

  it('keeps the filled part of a canceled order', () => {
    const order = orderFixture({ state: 'PartiallyFilled', filledE8: amountE8(5) });
    advance(order, { kind: 'closed', outcome: 'Canceled' });
    expect(order).toMatchObject({ state: 'Canceled', filledE8: 5 });
  });

  it('may exist at the venue from the sending marker on, and not before', () => {
    const order = orderFixture();
    expect(order.sendingRecorded).toBe(false);
    advance(order, sending);
    expect(order).toMatchObject({ state: 'Sent', sendingRecorded: true });
  });

  it('names an ack before the send and accepts it', () => {
    const order = orderFixture();
    expect(anomalyOf(order, ack)).toBe('ack_before_send');
    advance(order, ack);
    expect(order).toMatchObject({ state: 'Acked', venueOrderId: '7', ackAt: 2 });
    expect(anomalyOf(order, ack)).toBeNull();
  });

  it('names a fill before the send and accepts it', () => {
    const order = orderFixture();
    expect(anomalyOf(order, fill(1))).toBe('fill_before_send');
    advance(order, fill(1));
    expect(order).toMatchObject({ state: 'PartiallyFilled', filledE8: 1 });
  });

  it('ends Failed by a reject of what has not traded, and nothing is odd about it', () => {
    const order = orderFixture({ state: 'Sent' });
    expect(anomalyOf(order, failed)).toBeNull();
    advance(order, failed);
    expect(order.state).toBe('Failed');
  });

  it('ends Canceled before or after fills, and nothing is odd about either', () => {
    for (const filled of [0, 5]) {
      const order = orderFixture({ state: 'Acked', filledE8: amountE8(filled) });
      expect(anomalyOf(order, canceled)).toBeNull();
      advance(order, canceled);
      expect(order.state).toBe('Canceled');
    }
  });

  it('ends Failed, and provably never sent, when it is abandoned before the wire', () => {
    const order = orderFixture();
    expect(anomalyOf(order, abandoned)).toBeNull();
    advance(order, abandoned);
    expect(order).toMatchObject({ state: 'Failed', abandoned: true, sendingRecorded: false });
  });

  it.each(['Filled', 'Canceled', 'Failed'] as const)(
    'abandons no %s order: it was sent, whatever is heard now',
    (state) => {
      const order = orderFixture({ state });
      advance(order, abandoned);
      expect(order).toMatchObject({ state, abandoned: false });
    },
  );

  it('is terminal in exactly Filled, Canceled and Failed', () => {
    const states: readonly OrderState[] = [
      'Created',
      'Sent',
      'Acked',
      'PartiallyFilled',
      'Filled',
      'Canceled',
      'Failed',
    ];
    expect(states.filter(isTerminal)).toEqual(['Filled', 'Canceled', 'Failed']);
  });
});
