import { currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { isSorted } from '../exchange/levels.ts';
import { isOnLadder } from '../exchange/tick-ladder.ts';
import { createPrng } from '../prng.ts';
import { NO_DEPTH, nextDepth } from './depth.ts';
import { inverseOption } from './inverse-option.ts';
import type { LiveQuote } from './market-model.ts';
import { sidesAround, sidesNearest, tickAt } from './quote-sides.ts';

const instrument = inverseOption({
  underlying: currency('BTC'),
  type: 'call',
  strike: 65_000,
  expiryMs: Date.UTC(2026, 7, 28, 8),
});
if (instrument === null) throw new Error('no terms');
const OPTION = instrument;

function quote(bidTicks: number | null, askTicks: number | null): LiveQuote {
  const greeks = { iv: 0.4, delta: 0.5, vega: 60, gamma: 0, theta: 0, rho: 0 };
  const prices = { bidTicks, askTicks, markE8: 1, underlyingE8: 65_000 * E8 };
  return { instrument: OPTION, ...prices, ...greeks, meanUsd: 400_000, pace: 'fast' };
}

const prices = (levels: readonly number[]): readonly number[] =>
  levels.filter((_, place) => place % 2 === 0);

describe('depth', () => {
  it('has six levels a side on the ladder, across its step, best at the quote', () => {
    const prng = createPrng(1);
    const quoted = [
      [260, 270],
      [45, 55],
      [5, 7],
    ] as const;
    for (const [bid, ask] of quoted) {
      const depth = nextDepth(NO_DEPTH, quote(bid, ask), prng);
      expect(depth.asks).toHaveLength(12);
      expect(depth.bids.length).toBeGreaterThanOrEqual(10);
      expect([depth.bids[0], depth.asks[0]]).toStrictEqual([bid, ask]);
      expect(isSorted(depth.bids, -1) && isSorted(depth.asks, 1)).toBe(true);
      for (const ticks of [...prices(depth.bids), ...prices(depth.asks)]) {
        expect(isOnLadder(OPTION, ticks * OPTION.tickE8)).toBe(true);
      }
    }
  });

  it('a bid has no more levels than there are prices above zero; a missing side has none', () => {
    const prng = createPrng(2);
    expect(prices(nextDepth(NO_DEPTH, quote(3, 4), prng).bids)).toStrictEqual([3, 2, 1]);
    const oneSided = nextDepth(NO_DEPTH, quote(null, 4), prng);
    expect(oneSided.bids).toStrictEqual([]);
    expect(oneSided.asks).toHaveLength(12);
  });

  it('where prices stand exactly one size changes, and the other side is the same array', () => {
    const prng = createPrng(3);
    let before = nextDepth(NO_DEPTH, quote(260, 270), prng);
    for (let turn = 0; turn < 200; turn += 1) {
      const after = nextDepth(before, quote(260, 270), prng);
      const all = (depth: typeof after): readonly number[] => [...depth.bids, ...depth.asks];
      const changed = all(after).filter((value, place) => value !== all(before)[place]);
      expect(changed).toHaveLength(1);
      expect(Number(after.bids === before.bids) + Number(after.asks === before.asks)).toBe(1);
      before = after;
    }
  });

  it('moves with its quote', () => {
    const prng = createPrng(4);
    const before = nextDepth(NO_DEPTH, quote(260, 270), prng);
    const after = nextDepth(before, quote(265, 275), prng);
    expect([after.bids[0], after.asks[0]]).toStrictEqual([265, 275]);
  });
});

describe('sides of a quote', () => {
  it('are rounded outward onto the ladder, a tick apart at least, without a bid below one', () => {
    expect(sidesAround(OPTION, 0.0263, 0.0004)).toStrictEqual({ bidTicks: 255, askTicks: 270 });
    expect(sidesAround(OPTION, 0.002, 0)).toStrictEqual({ bidTicks: 20, askTicks: 21 });
    expect(sidesAround(OPTION, 0.00003, 0.00002)).toStrictEqual({ bidTicks: null, askTicks: 1 });
  });

  it('are the nearest ticks where they were recorded, never crossed', () => {
    expect(sidesNearest(OPTION, 0.02649, 0.02751)).toStrictEqual({ bidTicks: 265, askTicks: 275 });
    expect(sidesNearest(OPTION, 0.02649, 0.02651)).toStrictEqual({ bidTicks: 265, askTicks: 270 });
    expect(sidesNearest(OPTION, 0.00004, 0.00004)).toStrictEqual({ bidTicks: null, askTicks: 1 });
    expect(sidesNearest(OPTION, null, 0.01)).toStrictEqual({ bidTicks: null, askTicks: 100 });
    expect(sidesNearest(OPTION, 0.01, null)).toStrictEqual({ bidTicks: 100, askTicks: null });
  });

  it('know the tick at a price', () => {
    expect(tickAt(OPTION, 0.004)).toBe(0.0001);
    expect(tickAt(OPTION, 0.02)).toBe(0.0005);
  });
});
