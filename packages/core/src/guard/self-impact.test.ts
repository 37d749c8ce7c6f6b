import { describe, expect, it } from 'vitest';
import { microUsd, monoMs } from '../values/index.ts';
import { assessSelfImpact, type SelfImpactInputs } from './self-impact.ts';

const NOW = monoMs(1_774_000_000_000);
const usd = (value: number) => microUsd(value * 1_000_000);

/** Section 26's own defaults, a fresh feed, and 1 000 000 USD of others. */
function inputs(parts: Partial<SelfImpactInputs> = {}): SelfImpactInputs {
  return {
    now: NOW,
    feedUpdatedAt: monoMs(NOW - 1_000),
    publicNotional: usd(1_000_000),
    self: { gross: usd(0), net: 0 },
    side: 'buy',
    parameters: {
      publicTradeFeedMaxAgeMs: 5_000,
      selfTradeFractionTrip: 0.5,
      selfTradeMinSelfNotionalUsd: 5_000,
      selfTradeNotionalTripUsd: 20_000,
    },
    ...parts,
  };
}

const bought = (value: number) => ({ gross: usd(value), net: usd(value) });
const of = (parts: Partial<SelfImpactInputs>) => assessSelfImpact(inputs(parts));

describe('freshness first', () => {
  it('AT-953 at exactly the age the feed counts, a millisecond later nothing is computed', () => {
    const self = bought(1_000_000);
    const aged = (age: number) => of({ self, feedUpdatedAt: monoMs(NOW - age) });
    expect([aged(5_000), aged(5_001)]).toEqual(['tripped', 'stale']);
  });

  it('AT-953 a feed never heard, one from the future, and a part of our own nobody knows', () => {
    for (const feedUpdatedAt of [null, monoMs(NOW + 1), monoMs(Number.NaN)]) {
      expect(of({ feedUpdatedAt, self: bought(1_000_000) })).toBe('stale');
    }
    expect(of({ self: null })).toBe('stale');
    expect(of({ self: { gross: microUsd(Number.NaN), net: 0 } })).toBe('stale');
  });
});

describe('our share', () => {
  it('AT-955 trips from the fraction on, and only from the least amount on', () => {
    const share = (self: number, everybody: number) =>
      of({ self: bought(self), publicNotional: usd(everybody) });
    expect(share(6_000, 12_000)).toBe('tripped');
    expect(share(6_000, 12_001)).toBe('clear');
    expect(share(5_000, 5_000)).toBe('tripped');
    expect(share(4_999, 4_999)).toBe('clear');
  });

  it('AT-955 is all of it where nobody else is known to have traded', () => {
    expect(of({ self: bought(5_000), publicNotional: usd(0) })).toBe('tripped');
    expect(of({ self: bought(5_000), publicNotional: microUsd(Number.NaN) })).toBe('tripped');
  });
});

describe('our amount', () => {
  it('AT-956 trips from it on, however much the others trade', () => {
    const amount = (self: number) => of({ self: bought(self), publicNotional: usd(1e9) });
    expect([amount(19_999), amount(20_000)]).toEqual(['clear', 'tripped']);
  });

  it('AT-957 a small part of a large market passes', () => {
    expect(of({ self: bought(19_999) })).toBe('clear');
    expect(of({})).toBe('clear');
  });
});

describe('our direction', () => {
  const net = (value: number) => ({ gross: usd(100_000), net: usd(value) });

  it('only more of the same is refused', () => {
    expect(of({ self: net(40_000), side: 'buy' })).toBe('tripped');
    expect(of({ self: net(40_000), side: 'sell' })).toBe('clear');
    expect(of({ self: net(-40_000), side: 'sell' })).toBe('tripped');
    expect(of({ self: net(-40_000), side: 'buy' })).toBe('clear');
  });

  it('AT-956 the roundings of a micro-dollar are no direction', () => {
    for (const rounding of [-1, 1, -512, 512]) {
      const self = { gross: usd(56_895), net: rounding };
      expect(of({ self, side: 'buy' })).toBe('tripped');
      expect(of({ self, side: 'sell' })).toBe('tripped');
    }
    const nearly = (value: number) => ({ gross: usd(56_895), net: value });
    expect([-1_000, -1_001].map((value) => of({ self: nearly(value) }))).toEqual([
      'tripped',
      'clear',
    ]);
    expect([1_000, 1_001].map((value) => of({ self: nearly(value), side: 'sell' }))).toEqual([
      'tripped',
      'clear',
    ]);
    const sold = { gross: usd(56_895), net: -10_000 };
    expect(of({ self: sold, side: 'buy' })).toBe('clear');
    expect(of({ self: sold, side: 'sell' })).toBe('tripped');
  });

  it('what comes to nothing went both ways', () => {
    expect(of({ self: net(0), side: 'buy' })).toBe('tripped');
    expect(of({ self: net(0), side: 'sell' })).toBe('tripped');
  });
});
