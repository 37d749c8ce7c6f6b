import { describe, expect, it } from 'vitest';
import { barAt, FIRST_AT } from './bars.fixture.ts';
import { headlineOf } from './headline.ts';
import type { RuntimeTrade } from './result.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 31_557_600_000;

function trade(gain: number | null, exitBar: number): RuntimeTrade {
  return {
    trade_id: '1',
    entry_date: '2026-03-02',
    entry_price: 1,
    exit_date: null,
    exit_price: null,
    bars_held: 1,
    return: gain,
    entry_reason_layer: 'core',
    entry_reason_family: 'f',
    entry_reason_code: 'c',
    exit_reason_code: null,
    last_real_sell_reason_layer: null,
    last_real_sell_reason_family: null,
    last_real_sell_reason_code: null,
    branch: 'b',
    open: gain === null,
    instrument: 'i',
    direction: 1,
    entry_bar: 0,
    exit_bar: gain === null ? null : exitBar,
  };
}

const spanned = (ms: number) => [barAt(0), { ...barAt(1), at: FIRST_AT + ms }];

describe('the headline', () => {
  it('is of closed trades alone', () => {
    const trades = [trade(0.5, 1), trade(-0.2, 2), trade(null, 0), trade(0.1, 3)];
    expect(headlineOf(trades, spanned(DAY_MS - 1))).toEqual({
      trades: 3,
      win_rate: '0.6666666667',
      avg_return: '0.1333333333',
      profit_factor: '3',
      cagr: '',
      max_drawdown: '-0.2',
    });
  });

  it('without a trade nothing is said, and nothing is zero', () => {
    const unknown = { win_rate: '', avg_return: '', profit_factor: '', cagr: '', max_drawdown: '' };
    expect(headlineOf([], spanned(2 * DAY_MS))).toEqual({ trades: 0, ...unknown });
    expect(headlineOf([trade(null, 0)], [])).toEqual({ trades: 0, ...unknown });
  });

  it('without a loss there is no profit factor, without a gain it is 0', () => {
    expect(headlineOf([trade(0.5, 1)], []).profit_factor).toBe('');
    expect(headlineOf([trade(-0.5, 1)], []).profit_factor).toBe('0');
    expect(headlineOf([trade(0, 1)], [])).toMatchObject({ win_rate: '0', profit_factor: '' });
  });

  it('a fall is measured from the height before it, in the order of the exits', () => {
    const trades = [trade(-0.5, 3), trade(1, 1), trade(-0.5, 2), trade(1, 4)];
    expect(headlineOf(trades, []).max_drawdown).toBe('-0.75');
  });

  it('yearly growth is told of a day and more', () => {
    expect(Number(headlineOf([trade(0.001, 1)], spanned(DAY_MS)).cagr)).toBeCloseTo(0.4406, 3);
    expect(headlineOf([trade(0.001, 1)], spanned(DAY_MS - 1)).cagr).toBe('');
    expect(headlineOf([trade(0.21, 1)], spanned(DAY_MS)).cagr).toBe('');
    const year = headlineOf([trade(0.21, 1)], spanned(YEAR_MS)).cagr;
    expect(Number(year)).toBeCloseTo(0.21, 3);
    expect(headlineOf([trade(-1, 1)], spanned(YEAR_MS)).cagr).toBe('');
  });
});
