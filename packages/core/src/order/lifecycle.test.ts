import { describe, expect, it } from 'vitest';
import { amountE8, venueOrderId, wallMs } from '../values/index.ts';
import { advance, anomalyOf } from './lifecycle.ts';
import { orderFixture } from './order.fixture.ts';

const fill = (amount: number) =>
  ({ kind: 'filled', at: wallMs(3), amountE8: amountE8(amount) }) as const;
const ack = { kind: 'acked', at: wallMs(2), venueOrderId: venueOrderId('7') } as const;

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
});
