/** Answers that prove nothing about an order: when reconciliation may judge it (D-14). */
import { describe, expect, it } from 'vitest';
import type { Submit } from '../src/effect.ts';
import { amountE8, type Label, venueOrderId } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const OTHER_REJECT = 11_030;
const TIMED_OUT = 13_888;
const SILENCE = null;

/** Something is held, and nothing is on its way. */
function holding(): Desk {
  const desk = new Desk().boot();
  desk.propose();
  desk.fill(desk.submits[0], 'T1');
  passTime(desk, 2_000);
  return desk;
}

function passTime(desk: Desk, ms: number): void {
  for (const until = desk.now + ms; desk.now < until; ) desk.tick();
}

function doubtful(desk: Desk, { order }: Submit, venueCode: number | null): void {
  const { label } = order.terms;
  desk.post({ kind: 'dispatchFailed', label, outcome: 'unknown', fault: 'doubt', venueCode });
}

const latest = (desk: Desk): Submit => {
  const submit = desk.submits.at(-1);
  if (submit === undefined) throw new Error('nothing was submitted');
  return submit;
};

const stateOf = (desk: Desk, label: Label): string | undefined =>
  desk.state.facts.orders.get(label)?.state;

describe('an answer that proves nothing', () => {
  it('TRIP: of what only reduces at once is judged by the next pass, and OPEN goes on', () => {
    const desk = holding();
    desk.proposeClose();
    const { label } = latest(desk).order.terms;
    doubtful(desk, latest(desk), OTHER_REJECT);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['ReduceOnly', 'Sent']);
    passTime(desk, 500);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['Active', 'Failed']);
    desk.propose();
    expect(desk.submits).toHaveLength(3);
  });

  it('it is adopted where it traded all the same', () => {
    const desk = holding();
    desk.proposeClose();
    const submit = latest(desk);
    const fill = desk.fillOf(submit, 'T2');
    desk.venue?.trades.push(fill);
    desk.holdAtVenue(fill);
    doubtful(desk, submit, OTHER_REJECT);
    passTime(desk, 500);
    expect([desk.mode, stateOf(desk, submit.order.terms.label)]).toEqual(['Active', 'Filled']);
    expect(desk.recordsOf('orderClosed')).toEqual([]);
  });

  it('a question that was asked before the answer does not judge it', () => {
    const desk = holding();
    desk.proposeClose();
    const { label } = latest(desk).order.terms;
    desk.silent.add('reconciliation');
    const asked = (): number => desk.fetches.filter((each) => isPass(each)).length;
    for (const before = asked(); asked() === before; ) desk.tick();
    desk.now += 20;
    doubtful(desk, latest(desk), OTHER_REJECT);
    const requestId = desk.fetches.findLast((each) => isPass(each))?.requestId ?? 0;
    const { positions = [], trades = [] } = desk.venue ?? {};
    const told = { openOrders: [], positions: [...positions], trades: [...trades] };
    desk.post({ kind: 'venueSnapshotObserved', requestId, ...told, settlements: [] });
    expect(desk.recordsOf('orderClosed')).toEqual([]);
    desk.silent.clear();
    passTime(desk, 1_500);
    expect(stateOf(desk, label)).toBe('Failed');
  });

  const CLOSE = { side: 'sell', quantity: 0.3, limitPrice: 0.0475 } as const;
  const RESTS = { timeInForce: 'good_til_cancelled' } as const;
  const REDUCES = { action: 'Close', reduceOnly: true } as const;

  const isPass = ({ what }: Desk['fetches'][number]): boolean => what === 'reconciliation';

  it.each([
    ['a timeout of the venue', TIMED_OUT],
    ['silence', SILENCE],
  ])('NON-TRIP: %s leaves it the time in which it may still be there', (_, code) => {
    const desk = holding();
    desk.proposeClose();
    const { label } = latest(desk).order.terms;
    doubtful(desk, latest(desk), code);
    passTime(desk, 4_000);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['ReduceOnly', 'Sent']);
    passTime(desk, 4_000);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['Active', 'Failed']);
  });

  it.each([
    ['opens', (desk: Desk) => desk.propose()],
    ['rests', (desk: Desk) => desk.propose({ ...CLOSE, ...RESTS }, REDUCES)],
  ])('NON-TRIP: what %s keeps that time whatever the answer', (_, propose) => {
    const desk = holding();
    propose(desk);
    const { label } = latest(desk).order.terms;
    doubtful(desk, latest(desk), OTHER_REJECT);
    passTime(desk, 4_000);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['ReduceOnly', 'Sent']);
    passTime(desk, 4_000);
    expect([desk.mode, stateOf(desk, label)]).toEqual(['Active', 'Failed']);
  });

  it('what rests there all the same is taken over', () => {
    const desk = holding();
    desk.proposeClose();
    const { label, instrument, side, amountE8: amount } = latest(desk).order.terms;
    const order = { label, instrument, side, amountE8: amount, filledE8: amountE8(0) };
    const venueId = venueOrderId('V7');
    desk.venue?.openOrders.push({ ...order, reduceOnly: true, venueOrderId: venueId });
    doubtful(desk, latest(desk), OTHER_REJECT);
    passTime(desk, 500);
    expect(stateOf(desk, label)).toBe('Acked');
  });
});
