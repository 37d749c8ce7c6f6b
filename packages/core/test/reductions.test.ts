/** Reductions that are needed and that a gate refuses; and what an operator closes out (AMB-39). */
import { describe, expect, it } from 'vitest';
import { BTC_CALL } from '../src/gates/context.fixture.ts';
import { priceE8 } from '../src/values/index.ts';
import { Desk, type DeskOptions } from './desk.ts';
import { answer, contained, last, purposes, refuse, sentOnWaiver } from './group-desk.ts';

const CLOSE = { action: 'Close', reduceOnly: true } as const;
/** Of whoever sells at any price the book may have. */
const DOWN_TO = 0.03;
const GROUP = '5b61162e-1138-4d50-a3e2-8d668fb3b2f2';

/** Long of one call. */
function holding(options: DeskOptions = {}): Desk {
  const desk = new Desk(options).boot();
  desk.propose({ quantity: 1, grossEdgeUsd: 400 });
  answer(desk, last(desk), 1);
  desk.tick(1_000);
  return desk;
}

function stop(desk: Desk): Desk {
  desk.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
  return desk;
}

/** The best bid is what it was, and there is next to nothing behind it. */
function thin(desk: Desk): void {
  desk.quote(BTC_CALL, [475, 1, 100, 1_000], [900, 1]);
}

/** Time passes in a thin market. */
function thinTick(desk: Desk, ms = 100): void {
  desk.now += ms;
  thin(desk);
  desk.post({ kind: 'ticked' });
}

function sell(desk: Desk, quantity: number, more: object = {}, group = GROUP): void {
  thin(desk);
  const leg = { side: 'sell', quantity, limitPrice: DOWN_TO } as const;
  desk.propose({ ...leg, ...more }, CLOSE, group);
}

const taken = (desk: Desk): unknown[] => desk.recordsOf('reductionTakenOver');

describe('a reduction that the state of the book refuses', () => {
  it('AMB-39 goes in ReduceOnly as an emergency close, with its cause on record', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    expect(desk.refusals).toEqual(['ExpectedSlippageTooHigh']);
    expect(purposes(desk)).toEqual([]);
    thinTick(desk);
    expect(contained(desk)).toMatchObject([{ purpose: 'close', attempt: 1 }]);
    expect(last(desk).order.terms).toMatchObject({
      side: 'sell',
      amountE8: 40_000_000,
      reduceOnly: true,
      intentClass: 'CLOSE',
      timeInForce: 'immediate_or_cancel',
      strategyId: desk.recordsOf('intentRecorded')[0]?.terms.strategyId,
    });
    const told = {
      groupId: GROUP,
      instrument: BTC_CALL.name,
      side: 'sell',
      amountE8: 40_000_000,
      cause: 'ExpectedSlippageTooHigh',
    };
    expect(taken(desk)).toMatchObject([told]);
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({ kind: 'reductionTakenOver', ...told }),
    );
    expect(desk.recordsOf('containmentPlanned')).toMatchObject([{ parentGroupId: GROUP }]);
    answer(desk, last(desk), 1);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    expect(purposes(desk)).toEqual(['close']);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toEqual([]);
  });

  it('AMB-39 is priced from the ticker where the book is stale', () => {
    const desk = stop(holding());
    desk.state.observations.listings.get(BTC_CALL.name)?.book.void();
    desk.tell(BTC_CALL, { bestBidE8: priceE8(4_600_000), bestAskE8: priceE8(4_650_000) });
    desk.propose({ side: 'sell', quantity: 0.4, limitPrice: DOWN_TO }, CLOSE, GROUP);
    expect(desk.refusals).toEqual(['LiquidityGateNoL2']);
    desk.post({ kind: 'ticked' });
    expect(taken(desk)).toMatchObject([{ cause: 'LiquidityGateNoL2' }]);
    // Bid 0.0460, five ticks of 0.0005 through it.
    expect(last(desk).order.terms.limitPriceE8).toBe(4_350_000);
  });

  it('AMB-39 stays refused in Active: no strategy trades past its gates', () => {
    const desk = holding();
    expect(desk.mode).toBe('Active');
    sell(desk, 0.4);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    expect(desk.refusals).toEqual(['ExpectedSlippageTooHigh']);
    expect(purposes(desk)).toEqual([]);
    expect(taken(desk)).toEqual([]);
  });

  it('AMB-39 that is admitted is its own order, and nothing is taken over', () => {
    const desk = stop(holding());
    desk.quote();
    desk.proposeClose(0.4);
    answer(desk, last(desk), 1);
    for (let tick = 0; tick < 30; tick += 1) desk.tick();
    expect(desk.refusals).toEqual([]);
    expect(purposes(desk)).toEqual([]);
  });

  it.each([
    ['opens', { side: 'buy' }, { action: 'Place', reduceOnly: false }],
    ['would make the position larger', { side: 'buy', limitPrice: 1 }, CLOSE],
    ['rests', { timeInForce: 'good_til_cancelled' }, CLOSE],
    ['wants a better price than the touch', { limitPrice: 0.05 }, CLOSE],
  ] as const)('AMB-39 is not taken over where it %s', (_, leg, proposal) => {
    const desk = stop(holding());
    thin(desk);
    desk.propose({ side: 'sell', quantity: 0.4, limitPrice: DOWN_TO, ...leg }, proposal, GROUP);
    expect(desk.refusals).toHaveLength(1);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    expect(purposes(desk)).toEqual([]);
    expect(taken(desk)).toEqual([]);
  });

  it('AMB-39 takes no more than is held', () => {
    const desk = stop(holding());
    sell(desk, 5);
    thinTick(desk);
    expect(last(desk).order.terms.amountE8).toBe(100_000_000);
  });

  it('AMB-39 has three attempts, no hedge, and is asked for again by whoever wants it', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    thinTick(desk);
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), nth === 0 ? 0.5 : 0);
    for (let tick = 0; tick < 50; tick += 1) thinTick(desk);
    expect(purposes(desk)).toEqual(['close', 'close', 'close']);
    expect(contained(desk).map(({ submit }) => submit.order.terms.amountE8)).toEqual([
      40_000_000, 20_000_000, 20_000_000,
    ]);
    sell(desk, 0.2, {}, '6b61162e-1138-4d50-a3e2-8d668fb3b2f3');
    thinTick(desk);
    expect(purposes(desk)).toHaveLength(4);
    expect(last(desk).order.terms.amountE8).toBe(20_000_000);
  });

  it('AMB-39 proposed again under the same group makes no attempt twice', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    thinTick(desk);
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), 0);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    sell(desk, 0.4);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    expect(purposes(desk)).toHaveLength(3);
    expect(taken(desk)).toHaveLength(1);
    const labels = desk.submits.map(({ order }) => order.terms.label);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('D-5 it had its turn, also where the gates would let the rest through', () => {
    const desk = stop(holding());
    sell(desk, 0.9);
    thinTick(desk);
    answer(desk, last(desk), 1);
    const duplicate = expect.objectContaining({ kind: 'intentDuplicate', intentId: `${GROUP}:0` });
    const again = (of: Desk): void => {
      const sent = of.submits.length;
      sell(of, 0.1);
      expect(of.decisions).toContainEqual(duplicate);
      expect(of.submits.length).toBe(sent);
    };
    again(desk);
    again(stop(desk.crash().boot()));
  });

  it('AMB-39 ends with a silence: what may still trade is not asked for a second time', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    for (let tick = 0; tick < 40; tick += 1) thinTick(desk);
    expect(purposes(desk)).toEqual(['close']);
  });

  it('AMB-39 is over where the mode is Active again', () => {
    const desk = holding();
    const disk = (used: number): void => desk.post({ kind: 'diskMeasured', used, secondary: used });
    disk(0.86);
    thinTick(desk);
    sell(desk, 0.4);
    expect(desk.mode).toBe('ReduceOnly');
    disk(0.5);
    for (let tick = 0; tick < 10; tick += 1) thinTick(desk);
    expect(purposes(desk)).toEqual([]);
    desk.quote(BTC_CALL, [475, 1_000], [900, 1]);
    desk.propose({ side: 'sell', quantity: 0.4, limitPrice: DOWN_TO }, CLOSE, GROUP);
    expect(desk.submits).toHaveLength(2);
  });

  it('AMB-39 is not waited for longer than a price is', () => {
    const desk = stop(holding());
    desk.state.observations.listings.get(BTC_CALL.name)?.book.void();
    desk.propose({ side: 'sell', quantity: 0.4, limitPrice: DOWN_TO }, CLOSE, GROUP);
    for (let tick = 0; tick < 25; tick += 1) {
      desk.now += 100;
      desk.state.observations.listings.get(BTC_CALL.name)?.book.void();
      desk.post({ kind: 'ticked' });
    }
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({
        kind: 'containmentRefused',
        groupId: GROUP,
        reject: expect.objectContaining({ code: 'EmergencyCloseNoPrice' }),
      }),
    );
    expect(desk.state.observations.containment.positions.size).toBe(0);
    expect(purposes(desk)).toEqual([]);
  });

  it('AMB-39 leaves on a waiver where the ledger takes nothing', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    desk.ledger = 'write_failed';
    thinTick(desk);
    expect(sentOnWaiver(desk)).toHaveLength(1);
    expect(last(desk).order.terms).toMatchObject({ reduceOnly: true, amountE8: 40_000_000 });
  });

  it('AMB-39 becomes all of it in Kill, under ids of its own', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    thinTick(desk);
    refuse(desk, last(desk));
    desk.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    thinTick(desk);
    answer(desk, last(desk), 0);
    thinTick(desk);
    expect(last(desk).order.terms.amountE8).toBe(100_000_000);
    answer(desk, last(desk), 1);
    thinTick(desk);
    expect(desk.state.facts.positions.size).toBe(0);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
  });

  it('AMB-39 dies with its process: the next one sells nothing by itself', () => {
    const desk = stop(holding());
    sell(desk, 0.4);
    thinTick(desk);
    refuse(desk, last(desk));
    const next = desk.crash();
    for (let tick = 0; tick < 30; tick += 1) next.tick();
    expect(purposes(next)).toEqual([]);
  });
});

describe('an operator closes out', () => {
  const closeOut = (desk: Desk): void => {
    desk.post({ kind: 'closeOutCommanded', operator: 'me' });
    thinTick(desk);
  };

  it('AMB-39 by the one emergency close: all of it, in any mode, past the liquidity gate', () => {
    const desk = holding();
    closeOut(desk);
    expect(desk.mode).toBe('Active');
    expect(last(desk).order.terms).toMatchObject({
      amountE8: 100_000_000,
      side: 'sell',
      reduceOnly: true,
    });
    expect(taken(desk)).toMatchObject([{ cause: 'close_out', amountE8: 100_000_000 }]);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toEqual([]);
  });

  it('AMB-39 asked again while it works is one, and asked again later another', () => {
    const desk = holding();
    closeOut(desk);
    closeOut(desk);
    expect(purposes(desk)).toEqual(['close']);
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), 0);
    for (let tick = 0; tick < 30; tick += 1) thinTick(desk);
    expect(purposes(desk)).toHaveLength(3);
    closeOut(desk);
    answer(desk, last(desk), 1);
    thinTick(desk);
    expect(purposes(desk)).toHaveLength(4);
    expect(desk.state.facts.positions.size).toBe(0);
  });

  it('AMB-39 flat: nothing is sent', () => {
    const desk = new Desk().boot();
    closeOut(desk);
    expect(desk.submits).toHaveLength(0);
  });
});
