import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountE8, venueOrderId, wallMs } from '../values/index.ts';
import { advance, anomalyOf, type OrderFact } from './lifecycle.ts';
import { orderFixture } from './order.fixture.ts';
import { isTerminal } from './order.ts';

const AMOUNT = 30_000_000;

const facts: fc.Arbitrary<OrderFact> = fc.oneof(
  fc.constant<OrderFact>({ kind: 'sending', at: wallMs(1) }),
  fc.constant<OrderFact>({ kind: 'acked', at: wallMs(2), venueOrderId: venueOrderId('1') }),
  fc
    .integer({ min: 1, max: AMOUNT })
    .map<OrderFact>((amount) => ({ kind: 'filled', at: wallMs(3), amountE8: amountE8(amount) })),
  fc
    .constantFrom('Canceled' as const, 'Failed' as const)
    .map<OrderFact>((outcome) => ({ kind: 'closed', outcome })),
  fc.constant<OrderFact>({ kind: 'abandoned' }),
);

describe('the lifecycle under any order of events', () => {
  it('never throws, never loses a fill, and is Filled only by the sum of fills', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 12 }), (sequence) => {
        const order = orderFixture();
        let filled = 0;
        for (const fact of sequence) {
          anomalyOf(order, fact);
          advance(order, fact);
          if (fact.kind === 'filled') filled += fact.amountE8;
        }
        expect(order.filledE8).toBe(filled);
        if (order.state === 'Filled') expect(filled).toBeGreaterThanOrEqual(AMOUNT);
      }),
    );
  });

  it('once terminal stays what it is, whatever comes later', () => {
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 12 }), facts, (sequence, late) => {
        const order = orderFixture();
        for (const fact of sequence) advance(order, fact);
        const settled = order.state;
        fc.pre(isTerminal(settled));
        advance(order, late);
        expect(order.state).toBe(settled);
      }),
    );
  });

  it('is the same whether an ack or a close is heard once or twice', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 10 }), (sequence) => {
        const once = orderFixture();
        const twice = orderFixture();
        for (const fact of sequence) {
          advance(once, fact);
          advance(twice, fact);
          if (fact.kind !== 'filled') advance(twice, fact);
        }
        expect(twice).toEqual(once);
      }),
    );
  });
});
