import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PUT, ETH_CALL } from '../src/gates/context.fixture.ts';
import { amountE8, monoMs, priceE8 } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const GAP = 'WS_TRADES_GAP_RECONCILE_REQUIRED';
const STALE = 'WS_DATA_STALE_RECONCILE_REQUIRED';
const SESSION = 'SESSION_TERMINATION_RECONCILE_REQUIRED';

function trade(desk: Desk, tradeSeq: number, instrument = BTC_CALL): void {
  const price = priceE8(4_800_000);
  const { name } = instrument;
  const amount = { priceE8: price, amountE8: amountE8(10_000_000), side: 'buy' } as const;
  desk.post({ kind: 'publicTradeObserved', instrument: name, tradeSeq, ...amount });
}

function ticks(desk: Desk, rounds = 30): Desk {
  for (let round = 0; round < rounds; round += 1) desk.tick();
  return desk;
}

/** Every producer speaks and no market does, for so long since one was last given a chance. */
function silence(desk: Desk, lagMs: number): void {
  const { observations } = desk.state;
  const since = Math.max(observations.marketAt, observations.heardSince);
  while (desk.now < since + lagMs) {
    desk.now = Math.min(desk.now + 1_000, since + lagMs);
    const { marketAt } = observations;
    desk.feed();
    observations.marketAt = marketAt;
    desk.post({ kind: 'ticked' });
  }
}

function holding(): Desk {
  const desk = new Desk().boot();
  desk.propose();
  desk.fill(desk.submits[0], 'BTC-1');
  return ticks(desk);
}

const latch = (desk: Desk): readonly string[] => desk.state.observations.latch.reasons;
const causes = (desk: Desk): readonly string[] => [...desk.state.observations.riskCauses.keys()];

describe('trades of an instrument', () => {
  it('AT-202 a hole degrades and latches OPEN, until a reconciliation asked for after it', () => {
    const desk = new Desk().boot();
    trade(desk, 7);
    trade(desk, 8);
    expect(desk.mode).toBe('Active');
    desk.venue = null;
    trade(desk, 10);
    expect([latch(desk), causes(desk)]).toEqual([[GAP], ['ws_trades_gap']]);
    // Sticky: what follows without a hole does not open it again, and neither does time.
    trade(desk, 11);
    ticks(desk, 100);
    expect(latch(desk)).toEqual([GAP]);
    desk.propose();
    expect([desk.refusals, desk.submits]).toEqual([['OpenPermissionLatched'], []]);
    desk.venue = { openOrders: [], positions: [], trades: [] };
    ticks(desk, 60);
    expect([latch(desk), causes(desk), desk.mode]).toEqual([[], [], 'Active']);
  });

  it('a snapshot that was already asked for says nothing about a later hole', () => {
    const desk = new Desk().boot();
    desk.silent.add('reconciliation');
    trade(desk, 1);
    trade(desk, 3);
    desk.tick();
    const { requestId } = desk.state.observations.reconciliation;
    desk.now += 1;
    trade(desk, 5);
    const snapshot = { openOrders: [], positions: [], trades: [], settlements: [] };
    desk.post({ kind: 'venueSnapshotObserved', requestId: requestId ?? 0, ...snapshot });
    expect(latch(desk)).toEqual([GAP]);
    desk.silent.delete('reconciliation');
    ticks(desk, 20);
    expect(latch(desk)).toEqual([]);
  });

  it('AT-272 the fill that hid in the hole is found by the venue’s answer, and counts once', () => {
    const desk = new Desk().boot();
    desk.propose();
    const missed = desk.fillOf(desk.submits[0] ?? fail(), 'BTC-9');
    desk.venue?.trades.push(missed);
    desk.holdAtVenue(missed);
    trade(desk, 1);
    trade(desk, 3);
    expect(desk.state.observations.riskCauses.has('ws_trades_gap')).toBe(true);
    const before = desk.fetches.length;
    ticks(desk, 60);
    const asked = desk.fetches.slice(before).map(({ what }) => what);
    expect(asked).toContain('reconciliation');
    expect(desk.recordsOf('fillRecorded').map(({ tradeId }) => tradeId)).toEqual(['BTC-9']);
    // Told again by the feed, and by every later answer.
    desk.post({ kind: 'fillObserved', fill: missed, source: 'feed' });
    trade(desk, 2);
    ticks(desk, 30);
    expect(desk.recordsOf('fillRecorded')).toHaveLength(1);
    expect(desk.state.facts.positions.get(BTC_CALL.name)?.amountE8).toBe(missed.amountE8);
    expect([latch(desk), desk.mode]).toEqual([[], 'Active']);
  });

  it('repeats, and other instruments’ numbers, are no holes', () => {
    const desk = new Desk({ instruments: [BTC_CALL, BTC_PUT, ETH_CALL] }).boot();
    for (const seq of [5, 6, 6, 5, 4, 7]) trade(desk, seq);
    trade(desk, 100, BTC_PUT);
    trade(desk, 101, BTC_PUT);
    trade(desk, 1, ETH_CALL);
    expect([latch(desk), desk.mode]).toEqual([[], 'Active']);
  });

  it('an instrument nobody listed says nothing', () => {
    const desk = new Desk({ instruments: [BTC_CALL] }).boot();
    trade(desk, 1, BTC_PUT);
    trade(desk, 9, BTC_PUT);
    expect(desk.state.observations.lastTradeSeq.size).toBe(0);
  });
});

describe('a session that was lost', () => {
  it('AT-409 latches; what traded meanwhile is no second gap, and the numbers begin anew', () => {
    const desk = new Desk().boot();
    trade(desk, 7);
    desk.post({ kind: 'sessionChanged', connected: false });
    expect([latch(desk), causes(desk)]).toEqual([[SESSION], ['session_terminated']]);
    desk.tick();
    desk.post({ kind: 'sessionChanged', connected: true });
    trade(desk, 1_000);
    trade(desk, 1_001);
    expect(latch(desk)).toEqual([SESSION]);
    ticks(desk);
    expect(desk.mode).toBe('Active');
    trade(desk, 1_003);
    expect(latch(desk)).toEqual([GAP]);
  });

  it('its books are none until their snapshot has come, and a change alone is not one', () => {
    const desk = new Desk().boot();
    const book = desk.state.observations.listings.get(BTC_CALL.name)?.book;
    const { changeId } = book ?? fail();
    desk.post({ kind: 'sessionChanged', connected: false });
    desk.post({ kind: 'sessionChanged', connected: true });
    expect([book?.usable, book?.bidCount]).toEqual([false, 0]);
    const asked = desk.fetches.length;
    desk.post({
      kind: 'bookChanged',
      instrument: BTC_CALL.name,
      changeId: changeId + 1,
      prevChangeId: changeId,
      bids: [475, 1_000],
      asks: [480, 1_000],
    });
    expect(book?.usable).toBe(false);
    expect(desk.fetches.slice(asked).map(({ what }) => what)).toEqual(['book']);
    desk.quote();
    expect(book?.usable).toBe(true);
  });

  it('while it is lost nobody is asked for books', () => {
    const desk = new Desk().boot();
    desk.post({ kind: 'sessionChanged', connected: false });
    desk.state.observations.brokenBooks.set(BTC_CALL.name, monoMs(0));
    const asked = desk.fetches.length;
    desk.now += 10_000;
    desk.post({ kind: 'ticked' });
    expect(desk.fetches.slice(asked).filter(({ what }) => what === 'book')).toEqual([]);
  });

  it('ended by the venue with 10028 it counts towards Kill; ended otherwise it does not', () => {
    const desk = new Desk().boot();
    desk.post({ kind: 'sessionTerminated', code: null });
    expect([latch(desk), desk.state.observations.sessionKill.active]).toEqual([[SESSION], false]);
    desk.post({ kind: 'sessionTerminated', code: 10_028 });
    expect(desk.modeReasons).toContain('REDUCEONLY_SESSION_KILL_UNCONFIRMED');
    desk.post({ kind: 'sessionTerminated', code: 10_028 });
    expect(desk.mode).toBe('ReduceOnly');
    desk.post({ kind: 'sessionTerminated', code: 10_028 });
    expect(desk.modeReasons).toEqual(['KILL_RATE_LIMIT_SESSION_TERMINATION']);
  });
});

describe('silence of all market data', () => {
  it('AT-947 with something held it degrades, latches, reconnects and reconciles', () => {
    const desk = holding();
    silence(desk, 15_000);
    expect([latch(desk), desk.reconnects]).toEqual([[], 0]);
    const asked = desk.fetches.length;
    silence(desk, 15_001);
    expect([latch(desk), causes(desk), desk.reconnects]).toEqual([[STALE], ['ws_data_stale'], 1]);
    desk.propose();
    expect(desk.refusals.at(-1)).toBe('OpenPermissionLatched');
    // No answer of the venue ends it while no market speaks; the next silence reconnects again.
    silence(desk, 15_000);
    expect(desk.fetches.slice(asked).map(({ what }) => what)).toContain('reconciliation');
    expect([latch(desk), desk.reconnects]).toEqual([[STALE], 1]);
    silence(desk, 15_001);
    expect(desk.reconnects).toBe(2);
    ticks(desk);
    expect([latch(desk), causes(desk), desk.mode]).toEqual([[], [], 'Active']);
  });

  it('AT-946 one quiet book is no silence while another instrument speaks', () => {
    const desk = new Desk({ instruments: [BTC_CALL] }).boot();
    desk.propose();
    desk.fill(desk.submits[0], 'BTC-1');
    const book = desk.state.observations.listings.get(BTC_CALL.name)?.book;
    const frozen = book?.changeId;
    for (let second = 0; second < 60; second += 1) {
      silence(desk, 1_000);
      desk.post({
        kind: 'tickerChanged',
        instrument: BTC_CALL.name,
        markPriceE8: priceE8(4_750_000),
        underlyingPriceE8: priceE8(10_000_000_000_000),
        delta: 0.5,
        gamma: 0.00002,
        vega: 1,
        bestBidE8: priceE8(4_750_000),
        bestAskE8: priceE8(4_800_000),
      });
    }
    expect(frozen).toBeDefined();
    expect([latch(desk), desk.reconnects]).toEqual([[], 0]);
  });

  it('AT-948 with nothing at stake it is allowed', () => {
    const desk = new Desk().boot();
    silence(desk, 120_000);
    expect([latch(desk), desk.reconnects]).toEqual([[], 0]);
  });

  it('what was done shortly before the last market data is at stake; longer ago it is not', () => {
    const recent = (agoMs: number): number => {
      const desk = new Desk().boot();
      const { observations } = desk.state;
      observations.lastActivityAt = monoMs(observations.marketAt - agoMs);
      silence(desk, 16_000);
      return desk.reconnects;
    };
    expect([recent(60_000), recent(60_001)]).toEqual([1, 0]);
  });

  it('is not watched while there is no connection to be dead', () => {
    const desk = holding();
    desk.post({ kind: 'sessionChanged', connected: false });
    silence(desk, 60_000);
    expect([latch(desk), desk.reconnects]).toEqual([[SESSION], 0]);
  });
});

function fail(): never {
  throw new Error('the rig is not as the test needs it');
}
