import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookTrade, createAccount, heldSteps, holdingsE8 } from './account.ts';
import { BTC, CALL, PERPETUAL } from './exchange.fixture.ts';

const trades = fc.array(
  fc.record({
    on: fc.constantFrom(CALL, PERPETUAL),
    steps: fc.integer({ min: -50, max: 50 }).filter((steps) => steps !== 0),
    paidE8: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  }),
  { maxLength: 60 },
);

describe('account', () => {
  it('holds exactly what it has not paid, however positions grow, shrink and turn', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const account = createAccount();
        let paid = 0;
        let steps = 0;
        for (const { on, steps: traded, paidE8 } of list) {
          bookTrade(account, on, traded, paidE8);
          paid += paidE8;
          if (on === CALL) steps += traded;
          expect(holdingsE8(account, BTC) + paid).toBe(0);
          expect(heldSteps(account, CALL.name)).toBe(steps);
        }
      }),
    );
  });

  it('cost is of the open part only: realised and cost are minus what was paid', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const account = createAccount();
        let paid = 0;
        let realised = 0;
        for (const { steps, paidE8 } of list) {
          realised += bookTrade(account, CALL, steps, paidE8);
          paid += paidE8;
          const cost = account.positions.get(CALL.name)?.costE8 ?? 0;
          expect(realised + paid).toBe(cost);
        }
      }),
    );
  });

  it('takes the average out when it closes, and starts anew when it turns', () => {
    const account = createAccount();
    bookTrade(account, CALL, 10, 100);
    bookTrade(account, CALL, 10, 300);
    expect(bookTrade(account, CALL, -5, -150)).toBe(50);
    expect(account.positions.get(CALL.name)).toMatchObject({ steps: 15, costE8: 300 });
    expect(bookTrade(account, CALL, -20, -800)).toBe(300);
    expect(account.positions.get(CALL.name)).toMatchObject({ steps: -5, costE8: -200 });
  });
});
