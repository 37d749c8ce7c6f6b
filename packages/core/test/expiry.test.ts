/** The end of an instrument, as the venue tells it (contract-1 section 8). */
import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT } from '../src/gates/context.fixture.ts';
import type { Instrument, InstrumentState } from '../src/instrument/instrument.ts';
import { instrumentState } from '../src/instrument/lifecycle.ts';
import { amountE8, coinE8, currency, type Label, monoMs, tradeId } from '../src/values/index.ts';
import { Desk, T0 } from './desk.ts';

/** Late enough that orders can still be made before the cliff. */
const EXPIRY = T0 + 300_000;
const DYING: Instrument = { ...BTC_CALL, expiry: monoMs(EXPIRY) };
const BOOK_CLOSED = 10_012;
const ALREADY_CLOSED = 11_008;

/** Active, with one order resting in the instrument that is about to expire and one in another. */
function withRestingOrders(): { desk: Desk; dying: Label; other: Label } {
  const desk = new Desk({ instruments: [DYING, BTC_PUT] }).boot();
  desk.propose({ timeInForce: 'good_til_cancelled' });
  const dying = desk.rest(desk.submits[0]);
  desk.tick(1_000);
  desk.propose({ instrument: BTC_PUT.name, timeInForce: 'good_til_cancelled', side: 'buy' });
  const other = desk.rest(desk.submits[1]);
  return { desk, dying, other };
}

/** Past the expiry, on a fresh tick, with no cancel asked for yet. */
function expire(desk: Desk): void {
  desk.now = EXPIRY + 1_000;
  desk.feed();
}

function stateOf(desk: Desk, instrument: Instrument): InstrumentState | null {
  const listing = desk.state.observations.listings.get(instrument.name);
  return listing === undefined ? null : instrumentState(listing, monoMs(desk.now), 60);
}

function ticks(desk: Desk, count: number): void {
  for (let round = 0; round < count; round += 1) desk.tick();
}

describe('a cancel in an instrument that has expired', () => {
  it.each([
    [BOOK_CLOSED, 'book_closed'],
    [null, 'orderbook_closed'],
    [null, 'not_found'],
    [null, 'invalid_instrument'],
    [null, 'instrument_not_open'],
  ])('AT-949 answered %s %s is done: the instrument ends, the others go on', (code, fault) => {
    const { desk, dying, other } = withRestingOrders();
    expire(desk);
    expect(stateOf(desk, DYING)).toBe('DelistingSoon');
    desk.proposeCancel(dying);
    desk.failCancel(dying, code, 'unknown', fault);
    expect(desk.state.facts.orders.get(dying)?.state).toBe('Canceled');
    expect(stateOf(desk, DYING)).toBe('ExpiredOrDelisted');
    expect(desk.recordsOf('instrumentClosed')).toMatchObject([{ instrument: DYING.name }]);
    expect(stateOf(desk, BTC_PUT)).toBe('Active');
    expect(desk.state.facts.orders.get(other)?.state).toBe('Acked');
    desk.proposeCancel(other);
    expect(desk.cancels).toEqual([dying, other]);
    if (desk.venue !== null) desk.venue.openOrders.shift();
    ticks(desk, 30);
    expect(desk.mode).toBe('Active');
    desk.propose({ instrument: BTC_PUT.name });
    expect(desk.submits).toHaveLength(3);
  });

  it('AT-949 the mark outlives the process', () => {
    const { desk, dying } = withRestingOrders();
    expire(desk);
    desk.proposeCancel(dying);
    desk.failCancel(dying, BOOK_CLOSED);
    const after = desk.crash({ instruments: [DYING, BTC_PUT] });
    after.tick();
    expect(stateOf(after, DYING)).toBe('ExpiredOrDelisted');
    expect(stateOf(after, BTC_PUT)).toBe('Active');
  });

  it('AT-960 the same cancel again is a no-op: nothing leaves, nothing is recorded', () => {
    const { desk, dying } = withRestingOrders();
    expire(desk);
    desk.proposeCancel(dying);
    desk.failCancel(dying, BOOK_CLOSED);
    const records = desk.records.length;
    desk.now += 1;
    desk.proposeCancel(dying);
    expect(desk.cancels).toEqual([dying]);
    expect(desk.records).toHaveLength(records);
    expect(desk.decisions.at(-1)).toMatchObject({ kind: 'intentDuplicate', label: dying });
    expect(desk.refusals).toEqual([]);
  });

  it('AT-960 neither does it leave while the record of the first is on its way', () => {
    const { desk, dying } = withRestingOrders();
    expire(desk);
    desk.proposeCancel(dying);
    desk.ledger = 'held';
    desk.failCancel(dying, BOOK_CLOSED);
    desk.now += 60_000;
    desk.proposeCancel(dying);
    expect(desk.cancels).toEqual([dying]);
    desk.release();
    expect(desk.state.facts.orders.get(dying)?.state).toBe('Canceled');
  });

  it('the same words before the expiry are an ordinary failure: asked again, nothing ends', () => {
    const { desk, dying } = withRestingOrders();
    desk.proposeCancel(dying);
    desk.failCancel(dying, BOOK_CLOSED);
    expect(stateOf(desk, DYING)).toBe('Active');
    expect(desk.state.facts.orders.get(dying)?.state).toBe('Acked');
    desk.proposeCancel(dying);
    expect(desk.cancels).toEqual([dying, dying]);
  });
});

describe('a portfolio that is flattened with one instrument expired', () => {
  /** Long of both. */
  function withPositions(): Desk {
    const desk = new Desk({ instruments: [DYING, BTC_PUT] }).boot();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.report(desk.submits[0], 'filled', 1);
    desk.tick(1_000);
    desk.propose({ instrument: BTC_PUT.name });
    desk.fill(desk.submits[1], 'T2');
    desk.report(desk.submits[1], 'filled', 1);
    desk.tick(1_000);
    return desk;
  }

  /** One round of an operator's flatten. */
  function flatten(desk: Desk): void {
    desk.post({ kind: 'closeOutCommanded', operator: 'me' });
    desk.tick();
  }

  it('AT-961 one is ended by the venue, the other is closed, and nothing halts', () => {
    const desk = withPositions();
    expire(desk);
    const before = desk.submits.length;
    flatten(desk);
    const [dead, alive] = desk.submits.slice(before);
    expect([dead, alive].map((each) => each?.order.terms.instrument)).toEqual([
      DYING.name,
      BTC_PUT.name,
    ]);
    desk.post({
      kind: 'dispatchFailed',
      label: dead?.order.terms.label ?? ('' as Label),
      fault: 'book_closed',
      outcome: 'refused',
      venueCode: BOOK_CLOSED,
    });
    desk.fill(alive, 'T3');
    desk.report(alive, 'filled', 1);
    expect(stateOf(desk, DYING)).toBe('ExpiredOrDelisted');
    expect(stateOf(desk, BTC_PUT)).toBe('Active');
    expect([...desk.state.facts.positions.keys()]).toEqual([DYING.name]);
    const asked = desk.submits.length;
    desk.tick(1_000);
    flatten(desk);
    expect(desk.submits).toHaveLength(asked);
  });

  it('AT-961 an ordinary refusal ends neither, and both are closed in the next round', () => {
    const desk = withPositions();
    const before = desk.submits.length;
    flatten(desk);
    const [refused, alive] = desk.submits.slice(before);
    desk.fill(alive, 'T3');
    desk.report(alive, 'filled', 1);
    desk.post({
      kind: 'dispatchFailed',
      label: refused?.order.terms.label ?? ('' as Label),
      fault: 'book_closed',
      outcome: 'refused',
      venueCode: BOOK_CLOSED,
    });
    expect(stateOf(desk, DYING)).not.toBe('ExpiredOrDelisted');
    desk.tick(1_000);
    flatten(desk);
    desk.fill(desk.submits.at(-1), 'T4');
    desk.report(desk.submits.at(-1), 'filled', 1);
    expect(desk.state.facts.positions.size).toBe(0);
  });
});

describe('an instrument that ended while nobody looked', () => {
  it('is known again from the snapshot, for the trade still to be booked in it', () => {
    let ended: readonly Instrument[] = [];
    const before = new Desk({ instruments: [DYING, BTC_PUT] }).boot();
    before.propose();
    const [sent] = before.submits;
    if (sent === undefined) throw new Error('nothing was sent');
    const lost = before.fillOf(sent, 'T1');
    const desk = before.crash({
      instruments: [BTC_PUT],
      hears: (event) => (event.kind === 'venueSnapshotObserved' ? { ...event, ended } : event),
    });
    desk.venue?.trades.push(lost);
    desk.venue?.positions.push({ instrument: DYING.name, amountE8: lost.amountE8 });
    ticks(desk, 20);
    expect(desk.mode).toBe('ReduceOnly');
    expect(desk.recordsOf('fillRecorded')).toEqual([]);
    ended = [DYING];
    ticks(desk, 60);
    expect(desk.recordsOf('fillRecorded')).toMatchObject([{ tradeId: 'T1' }]);
    expect(stateOf(desk, DYING)).toBe('ExpiredOrDelisted');
    expect(desk.mode).toBe('Active');
  });

  it('with a broken book holds OPEN shut nowhere else, once its list leaves it out', () => {
    let isGone = false;
    const isOfPut = (event: { readonly kind: string; readonly instrument?: unknown }): boolean =>
      event.kind === 'bookChanged' && event.instrument === BTC_PUT.name;
    const desk = new Desk({
      instruments: [BTC_CALL, BTC_PUT],
      hears: (event) => (isGone && isOfPut(event) ? null : event),
    }).boot();
    const levels = { bids: [475, 10], asks: [480, 10] };
    const gap = { changeId: desk.now + 9, prevChangeId: desk.now + 8, ...levels };
    desk.post({ kind: 'bookChanged', instrument: BTC_PUT.name, ...gap });
    isGone = true;
    ticks(desk, 60);
    expect(desk.mode).toBe('ReduceOnly');
    const btc = { kind: 'instrumentsListed', currency: currency('BTC'), unsupported: [] } as const;
    desk.post({ ...btc, instruments: [BTC_CALL, BTC_PUT] });
    ticks(desk, 60);
    expect(desk.mode).toBe('ReduceOnly');
    desk.post({ ...btc, instruments: [BTC_CALL] });
    ticks(desk, 60);
    expect(desk.mode).toBe('Active');
  });
});

describe('an expired instrument nobody holds', () => {
  it('AT-962 is marked by its refusal of a close, and nothing is tried in it again', () => {
    const desk = new Desk({ instruments: [DYING, BTC_PUT] }).boot();
    desk.propose();
    desk.fill(desk.submits[0], 'T1');
    desk.report(desk.submits[0], 'filled', 1);
    desk.tick(1_000);
    expire(desk);
    desk.proposeClose();
    const close = desk.submits[1]?.order.terms.label;
    desk.post({
      kind: 'dispatchFailed',
      label: close ?? ('' as Label),
      fault: 'book_closed',
      outcome: 'refused',
      venueCode: BOOK_CLOSED,
    });
    settle(desk);
    ticks(desk, 30);
    expect(stateOf(desk, DYING)).toBe('ExpiredOrDelisted');
    expect(desk.state.facts.positions.size).toBe(0);
    expect(desk.mode).toBe('Active');
    const asked = [desk.submits.length, desk.cancels.length];
    for (let round = 0; round < 20; round += 1) {
      desk.tick(1_000);
      desk.proposeClose();
    }
    expect([desk.submits.length, desk.cancels.length]).toEqual(asked);
    expect(new Set(desk.refusals)).toEqual(new Set(['InstrumentExpiredOrDelisted']));
    desk.propose({ instrument: BTC_PUT.name });
    expect(desk.submits).toHaveLength(3);
  });

  /** The venue pays the position out and shows it no more. */
  function settle(desk: Desk): void {
    if (desk.venue !== null) desk.venue.positions = [];
    desk.post({
      kind: 'settlementObserved',
      settlement: {
        settlementId: tradeId('S1'),
        instrument: DYING.name,
        amountE8: amountE8(30_000_000),
        settlementPriceE8: BTC_CALL.tickE8,
        indexPriceE8: BTC_CALL.tickE8,
        cashE8: coinE8(0),
        currency: currency('BTC'),
      },
    });
  }

  it('AT-962 outside Active its orders are not cancelled over and over', () => {
    const { desk, dying, other } = withRestingOrders();
    expire(desk);
    desk.post({
      kind: 'operatorCommanded',
      command: 'reduce_only',
      reason: 'drill',
      operator: 'ana',
    });
    desk.post({ kind: 'ticked' });
    expect(desk.cancels).toEqual([dying, other]);
    desk.failCancel(dying, BOOK_CLOSED);
    desk.canceled(other);
    if (desk.venue !== null) desk.venue.openOrders = [];
    ticks(desk, 200);
    expect(desk.cancels).toEqual([dying, other]);
  });
});

describe('a cancel in an instrument that lives', () => {
  it('AT-966 answered with the order leaves the instrument alone', () => {
    const { desk, other } = withRestingOrders();
    desk.proposeCancel(other);
    desk.canceled(other);
    expect(desk.state.facts.orders.get(other)?.state).toBe('Canceled');
    expect(stateOf(desk, BTC_PUT)).toBe('Active');
    expect(desk.recordsOf('instrumentClosed')).toEqual([]);
  });

  it('AT-966 answered "already closed" is no failure; the venue is asked how it ended', () => {
    const { desk, other } = withRestingOrders();
    desk.proposeCancel(other);
    if (desk.venue !== null) desk.venue.openOrders.pop();
    desk.failCancel(other, ALREADY_CLOSED, 'nothing_to_cancel', 'already_closed');
    ticks(desk, 2);
    expect(desk.state.facts.orders.get(other)?.state).toBe('Canceled');
    expect(stateOf(desk, BTC_PUT)).toBe('Active');
    expect(desk.recordsOf('instrumentClosed')).toEqual([]);
    expect(desk.decisions.filter(({ kind }) => kind === 'fault')).toEqual([]);
    expect(desk.mode).toBe('Active');
  });

  it('AT-966 past the expiry as well, an ordinary answer ends nothing', () => {
    const { desk, dying } = withRestingOrders();
    expire(desk);
    desk.proposeCancel(dying);
    desk.failCancel(dying, ALREADY_CLOSED, 'nothing_to_cancel', 'already_closed');
    expect(stateOf(desk, DYING)).toBe('DelistingSoon');
    expect(desk.recordsOf('instrumentClosed')).toEqual([]);
  });
});
