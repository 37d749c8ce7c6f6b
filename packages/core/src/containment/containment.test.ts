import { describe, expect, it } from 'vitest';
import { bookOf, NOW } from '../gates/context.fixture.ts';
import { BTC_CALL } from '../instrument/samples.fixture.ts';
import { amountE8, groupId, instrumentName, monoMs, priceE8 } from '../values/index.ts';
import { assessLegs, type LegView, mismatch } from './assess.ts';
import { bufferTicks, isDust, planClose, tradable } from './close.ts';
import { planHedge, shrinksNetDelta } from './hedge.ts';
import { type Attempt, attemptGroupId, positionGroupId } from './identity.ts';
import { bestPrice, throughTouch } from './price.ts';

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
    ['AT-938 an inverted ticker', stale, touch(0, 4_800_000), null],
  ])('%s', (_, book, l1, expected) => {
    const best = bestPrice({ instrument: BTC_CALL, book, touch: l1 }, 'sell', NOW, 1_000);
    expect(best === null ? null : `${best.source} ${best.priceE8}`).toBe(expected);
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

  it('closes whole steps, and leaves dust', () => {
    const at = { now: NOW, maxAgeMs: 1_000, closeBufferTicks: 5 };
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
});

describe('a hedge', () => {
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
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
    for (const id of ids) expect(id).toMatch(uuid);
    expect(positionGroupId(instrumentName('BTC-X'), 1, 0)).toMatch(uuid);
  });
});
