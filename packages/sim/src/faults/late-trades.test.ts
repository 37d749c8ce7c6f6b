import { expect, it } from 'vitest';
import { createPrng } from '../prng.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { LateTrades } from './late-trades.ts';

const TRADES = [{ trade_id: 'BTC-1' }, { trade_id: 'BTC-2' }];
const ANSWER = { ok: true, result: { trades: TRADES, has_more: false } } as const;

it('NON-TRIP: no share of them is late, every trade is there', () => {
  const trades = new LateTrades(new VirtualClock(0), createPrng(1));
  expect(trades.withhold(ANSWER, 0, 1_000)).toBe(ANSWER);
});

it('TRIP: late ones are left out until their time, and then stay', () => {
  const clock = new VirtualClock(0);
  const trades = new LateTrades(clock, createPrng(1));
  const none = { ok: true, result: { trades: [], has_more: false } };
  expect(trades.withhold(ANSWER, 1, 1_000)).toEqual(none);
  clock.runUntil(1_000);
  expect(trades.withhold(ANSWER, 1, 1_000)).toEqual(ANSWER);
  expect(trades.withhold(ANSWER, 1, 1_000)).toEqual(ANSWER);
});

it('a refusal is passed on', () => {
  const refused = { ok: false, error: { code: 1, message: 'no' } } as const;
  expect(new LateTrades(new VirtualClock(0), createPrng(1)).withhold(refused, 1, 1)).toBe(refused);
});
