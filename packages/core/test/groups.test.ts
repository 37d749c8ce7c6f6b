import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, policyWith } from '../src/gates/context.fixture.ts';
import { DEFAULT_PARAMETERS } from '../src/policy-defaults.ts';
import { Desk } from './desk.ts';
import { answer, CALL_LEG, last, proposePair, purposes, refuse, states } from './group-desk.ts';

describe('admission of two legs', () => {
  it('AT-939 one commit holds group, intents and markers; each leg leaves on its receipt', () => {
    const desk = new Desk().boot();
    desk.ledger = 'held';
    proposePair(desk);
    expect(desk.submits).toHaveLength(0);
    desk.release();
    const types = desk.records.slice(-5).map(({ type }) => type);
    expect(types).toEqual([
      'groupRecorded',
      'intentRecorded',
      'intentRecorded',
      'orderSending',
      'orderSending',
    ]);
    expect(desk.submits.map(({ order }) => order.terms.legIndex)).toEqual([0, 1]);
    expect(desk.submits.every((each) => 'receipt' in each)).toBe(true);
    expect(
      desk.submits.every(({ order }) => order.terms.timeInForce === 'immediate_or_cancel'),
    ).toBe(true);
  });

  it('AT-939 sends no leg and says so where the record cannot be written', () => {
    const desk = new Desk().boot();
    desk.ledger = 'queue_full';
    proposePair(desk);
    expect(desk.submits).toHaveLength(0);
    expect(desk.decisions).toContainEqual(
      expect.objectContaining({ kind: 'groupAborted', cause: 'queue_full' }),
    );
    expect(desk.state.observations.reservations.size).toBe(0);
    expect(desk.state.facts.groups.size).toBe(0);
  });

  it('one no is the no of both, names its leg and leaves nothing behind', () => {
    const desk = new Desk().boot();
    proposePair(desk, {}, { grossEdgeUsd: 1 });
    expect(desk.submits).toHaveLength(0);
    const told = desk.decisions.filter(({ kind }) => kind.startsWith('intent'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      kind: 'intentRejected',
      instrument: BTC_PUT.name,
      reject: { code: 'NetEdgeTooLow' },
    });
    expect(told[0]).toHaveProperty('intentId', expect.stringMatching(/:1$/));
    expect(desk.state.observations.reservations.size).toBe(0);
    expect(desk.recordsOf('groupRecorded')).toHaveLength(0);
  });

  it('judges the second leg with the first one reserved', () => {
    // One leg is a delta of half a coin at least; two of one side do not fit into 0.7.
    const policy = policyWith({
      exposure: { deltaLimitE8: new Map([[BTC_CALL.underlying, 70_000_000]]) },
    } as never);
    const alone = new Desk({ policy }).boot();
    alone.propose({ quantity: 1, grossEdgeUsd: 400 });
    expect(alone.submits).toHaveLength(1);
    const desk = new Desk({
      policy,
      instruments: [BTC_CALL, { ...BTC_PUT, option: BTC_CALL.option }],
    }).boot();
    proposePair(desk);
    expect(desk.refusals).toEqual(['PendingExposureBudgetExceeded']);
  });

  it('counts two orders, and no pause between the legs of one decision', () => {
    const policy = policyWith({ limits: { maxOrdersPerSecond: 3, minOrderIntervalMs: 200 } });
    const desk = new Desk({ policy }).boot();
    proposePair(desk);
    expect(desk.submits).toHaveLength(2);
    desk.tick(300);
    proposePair(desk);
    expect(desk.refusals).toEqual(['PolicyLimitExceeded']);
    desk.propose();
    expect(desk.submits).toHaveLength(3);
  });

  it.each([
    ['three legs', { legs: 3 }],
    ['two legs in one instrument', { legs: 2, same: true }],
    ['a close of two legs', { legs: 2, reduceOnly: true }],
  ] as const)('refuses %s', (_, shape: { legs: number; same?: true; reduceOnly?: true }) => {
    const { legs, same, reduceOnly } = shape;
    const desk = new Desk().boot();
    const names = same === true ? [BTC_CALL, BTC_CALL] : [BTC_CALL, BTC_PUT, BTC_CALL];
    const proposal = names.slice(0, legs).map((instrument) => ({
      ...CALL_LEG,
      instrument: instrument.name,
    }));
    const action = reduceOnly === true ? 'Close' : 'Place';
    desk.propose({}, { legs: proposal, action, reduceOnly: reduceOnly ?? false });
    expect(desk.refusals).toEqual(['GroupLegsUnsupported']);
    expect(desk.submits).toHaveLength(0);
  });

  it('refuses a leg that could rest', () => {
    const desk = new Desk({ policy: policyWith({ executionStyle: 'Any' }) }).boot();
    proposePair(desk, {}, { timeInForce: 'good_til_cancelled' });
    expect(desk.refusals).toEqual(['InvalidInput']);
  });

  it('AT-928 a group proposed again is the same group', () => {
    const desk = new Desk().boot();
    const group = '9f1c2d3e-4b5a-4c6d-8e7f-aaaaaaaaaaaa';
    proposePair(desk, {}, {}, group);
    desk.tick(300);
    desk.quote(BTC_CALL, [470, 1_000], [475, 1_000]);
    proposePair(desk, {}, {}, group);
    expect(desk.submits).toHaveLength(2);
    expect(desk.decisions.filter(({ kind }) => kind === 'intentDuplicate')).toHaveLength(1);
    expect(desk.state.observations.reservations.size).toBe(2);
  });

  it('AT-931 neither leg leaves when the mode has fallen meanwhile', () => {
    const desk = new Desk().boot();
    desk.ledger = 'held';
    proposePair(desk);
    desk.post({ kind: 'operatorCommanded', command: 'reduce_only', reason: '', operator: 'me' });
    desk.release();
    expect(desk.submits).toHaveLength(0);
    expect(states(desk).at(-1)).toBe('Complete no_trade');
  });
});

describe('the state of a group', () => {
  it('AT-220 is never complete before its slow leg has ended', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    desk.tick();
    expect(states(desk)).toEqual([]);
    expect(desk.mode).toBe('Active');
    answer(desk, put, 1);
    expect(states(desk)).toEqual(['Complete all_filled']);
    expect(purposes(desk)).toEqual([]);
  });

  it('AT-278 is complete with nothing filled anywhere, and says that there was no trade', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 0);
    expect(states(desk)).toEqual(['MixedFailed leg_failed']);
    expect(desk.mode).toBe('ReduceOnly');
    answer(desk, put, 0);
    expect(states(desk)).toEqual(['MixedFailed leg_failed', 'Complete no_trade']);
    expect(desk.mode).toBe('Active');
    expect(purposes(desk)).toEqual([]);
  });

  it('AT-220 the first failure stands, whatever the other leg then says', () => {
    const desk = new Desk().boot();
    proposePair(desk);
    const [call, put] = desk.submits;
    refuse(desk, put);
    expect(states(desk)).toEqual(['MixedFailed leg_failed']);
    expect(desk.state.facts.groups.values().next().value).toMatchObject({ seed: 'leg_failed' });
    answer(desk, call, 0.6);
    expect(desk.state.facts.groups.values().next().value).toMatchObject({
      seed: 'leg_failed',
    });
    expect(states(desk)[0]).toBe('MixedFailed leg_failed');
    expect(states(desk)).not.toContain('Complete all_filled');
  });

  it('a leg that stays silent is no failure until reconciliation had its time (D-14)', () => {
    const desk = new Desk().boot();
    desk.venue = null;
    proposePair(desk);
    const [call, put] = desk.submits;
    answer(desk, call, 1);
    const { label } = put?.order.terms ?? { label: '' };
    desk.post({
      kind: 'dispatchFailed',
      label: label as never,
      fault: 'timeout',
      outcome: 'unknown',
      venueCode: null,
    });
    for (let second = 0; second < 7; second += 1) desk.tick(1_000);
    expect(states(desk)).toEqual([]);
    for (let second = 0; second < 2; second += 1) desk.tick(1_000);
    expect(states(desk)).toEqual(['MixedFailed leg_unresolved', 'Flattening emergency_close']);
    expect(last(desk).order.terms).toMatchObject({ instrument: BTC_CALL.name, reduceOnly: true });
  });

  it('AT-924 a step that is late on record is ReduceOnly until it is, and nobody waits', () => {
    const slow = new Desk().boot();
    proposePair(slow);
    answer(slow, slow.submits[0], 0);
    slow.ledger = 'held';
    answer(slow, slow.submits[1], 0);
    slow.now += DEFAULT_PARAMETERS.groupLockMaxWaitMs;
    slow.post({ kind: 'ticked' });
    expect(slow.state.observations.riskCauses.has('group_lock_timeout')).toBe(false);
    slow.now += 1;
    slow.post({ kind: 'ticked' });
    expect(slow.state.observations.riskCauses.has('group_lock_timeout')).toBe(true);
    expect(slow.mode).toBe('ReduceOnly');
    slow.tick(300);
    slow.propose();
    expect(slow.refusals.at(-1)).toBe('RiskStateNotHealthy');
    slow.release();
    expect(slow.state.observations.riskCauses.has('group_lock_timeout')).toBe(false);
  });
});
