import { describe, expect, it } from 'vitest';
import { historyOf } from '../test/two-legs.fixture.ts';
import { NOW, viewOf } from '../test/synthetic-chain.fixture.ts';
import {
  observe,
  pastOf,
  type HistoryRules,
  type VolatilityHistory,
} from './volatility-history.ts';

const RULES: HistoryRules = { sampleMs: 1_000, samplesMax: 5, samplesMin: 3, gapSamplesMax: 4 };

function look(history: VolatilityHistory, ms: number, index: number | null, dvol: number | null) {
  const terms = { now: NOW + ms, index: () => index, volatilityIndex: () => dvol };
  observe(history, viewOf([], terms), 'BTC', RULES);
}

describe('the past of a volatility', () => {
  it('is sampled at its interval, keeps no more than its bound, the oldest going first', () => {
    const history: VolatilityHistory = [];
    for (let ms = 0; ms <= 8_000; ms += 500) look(history, ms, 100_000 + ms, 0.5);
    expect(history.map(({ at }) => at - NOW)).toEqual([4_000, 5_000, 6_000, 7_000, 8_000]);
  });

  it('takes both numbers or none, and nothing that is no volatility', () => {
    const history: VolatilityHistory = [];
    look(history, 0, null, 0.5);
    look(history, 1_000, 100_000, null);
    look(history, 2_000, 100_000, 0);
    look(history, 3_000, Number.NaN, 0.5);
    expect(history).toEqual([]);
    look(history, 4_000, 100_000, 0.5);
    expect(history).toHaveLength(1);
  });

  it('begins anew after a hole, and not after a pause', () => {
    const history: VolatilityHistory = [];
    look(history, 0, 100_000, 0.5);
    look(history, 4_000, 100_000, 0.5);
    expect(history).toHaveLength(2);
    look(history, 8_001, 100_000, 0.5);
    expect(history).toHaveLength(1);
  });

  it('says nothing while it is short, then what moved and what DVOL was in the middle', () => {
    const history: VolatilityHistory = [];
    look(history, 0, 100_000, 0.4);
    look(history, 1_000, 100_100, 0.9);
    expect(pastOf(history, RULES)).toBeNull();
    look(history, 2_000, 100_000, 0.5);
    const moved = Math.log(1.001);
    expect(pastOf(history, RULES)).toEqual({
      samples: 3,
      realised: expect.closeTo(moved * Math.sqrt(31_536_000), 9),
      median: 0.5,
    });
  });

  it('finds the volatility a path was made with', () => {
    const past = pastOf(historyOf(0.8, 0.6), { ...RULES, samplesMin: 2 });
    expect(past?.realised).toBeCloseTo(0.8, 6);
    expect(past?.median).toBe(0.6);
  });
});
