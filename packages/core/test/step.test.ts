import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, POLICY, policyWith } from '../src/gates/context.fixture.ts';
import { apply } from '../src/apply.ts';
import { createFacts } from '../src/facts.ts';
import { amountE8, monoMs } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const active = (): Desk => new Desk().boot();

describe('a fresh process', () => {
  it('AT-430 is latched with the restart reason and opens nothing', () => {
    const desk = new Desk();
    desk.venue = null;
    for (let round = 0; round < 20; round += 1) desk.tick();
    desk.propose();
    expect(desk.state.observations.latch.reasons).toEqual(['RESTART_RECONCILE_REQUIRED']);
    expect(desk.refusals).toEqual(['OpenPermissionLatched']);
    expect(desk.submits).toEqual([]);
  });

  it('AT-011 opens only once a reconciliation has passed and its record is durable', () => {
    const desk = new Desk();
    desk.tick();
    desk.ledger = 'held';
    desk.tick(1_000);
    desk.tick(1_000);
    expect(desk.mode).toBe('ReduceOnly');
    desk.release();
    desk.tick();
    expect(desk.state.observations.latch.reasons).toEqual([]);
    expect(desk.mode).toBe('Active');
  });

  it('waits out the settle time before it believes a snapshot', () => {
    const desk = new Desk({ settleMs: 1_000 });
    for (let round = 0; round < 10; round += 1) desk.tick(100);
    expect(desk.mode).toBe('ReduceOnly');
    for (let round = 0; round < 4; round += 1) desk.tick(100);
    expect(desk.mode).toBe('Active');
  });
});

describe('an order, from proposal to position', () => {
  it('the baseline order is admitted, recorded with its marker, and sent once', () => {
    const desk = active();
    desk.propose();
    expect(desk.refusals).toEqual([]);
    expect(desk.submits).toHaveLength(1);
    const terms = desk.submits[0]?.order.terms;
    expect(terms).toMatchObject({ instrument: BTC_CALL.name, side: 'buy', amountE8: 30_000_000 });
    expect(terms?.label).toHaveLength(43);
    expect(desk.records.slice(-2).map(({ type }) => type)).toEqual([
      'intentRecorded',
      'orderSending',
    ]);
  });

  it('nothing is sent while its record is on its way, and it goes when it is durable', () => {
    const desk = active();
    desk.ledger = 'held';
    desk.propose();
    expect(desk.submits).toEqual([]);
    desk.release();
    expect(desk.submits).toHaveLength(1);
  });

  it('AT-931 a mode that fell before dispatch keeps the order at home, on record', () => {
    const desk = active();
    desk.ledger = 'held';
    desk.propose();
    desk.post({ kind: 'certificateRead', certificate: null });
    desk.release();
    expect(desk.submits).toEqual([]);
    expect(desk.recordsOf('orderAbandoned')).toMatchObject([
      { cause: 'mode_fell_before_dispatch' },
    ]);
    expect(desk.state.observations.reservations.size).toBe(0);
  });

  it('a decision older than a fresh book is not sent when its commit comes late', () => {
    const desk = active();
    desk.ledger = 'held';
    desk.propose();
    desk.now += 1_001;
    desk.feed();
    desk.post({ kind: 'ticked' });
    desk.release();
    expect(desk.submits).toEqual([]);
    expect(desk.recordsOf('orderAbandoned')).toMatchObject([{ cause: 'decision_too_old' }]);
  });

  it('AT-928 the same identity twice is a no-op: nothing sent, nothing recorded', () => {
    const desk = active();
    desk.propose({}, {}, '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f');
    const records = desk.records.length;
    desk.now += 1_000;
    desk.tick();
    desk.propose({}, {}, '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f');
    expect(desk.submits).toHaveLength(1);
    expect(desk.records).toHaveLength(records);
    expect(desk.decisions.at(-1)).toMatchObject({ kind: 'intentDuplicate' });
  });

  it('AT-230 a fill before the ack ends Filled, with both on record', () => {
    const desk = active();
    desk.propose();
    const [submit] = desk.submits;
    desk.fill(submit, 'T1');
    desk.report(submit, 'open');
    const order = desk.state.facts.orders.get(submit?.order.terms.label ?? ('' as never));
    expect(order?.state).toBe('Filled');
    expect(desk.recordsOf('fillRecorded')).toHaveLength(1);
    expect(desk.recordsOf('orderAcked')).toHaveLength(1);
    expect(desk.recordsOf('anomalyRecorded')).toMatchObject([{ anomaly: 'fill_before_ack' }]);
  });

  it('AT-270 the same trade twice counts once', () => {
    const desk = active();
    desk.propose();
    const [submit] = desk.submits;
    desk.fill(submit, 'T1', 0.5);
    desk.fill(submit, 'T1', 0.5);
    expect(desk.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(15_000_000);
    expect(desk.recordsOf('fillRecorded')).toHaveLength(1);
  });

  it('AT-270 the same trade again while its record is on its way counts once', () => {
    const desk = active();
    desk.propose();
    const [submit] = desk.submits;
    desk.ledger = 'held';
    desk.fill(submit, 'T1', 0.5);
    desk.fill(submit, 'T1', 0.5);
    desk.release();
    expect(desk.recordsOf('fillRecorded')).toHaveLength(1);
  });

  it('a partial fill then a cancel keeps the filled part and releases the rest', () => {
    const desk = active();
    desk.propose({ quantity: 1 });
    const [submit] = desk.submits;
    const whole = desk.state.observations.exposure.pendingLongDeltaE8(BTC_CALL.underlying);
    desk.fill(submit, 'T1', 0.5);
    const half = desk.state.observations.exposure.pendingLongDeltaE8(BTC_CALL.underlying);
    expect(half).toBe(Math.ceil(whole / 2));
    desk.report(submit, 'cancelled', 0.5);
    expect(desk.state.observations.reservations.size).toBe(0);
    expect(desk.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(50_000_000);
  });

  it('D-14 a silent submit keeps its exposure reserved; no OPEN until the venue is asked', () => {
    const desk = active();
    desk.propose();
    const [submit] = desk.submits;
    desk.post({
      kind: 'dispatchFailed',
      label: submit?.order.terms.label ?? ('' as never),
      fault: 'timed_out',
      outcome: 'unknown',
      venueCode: null,
    });
    expect(desk.state.observations.reservations.size).toBe(1);
    expect(desk.mode).toBe('ReduceOnly');
    for (let round = 0; round < 80; round += 1) desk.tick();
    expect(desk.submits).toHaveLength(1);
    expect(desk.recordsOf('orderClosed')).toMatchObject([{ cause: 'proven_never_existed' }]);
    expect(desk.mode).toBe('Active');
  });
});

describe('P1-C a refusal leaves nothing behind', () => {
  it.each([
    ['no book', { instrument: BTC_PUT.name }, (desk: Desk) => desk.quote(BTC_PUT, [], [])],
    ['too small', { quantity: 0.01 }, () => undefined],
    ['not listed', { instrument: 'BTC-1JAN30-1-C' as never }, () => undefined],
    ['market order', { orderType: 'market' }, () => undefined],
    ['no edge', { grossEdgeUsd: null }, () => undefined],
    ['nonsense', { quantity: Number.NaN }, () => undefined],
  ])('P1-C %s: ledger, orders, positions and reservations unchanged', (_name, leg, prepare) => {
    const desk = active();
    prepare(desk);
    const before = JSON.stringify([desk.records, [...desk.state.facts.positions]]);
    desk.propose(leg);
    expect(desk.refusals).toHaveLength(1);
    expect(JSON.stringify([desk.records, [...desk.state.facts.positions]])).toBe(before);
    expect(desk.state.facts.working.size).toBe(0);
    expect(desk.state.observations.reservations.size).toBe(0);
    expect(desk.state.observations.pendingIntents.size).toBe(0);
    expect(desk.submits).toEqual([]);
  });

  it('P1-D a refusal names its intent, its strategy and the gates that passed', () => {
    const desk = active();
    desk.propose({ quantity: 0.01 }, {}, '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f');
    expect(desk.decisions.at(-1)).toMatchObject({
      kind: 'intentRejected',
      intentId: '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f:0',
      strategyId: 'strangle_btc_low_vol',
      reject: { code: 'TooSmallAfterQuantization' },
    });
    expect(desk.decisions.at(-1)).toHaveProperty('gateTrace.0', 'classified');
  });
});

describe('the ledger cannot record', () => {
  it('AT-906 a full queue refuses OPEN, the loop ticks on, and a record taken opens it', () => {
    const desk = active();
    desk.ledger = 'queue_full';
    desk.propose();
    expect(desk.submits).toEqual([]);
    expect(desk.state.observations.reservations.size).toBe(0);
    desk.tick();
    expect(desk.modeReasons).toContain('REDUCEONLY_RISKSTATE_DEGRADED');
    desk.ledger = 'instant';
    for (let round = 0; round < 3; round += 1) desk.tick();
    expect(desk.mode).toBe('Active');
    desk.propose();
    expect(desk.submits).toHaveLength(1);
  });

  it('D-9 a close leaves on a waiver while exposed, and is learned again from the venue', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.report(desk.submits[0], 'filled', 1);
    desk.tick(1_000);
    desk.ledger = 'write_failed';
    desk.proposeClose();
    expect(desk.submits).toHaveLength(2);
    expect(desk.submits[1]).toHaveProperty('waiver.cause', 'write_failed');
    expect(desk.submits[1]?.order.terms.reduceOnly).toBe(true);
    expect(desk.mode).toBe('ReduceOnly');
  });

  it('D-9 a stalled commit lets the close go once; its late record does not send it again', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.report(desk.submits[0], 'filled', 1);
    desk.tick(1_000);
    desk.ledger = 'held';
    desk.proposeClose();
    expect(desk.submits).toHaveLength(1);
    desk.post({ kind: 'ledgerStalled', waitedMs: 250 });
    desk.post({ kind: 'ledgerStalled', waitedMs: 500 });
    expect(desk.submits).toHaveLength(2);
    desk.release();
    expect(desk.submits).toHaveLength(2);
  });

  it('an OPEN never leaves on a waiver, exposed or not', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.tick(1_000);
    desk.ledger = 'held';
    desk.propose();
    desk.post({ kind: 'ledgerStalled', waitedMs: 250 });
    expect(desk.submits).toHaveLength(1);
  });
});

describe('crashes (contract-1 section 28.3)', () => {
  it('AT-233 after the send, before the ack: reconciled, never resent', () => {
    const before = active();
    before.propose();
    const after = before.crash().boot();
    expect(after.submits).toEqual([]);
    expect(after.recordsOf('orderClosed')).toMatchObject([{ cause: 'proven_never_existed' }]);
  });

  it('AT-233 after the send, the order alive at the venue: adopted, never resent', () => {
    const before = active();
    before.propose();
    const terms = before.submits[0]?.order.terms;
    before.venue?.openOrders.push({
      venueOrderId: 'V1' as never,
      label: terms?.label ?? '',
      instrument: BTC_CALL.name,
      side: 'buy',
      amountE8: amountE8(30_000_000),
      filledE8: amountE8(0),
      reduceOnly: false,
    });
    const after = before.crash().boot();
    expect(after.submits).toEqual([]);
    expect(after.recordsOf('orderAcked')).toMatchObject([{ source: 'reconciliation' }]);
    expect(after.mode).toBe('Active');
  });

  it('AT-234 after the fill, before we heard: the trade is found, once', () => {
    const before = active();
    before.propose();
    const fill = before.fillOf(before.submits[0] as never, 'T1');
    before.venue?.trades.push(fill);
    before.holdAtVenue(fill);
    const after = before.crash().boot();
    expect(after.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(30_000_000);
    after.post({ kind: 'fillObserved', fill, source: 'feed' });
    expect(after.recordsOf('fillRecorded')).toHaveLength(1);
    expect(after.crash().boot().submits).toEqual([]);
  });

  /** A ledger that holds the intent but not its marker: the tail was torn between them. */
  function unsent(): Desk {
    const before = active();
    before.propose();
    const marker = before.records.findIndex(({ type }) => type === 'orderSending');
    before.records.splice(marker, 1);
    return before;
  }

  it('AT-935 recorded and provably unsent: goes out once, and not again after a restart', () => {
    const first = unsent().crash().boot();
    for (let round = 0; round < 5; round += 1) first.tick();
    expect(first.submits).toHaveLength(1);
    expect(first.recordsOf('orderSending')).toHaveLength(1);
    const second = first.crash().boot();
    for (let round = 0; round < 80; round += 1) second.tick();
    expect(second.submits).toEqual([]);
  });

  it('AT-935 nothing goes out before the reconciliation has passed', () => {
    const before = unsent();
    before.venue = null;
    const after = before.crash();
    for (let round = 0; round < 30; round += 1) after.tick();
    expect(after.submits).toEqual([]);
  });

  it('AT-935 gates that no longer pass expire it, on record', () => {
    const strict = policyWith({ minEdge: 1_000_000_000 as never });
    const after = unsent().crash({ policy: strict }).boot();
    for (let round = 0; round < 80; round += 1) after.tick();
    expect(after.submits).toEqual([]);
    expect(after.recordsOf('orderAbandoned')).toMatchObject([
      { cause: 'gates_refused_after_restart' },
    ]);
  });

  it('an order whose outcome is unknown stays reserved across the restart', () => {
    const before = active();
    before.propose();
    const reserved = before.state.observations.exposure.pendingLongDeltaE8(BTC_CALL.underlying);
    const after = before.crash();
    expect(after.state.observations.exposure.pendingLongDeltaE8(BTC_CALL.underlying)).toBe(
      reserved,
    );
  });

  it('live facts equal the fold of the ledger', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1', 0.5);
    desk.report(desk.submits[0], 'cancelled', 0.5);
    const folded = createFacts();
    for (const record of desk.records) apply(folded, record);
    expect(folded).toEqual(desk.state.facts);
  });
});

describe('doubt about the venue', () => {
  it('AT-271 a gap in the book voids it, latches OPEN, and asks for a snapshot', () => {
    const desk = active();
    desk.post({
      kind: 'bookChanged',
      instrument: BTC_CALL.name,
      changeId: 9,
      prevChangeId: 8,
      bids: [],
      asks: [],
    });
    expect(desk.state.observations.latch.reasons).toEqual(['WS_BOOK_GAP_RECONCILE_REQUIRED']);
    expect(desk.mode).toBe('ReduceOnly');
    desk.propose();
    expect(desk.submits).toEqual([]);
    for (let round = 0; round < 15; round += 1) desk.tick();
    expect(desk.mode).toBe('Active');
  });

  it('AT-408 a book gap raised after the snapshot was asked for is not cleared by it', () => {
    const desk = active();
    desk.ledger = 'held';
    desk.post({ kind: 'sessionChanged', connected: false });
    desk.post({ kind: 'sessionChanged', connected: true });
    desk.tick(1_500);
    desk.post({ kind: 'sessionChanged', connected: false });
    desk.release();
    expect(desk.state.observations.latch.reasons).toContain(
      'SESSION_TERMINATION_RECONCILE_REQUIRED',
    );
  });

  it('AT-409 a lost session latches OPEN until it is back and reconciled', () => {
    const desk = active();
    desk.post({ kind: 'sessionChanged', connected: false });
    for (let round = 0; round < 30; round += 1) desk.tick();
    expect(desk.mode).toBe('ReduceOnly');
    desk.post({ kind: 'sessionChanged', connected: true });
    for (let round = 0; round < 30; round += 1) desk.tick();
    expect(desk.mode).toBe('Active');
  });

  it('a position no trade explains latches OPEN with evidence, and invents no fill', () => {
    const desk = active();
    desk.venue?.positions.push({ instrument: BTC_CALL.name, amountE8: amountE8(10_000_000) });
    for (let round = 0; round < 150; round += 1) desk.tick();
    expect(desk.state.observations.latch.reasons).toContain(
      'INVENTORY_MISMATCH_RECONCILE_REQUIRED',
    );
    expect(desk.recordsOf('fillRecorded')).toEqual([]);
    expect(desk.state.facts.positions.size).toBe(0);
  });

  it('one 10028 is ReduceOnly and reconciles; three in five minutes are Kill', () => {
    const desk = active();
    const too = {
      kind: 'dispatchFailed',
      label: 's4:x' as never,
      fault: 'too_many_requests',
      outcome: 'unknown',
      venueCode: 10028,
    } as const;
    desk.post(too);
    expect(desk.modeReasons).toContain('REDUCEONLY_SESSION_KILL_UNCONFIRMED');
    desk.post(too);
    expect(desk.mode).toBe('ReduceOnly');
    desk.post(too);
    expect(desk.modeReasons).toEqual(['KILL_RATE_LIMIT_SESSION_TERMINATION']);
  });
});

describe('people', () => {
  it('a stop acts at once and stands across a restart until it is released on record', () => {
    const desk = active();
    const command = { kind: 'operatorCommanded', reason: 'drill', operator: 'ana' } as const;
    desk.ledger = 'held';
    desk.post({ ...command, command: 'kill' });
    expect(desk.modeReasons).toEqual(['KILL_RISKSTATE_KILL']);
    desk.release();
    const after = desk.crash();
    for (let round = 0; round < 30; round += 1) after.tick();
    expect(after.modeReasons).toEqual(['KILL_RISKSTATE_KILL']);
    after.ledger = 'held';
    after.post({ ...command, command: 'release' });
    expect(after.mode).toBe('Kill');
    after.release();
    expect(after.mode).toBe('Active');
  });

  it('D-11 a looser word that is recorded late lifts no stop that was given after it', () => {
    const desk = active();
    const command = { kind: 'operatorCommanded', reason: 'drill', operator: 'ana' } as const;
    desk.post({ ...command, command: 'kill' });
    desk.ledger = 'held';
    for (const word of ['release', 'reduce_only', 'kill'] as const) {
      desk.post({ ...command, command: word });
      expect(desk.mode).toBe('Kill');
    }
    desk.release();
    expect(desk.mode).toBe('Kill');
    expect(desk.state.observations.pendingCommands).toEqual([]);
  });

  it('AT-203 the watchdog’s stop ends by cooldown and reconciliation, without a person', () => {
    const desk = active();
    const alarm = { command: 'reduce_only', reason: 'no tick', operator: 'watchdog' } as const;
    desk.post({ kind: 'operatorCommanded', ...alarm });
    expect(desk.modeReasons).toContain('REDUCEONLY_EMERGENCY_REDUCEONLY_ACTIVE');
    expect(desk.state.facts.operatorStop).toBeNull();
    const cooldownMs = POLICY.parameters.emergencyReduceonlyCooldownS * 1_000;
    desk.tick(cooldownMs - 1_000);
    expect(desk.mode).toBe('ReduceOnly');
    for (let round = 0; round < 30; round += 1) desk.tick(1_000);
    expect(desk.mode).toBe('Active');
  });

  it('a different policy while running is not taken; the old one, aging, takes OPEN away', () => {
    const desk = active();
    const loose = policyWith({ minEdge: 0 as never });
    desk.post({
      kind: 'policyOffered',
      policy: loose,
      hash: 'p2',
      generatedAt: monoMs(desk.now),
    });
    expect(desk.state.observations.policy).toBe(POLICY);
    expect(desk.decisions.at(-1)).toMatchObject({ fault: 'policy_changed_while_running' });
  });

  it.each([null, {}, { action: 'Place', reduceOnly: null, target: null, legs: [null] }, 'buy'])(
    'a proposal nothing can be read from is refused, and nobody falls over it: %j',
    (proposal) => {
      const desk = active();
      desk.post({
        kind: 'intentProposed',
        strategyId: 'strangle_btc_low_vol' as never,
        groupId: '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f' as never,
        proposal: proposal as never,
      });
      expect(desk.refusals).toEqual(['InvalidInput']);
      desk.propose();
      expect(desk.submits).toHaveLength(1);
    },
  );

  it('a strategy that threw proposes nothing more', () => {
    const desk = active();
    desk.post({
      kind: 'strategyFailed',
      strategyId: 'strangle_btc_low_vol' as never,
      message: 'boom',
    });
    desk.propose();
    expect(desk.refusals).toEqual(['StrategySuspended']);
  });
});

describe('the loop', () => {
  it('the same events give the same effects and the same records, byte for byte', () => {
    const run = (): string => {
      const desk = active();
      desk.propose();
      desk.fill(desk.submits[0], 'T1', 0.5);
      desk.report(desk.submits[0], 'cancelled', 0.5);
      desk.tick(1_000);
      desk.proposeClose(0.1);
      return JSON.stringify([desk.records, desk.decisions, desk.submits.length]);
    };
    expect(run()).toBe(run());
  });

  it('what leaves the core is frozen', () => {
    const desk = active();
    desk.propose();
    for (const record of desk.records) expect(Object.isFrozen(record)).toBe(true);
    expect(Object.isFrozen(desk.submits[0])).toBe(true);
  });
});
