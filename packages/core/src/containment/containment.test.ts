import { describe, expect, it } from 'vitest';
import { bookOf, NOW } from '../gates/context.fixture.ts';
import type { Book } from '../market/book.ts';
import {
  BTC_CALL,
  BTC_FUTURE,
  BTC_PERPETUAL,
  USDC_PERPETUAL,
} from '../instrument/samples.fixture.ts';
import {
  amountE8,
  currency,
  groupId,
  instrumentName,
  monoMs,
  priceE8,
  quantity,
} from '../values/index.ts';
import { assessLegs, type LegView, mismatch } from './assess.ts';
import { bufferTicks, isDust, planClose, tradable } from './close.ts';
import { hedgeDeltaE8, isHedge, planHedge, shrinksNetDelta } from './hedge.ts';
import { type Attempt, attemptGroupId, positionGroupId } from './identity.ts';
import { bestPrice, type PriceSources, throughTouch } from './price.ts';

const leg = (filledE8: number, parts: Partial<LegView> = {}): LegView => ({
  requestedE8: 1_000,
  filledE8,
  unit: 'coin',
  ended: true,
  ...parts,
});

describe('what became of two legs', () => {
  it.each([
    ['both whole', leg(1_000), leg(1_000), 'complete all_filled'],
    ['nothing anywhere', leg(0), leg(0), 'complete no_trade'],
    ['one and none', leg(1_000), leg(0), 'mixed leg_failed'],
    ['a part and none', leg(600), leg(0), 'mixed leg_partial'],
    ['the same part of both', leg(600), leg(600), 'mixed leg_partial'],
    ['one is out', leg(1_000), leg(0, { ended: false }), 'waiting'],
    ['one failed, the other is out', leg(0), leg(0, { ended: false }), 'mixed leg_failed'],
    ['more than wanted', leg(1_200), leg(1_000), 'mixed legs_mismatch'],
  ])('AT-220 %s', (_, one, other, expected) => {
    const found = assessLegs([one, other], 1e-9);
    expect('cause' in found ? `${found.kind} ${found.cause}` : found.kind).toBe(expected);
  });

  it('AT-278 forgives shares that are an epsilon apart, and no more', () => {
    const big = { requestedE8: 1_000_000_000 };
    const other = { requestedE8: 2_000_000_000, unit: 'usd' as const };
    const near = [leg(1_000_000_001, big), leg(2_000_000_000, other)] as const;
    expect(mismatch(near)).toBeCloseTo(1e-9, 15);
    expect(assessLegs(near, 1.1e-9).kind).toBe('complete');
    const far = [leg(1_000_000_002, big), leg(2_000_000_000, other)] as const;
    expect(assessLegs(far, 1.1e-9).kind).toBe('mixed');
  });

  it('AT-278 counts amounts where both legs want the same', () => {
    const one = leg(100_000_001, { requestedE8: 100_000_000 });
    const other = leg(100_000_000, { requestedE8: 100_000_000 });
    expect(mismatch([one, other])).toBe(1e-8);
    expect(assessLegs([one, other], 1e-8).kind).toBe('complete');
    expect(assessLegs([one, other], 1e-9).kind).toBe('mixed');
  });

  it('AMB-18 counts shares where the legs want other amounts, or count in other units', () => {
    const half = leg(1_000, { requestedE8: 2_000 });
    expect(mismatch([leg(1_000), half])).toBe(0.5);
    expect(mismatch([leg(1_000, { unit: 'usd' }), half])).toBe(0.5);
    expect(mismatch([leg(1_000, { unit: 'usd' }), leg(500)])).toBe(0.5);
    expect(mismatch([leg(1_000), leg(500)])).toBe(500 / 100_000_000);
  });
});

describe('the price of an emergency close', () => {
  const touch = (
    ageMs: number,
    bid: number | null = 4_600_000,
    ask: number | null = 4_700_000,
  ) => ({
    at: monoMs(NOW - ageMs),
    bidE8: bid === null ? null : priceE8(bid),
    askE8: ask === null ? null : priceE8(ask),
  });
  const best = (side: 'buy' | 'sell', book: Book, l1: PriceSources['touch']): string | null => {
    const found = bestPrice({ instrument: BTC_CALL, book, touch: l1 }, side, NOW, 1_000);
    return found === null ? null : `${found.source} ${found.priceE8}`;
  };
  const at = { now: NOW, maxAgeMs: 1_000, closeBufferTicks: 5 };
  const fresh = bookOf([[475, 10]], [[480, 10]]);
  const stale = bookOf([[475, 10]], [[480, 10]], { updatedAt: monoMs(NOW - 1_001) });

  it.each([
    ['a fresh book', fresh, touch(0), 'l2 4750000'],
    ['AT-937 a stale book and a fresh ticker', stale, touch(1_000), 'l1 4600000'],
    ['AT-937 an unusable book', { ...fresh, usable: false }, touch(0), 'l1 4600000'],
    ['an empty side of the book', bookOf([], [[480, 10]]), touch(0), 'l1 4600000'],
    ['AT-938 both stale', stale, touch(1_001), null],
    ['AT-938 no ticker', stale, null, null],
    ['AT-938 a ticker without a bid', stale, touch(0, null), null],
    ['AT-938 a ticker that bids nothing', stale, touch(0, 0), null],
    ['AT-938 an inverted ticker', stale, touch(0, 4_800_000), null],
    ['AT-937 a locked ticker', stale, touch(0, 4_700_000), 'l1 4700000'],
    ['AT-937 a ticker without an ask', stale, touch(0, 4_600_000, null), 'l1 4600000'],
  ])('of a sale: %s', (_, book, l1, expected) => {
    expect(best('sell', book, l1)).toBe(expected);
  });

  it.each([
    ['a fresh book', fresh, touch(0), 'l2 4800000'],
    ['an empty side of the book', bookOf([[475, 10]], []), touch(0), 'l1 4700000'],
    ['AT-937 a stale book and a fresh ticker', stale, touch(1_000), 'l1 4700000'],
    ['AT-937 a ticker without a bid', stale, touch(0, null), 'l1 4700000'],
    ['AT-938 a ticker without an ask', stale, touch(0, 4_600_000, null), null],
    ['AT-938 a ticker that asks nothing', stale, touch(0, null, 0), null],
  ])('of a purchase: %s', (_, book, l1, expected) => {
    expect(best('buy', book, l1)).toBe(expected);
  });

  it('AT-316 counts ticks of the venue’s ladder, also where it changes', () => {
    const through = (side: 'buy' | 'sell', from: number, ticks: number) =>
      throughTouch(BTC_CALL, side, priceE8(from), ticks);
    expect([1, 2, 3].map((attempt) => bufferTicks(5, attempt))).toEqual([5, 10, 20]);
    expect(through('buy', 4_800_000, 5)).toBe(5_050_000);
    expect(through('sell', 4_800_000, 20)).toBe(3_800_000);
    // 0.0005 down to 0.005, then 0.0001.
    expect(through('sell', 550_000, 2)).toBe(490_000);
    expect(through('buy', 490_000, 2)).toBe(550_000);
    // There is nothing below the lowest price.
    expect(through('sell', 20_000, 5)).toBe(10_000);
    // A touch between two ticks is taken from the far one.
    expect(through('buy', 4_810_000, 1)).toBe(4_900_000);
    expect(through('sell', 4_810_000, 1)).toBe(4_750_000);
  });

  it('has no price where the ladder is not known, or ends', () => {
    const unknown = {
      ...BTC_CALL,
      tickLadder: [{ abovePriceE8: priceE8(500_000), stepE8: priceE8(15_000) }],
    };
    expect(throughTouch(unknown, 'sell', priceE8(4_800_000), 1)).toBeNull();
    expect(throughTouch(unknown, 'buy', priceE8(4_800_000), 1)).toBeNull();
    expect(planClose({ instrument: unknown, book: fresh, touch: null }, 'sell', 1e8, 1, at)).toBe(
      null,
    );
    // Nothing is sold below the lowest tick; far up, no next tick is an exact number.
    expect(throughTouch(BTC_CALL, 'sell', priceE8(9_999), 1)).toBeNull();
    expect(throughTouch(BTC_CALL, 'buy', priceE8(Number.MAX_SAFE_INTEGER - 99_999), 5)).toBeNull();
  });

  it('closes whole steps, and leaves dust', () => {
    const sources = { instrument: BTC_CALL, book: fresh, touch: null };
    expect(planClose(sources, 'sell', 37_000_000, 1, at)).toEqual({
      side: 'sell',
      amountE8: 30_000_000,
      limitPriceE8: 4_500_000,
      source: 'l2',
    });
    expect(tradable(BTC_CALL, 9_999_999)).toBe(0);
    expect(isDust(BTC_CALL, 9_999_999, 1e-6)).toBe(true);
    expect(isDust(BTC_CALL, 10_000_000, 1e-6)).toBe(false);
  });

  it('AMB-47 nothing below the least amount is traded, and what is within epsilon is dust', () => {
    const least = { ...BTC_CALL, minAmount: quantity(5) };
    expect(tradable(least, 49_999_999)).toBe(0);
    expect(tradable(least, 50_000_000)).toBe(50_000_000);
    expect([isDust(least, 49_999_999, 1e-6), isDust(least, 50_000_000, 1e-6)]).toEqual([
      true,
      false,
    ]);
    // As much as two whole steps, where the books may differ by that.
    expect([isDust(BTC_CALL, 20_000_000, 0.2), isDust(BTC_CALL, 20_000_001, 0.2)]).toEqual([
      true,
      false,
    ]);
  });
});

describe('a hedge', () => {
  const BTC = currency('BTC');

  it.each([
    ['the linear perpetual of the coin', USDC_PERPETUAL, true],
    ['one of another coin', { ...USDC_PERPETUAL, underlying: currency('ETH') }, false],
    ['an inverse one', BTC_PERPETUAL, false],
    ['one that expires', { ...USDC_PERPETUAL, expiry: BTC_FUTURE.expiry }, false],
    ['one counted in dollars', { ...USDC_PERPETUAL, amountUnit: 'usd' }, false],
    ['an inverse one, whatever it counts in', { ...BTC_PERPETUAL, amountUnit: 'coin' }, false],
  ] as const)('is made in %s: %#', (_, instrument, expected) => {
    expect(isHedge(instrument, BTC)).toBe(expected);
  });

  it('counts for what it adds to the delta', () => {
    expect(hedgeDeltaE8({ side: 'buy', amountE8: amountE8(7) })).toBe(7);
    expect(hedgeDeltaE8({ side: 'sell', amountE8: amountE8(7) })).toBe(-7);
  });

  it('is never larger than what it hedges', () => {
    const perpetual = { ...BTC_CALL, amountStepE8: amountE8(10_000) };
    expect(planHedge(perpetual, 123_456)).toEqual({ side: 'sell', amountE8: 120_000 });
    expect(planHedge(perpetual, -123_456)).toEqual({ side: 'buy', amountE8: 120_000 });
    expect(planHedge(perpetual, 9_999)).toBeNull();
  });

  it.each([
    [10, 10, -10, true],
    [10, 10, -19, true],
    [10, 10, -20, false],
    [10, 10, 5, false],
    [-5, 10, -5, false],
    [5, 10, -5, true],
  ])('between %s and %s, %s shrinks the net delta: %s', (low, high, hedge, expected) => {
    expect(shrinksNetDelta(low, high, hedge)).toBe(expected);
  });
});

describe('the identity of an attempt', () => {
  const attempt: Attempt = {
    parent: groupId('9f1c2d3e-4b5a-4c6d-8e7f-000000000001'),
    purpose: 'close',
    epoch: 3,
    round: 0,
    attempt: 1,
    legIndex: 0,
  };

  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;

  it('AT-928 is the same for the same attempt and another for any other', () => {
    const changed: Partial<Attempt>[] = [
      { purpose: 'rescue' },
      { epoch: 4 },
      { round: 1 },
      { attempt: 2 },
      { legIndex: 1 },
      { parent: groupId('9f1c2d3e-4b5a-4c6d-8e7f-000000000002') },
    ];
    const ids = [attempt, ...changed.map((parts) => ({ ...attempt, ...parts }))].map(
      attemptGroupId,
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(attemptGroupId({ ...attempt })).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(uuid);
  });

  it('D-5 a position has one id of its own for each time it is closed', () => {
    const [one, other] = [instrumentName('BTC-X'), instrumentName('BTC-Y')];
    const ids = [
      positionGroupId(one, 1, 0),
      positionGroupId(other, 1, 0),
      positionGroupId(one, 2, 0),
      positionGroupId(one, 1, 2),
      attemptGroupId(attempt),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(positionGroupId(one, 1, 0)).toBe(ids[0]);
    for (const id of ids) expect(id).toMatch(uuid);
  });
});
