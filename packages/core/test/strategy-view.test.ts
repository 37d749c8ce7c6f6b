import { describe, expect, it } from 'vitest';
import { BTC } from '../src/gates/context.fixture.ts';
import { strategyId } from '../src/values/index.ts';
import { viewFor } from '../src/view.ts';
import { Desk } from './desk.ts';

const WHO = strategyId('strangle_btc_low_vol');

describe('what a strategy sees of DVOL', () => {
  const seen = (desk: Desk): number | null => viewFor(desk.state, WHO).volatilityIndex('BTC');
  const say = (desk: Desk, value: number): void =>
    desk.post({ kind: 'volatilityIndexChanged', underlying: BTC, value });

  it('is a volatility, and nothing before it was said', () => {
    const desk = new Desk({ keepsCalm: false });
    expect(seen(desk)).toBeNull();
    say(desk, 52.5);
    expect(seen(desk)).toBe(0.525);
    expect(viewFor(desk.state, WHO).volatilityIndex('ETH')).toBeNull();
  });

  it('is nothing once it is a minute old', () => {
    const desk = new Desk({ keepsCalm: false });
    say(desk, 52.5);
    desk.now += 59_000;
    desk.post({ kind: 'ticked' });
    expect(seen(desk)).toBe(0.525);
    desk.now += 1_001;
    desk.post({ kind: 'ticked' });
    expect(seen(desk)).toBeNull();
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is nothing where it is %s', (value) => {
    const desk = new Desk({ keepsCalm: false });
    say(desk, value);
    expect(seen(desk)).toBeNull();
  });
});

describe('what a strategy left alone', () => {
  it('goes into the decision log as it was said, and changes nothing', () => {
    const desk = new Desk({ keepsCalm: false });
    const before = [desk.mode, desk.records.length];
    const abstentions = [{ subject: 'BTC', code: 'ChainThin', measured: 0, limit: 8 }];
    desk.post({ kind: 'strategyAbstained', strategyId: WHO, abstentions });
    expect(desk.decisions.at(-1)).toMatchObject({
      kind: 'strategyAbstained',
      strategyId: WHO,
      abstentions,
    });
    expect([desk.mode, desk.records.length]).toEqual(before);
  });
});
