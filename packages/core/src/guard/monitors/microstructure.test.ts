import { describe, expect, it } from 'vitest';
import { BTC_PERPETUAL, BTC_USDC_PERPETUAL, bookOf } from '../../gates/context.fixture.ts';
import { depthUsd, spreadBps } from './microstructure.ts';

/** Ten USD a step. */
const steps = (usd: number): number => usd / 10;
const side = (from: number, sign: number, sizes: readonly number[]) =>
  sizes.map((usd, level): readonly [number, number] => [from + sign * level, steps(usd)]);

describe('depth', () => {
  it('AT-420 is the smaller side over five levels, inverse amounts as they are', () => {
    const bids = side(200_000, -1, [100_000, 100_000, 60_000, 30_000, 30_000, 900_000]);
    const asks = side(200_001, 1, [80_000, 80_000, 60_000, 30_000, 30_000, 900_000]);
    expect(depthUsd(bookOf(bids, asks), BTC_PERPETUAL)).toBe(280_000);
    expect(depthUsd(bookOf(bids, side(200_001, 1, [320_001])), BTC_PERPETUAL)).toBe(320_000);
  });

  it('AT-420 values coins at the price of their own level, not in the middle', () => {
    // Half a dollar a tick, one coin a step.
    const bids = [
      [200_000, 1],
      [100_000, 2],
    ] as const;
    const asks = [[300_000, 100]] as const;
    expect(depthUsd(bookOf(bids, asks), BTC_USDC_PERPETUAL)).toBe(100_000 + 2 * 50_000);
  });

  it('an empty side has none', () => {
    expect(depthUsd(bookOf([], side(1, 1, [1e6])), BTC_PERPETUAL)).toBe(0);
  });
});

describe('spread', () => {
  it('is exact where the quotient is, and endless without one of the touches', () => {
    const spread = (bid: number, ask: number) => spreadBps(bookOf([[bid, 1]], [[ask, 1]]));
    expect(spread(199_750, 200_250)).toBe(25);
    expect(spread(199_250, 200_750)).toBe(75);
    expect(spread(200_000, 200_000)).toBe(0);
    expect(spreadBps(bookOf([], [[1, 1]]))).toBe(Number.POSITIVE_INFINITY);
    expect(spreadBps(bookOf([[1, 1]], []))).toBe(Number.POSITIVE_INFINITY);
  });
});
