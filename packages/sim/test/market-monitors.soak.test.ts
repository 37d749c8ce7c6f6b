/** What the market monitors make of each synthetic market, by the rules of the launch policy. */
import { describe, expect, it } from 'vitest';
import { testPolicy } from '../src/fuzz/policy.fixture.ts';
import { type Look, MarketWatch } from './market-monitors.fixture.ts';
import { openStage } from './market-stage.fixture.ts';

const MINUTE_MS = 60_000;
const PACE = { stepMs: 1_000, fastSteps: 1, slowSteps: 600, volatilitySteps: 1 } as const;

function watch(spec: string, seed: string, minutes: number): readonly Look[] {
  const stage = openStage({ spec, seed, pace: PACE });
  return new MarketWatch(stage, testPolicy()).run(minutes * MINUTE_MS);
}

const asks = ({ cortex, basis }: Look): string => `${cortex} ${basis}`;
const figures = (looks: readonly Look[]): ReadonlySet<string> =>
  new Set(looks.flatMap(({ findings }) => findings.map(({ figure }) => figure)));

describe('the reference instruments of a synthetic market', () => {
  it.each(['calm', 'trend'])('NON-TRIP: %s asks for nothing, whatever the seed', (spec) => {
    for (const seed of ['1', '2', '3']) {
      expect(new Set(watch(spec, seed, 3).map(asks))).toEqual(new Set(['None None']));
    }
  });

  it('TRIP: a crash widens spreads, takes depth away and makes the volatility index jump', () => {
    for (const seed of ['1', '2']) {
      const looks = watch('crash', seed, 2);
      const first = looks.find((look) => asks(look) !== 'None None');
      expect(first?.atMs).toBeGreaterThan(15_000);
      expect(first?.atMs).toBeLessThan(45_000);
      for (const figure of ['spread_bps', 'depth_topN', 'dvol_rise']) {
        expect(figures(looks)).toContain(figure);
      }
      // The cooldowns outlast two minutes of market: the last word says what still runs.
      const [left] = looks.at(-1)?.findings ?? [];
      expect(left).toMatchObject({ standing: 'cooling' });
      expect(left?.clearsAt).not.toBeNull();
    }
  });

  it('and recovers: long before its options have calmed down nothing is asked for', () => {
    const looks = watch('crash', '1', 14);
    expect(looks.slice(-1).map(asks)).toEqual(['None None']);
    const back = looks.findLastIndex((look) => asks(look) !== 'None None');
    expect(looks[back]?.atMs).toBeLessThan(13 * MINUTE_MS);
  });

  it('TRIP: quotes that vanish leave neither depth nor a price to compare with', () => {
    const looks = watch('gap', '1', 3);
    expect(looks.some((look) => asks(look) === 'ForceReduceOnly unheard')).toBe(true);
  });
});
