import { expect, it } from 'vitest';
import { resolveTriple } from './axes.ts';
import type { TradingMode } from './mode.ts';

const CAPITAL = ['SAFE', 'WARNING', 'CRITICAL'] as const;
const MARKET = ['STABLE', 'STRESSED', 'BROKEN'] as const;
const SYSTEM = ['HEALTHY', 'DEGRADED', 'FAILING'] as const;
const RANK: Readonly<Record<TradingMode, number>> = { Active: 0, ReduceOnly: 1, Kill: 2 };

const A = 'Active';
const R = 'ReduceOnly';
const K = 'Kill';
/** The contract's table, row by row, #1 to #27 (section 34.3). */
const CONTRACT = [
  [A, R, K, R, R, K, R, R, K],
  [R, R, K, R, R, K, R, R, K],
  [K, K, K, K, K, K, K, K, K],
].flat();

const TRIPLES = CAPITAL.flatMap((capital, c) =>
  MARKET.flatMap((market, m) =>
    SYSTEM.map((system, s) => ({
      levels: [c, m, s],
      mode: resolveTriple(capital, market, system),
    })),
  ),
);

it('AT-1048 all 27 triples resolve as in the table: 1 Active, 11 ReduceOnly, 15 Kill', () => {
  expect(TRIPLES.map(({ mode }) => mode)).toEqual(CONTRACT);
  const count = (mode: TradingMode): number => TRIPLES.filter((t) => t.mode === mode).length;
  expect([count(A), count(R), count(K)]).toEqual([1, 11, 15]);
});

it('AT-1053 a componentwise worse triple is never less restrictive', () => {
  let compared = 0;
  for (const better of TRIPLES) {
    for (const worse of TRIPLES) {
      if (!worse.levels.every((level, axis) => level >= (better.levels[axis] ?? 9))) continue;
      compared += 1;
      expect(RANK[worse.mode]).toBeGreaterThanOrEqual(RANK[better.mode]);
    }
  }
  expect(compared).toBe(6 * 6 * 6);
});
