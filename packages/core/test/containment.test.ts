import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT } from '../src/gates/context.fixture.ts';
import { instrumentName, microUsd, priceE8 } from '../src/values/index.ts';
import { Desk, type DeskOptions } from './desk.ts';
import {
  answer,
  contained,
  isLeg,
  last,
  priceOf,
  proposePair,
  purposes,
  refuse,
  sentOnWaiver,
  states,
  voidBooks,
} from './group-desk.ts';

/** The call fills, the put does not; `stop`: an operator's stop keeps the rescue home. */
function broken(desk: Desk, share = 1): void {
  proposePair(desk);
  const [call, put] = desk.submits.slice(-2);
  answer(desk, call, share);
  refuse(desk, put);
}

function stopped(options: DeskOptions = {}): Desk {
  const desk = new Desk(options).boot();
  proposePair(desk);
  const [call, put] = desk.submits;
  answer(desk, call, 1);
  desk.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
  refuse(desk, put);
  return desk;
}

describe('rescue', () => {
  it('AT-283 reaches exactly two ticks through the touch, for what is missing and no more', () => {
    const desk = new Desk().boot();
    broken(desk);
    expect(purposes(desk)).toEqual(['rescue']);
    const { terms } = last(desk).order;
    // Ask 0.0480, ladder of 0.0005.
    expect(terms).toMatchObject({
      instrument: BTC_PUT.name,
      side: 'buy',
      limitPriceE8: 4_900_000,
      amountE8: 100_000_000,
      timeInForce: 'immediate_or_cancel',
      reduceOnly: false,
      intentClass: 'OPEN',
    });
  });

  it('AT-283 a sale reaches two ticks below the bid', () => {
    const desk = new Desk().boot();
    proposePair(desk, {}, { side: 'sell', fairPrice: 0.045 });
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    refuse(desk, put);
    expect(last(desk).order.terms).toMatchObject({ side: 'sell', limitPriceE8: 4_650_000 });
  });

  it('that fills makes the group complete, with nothing flattened', () => {
    const desk = new Desk().boot();
    broken(desk);
    answer(desk, last(desk), 1);
    expect(states(desk)).toEqual(['MixedFailed leg_failed', 'Complete rescued']);
    expect(desk.mode).toBe('Active');
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(0);
  });

  it('AT-117 is tried at most twice, then both are flattened', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 0.6);
    answer(desk, put, 0);
    expect(purposes(desk)).toEqual(['rescue']);
    answer(desk, last(desk), 0);
    // Both legs are short, and one attempt is left: it could only end larger than it is.
    expect(purposes(desk)).toEqual(['rescue', 'close']);
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened closed');
  });

  it('AT-117 a missing leg gets two attempts and no third', () => {
    const desk = new Desk().boot();
    broken(desk);
    answer(desk, last(desk), 0.5);
    expect(last(desk).order.terms.amountE8).toBe(50_000_000);
    answer(desk, last(desk), 0);
    expect(purposes(desk)).toEqual(['rescue', 'rescue', 'close', 'close']);
    desk.tick();
    for (const { submit } of contained(desk).slice(2)) answer(desk, submit, 1);
    expect(states(desk).at(-1)).toBe('Flattened closed');
    expect(desk.state.facts.positions.size).toBe(0);
  });

  it.each([
    ['the liquidity gate', () => [480, 1] as const],
    ['the edge gate', () => [505, 1_000] as const],
  ])('AT-936 %s says no: no rescue, and the close goes at once', (_, asks) => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    desk.now += 1;
    desk.quote(BTC_PUT, [475, 1_000], asks());
    refuse(desk, put);
    expect(purposes(desk)).toEqual(['close']);
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({ kind: 'containmentRefused', purpose: 'rescue' }),
    );
    expect(last(desk).order.terms).toMatchObject({ instrument: BTC_CALL.name, side: 'sell' });
  });

  it('stays home while anything but its own group keeps the mode down (AMB-19)', () => {
    expect(purposes(stopped())).toEqual(['close']);
    const killed = new Desk().boot();
    proposePair(killed);
    const [call, put] = killed.submits;
    answer(killed, call, 1);
    killed.post({ kind: 'operatorCommanded', command: 'kill', reason: '', operator: 'me' });
    refuse(killed, put);
    expect(purposes(killed)).not.toContain('rescue');
  });

  it('is asked once more before the wire, and stays home if something came up', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    refuse(desk, put);
    expect(purposes(desk)).toEqual(['rescue']);
    const slow = new Desk().boot();
    proposePair(slow);
    answer(slow, slow.submits[0], 1);
    slow.ledger = 'held';
    refuse(slow, slow.submits[1]);
    slow.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
    slow.release();
    expect(purposes(slow)).not.toContain('rescue');
    expect(slow.recordsOf('orderAbandoned').map(({ cause }) => cause)).toEqual([
      'mode_fell_before_dispatch',
    ]);
    expect(purposes(slow)).toContain('close');
  });
});

describe('emergency close', () => {
  it('AT-116 a filled and a refused leg: mixed on record, no open, and neutral in the end', () => {
    const desk = stopped();
    expect(states(desk)).toEqual(['MixedFailed leg_failed', 'Flattening emergency_close']);
    expect(desk.mode).toBe('ReduceOnly');
    desk.tick(300);
    desk.propose();
    expect(desk.refusals).toHaveLength(1);
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened closed');
    expect(states(desk).join()).not.toContain('Complete');
    expect(desk.state.facts.positions.size).toBe(0);
    expect(desk.state.observations.riskCauses.has('mixed_failed_group')).toBe(false);
  });

  it('AT-316 AT-118 reaches 5, 10 and 20 ticks through, for what is left each time', () => {
    const desk = stopped();
    const wanted: [number, number][] = [];
    for (const share of [0.3, 0.5, 0.5]) {
      wanted.push([priceOf(last(desk)), last(desk).order.terms.amountE8 / 1e8]);
      answer(desk, last(desk), share);
    }
    // Bid 0.0475 less 5, 10, 20 ticks of 0.0005; what is left is whole steps of 0.1.
    expect(wanted).toEqual([
      [0.045, 1],
      [0.0425, 0.7],
      [0.0375, 0.3],
    ]);
    expect(contained(desk).every(({ submit }) => submit.order.terms.reduceOnly)).toBe(true);
    expect(desk.mode).toBe('ReduceOnly');
  });

  it('tries three times, pauses, and goes on for as long as it is exposed', () => {
    const desk = stopped();
    for (let nth = 0; nth < 3; nth += 1) answer(desk, last(desk), 0);
    expect(purposes(desk)).toEqual(['close', 'close', 'close']);
    desk.tick(500);
    expect(purposes(desk)).toHaveLength(3);
    desk.tick(500);
    expect(contained(desk).at(-1)).toMatchObject({ purpose: 'close', attempt: 1 });
    expect(new Set(desk.submits.map(({ order }) => order.terms.label)).size).toBe(
      desk.submits.length,
    );
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Flattened closed');
  });

  it('AT-236 AT-222 AT-327 is sent where liquidity and edge gates would say no', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    desk.now += 1;
    // Nothing to walk on either side: a close of one by the gates would be refused.
    desk.quote(BTC_CALL, [100, 1], [900, 1]);
    desk.quote(BTC_PUT, [100, 1], [900, 1]);
    refuse(desk, put);
    desk.proposeClose(1);
    expect(desk.refusals).toEqual(['ExpectedSlippageTooHigh']);
    expect(purposes(desk)).toEqual(['close']);
    expect(last(desk).order.terms).toMatchObject({ side: 'sell', reduceOnly: true });
  });

  it('AT-937 prices from a fresh ticker where there is no book', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    voidBooks(desk);
    tell(desk, 4_600_000);
    refuse(desk, put);
    expect(contained(desk)).toMatchObject([{ purpose: 'close' }]);
    expect(priceOf(last(desk))).toBe(0.0435);
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({ kind: 'containmentPlanned', priceSource: 'l1' }),
    );
  });

  it('AT-938 sends nothing without a price, says so once, asks for one and tries again', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    voidBooks(desk);
    tell(desk, 4_600_000);
    desk.now += 1_001;
    refuse(desk, put);
    const before = desk.submits.length;
    for (let tick = 0; tick < 5; tick += 1) {
      desk.now += 100;
      desk.post({ kind: 'ticked' });
    }
    expect(desk.submits).toHaveLength(before);
    const said = desk.decisions.filter(
      (each) => each.kind === 'containmentRefused' && each.purpose === 'close',
    );
    expect(said).toMatchObject([
      { reject: { code: 'EmergencyCloseNoPrice' }, instrument: BTC_CALL.name },
    ]);
    expect(desk.fetches.filter(({ what }) => what === 'ticker')).toHaveLength(1);
    tell(desk, 4_600_000);
    desk.now += 1;
    desk.post({ kind: 'ticked' });
    expect(purposes(desk)).toEqual(['close']);
  });

  it('AT-328 answers within the turn that heard the second leg', () => {
    const desk = stopped();
    const event = desk.now;
    answer(desk, last(desk), 1);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toMatchObject([
      { incidentAt: event, timeToDeltaNeutralMs: 0 },
    ]);
  });

  it('AT-211 says once what happened, with everything the contract asks for', () => {
    const desk = stopped();
    answer(desk, last(desk), 0.5);
    desk.now += 40;
    answer(desk, last(desk), 1);
    const [group] = desk.recordsOf('groupRecorded');
    expect(desk.recordsOf('atomicNakedEventRecorded')).toEqual([
      {
        type: 'atomicNakedEventRecorded',
        at: desk.now,
        groupId: group?.groupId,
        strategyId: group?.strategyId,
        incidentAt: desk.now - 40,
        exposureBefore: microUsd(100_000_000_000),
        exposureAfter: 0,
        timeToDeltaNeutralMs: 40,
        closeAttempts: 2,
        hedgeUsed: false,
        cause: 'atomic_legging_failure',
        tradingMode: 'ReduceOnly',
        evidenceChain: null,
      },
    ]);
    expect(desk.decisions.filter(({ kind }) => kind === 'atomicNakedEvent')).toHaveLength(1);
    for (let tick = 0; tick < 20; tick += 1) desk.tick();
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
  });

  it('closes no more than is held, and dust is neutral (AMB-47)', () => {
    const desk = stopped();
    const residual = last(desk);
    desk.fill(residual, 'part', 0.95);
    desk.report(residual, 'cancelled', 0.95);
    expect(purposes(desk)).toEqual(['close']);
    expect(states(desk).at(-1)).toBe('Flattened closed');
  });

  it('what somebody else has closed is not closed again', () => {
    const desk = stopped();
    const first = last(desk);
    answer(desk, first, 0);
    const second = last(desk);
    // A sale of the whole by another hand.
    desk.post({
      kind: 'fillObserved',
      fill: { ...desk.fillOf(first, 'other'), label: null, venueOrderId: null },
      source: 'feed',
    });
    answer(desk, second, 0);
    expect(purposes(desk)).toEqual(['close', 'close']);
    expect(states(desk).at(-1)).toBe('Flattened closed');
  });
});

describe('with a broken ledger', () => {
  it.each(['queue_full', 'write_failed', 'closed'] as const)(
    'AT-340 %s: closes leave on a waiver, with what was heard as position',
    (cause) => {
      const desk = new Desk().boot();
      proposePair(desk);
      const [call, put] = desk.submits;
      desk.ledger = cause;
      answer(desk, call, 1);
      refuse(desk, put);
      expect(desk.state.facts.positions.size).toBe(0);
      expect(sentOnWaiver(desk)).toHaveLength(1);
      expect(last(desk).order.terms).toMatchObject({ reduceOnly: true, amountE8: 100_000_000 });
      answer(desk, last(desk), 0.4);
      expect(last(desk).order.terms).toMatchObject({ amountE8: 60_000_000 });
      answer(desk, last(desk), 1);
      for (let tick = 0; tick < 30; tick += 1) desk.tick();
      expect(sentOnWaiver(desk)).toHaveLength(2);
      expect(
        desk.submits.some(
          ({ order }) => order.terms.intentClass === 'OPEN' && !isLeg(order.terms.label, desk),
        ),
      ).toBe(false);
    },
  );

  it('the steps it would not take are on record once it takes them', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    desk.ledger = 'queue_full';
    answer(desk, call, 1);
    refuse(desk, put);
    answer(desk, last(desk), 1);
    expect(states(desk)).toEqual([]);
    desk.ledger = 'instant';
    for (let tick = 0; tick < 40; tick += 1) desk.tick();
    expect(states(desk).slice(0, 3)).toEqual([
      'MixedFailed leg_failed',
      'Flattening emergency_close',
      'Flattened closed',
    ]);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
    expect(desk.state.facts.positions.size).toBe(0);
  });

  it('a commit that hangs does not hold the next close up', () => {
    const desk = stopped();
    desk.ledger = 'held';
    desk.post({ kind: 'ledgerStalled', waitedMs: 300 });
    answer(desk, last(desk), 0);
    const waived = sentOnWaiver(desk);
    expect(waived).toHaveLength(1);
    desk.release();
    expect(desk.submits.filter(({ order }) => order.terms.label === waived[0])).toHaveLength(1);
  });
});

describe('after a restart', () => {
  it('a broken group is flattened again, under ids no process has used', () => {
    const desk = stopped();
    const used = desk.submits.map(({ order }) => order.terms.label);
    const next = desk.crash();
    for (let tick = 0; tick < 30; tick += 1) next.tick();
    expect(purposes(next)).not.toHaveLength(0);
    for (const { order } of next.submits) {
      expect(used).not.toContain(order.terms.label);
      expect(order.terms).toMatchObject({ instrument: BTC_CALL.name, reduceOnly: true });
    }
    answer(next, last(next), 1);
    // Attempts nobody answered may still trade: the venue says what became of them.
    for (let tick = 0; tick < 80; tick += 1) next.tick();
    expect(states(next).at(-1)).toBe('Flattened closed');
    expect(next.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
  });

  it('D-9 what left on a waiver is never attempted again, even if nothing is ever recorded', () => {
    const desk = stopped();
    desk.ledger = 'write_failed';
    answer(desk, last(desk), 0);
    const [waived] = sentOnWaiver(desk);
    expect(waived).toBeDefined();
    const next = desk.crash({ ledger: 'write_failed' });
    for (let tick = 0; tick < 30; tick += 1) next.tick();
    expect(sentOnWaiver(next).length).toBeGreaterThan(0);
    const used = new Set(desk.submits.map(({ order }) => order.terms.label));
    for (const { order } of next.submits) expect(used.has(order.terms.label)).toBe(false);
  });

  it('rescues of the process before count', () => {
    const desk = new Desk().boot();
    broken(desk);
    answer(desk, last(desk), 0);
    expect(purposes(desk)).toEqual(['rescue', 'rescue']);
    answer(desk, last(desk), 0);
    const next = desk.crash();
    for (let tick = 0; tick < 30; tick += 1) next.tick();
    expect(desk.state.facts.groups.values().next().value).toMatchObject({ rescues: 2 });
    expect(next.submits.every(({ order }) => order.terms.reduceOnly)).toBe(true);
  });

  it('AT-221 what was shut stays shut', () => {
    const desk = new Desk().boot();
    for (let nth = 0; nth < 3; nth += 1) flattenOnce(desk);
    expect(desk.decisions.filter(({ kind }) => kind === 'churnBreakerTrip')).toHaveLength(1);
    proposePair(desk);
    expect(desk.refusals.at(-1)).toBe('ChurnBreakerActive');
    const next = desk.crash().boot();
    proposePair(next);
    expect(next.refusals).toEqual(['ChurnBreakerActive']);
    // One leg alone is another structure, and what reduces is never asked.
    next.tick(300);
    next.propose();
    expect(next.submits).toHaveLength(1);
    next.now += 900_000;
    next.boot();
    for (let tick = 0; tick < 20; tick += 1) next.tick();
    proposePair(next);
    expect(next.refusals).toEqual(['ChurnBreakerActive']);
    expect(next.submits).toHaveLength(3);
  });
});

describe('late news', () => {
  it('a fill after the end is closed too, and the state stays what it was', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 0);
    answer(desk, put, 0);
    expect(states(desk).at(-1)).toBe('Complete no_trade');
    desk.fill(call, 'late', 0.5);
    expect(desk.state.observations.riskCauses.has('mixed_failed_group')).toBe(true);
    expect(last(desk).order.terms).toMatchObject({ side: 'sell', amountE8: 50_000_000 });
    answer(desk, last(desk), 1);
    expect(states(desk).at(-1)).toBe('Complete late_fill_closed');
    expect(desk.state.facts.positions.size).toBe(0);
    expect(desk.state.facts.openGroups.size).toBe(0);
  });

  it('D-11 is over when the step that says so is on record, and not before', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 0.5);
    desk.quote(BTC_PUT, [475, 1_000], [900, 1_000]);
    refuse(desk, put);
    answer(desk, last(desk), 1);
    desk.tick(1_000);
    expect(desk.recordsOf('atomicNakedEventRecorded')).toHaveLength(1);
    desk.fill(call, 'late', 0.2);
    desk.tick();
    const isHeld = (): boolean => desk.state.observations.riskCauses.has('mixed_failed_group');
    expect([isHeld(), last(desk).order.terms.amountE8]).toEqual([true, 20_000_000]);
    desk.ledger = 'held';
    desk.fill(last(desk), 'closed', 1);
    expect([isHeld(), desk.mode]).toEqual([true, 'ReduceOnly']);
    desk.ledger = 'instant';
    desk.release();
    desk.tick();
    expect(states(desk).at(-1)).toBe('Flattened late_fill_closed');
    expect(isHeld()).toBe(false);
  });
});

function flattenOnce(desk: Desk): void {
  proposePair(desk);
  const [call, put] = desk.submits.slice(-2);
  answer(desk, call, 1);
  desk.now += 1;
  desk.quote(BTC_PUT, [475, 1_000], [900, 1_000]);
  refuse(desk, put);
  answer(desk, last(desk), 1);
  desk.tick(1_000);
}

/** A ticker of the call with this bid. */
function tell(desk: Desk, bid: number): void {
  desk.post({
    kind: 'tickerChanged',
    instrument: instrumentName(BTC_CALL.name),
    markPriceE8: priceE8(bid),
    underlyingPriceE8: priceE8(10_000_000_000_000),
    delta: 1,
    vega: null,
    gamma: null,
    bestBidE8: priceE8(bid),
    bestAskE8: priceE8(bid + 50_000),
  });
}
