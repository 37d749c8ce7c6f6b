import { describe, expect, it } from 'vitest';
import { chainOf, viewOf } from '../test/synthetic-chain.fixture.ts';
import { findStrategy, hold, strategies } from './main.ts';

describe('strategies', () => {
  it('are found by id, and an unknown id is none of them', () => {
    for (const strategy of strategies) expect(findStrategy(strategy.id)).toBe(strategy);
    expect(strategies.map((strategy) => strategy.id)).toStrictEqual([
      'hold',
      'cheap-option',
      'strangle_btc_low_vol',
      'vertical_surface',
    ]);
    expect(findStrategy('cheap')).toBeNull();
    expect(findStrategy('')).toBeNull();
  });

  it('hold does nothing', () => {
    const view = viewOf(chainOf({ coin: 'BTC', daysLeft: 20 }));
    expect(hold.propose(hold.remember(), view)).toStrictEqual([]);
  });
});
