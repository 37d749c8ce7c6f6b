import { describe, expect, it } from 'vitest';
import type { State } from '@holdfast/core/step';
import { closedIsClosed } from './closed-is-closed.ts';
import { commitsAreWhole } from './commits-are-whole.ts';
import { everythingCanBeWritten } from './everything-can-be-written.ts';
import { factsChangeByRecord } from './facts-change-by-record.ts';
import {
  admitted,
  appended,
  end,
  fold,
  freshState,
  heard,
  LABEL,
  NO_LEDGER,
  OPTION,
  play,
  playFromBoot,
  recorded,
  TERMS,
  tripped,
} from './forged.fixture.ts';
import { nothingIllegalAtTheVenue } from './nothing-illegal-at-the-venue.ts';
import { oneOrderPerAttempt } from './one-order-per-attempt.ts';
import { positionsEqualTheVenue } from './positions-equal-the-venue.ts';
import { reservedWhileItMayFill } from './reserved-while-it-may-fill.ts';

const FILL = {
  type: 'fillRecorded',
  tradeId: 'T1',
  venueOrderId: 'V1',
  instrument: OPTION,
  side: 'buy',
  amountE8: 10_000_000,
} as const;

function holding(amountE8: number, state: State = freshState()): State {
  state.facts.positions.set(OPTION as never, { instrument: OPTION, amountE8, cashE8: 0 } as never);
  return state;
}

describe('closed-is-closed', () => {
  const name = 'closed-is-closed';
  const closed = (outcome: string): object => ({ type: 'orderClosed', label: LABEL, outcome });

  function judged(order: object, ...records: readonly object[]): string | null {
    const checker = closedIsClosed();
    const told = { order_id: 'V1', label: LABEL, order_state: 'cancelled', filled_amount: 0 };
    checker.onNotice?.('order', { ...told, ...order } as never);
    return playFromBoot(checker, [recorded(...records)]);
  }

  it('NON-TRIP: closed in both places, or never there', () => {
    expect(judged({}, closed('Canceled'))).toBeNull();
    expect(judged({ label: 'another' }, closed('Failed'))).toBeNull();
    expect(judged({ filled_amount: 0.1 }, FILL, closed('Failed'))).toBeNull();
  });

  it('TRIP: open there, filled there and called refused, there and called unsent', () => {
    expect(judged({ order_state: 'open' }, closed('Canceled'))).toBe(name);
    expect(judged({ order_state: 'filled', filled_amount: 0.1 }, closed('Failed'))).toBe(name);
    expect(judged({}, { type: 'orderAbandoned', label: LABEL })).toBe(name);
  });

  it('TRIP: called refused by the process that sent it, it comes to life', () => {
    const alive = (isSentHere: boolean): string | null => {
      const checker = closedIsClosed();
      const order = { order_id: 'V1', label: LABEL, order_state: 'open', filled_amount: 0 };
      return playFromBoot(checker, [
        () => isSentHere && checker.onPlacement?.({ label: LABEL, reduceOnly: false }),
        recorded(closed('Failed')),
        () => checker.onNotice?.('order', order as never),
      ]);
    };
    expect(alive(true)).toBe(name);
    expect(alive(false)).toBeNull();
  });

  it('TRIP: in the end one is open there and finished here', () => {
    const checker = closedIsClosed();
    checker.onNotice?.('order', { label: LABEL, order_state: 'open' } as never);
    const state = freshState();
    state.facts.orders.set(LABEL, { terms: TERMS, state: 'Canceled' } as never);
    expect(tripped(() => checker.atEnd?.(end({ state })))).toBe(name);
    state.facts.working.add(LABEL);
    expect(tripped(() => checker.atEnd?.(end({ state })))).toBeNull();
  });
});

describe('commits-are-whole', () => {
  const facts = { orders: new Map([[LABEL, {}]]) } as never;

  it('NON-TRIP: both on the disk, or neither', () => {
    const checker = commitsAreWhole();
    expect(play(checker, [admitted()])).toBeNull();
    const both = fold({ facts, sending: new Set([LABEL]) });
    expect(tripped(() => checker.onBoot?.(freshState(), both, NO_LEDGER))).toBeNull();
    expect(tripped(() => checker.atEnd?.(end()))).toBeNull();
  });

  it('TRIP: the intent without its marker', () => {
    const checker = commitsAreWhole();
    expect(play(checker, [admitted()])).toBeNull();
    const half = (): void => checker.onBoot?.(freshState(), fold({ facts }), NO_LEDGER);
    expect(tripped(half)).toBe('commits-are-whole');
  });
});

describe('facts-change-by-record', () => {
  const name = 'facts-change-by-record';

  function changedIn(event: Parameters<typeof play>[1][number], amountE8: number): string | null {
    const state = freshState();
    const change = (): void => void holding(amountE8, state);
    return playFromBoot(factsChangeByRecord(), [event, change, heard('ticked')], state);
  }

  it('NON-TRIP: a recorded trade moves the position by its amount', () => {
    expect(changedIn(recorded(FILL), FILL.amountE8)).toBeNull();
  });

  it('TRIP: nothing was recorded, or another amount', () => {
    expect(changedIn(heard('fillObserved'), FILL.amountE8)).toBe(name);
    expect(changedIn(recorded(FILL), 2 * FILL.amountE8)).toBe(name);
  });
});

describe('one-order-per-attempt', () => {
  const intent = (terms: object): object => ({
    type: 'intentRecorded',
    terms: { ...TERMS, ...terms },
  });

  it('NON-TRIP: two groups, two orders', () => {
    const steps = [recorded(intent({}), intent({ groupId: 'g2', label: 'other' }))];
    expect(play(oneOrderPerAttempt(), steps)).toBeNull();
  });

  it('TRIP: one leg of one group at another price', () => {
    const steps = [recorded(intent({})), recorded(intent({ label: 'other' }))];
    expect(play(oneOrderPerAttempt(), steps)).toBe('one-order-per-attempt');
  });
});

describe('positions-equal-the-venue', () => {
  it('NON-TRIP: nothing here and nothing there', () => {
    expect(tripped(() => positionsEqualTheVenue().atEnd?.(end()))).toBeNull();
  });

  it('TRIP: held here alone', () => {
    const atEnd = (): void => positionsEqualTheVenue().atEnd?.(end({ state: holding(1) }));
    expect(tripped(atEnd)).toBe('positions-equal-the-venue');
  });
});

describe('nothing-illegal-at-the-venue', () => {
  const name = 'nothing-illegal-at-the-venue';

  it('NON-TRIP: nobody sent anything', () => {
    expect(tripped(() => nothingIllegalAtTheVenue().atEnd?.(end()))).toBeNull();
  });

  it('TRIP: an order of no known kind', () => {
    const ended = end();
    ended.exchange.handle('private/buy', { instrument_name: OPTION, amount: 1 }, 1_000);
    expect(tripped(() => nothingIllegalAtTheVenue().atEnd?.(ended))).toBe(name);
  });
});

describe('reserved-while-it-may-fill', () => {
  const name = 'reserved-while-it-may-fill';
  const proposed = heard('intentProposed');

  function judged(change: (state: State) => void): string | null {
    const state = freshState();
    const steps = [proposed, admitted(), () => change(state), heard('ticked')];
    return playFromBoot(reservedWhileItMayFill(), steps, state);
  }

  const reserve = (state: State, label: string = LABEL): void =>
    state.observations.reservations.reserve(
      label as never,
      'BTC' as never,
      1 as never,
      1 as never,
      { instrument: 'BTC-1', side: 'buy', amountE8: 1, limitPriceE8: 1 } as never,
    );

  it('NON-TRIP: one reservation for the one that is on its way', () => {
    expect(judged((state) => reserve(state))).toBeNull();
  });

  it('TRIP: none, and one too many', () => {
    expect(judged(() => undefined)).toBe(name);
    const two = judged((state) => {
      reserve(state);
      reserve(state, 'other');
    });
    expect(two).toBe(name);
  });

  it('TRIP: kept when the ledger has refused the intent', () => {
    const state = freshState();
    reserve(state);
    const refused = heard('appendRefused', { records: [{ type: 'intentRecorded', terms: TERMS }] });
    const steps = [proposed, admitted(), refused, heard('ticked')];
    expect(playFromBoot(reservedWhileItMayFill(), steps, state)).toBe(name);
    const reduced = appended({ type: 'intentRecorded', terms: { ...TERMS, intentClass: 'CLOSE' } });
    expect(playFromBoot(reservedWhileItMayFill(), [proposed, reduced, proposed])).toBeNull();
  });
});

describe('everything-can-be-written', () => {
  const fault = (name: string) => [heard('faultObserved', { fault: name, subject: 'a record' })];

  it('TRIP: a record the ledger has no form for', () => {
    const found = play(everythingCanBeWritten(), fault('ledger_record_unwritable'));
    expect(found).toBe('everything-can-be-written');
  });

  it('NON-TRIP: a write that failed is the disk', () => {
    expect(play(everythingCanBeWritten(), fault('ledger_write_failed'))).toBeNull();
  });
});
