import { MS_PER_YEAR, optionPriceUsd } from '@holdfast/core/strategy';
import { currency, E8 } from '@holdfast/core/values';
import { describe, expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { BrownianBridge } from './brownian-bridge.ts';
import { inverseOption } from './inverse-option.ts';
import { forwardAt, markVolAt, priceAt, type Recorded, recordedOption } from './recorded-option.ts';

const EXPIRY = Date.UTC(2026, 7, 28, 8);
const FIRST = Date.UTC(2026, 7, 5, 6);
const LAST = Date.UTC(2026, 7, 5, 12);

function option(type: 'call' | 'put', strike: number) {
  const made = inverseOption({ underlying: currency('BTC'), type, strike, expiryMs: EXPIRY });
  if (made === null) throw new Error('no terms');
  return made;
}

function recorded(
  at: number,
  usd: number,
  [bidTicks, askTicks, mark]: readonly [number | null, number | null, number],
  instrument = option('call', 65_000),
): Recorded {
  const greeks = { iv: 0.4, delta: 0.5, vega: 60 };
  const row = {
    instrument,
    bidTicks,
    askTicks,
    markE8: Math.round(mark * E8),
    underlyingE8: (usd + 100) * E8,
    ...greeks,
  };
  return { at, row, indexE8: usd * E8 };
}

const START = { now: FIRST, share: 0, indexE8: 64_000 * E8 };
const END = { now: LAST, share: 1, indexE8: 66_000 * E8 };

describe('recorded option', () => {
  const path = recordedOption(
    recorded(FIRST, 64_000, [265, 275, 0.027]),
    recorded(LAST, 66_000, [300, 320, 0.0312]),
  );

  it('is what was recorded at both ends', () => {
    expect(priceAt(path, 'bid', START)).toBeCloseTo(0.0265, 12);
    expect(priceAt(path, 'ask', START)).toBeCloseTo(0.0275, 12);
    expect(priceAt(path, 'mark', START)).toBeCloseTo(0.027, 12);
    expect(priceAt(path, 'bid', END)).toBeCloseTo(0.03, 12);
    expect(priceAt(path, 'mark', END)).toBeCloseTo(0.0312, 12);
    expect(forwardAt(path, START)).toBeCloseTo(64_100, 8);
    expect(forwardAt(path, END)).toBeCloseTo(66_100, 8);
  });

  it('goes along its volatility against its own future, wherever the index is', () => {
    const middle = { now: (FIRST + LAST) / 2, share: 0.5, indexE8: 65_500 * E8 };
    const vol = markVolAt(path, middle) ?? Number.NaN;
    const ends = [markVolAt(path, START) ?? NaN, markVolAt(path, END) ?? NaN];
    expect(vol).toBeCloseTo(((ends[0] ?? NaN) + (ends[1] ?? NaN)) / 2, 12);
    const forward = forwardAt(path, middle);
    const years = (EXPIRY - middle.now) / MS_PER_YEAR;
    const usd = optionPriceUsd('call', forward, 65_000, vol, years) ?? Number.NaN;
    expect(priceAt(path, 'mark', middle)).toBe(usd / forward);
  });

  it('a side only the earlier recording quoted stands, one only the later did is not yet', () => {
    const half = { now: (FIRST + LAST) / 2, share: 0.5, indexE8: 64_000 * E8 };
    const only = recordedOption(
      recorded(FIRST, 64_000, [null, 275, 0.027]),
      recorded(LAST, 66_000, [300, null, 0.0312]),
    );
    expect(priceAt(only, 'bid', half)).toBeNull();
    expect(priceAt(only, 'ask', START)).toBeCloseTo(0.0275, 12);
    expect(priceAt(only, 'ask', half)).toBeGreaterThan(0);
    const gone = recordedOption(recorded(FIRST, 64_000, [265, 275, 0.027]), null);
    expect(priceAt(gone, 'bid', START)).toBeCloseTo(0.0265, 12);
    // The same volatility with less time is worth less.
    expect(priceAt(gone, 'bid', { ...half, indexE8: START.indexE8 })).toBeLessThan(0.0265);
    expect(priceAt(gone, 'bid', { ...half, now: EXPIRY })).toBeNull();
  });

  it('a price without a volatility of its own keeps its distance from exercise value', () => {
    const deep = option('call', 20_000);
    const bid = Math.floor((1 - 20_000 / 64_100) * 1e4) - 50;
    const path2 = recordedOption(
      recorded(FIRST, 64_000, [bid, bid + 200, 0.688], deep),
      recorded(LAST, 66_000, [bid + 90, bid + 300, 0.698], deep),
    );
    expect(path2.bid?.measure).toBe('over');
    expect(priceAt(path2, 'bid', START)).toBeCloseTo(bid / 1e4, 12);
    expect(priceAt(path2, 'bid', END)).toBeCloseTo((bid + 90) / 1e4, 12);
    expect(priceAt(path2, 'bid', { ...END, indexE8: 1_000 * E8 })).toBe(0);
  });
});

describe('Brownian bridge', () => {
  const path = (seed: number, stepMs: number): readonly number[] => {
    const bridge = new BrownianBridge(createPrng(seed), 0.5);
    bridge.span(FIRST, 64_000, LAST, 66_000);
    const values: number[] = [];
    for (let now = FIRST; now <= LAST; now += stepMs) values.push(bridge.move(now));
    return values;
  };

  it('begins and ends exactly, whatever the steps', () => {
    for (const stepMs of [1_000, 60_000, 7_200_000]) {
      const values = path(1, stepMs);
      expect(values[0]).toBeCloseTo(64_000, 8);
      expect(values.at(-1)).toBe(66_000);
    }
  });

  it('moves as its volatility says, is seeded, and stays where it is asked twice', () => {
    const logs = path(2, 1_000).map(Math.log);
    const moves = logs.slice(1).map((value, i) => value - (logs[i] ?? NaN));
    const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
    const variance = moves.reduce((sum, move) => sum + (move - mean) * (move - mean), 0);
    const perYear = (variance / moves.length) * (MS_PER_YEAR / 1_000);
    expect(Math.sqrt(perYear)).toBeGreaterThan(0.48);
    expect(Math.sqrt(perYear)).toBeLessThan(0.52);
    expect(path(2, 60_000)).toStrictEqual(path(2, 60_000));
    expect(path(2, 60_000)).not.toStrictEqual(path(3, 60_000));
    const bridge = new BrownianBridge(createPrng(4), 0.5);
    bridge.span(FIRST, 64_000, LAST, 66_000);
    const once = bridge.move(FIRST + 5_000);
    expect(bridge.move(FIRST + 5_000)).toBe(once);
    expect(bridge.move(LAST + 1)).toBe(66_000);
  });
});
