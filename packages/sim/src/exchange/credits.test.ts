import { describe, expect, it } from 'vitest';
import { createCreditPool, LOWEST_TIER, tierLimits, toWireLimits } from './credits.ts';

function spent(pool: ReturnType<typeof createCreditPool>, method: string, now: number): number {
  for (let calls = 0; calls < 10_000; calls += 1) if (!pool.spend(method, now)) return calls;
  return Number.POSITIVE_INFINITY;
}

describe('credits', () => {
  it('a full pool has 100 calls at once and 20 more every second', () => {
    const pool = createCreditPool();
    expect(spent(pool, 'public/ticker', 1_000)).toBe(100);
    expect(pool.spend('public/ticker', 1_049)).toBe(false);
    expect(pool.spend('public/ticker', 1_050)).toBe(true);
    expect(spent(pool, 'public/ticker', 2_050)).toBe(20);
    expect(spent(pool, 'public/ticker', 1_000_000)).toBe(100);
  });

  it('matching, cancel-all and the rest pay from pools of their own', () => {
    const pool = createCreditPool();
    expect(spent(pool, 'private/buy', 0)).toBe(20);
    expect(pool.spend('private/edit', 0)).toBe(false);
    expect(pool.spend('private/cancel', 199)).toBe(false);
    expect(pool.spend('private/cancel', 200)).toBe(true);
    expect(spent(pool, 'private/cancel_all', 200)).toBe(20);
    expect(spent(pool, 'private/get_positions', 200)).toBe(100);
  });

  it('higher tiers have more, and are told so', () => {
    expect(spent(createCreditPool(tierLimits(4)), 'private/sell', 0)).toBe(100);
    expect(toWireLimits(tierLimits(2))).toMatchObject({
      non_matching_engine: { rate: 20, burst: 100 },
      matching_engine: { trading: { total: { rate: 10, burst: 30 } } },
    });
    expect(toWireLimits(LOWEST_TIER)).toMatchObject({
      matching_engine: { trading: { total: { rate: 5, burst: 20 } }, cancel_all: { rate: 5 } },
    });
  });

  it('time does not go back, and limits are whole requests', () => {
    const pool = createCreditPool();
    pool.spend('public/test', 5);
    expect(() => pool.spend('public/test', 4)).toThrow(RangeError);
    const half = { ...LOWEST_TIER, trading: { rate: 0.5, burst: 1 } };
    expect(() => createCreditPool(half)).toThrow(RangeError);
  });
});
