/**
 * What the venue tells when it is asked: trades, orders, labels (contract-2 sections 2.4 and 7).
 */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, policyWith } from '../src/gates/context.fixture.ts';
import type { VenueOrder } from '../src/event.ts';
import type { Order } from '../src/order/order.ts';
import { amountE8, type Label, venueOrderId } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const GTC = { timeInForce: 'good_til_cancelled' } as const;
const GROUP = '9f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f';

const active = (): Desk => new Desk().boot();

function ticks(desk: Desk, count: number, ms = 100): void {
  for (let round = 0; round < count; round += 1) desk.tick(ms);
}

function orderOf(desk: Desk, label: string | undefined): Order {
  const order = desk.state.facts.orders.get((label ?? '') as Label);
  if (order === undefined) throw new Error(`${label} is unknown`);
  return order;
}

/** The venue traded this order whole, and told nobody. */
function tradedUnheard(desk: Desk): ReturnType<Desk['fillOf']> {
  const [submit] = desk.submits;
  if (submit === undefined) throw new Error('nothing was submitted');
  const fill = desk.fillOf(submit, 'T1');
  desk.venue?.trades.push(fill);
  desk.holdAtVenue(fill);
  return fill;
}

describe('trades asked for', () => {
  it('AT-210 sent, never acknowledged, traded: Filled, not repeated, and the close goes on', () => {
    const desk = active();
    desk.propose({}, {}, GROUP);
    tradedUnheard(desk);
    expect(orderOf(desk, desk.submits[0]?.order.terms.label).state).toBe('Sent');
    ticks(desk, 120);
    expect(orderOf(desk, desk.submits[0]?.order.terms.label).state).toBe('Filled');
    expect(desk.mode).toBe('Active');
    desk.propose({}, {}, GROUP);
    expect(desk.submits).toHaveLength(1);
    desk.proposeClose();
    expect(desk.submits[1]?.order.terms).toMatchObject({ intentClass: 'CLOSE', reduceOnly: true });
  });

  it('AT-269 a fill of a lost session is learned by asking; the copy changes nothing', () => {
    const desk = active();
    desk.propose();
    desk.post({ kind: 'sessionChanged', connected: false });
    const fill = tradedUnheard(desk);
    ticks(desk, 10);
    desk.post({ kind: 'sessionChanged', connected: true });
    ticks(desk, 20);
    expect(desk.recordsOf('fillRecorded')).toMatchObject([
      { tradeId: 'T1', source: 'reconciliation' },
    ]);
    const records = desk.records.length;
    const position = desk.state.facts.positions.get(BTC_CALL.name)?.amountE8;
    desk.post({ kind: 'fillObserved', fill, source: 'feed' });
    expect(desk.records).toHaveLength(records);
    expect(desk.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(position);
    expect(position).toBe(30_000_000);
  });

  /** How far back each reconciliation asked, ms. */
  const lookbacks = (desk: Desk): number[] =>
    desk.fetches.flatMap((each) => (each.what === 'reconciliation' ? [each.at - each.since] : []));

  it('AT-306 every pass asks for at least the last 300 s, and matches them by trade id', () => {
    const desk = active();
    desk.propose();
    desk.fill(desk.submits[0], 'T1', 0.5);
    const unheard = desk.fillOf(desk.submits[0] as never, 'T2', 0.5);
    desk.venue?.trades.push(unheard);
    desk.holdAtVenue(unheard);
    ticks(desk, 600, 1_000);
    expect(lookbacks(desk).length).toBeGreaterThan(50);
    for (const ms of lookbacks(desk)) expect(ms).toBeGreaterThanOrEqual(300_000);
    expect(desk.recordsOf('fillRecorded').map(({ tradeId }) => tradeId)).toEqual(['T1', 'T2']);
    expect(desk.mode).toBe('Active');
  });

  it('AT-306 the lookback is the policy’s', () => {
    const policy = policyWith({ parameters: { reconcileTradeLookbackSec: 7_200 } });
    const desk = new Desk({ policy }).boot();
    ticks(desk, 20, 1_000);
    for (const ms of lookbacks(desk)) expect(ms).toBeGreaterThanOrEqual(7_200_000);
    expect(lookbacks(desk)).not.toEqual([]);
  });

  it('an order that rests for hours does not make the question longer', () => {
    const desk = active();
    desk.propose(GTC);
    desk.rest(desk.submits[0]);
    ticks(desk, 400, 10_000);
    expect(lookbacks(desk).at(-1)).toBeLessThan(400_000);
  });
});

describe('a reconnect', () => {
  it('AT-933 finds our open orders in flight and sends none of them again', () => {
    const desk = active();
    desk.propose(GTC, {}, GROUP);
    const label = desk.rest(desk.submits[0]);
    desk.tick(1_000);
    desk.post({ kind: 'sessionChanged', connected: false });
    desk.post({ kind: 'sessionChanged', connected: true });
    expect(desk.mode).toBe('ReduceOnly');
    ticks(desk, 20);
    expect(desk.mode).toBe('Active');
    expect(orderOf(desk, label).state).toBe('Acked');
    expect(desk.state.facts.working.has(label)).toBe(true);
    desk.propose(GTC, {}, GROUP);
    expect(desk.decisions.at(-1)).toMatchObject({ kind: 'intentDuplicate' });
    ticks(desk, 200);
    expect(desk.submits).toHaveLength(1);
    expect(desk.recordsOf('anomalyRecorded')).toEqual([]);
  });
});

describe('an order that leaves while the venue is being asked', () => {
  /** Admitted, then the venue is asked, then durable and gone: the answer cannot have it. */
  function askedBetween(): Desk {
    const desk = active();
    desk.silent.add('reconciliation');
    const asked = (): number => desk.fetches.filter((each) => isPass(each)).length;
    const before = asked();
    desk.now += 9_950;
    desk.feed();
    desk.ledger = 'held';
    desk.propose(GTC);
    for (let round = 0; round < 20 && asked() === before; round += 1) desk.tick(50);
    expect(asked()).toBe(before + 1);
    desk.now += 5;
    desk.release();
    expect(desk.submits).toHaveLength(1);
    return desk;
  }

  const isPass = ({ what }: Desk['fetches'][number]): boolean => what === 'reconciliation';

  function answerWithout(desk: Desk): void {
    const requestId = desk.fetches.findLast((each) => isPass(each))?.requestId ?? 0;
    const nothing = { openOrders: [], positions: [], trades: [], settlements: [] };
    desk.post({ kind: 'venueSnapshotObserved', requestId, ...nothing });
    desk.silent.clear();
  }

  it.each([
    ['its record on the disk', 'instant'],
    ['its record on the way', 'held'],
  ] as const)('is not judged by that answer when it was acknowledged first, %s', (_, ledger) => {
    const desk = askedBetween();
    desk.ledger = ledger;
    const label = desk.rest(desk.submits[0]);
    answerWithout(desk);
    desk.release();
    expect(desk.recordsOf('orderClosed')).toEqual([]);
    expect(orderOf(desk, label).state).toBe('Acked');
    ticks(desk, 40);
    expect(desk.mode).toBe('Active');
    expect(desk.cancels).toEqual([]);
    expect(desk.recordsOf('anomalyRecorded')).toEqual([]);
  });

  it('is judged by the next one', () => {
    const desk = askedBetween();
    const label = desk.rest(desk.submits[0]);
    answerWithout(desk);
    if (desk.venue !== null) desk.venue.openOrders = [];
    ticks(desk, 40);
    expect(orderOf(desk, label).state).toBe('Canceled');
    expect(desk.mode).toBe('Active');
  });
});

describe('an order under a label that is not quite ours', () => {
  /** Sent and never acknowledged, while the venue works it under this label. */
  function mislabelled(relabel: (label: string) => string, parts: Partial<VenueOrder> = {}): Desk {
    const desk = active();
    desk.propose(GTC);
    const terms = desk.submits[0]?.order.terms;
    desk.venue?.openOrders.push({
      venueOrderId: venueOrderId('V9'),
      label: relabel(terms?.label ?? ''),
      instrument: BTC_CALL.name,
      side: 'buy',
      amountE8: amountE8(30_000_000),
      filledE8: amountE8(0),
      reduceOnly: false,
      ...parts,
    });
    ticks(desk, 120);
    return desk;
  }

  const otherHash = (label: string): string => `${label.slice(0, 27)}0000000000000000`;

  it('AMB-08 matches its sole candidate: taken for ours, logged once, not a ghost', () => {
    const desk = mislabelled(otherHash);
    const order = orderOf(desk, desk.submits[0]?.order.terms.label);
    expect(order).toMatchObject({ state: 'Acked', venueOrderId: 'V9' });
    expect(desk.recordsOf('anomalyRecorded')).toMatchObject([{ anomaly: 'label_hash_mismatch' }]);
    expect(desk.cancels).toEqual([]);
    ticks(desk, 200);
    expect(desk.recordsOf('anomalyRecorded')).toHaveLength(1);
    expect(desk.mode).toBe('Active');
  });

  it('its trade and its end are ours as well', () => {
    const desk = mislabelled(otherHash);
    const [submit] = desk.submits;
    if (submit === undefined) throw new Error('nothing was submitted');
    const strange = otherHash(submit.order.terms.label) as Label;
    const id = venueOrderId('V9');
    const fill = { ...desk.fillOf(submit, 'T1', 0.5), label: strange, venueOrderId: id };
    desk.post({ kind: 'fillObserved', fill, source: 'feed' });
    desk.post({
      kind: 'orderReported',
      label: strange,
      venueOrderId: id,
      state: 'cancelled',
      filledE8: amountE8(15_000_000),
      venueCode: null,
      cause: null,
      source: 'feed',
    });
    const order = orderOf(desk, submit.order.terms.label);
    expect(order).toMatchObject({ state: 'Canceled', filledE8: 15_000_000 });
    expect(desk.state.observations.reservations.size).toBe(0);
  });

  it.each([
    ['another instrument', { instrument: BTC_PUT.name }],
    ['another side', { side: 'sell' }],
    ['another amount', { amountE8: amountE8(40_000_000) }],
  ] as const)('AT-217 with %s it is nobody’s to adopt: Degraded, OPEN shut', (_name, parts) => {
    const desk = mislabelled(otherHash, parts);
    expect(orderOf(desk, desk.submits[0]?.order.terms.label).state).toBe('Sent');
    expect(desk.modeReasons).toContain('REDUCEONLY_RISKSTATE_DEGRADED');
    expect(desk.cancels).not.toContain('V9');
  });

  /**
   * Two groups whose first twelve hex digits are the same, and one label that fits neither hash.
   */
  function twins(relabel: (label: string) => string): Desk {
    const desk = active();
    desk.propose(GTC, {}, '9f1c2d3e-4b5a-4c6d-8e7f-000000000001');
    desk.tick(1_000);
    desk.propose(GTC, {}, '9f1c2d3e-4b5a-4c6d-8e7f-000000000002');
    desk.venue?.openOrders.push({
      venueOrderId: venueOrderId('V9'),
      label: relabel(desk.submits[0]?.order.terms.label ?? ''),
      instrument: BTC_CALL.name,
      side: 'buy',
      amountE8: amountE8(30_000_000),
      filledE8: amountE8(0),
      reduceOnly: false,
    });
    ticks(desk, 120);
    return desk;
  }

  it('AT-217 two intents it may be: Degraded, latched, neither adopts nor is lost', () => {
    const desk = twins(otherHash);
    const labels = desk.submits.map(({ order }) => order.terms.label);
    expect(labels).toHaveLength(2);
    for (const label of labels) expect(orderOf(desk, label).state).toBe('Sent');
    expect(desk.state.observations.riskCauses.has('label_match_ambiguous')).toBe(true);
    expect(desk.state.observations.latch.reasons).toEqual([
      'INVENTORY_MISMATCH_RECONCILE_REQUIRED',
    ]);
    desk.propose();
    expect(desk.submits).toHaveLength(2);
    if (desk.venue !== null) desk.venue.openOrders = [];
    ticks(desk, 300);
    expect(desk.mode).toBe('Active');
    for (const label of labels) expect(orderOf(desk, label).state).toBe('Failed');
  });

  it('AT-217 told apart by its hash it is the one it names', () => {
    const desk = twins((label) => label);
    const [first, second] = desk.submits.map(({ order }) => orderOf(desk, order.terms.label));
    expect(first?.state).toBe('Acked');
    expect(second?.state).toBe('Failed');
    expect(desk.mode).toBe('Active');
  });
});

describe('a trade under a label that is not quite ours', () => {
  it('AMB-08 belongs to its sole candidate and fills it', () => {
    const desk = active();
    desk.propose();
    const [submit] = desk.submits;
    if (submit === undefined) throw new Error('nothing was submitted');
    const { label } = submit.order.terms;
    const strange = `${label.slice(0, 27)}0000000000000000` as Label;
    const fill = { ...desk.fillOf(submit, 'T1'), label: strange };
    desk.venue?.trades.push(fill);
    desk.holdAtVenue(fill);
    ticks(desk, 120);
    expect(orderOf(desk, label).state).toBe('Filled');
    expect(desk.recordsOf('fillRecorded')).toMatchObject([{ label, tradeId: 'T1' }]);
    expect(desk.recordsOf('anomalyRecorded')).toMatchObject([{ anomaly: 'label_hash_mismatch' }]);
  });

  it('AT-217 that two intents may own fills neither, counts, and shuts OPEN', () => {
    const desk = active();
    desk.propose({}, {}, '9f1c2d3e-4b5a-4c6d-8e7f-000000000001');
    desk.tick(1_000);
    desk.propose({}, {}, '9f1c2d3e-4b5a-4c6d-8e7f-000000000002');
    const [first, second] = desk.submits;
    if (first === undefined || second === undefined) throw new Error('two were to be submitted');
    const strange = `${first.order.terms.label.slice(0, 27)}0000000000000000` as Label;
    const fill = { ...desk.fillOf(first, 'T1'), label: strange, venueOrderId: null };
    desk.holdAtVenue(fill);
    desk.venue?.trades.push(fill);
    desk.post({ kind: 'fillObserved', fill, source: 'feed' });
    expect(orderOf(desk, first.order.terms.label).filledE8).toBe(0);
    expect(orderOf(desk, second.order.terms.label).filledE8).toBe(0);
    expect(desk.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(30_000_000);
    expect(desk.state.observations.riskCauses.has('label_match_ambiguous')).toBe(true);
    expect(desk.mode).toBe('ReduceOnly');
    desk.propose();
    expect(desk.submits).toHaveLength(2);
  });
});

describe('an order that arrives behind a reconciliation', () => {
  it('AT-940 acknowledged before the answers are in, not yet on record, is not closed', () => {
    const desk = active();
    desk.propose(GTC);
    desk.venue = null;
    const asked = (): number => desk.fetches.filter(({ what }) => what === 'reconciliation').length;
    const before = asked();
    while (asked() === before) desk.tick(500);
    const question = desk.fetches.findLast(({ what }) => what === 'reconciliation');
    desk.now += 20;
    desk.ledger = 'held';
    desk.report(desk.submits[0], 'open');
    desk.post({
      kind: 'venueSnapshotObserved',
      requestId: question?.requestId ?? -1,
      openOrders: [],
      positions: [],
      trades: [],
      settlements: [],
    });
    desk.release();
    expect(desk.recordsOf('orderClosed')).toEqual([]);
    expect(orderOf(desk, desk.submits[0]?.order.terms.label).state).toBe('Acked');
  });

  it('AT-940 TRIP: one the next list leaves out as well is closed', () => {
    const desk = active();
    desk.propose(GTC);
    desk.report(desk.submits[0], 'open');
    ticks(desk, 200);
    expect(desk.recordsOf('orderClosed')).toMatchObject([{ source: 'reconciliation' }]);
  });
});
