/** Who chases itself, and how a feed of trades that is quiet is told from one that is dead. */
import { describe, expect, it } from 'vitest';
import type { PublicTrade } from '../src/market/public-trade.ts';
import { BTC_CALL, BTC_PUT, policyWith } from '../src/gates/context.fixture.ts';
import type { Parameters } from '../src/policy.ts';
import { amountE8, E8, type InstrumentName, monoMs, priceE8 } from '../src/values/index.ts';
import { Desk } from './desk.ts';

const GAP = 'WS_TRADES_GAP_RECONCILE_REQUIRED';
const PRICE = priceE8(4_800_000);
/** What 1 BTC is worth in the fixture. */
const BTC_USD = 100_000;

/** An own trade of exactly 0.2 BTC, 20 000 USD, a second ago. */
function desk(parameters: Partial<Parameters>, instruments = [BTC_CALL, BTC_PUT]): Desk {
  const feed = { publicTradeFeedMaxAgeMs: 5_000 } as const;
  const policy = policyWith({ parameters: { ...feed, ...parameters } });
  return new Desk({ policy, instruments }).boot();
}

function ownTrade(rig: Desk, id = 'OWN-1', quantity = 0.2): void {
  rig.propose({ quantity });
  rig.fill(rig.submits.at(-1), id);
  rig.tick(1_000);
}

function everybody(rig: Desk, usd: number, tradeSeq = 1, name = BTC_CALL.name): void {
  const amount = amountE8(Math.round((usd / BTC_USD) * E8));
  const trade = { tradeSeq, priceE8: PRICE, amountE8: amount, side: 'buy' } as const;
  rig.post({ kind: 'publicTradeObserved', instrument: name, ...trade });
}

const trade = (rig: Desk, instrument: InstrumentName, tradeSeq: number): PublicTrade => ({
  instrument,
  tradeSeq,
  priceE8: PRICE,
  amountE8: amountE8(10_000_000),
  side: 'sell',
  tradedAt: monoMs(rig.now),
});

const latch = (rig: Desk): readonly string[] => rig.state.observations.latch.reasons;
const causes = (rig: Desk): readonly string[] => [...rig.state.observations.riskCauses.keys()];
const asked = (rig: Desk, what: string): number =>
  rig.fetches.filter((each) => each.what === what).length;

/** As `desk.tick`, without a word of anybody's trades. */
function quiet(rig: Desk, rounds: number, ms = 100): void {
  const { feeds } = rig.state.observations.publicTrades;
  for (let round = 0; round < rounds; round += 1) {
    rig.now += ms;
    const heard = [...feeds.values()].map((feed) => feed.updatedAt);
    rig.feed();
    for (const [index, feed] of [...feeds.values()].entries()) {
      feed.updatedAt = heard[index] ?? null;
    }
    rig.post({ kind: 'ticked' });
  }
}

describe('an OPEN after trades of our own', () => {
  /** The contract's TRIP-A, at a fifth of its amounts: the fixture trades 0.2 BTC. */
  const BY_SHARE = {
    selfTradeFractionTrip: 0.25,
    selfTradeMinSelfNotionalUsd: 5_000,
    selfTradeNotionalTripUsd: 150_000,
  };

  it('AT-955 is refused where they are too large a share of the trading', () => {
    const rig = desk(BY_SHARE);
    ownTrade(rig);
    everybody(rig, 50_000);
    const sent = rig.submits.length;
    rig.propose();
    expect(rig.refusals).toEqual(['FeedbackLoopGuardActive']);
    expect(rig.submits).toHaveLength(sent);
    const [refusal] = rig.decisions.filter((each) => each.kind === 'intentRejected');
    expect(refusal?.reject.operands).toEqual({
      key: 'strangle_btc_low_vol BTC:call:buy:month',
      selfNotionalUsd: 20_000,
      publicNotionalUsd: 50_000,
      remainingMs: 300_000,
    });
  });

  it('AT-956 is refused for their amount, however much the others trade', () => {
    const rig = desk({ ...BY_SHARE, selfTradeNotionalTripUsd: 20_000 });
    ownTrade(rig);
    everybody(rig, 100_000_000);
    rig.propose();
    expect(rig.refusals).toEqual(['FeedbackLoopGuardActive']);
  });

  it('AT-957 goes where they are a small part of it', () => {
    const rig = desk(BY_SHARE);
    ownTrade(rig);
    everybody(rig, 200_000);
    const sent = rig.submits.length;
    rig.propose();
    expect(rig.refusals).toEqual([]);
    expect(rig.submits).toHaveLength(sent + 1);
  });

  it('AT-955 the other direction goes, and so does everything that reduces', () => {
    const rig = desk(BY_SHARE);
    ownTrade(rig);
    rig.propose({ side: 'sell', instrument: BTC_PUT.name, fairPrice: 0.045, delta: -0.5 });
    expect(rig.refusals).toEqual([]);
    rig.tick(1_000);
    rig.proposeClose(0.1);
    expect(rig.refusals).toEqual([]);
    expect(rig.submits.at(-1)?.order.terms).toMatchObject({ reduceOnly: true });
  });

  it('AT-955 a trip pauses its structure for 300 s, in both directions of the flow', () => {
    const rig = desk(BY_SHARE);
    ownTrade(rig);
    rig.propose();
    const tripped = rig.now;
    expect(rig.refusals).toEqual(['FeedbackLoopGuardActive']);
    // The window is empty again long before the pause is over.
    while (rig.now < tripped + 299_000) rig.tick(1_000);
    everybody(rig, 1e9, 2);
    rig.propose();
    expect(rig.refusals).toEqual(['FeedbackLoopGuardActive', 'FeedbackLoopGuardActive']);
    rig.propose({ instrument: BTC_PUT.name, delta: -0.5 });
    expect(rig.refusals).toHaveLength(2);
    while (rig.now < tripped + 300_000) rig.tick(1_000);
    const sent = rig.submits.length;
    rig.propose();
    expect([rig.refusals.length, rig.submits.length]).toEqual([2, sent + 1]);
  });

  it('AT-956 a restart forgets none of them', () => {
    const rig = desk({ ...BY_SHARE, selfTradeNotionalTripUsd: 20_000 });
    ownTrade(rig);
    const policy = policyWith({ parameters: { ...BY_SHARE, selfTradeNotionalTripUsd: 20_000 } });
    const next = rig.crash({ policy }).boot();
    expect(next.now - rig.now).toBeLessThan(8_000);
    next.propose();
    expect(next.refusals).toEqual(['FeedbackLoopGuardActive']);
  });
});

describe('a process whose clock was behind', () => {
  const parameters = { selfTradeNotionalTripUsd: 20_000 };
  const policy = policyWith({ parameters });

  it('AT-956 hides no trade of the one before it from the one after it', () => {
    const first = desk(parameters);
    ownTrade(first);
    const behind = first.crash({ policy, now: first.now - 60_000 }).boot();
    behind.propose({ side: 'sell', instrument: BTC_PUT.name, fairPrice: 0.045, delta: -0.5 });
    behind.fill(behind.submits.at(-1), 'OWN-2');
    const next = behind.crash({ policy, now: first.now }).boot();
    expect(next.now - first.now).toBeLessThan(8_000);
    next.propose();
    expect(next.refusals).toEqual(['FeedbackLoopGuardActive']);
  });
});

describe('a feed of public trades', () => {
  it('AT-953 that nobody can vouch for is a gap: Degraded, latched, nothing computed', () => {
    const rig = desk({ selfTradeNotionalTripUsd: 20_000 });
    ownTrade(rig);
    rig.silent.add('latest_trades');
    const heardAt = Math.max(
      ...[...rig.state.observations.publicTrades.feeds.values()].map((feed) => feed.updatedAt ?? 0),
    );
    quiet(rig, 1, heardAt + 5_000 - rig.now);
    expect([latch(rig), rig.mode]).toEqual([[], 'Active']);
    quiet(rig, 1, 1);
    expect(latch(rig)).toEqual([GAP]);
    expect(causes(rig)).toContain('public_trades_stale');
    const sent = rig.submits.length;
    rig.propose();
    expect([rig.refusals, rig.submits.length]).toEqual([['OpenPermissionLatched'], sent]);
    // Reconciliation alone opens nothing: the feed must be whole again.
    quiet(rig, 100);
    expect(latch(rig)).toEqual([GAP]);
    rig.silent.delete('latest_trades');
    quiet(rig, 40);
    expect([latch(rig), causes(rig), rig.mode]).toEqual([[], [], 'Active']);
  });

  it('AT-953 stale since the last tick: refused as latched, degraded, and the tick latches', () => {
    const rig = desk({});
    rig.silent.add('latest_trades');
    quiet(rig, 1, 4_900);
    rig.now += 101;
    rig.feed();
    rig.propose();
    expect(rig.refusals).toEqual(['OpenPermissionLatched']);
    expect(causes(rig)).toEqual(['public_trades_stale']);
    quiet(rig, 1);
    expect(latch(rig)).toEqual([GAP]);
  });

  it('AT-957 quiet for minutes is fresh: the venue is asked, and knows of nothing new', () => {
    const rig = desk({});
    quiet(rig, 3_000);
    expect([latch(rig), rig.mode]).toEqual([[], 'Active']);
    // One question for each of two markets of two coins, every one and a half seconds at most.
    expect(asked(rig, 'latest_trades')).toBeLessThanOrEqual(4 * 201);
    rig.propose();
    expect([rig.refusals, rig.submits.length]).toEqual([[], 1]);
  });

  it('AT-272 that lost its last trade is found out by the answer, and pulled whole', () => {
    const rig = desk({});
    rig.publicTrades.push(trade(rig, BTC_CALL.name, 41));
    everybody(rig, 1_000, 41);
    quiet(rig, 20);
    rig.publicTrades.push(trade(rig, BTC_CALL.name, 42), trade(rig, BTC_CALL.name, 43));
    const pulled = asked(rig, 'missed_trades');
    quiet(rig, 40);
    expect(asked(rig, 'missed_trades')).toBe(pulled + 1);
    expect(rig.fetches.findLast(({ what }) => what === 'missed_trades')).toMatchObject({
      instrument: BTC_CALL.name,
      fromSeq: 42,
      toSeq: 43,
    });
    expect(rig.recordsOf('latchSet').at(-1)?.reasons).toEqual([GAP]);
    quiet(rig, 40);
    expect([latch(rig), rig.mode]).toEqual([[], 'Active']);
  });

  it('a trade that may still be on its way is neither heard nor missed', () => {
    const rig = desk({});
    quiet(rig, 20);
    const [feed] = rig.state.observations.publicTrades.feeds.values();
    const heardAt = feed?.updatedAt ?? 0;
    quiet(rig, 1, heardAt + 1_400 - rig.now);
    rig.publicTrades.push(trade(rig, BTC_CALL.name, 7));
    quiet(rig, 1);
    expect(feed?.askedAt).toBe(rig.now);
    expect([latch(rig), feed?.updatedAt]).toEqual([[], heardAt]);
    everybody(rig, 1_000, 7);
    quiet(rig, 60);
    expect([latch(rig), rig.mode]).toEqual([[], 'Active']);
  });

  it('whose line lives while it tells nothing any more is begun anew', () => {
    const rig = desk({});
    quiet(rig, 20);
    const latched = () => rig.recordsOf('latchSet').length;
    for (let seq = 1; seq <= 3; seq += 1) {
      expect(rig.reconnects).toBe(0);
      const before = latched();
      rig.publicTrades.push(trade(rig, BTC_CALL.name, seq));
      quiet(rig, 60);
      expect(latched()).toBe(before + 1);
    }
    expect(rig.reconnects).toBe(1);
  });

  it('of a session that is lost begins with a baseline again, and is no hole', () => {
    const rig = desk({});
    everybody(rig, 1_000, 3);
    rig.post({ kind: 'sessionChanged', connected: false });
    rig.publicTrades.push(trade(rig, BTC_CALL.name, 900));
    quiet(rig, 60);
    rig.post({ kind: 'sessionChanged', connected: true });
    quiet(rig, 60);
    expect(rig.recordsOf('latchSet').flatMap(({ reasons }) => reasons)).not.toContain(GAP);
    expect(rig.mode).toBe('Active');
  });
});

describe('a hole in the numbers', () => {
  /** 7 is heard, 8 to 10 are not, 11 is. */
  function holed(prepare: (rig: Desk) => void = () => {}): Desk {
    const rig = desk({});
    for (const seq of [7, 8, 9, 10, 11]) rig.publicTrades.push(trade(rig, BTC_CALL.name, seq));
    everybody(rig, 10_000, 7);
    prepare(rig);
    everybody(rig, 10_000, 11);
    return rig;
  }

  const traded = (rig: Desk): number =>
    [...rig.state.observations.publicTrades.flows.values()].reduce(
      (sum, flow) => sum + flow.sum(monoMs(rig.now), 10_000) / 1_000_000,
      0,
    );

  it('AT-272 is filled by the trades the venue tells when asked, each counted once', () => {
    const rig = holed();
    const fetch = rig.fetches.findLast(({ what }) => what === 'missed_trades');
    expect(fetch).toMatchObject({ instrument: BTC_CALL.name, fromSeq: 8, toSeq: 10 });
    expect(traded(rig)).toBe(50_000);
    // Told late by the feed, and again by whoever answers twice.
    for (const seq of [8, 9, 10, 11]) everybody(rig, 10_000, seq);
    const { requestId } = fetch ?? { requestId: 0 };
    const trades = rig.publicTrades.slice(1, 4);
    rig.post({ kind: 'publicTradesObserved', requestId, trades, isComplete: true });
    expect(traded(rig)).toBe(50_000);
  });

  it('AT-272 OPEN stays shut until it is filled, whatever reconciliation finds', () => {
    const rig = holed((each) => each.silent.add('missed_trades'));
    rig.silent.delete('latest_trades');
    for (let round = 0; round < 100; round += 1) rig.tick();
    expect([latch(rig), rig.mode]).toEqual([[GAP], 'ReduceOnly']);
    const tries = asked(rig, 'missed_trades');
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(5);
    rig.silent.delete('missed_trades');
    for (let round = 0; round < 80; round += 1) rig.tick();
    expect([latch(rig), causes(rig), rig.mode]).toEqual([[], [], 'Active']);
  });

  it('of an instrument that is listed no more holds nothing shut', () => {
    const rig = holed((each) => each.silent.add('missed_trades'));
    const { listings } = rig.state.observations;
    const listing = listings.get(BTC_CALL.name);
    if (listing !== undefined) listing.closed = true;
    for (let round = 0; round < 40; round += 1) rig.tick();
    expect([latch(rig), rig.mode]).toEqual([[], 'Active']);
  });

  it('that comes in pages is asked for page by page, and to an end', () => {
    const rig = holed((each) => each.silent.add('missed_trades'));
    const page = (requestId: number, seqs: readonly number[], isComplete: boolean): void => {
      const trades = seqs.map((seq) => trade(rig, BTC_CALL.name, seq));
      rig.post({ kind: 'publicTradesObserved', requestId, trades, isComplete });
    };
    const last = () => rig.fetches.findLast(({ what }) => what === 'missed_trades');
    page(last()?.requestId ?? 0, [8, 9], false);
    expect(last()).toMatchObject({ fromSeq: 10, toSeq: 10 });
    page(last()?.requestId ?? 0, [], false);
    expect(rig.state.observations.publicTrades.holes).toEqual([]);
  });

  it('more of them than anybody can ask for end the connection', () => {
    const rig = desk({});
    rig.silent.add('missed_trades');
    for (let seq = 1; seq <= 129; seq += 2) everybody(rig, 1_000, seq);
    expect([rig.reconnects, rig.state.observations.publicTrades.holes.length]).toEqual([0, 64]);
    everybody(rig, 1_000, 131);
    expect([rig.reconnects, rig.state.observations.publicTrades.holes.length]).toEqual([1, 0]);
  });
});
