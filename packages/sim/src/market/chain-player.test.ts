import type { Instrument } from '@holdfast/core/instrument';
import { type Currency, currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { Exchange } from '../exchange/exchange.ts';
import type { BookNotice, Notice } from '../exchange/notification.ts';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { type ChainPlayer, createChainPlayer, type PlayerOptions } from './chain-player.ts';
import { inverseOption } from './inverse-option.ts';
import type { MarketRow, MarketSnapshot, MarketSource } from './market.ts';
import { createSizeModel } from './size-model.ts';

const BTC = currency('BTC');
const EXPIRY = Date.UTC(2026, 7, 6, 8);
const FIRST = EXPIRY - 3_600_000;
const SECOND = EXPIRY + 3_600_000;

function option(strike: number, expiryMs: number): Instrument {
  const instrument = inverseOption({ underlying: BTC, type: 'call', strike, expiryMs });
  if (instrument === null) throw new Error('no terms');
  return instrument;
}

const SHORT = option(60_000, EXPIRY);
const LONG = option(60_000, EXPIRY + 86_400_000);
const BARE = option(90_000, EXPIRY + 86_400_000);

function row(instrument: Instrument, bidTicks: number | null, askTicks: number | null): MarketRow {
  const analytics = { iv: 0.4, delta: 0.5, vega: 10 };
  return {
    instrument,
    bidTicks,
    askTicks,
    markE8: 10_000_000,
    underlyingE8: 65_000 * E8,
    ...analytics,
  };
}

function snapshot(at: number, rows: readonly MarketRow[], usd = 65_000): MarketSnapshot {
  return { at, indexes: new Map<Currency, number>([[BTC, usd * E8]]), rows };
}

interface Played {
  readonly clock: VirtualClock;
  readonly exchange: Exchange;
  readonly player: ChainPlayer;
  readonly notices: (readonly [at: number, ...Notice])[];
}

function play(snapshots: readonly MarketSnapshot[], more: Partial<PlayerOptions> = {}): Played {
  const clock = new VirtualClock(FIRST);
  const notices: (readonly [number, ...Notice])[] = [];
  const exchange = new Exchange({
    deposits: new Map([[BTC, 10 * E8]]),
    onNotification: (...notice) => notices.push([clock.now(), ...notice]),
  });
  const source: MarketSource = {
    name: 'test',
    data: 'synthetic',
    notes: ['made for a test'],
    snapshots: () => snapshots,
  };
  const prng = createPrng(1);
  const sizes = createSizeModel(prng.fork('sizes'));
  const player = createChainPlayer({ clock, exchange, source, sizes, prng, ...more });
  player.start();
  return { clock, exchange, player, notices };
}

function books({ notices }: Played, instrument: Instrument): (readonly [number, BookNotice])[] {
  const found: (readonly [number, BookNotice])[] = [];
  for (const [at, kind, told] of notices) {
    if (kind === 'book' && told.instrument === instrument) found.push([at, told]);
  }
  return found;
}

const TWO = [
  snapshot(FIRST, [row(SHORT, 995, 1005), row(LONG, null, 1210), row(BARE, null, null)]),
  snapshot(SECOND, [row(LONG, 1195, 1205)], 66_000),
];

describe('chain player', () => {
  it('publishes every quoted book each 500 ms for 20 s at recorded prices, then is silent', () => {
    const played = play(TWO);
    played.clock.runUntil(EXPIRY - 1);
    const told = books(played, SHORT);
    expect(told).toHaveLength(40);
    for (const [index, [at, { bids, asks, prevChangeId }]] of told.entries()) {
      expect(at).toBe(FIRST + index * 500);
      expect(prevChangeId === null).toBe(index === 0);
      expect([...bids, ...asks].filter((_, place) => place % 2 === 0)).toEqual(
        index === 0 ? [995, 1005] : [bids.length > 0 ? 995 : 1005],
      );
    }
    expect(books(played, LONG)).toHaveLength(40);
    const last = played.notices.at(-1)?.[0];
    expect(last).toBeLessThan(FIRST + 20_000);
  });

  it('spreads its books over the half second', () => {
    const played = play(TWO);
    played.clock.runUntil(FIRST + 499);
    expect(books(played, LONG)[0]?.[0]).toBe(FIRST + 50);
  });

  it('an unquoted book is told once, as empty, with its ticker', () => {
    const played = play(TWO);
    played.clock.runUntil(EXPIRY - 1);
    expect(books(played, BARE).map(([, { bids, asks }]) => [bids, asks])).toEqual([[[], []]]);
    expect(
      played.exchange.handle('public/ticker', { instrument_name: BARE.name }, EXPIRY - 1),
    ).toMatchObject({ result: { mark_price: 0.1 } });
  });

  it('nobody can trade in the silence, and everybody again in the next window', () => {
    const played = play(TWO);
    const buy = (label: string): unknown =>
      played.exchange.handle(
        'private/buy',
        {
          instrument_name: LONG.name,
          amount: 0.1,
          price: 0.121,
          time_in_force: 'immediate_or_cancel',
          label,
        },
        played.clock.now(),
      );
    played.clock.runUntil(FIRST + 19_999);
    expect(buy('inside')).toMatchObject({ result: { order: { filled_amount: 0.1 } } });
    played.clock.runUntil(FIRST + 20_000);
    expect(buy('silence')).toMatchObject({ result: { order: { filled_amount: 0 } } });
    played.clock.runUntil(SECOND + 100);
    expect(buy('again')).toMatchObject({ result: { order: { filled_amount: 0.1 } } });
    expect(books(played, LONG).find(([at]) => at >= SECOND)?.[1].prevChangeId).toBeNull();
  });

  it('delivers at expiry, in the silence, at the last index, and says how old that was', () => {
    const played = play(TWO);
    played.clock.runUntil(FIRST);
    played.exchange.handle(
      'private/buy',
      { instrument_name: SHORT.name, amount: 0.1, price: 0.1005, label: 'a' },
      FIRST,
    );
    played.clock.runUntil(EXPIRY);
    expect(played.exchange.settlementsSince(EXPIRY)).toMatchObject([
      { instrument: { name: SHORT.name }, indexPriceE8: 65_000 * E8, timestamp: EXPIRY },
    ]);
    expect(played.player.report()).toMatchObject({
      expiries: 1,
      settlementIndexAgeMsMax: 3_600_000 - 19_500,
    });
  });

  it('reports what was covered and what was invented, and ends', () => {
    let ended = 0;
    const played = play(TWO, { onEnd: () => (ended += 1) });
    while (played.clock.step()) expect(ended).toBe(played.clock.pending === 0 ? 1 : 0);
    expect(ended).toBe(1);
    expect(played.clock.now()).toBe(SECOND + 20_000);
    const report = played.player.report();
    expect(report).toMatchObject({
      snapshots: 2,
      coveredMs: 40_000,
      spanMs: SECOND - FIRST + 20_000,
      data: 'synthetic',
    });
    expect(report.sizeModel).toContain('invented');
    expect(report.notes.join(' ')).toContain('books grow stale');
  });

  it('a close successor takes over without a silence; what it does not renew is taken off', () => {
    const next = FIRST + 10_000;
    const played = play([TWO[0] ?? snapshot(FIRST, []), snapshot(next, [row(LONG, 1195, 1215)])]);
    played.clock.runUntil(next + 500);
    expect(books(played, SHORT).at(-1)).toMatchObject([next, { bids: [995, 0], asks: [1005, 0] }]);
    const long = books(played, LONG).filter(([at]) => at >= next);
    expect(long[0]?.[1]).toMatchObject({ asks: [1210, 0, 1215, expect.any(Number)] });
    expect(long.every(([, { prevChangeId }]) => prevChangeId !== null)).toBe(true);
    expect(played.player.report().coveredMs).toBe(10_000);
  });

  it('begins with the first snapshot that is not past', () => {
    const played = play([snapshot(FIRST - 1, [row(LONG, 1, 2)]), ...TWO]);
    played.clock.runUntil(FIRST + 500);
    expect(played.player.report().snapshots).toBe(1);
    expect(books(played, LONG)[0]?.[1].asks[0]).toBe(1210);
  });

  it('is the same for the same seed, and refuses a sequence that goes back', () => {
    const bytes = (): string => {
      const played = play(TWO);
      while (played.clock.step());
      return JSON.stringify(played.notices);
    };
    expect(bytes()).toBe(bytes());
    expect(() => {
      const played = play(TWO.toReversed());
      while (played.clock.step());
    }).toThrow('ascend');
    expect(() => play(TWO, { groups: 3 })).toThrow(RangeError);
    expect(() => play(TWO, { windowMs: 0 })).toThrow(RangeError);
  });
});
