import { describe, expect, it } from 'vitest';
import { BTC_CALL, BTC_PERPETUAL, BTC_USDC_PERPETUAL, INDEX_E8 } from './context.fixture.ts';
import { boundLimitE8, type PricerTerms, perUnitE8, proposedLimitE8, strictest } from './pricer.ts';

const usd = (value: number) => value * 1_000_000;
const e8 = (value: number) => Math.round(value * 100_000_000);

/** Fair 100, gross 10, fee 2, minimum edge 3 on a quantity of 2, quoted in USD. */
const worked = {
  side: 'buy',
  fairE8: e8(100),
  grossEdge: usd(10),
  fee: usd(2),
  minEdge: usd(3),
} as const;
const limit = (terms: Partial<PricerTerms>, quantity = 2) => {
  const full: PricerTerms = { ...worked, ...terms };
  const order = [BTC_USDC_PERPETUAL, e8(quantity), INDEX_E8] as const;
  return strictest(full.side, proposedLimitE8(full, ...order), boundLimitE8(full, ...order));
};

describe('the worked example of section 20', () => {
  it('bids 97.5: the bound, below the 98 of half the net edge', () => {
    expect(limit({})).toBe(e8(97.5));
  });

  it('offers 102.5, its mirror', () => {
    expect(limit({ side: 'sell' })).toBe(e8(102.5));
  });

  it('goes by half the net edge where that is stricter', () => {
    expect(limit({ minEdge: usd(1) })).toBe(e8(98));
    expect(limit({ minEdge: usd(1), side: 'sell' })).toBe(e8(102));
    expect(limit({ minEdge: usd(1), grossEdge: usd(20) })).toBe(e8(95.5));
  });

  it('rounds away from the market', () => {
    const thirds = { fairE8: e8(100), grossEdge: usd(10), fee: 0, minEdge: 1 };
    expect(limit(thirds, 3)).toBe(e8(100) - 166_666_667);
    expect(limit({ ...thirds, side: 'sell' }, 3)).toBe(e8(100) + 166_666_667);
    // An odd micro-USD is not lost either.
    expect(limit({ grossEdge: 3, fee: 0, minEdge: 0 })).toBe(e8(100) - 100);
  });

  it('takes a rebate for no reason to pay more than fair', () => {
    expect(limit({ fee: usd(-5), minEdge: usd(3), grossEdge: 0 })).toBeLessThanOrEqual(e8(100));
    expect(boundLimitE8({ ...worked, fee: usd(-5) }, BTC_USDC_PERPETUAL, e8(2), INDEX_E8)).toBe(
      e8(100),
    );
  });

  it.each(['fairE8', 'grossEdge', 'fee', 'minEdge'] as const)(
    'has no price without %s',
    (field) => {
      expect(limit({ [field]: Number.NaN })).toBeNaN();
      expect(limit({ [field]: Number.NaN, side: 'sell' })).toBeNaN();
    },
  );
});

describe('USD of a whole order as a move of its price (D-16)', () => {
  it('goes through the index where the price counts coin', () => {
    // 30 USD on 0.3 BTC at 100 000: 0.001 BTC.
    expect(perUnitE8(usd(30), BTC_CALL, e8(0.3), INDEX_E8)).toBe(e8(0.001));
    expect(perUnitE8(usd(30), BTC_CALL, e8(0.3), null)).toBeNaN();
  });

  it('is USD per coin where amount is coin and price is USD', () => {
    expect(perUnitE8(usd(30), BTC_USDC_PERPETUAL, e8(0.3), null)).toBe(e8(100));
  });

  it('is USD per coin where the amount is USD', () => {
    // 30 USD on 30 000 USD of BTC, which is 0.3 of them: 100 USD each.
    expect(perUnitE8(usd(30), BTC_PERPETUAL, e8(30_000), INDEX_E8)).toBe(e8(100));
    expect(perUnitE8(usd(30), BTC_PERPETUAL, e8(30_000), null)).toBeNaN();
  });

  it('is rounded up, never to a smaller move', () => {
    expect(perUnitE8(1, BTC_CALL, e8(0.3), INDEX_E8)).toBe(1);
    expect(perUnitE8(1, BTC_USDC_PERPETUAL, e8(0.3), null)).toBe(334);
    expect(perUnitE8(1, BTC_PERPETUAL, e8(30_000), INDEX_E8)).toBe(334);
    // Worth 100.99 micro-USD: counted as 100, so that the move is larger.
    expect(perUnitE8(1_000, BTC_CALL, 101, 9_999_999_999)).toBe(1_000_000_000);
  });

  it('has no move for no amount', () => {
    for (const amount of [0, -1, Number.NaN]) {
      expect(perUnitE8(usd(30), BTC_USDC_PERPETUAL, amount, INDEX_E8)).toBeNaN();
      expect(perUnitE8(usd(30), BTC_CALL, amount, INDEX_E8)).toBeNaN();
    }
  });
});
