import { describe, expect, it } from 'vitest';
import { strategyId } from '../values/index.ts';
import {
  CHURN_BLOCK_MS,
  CHURN_WINDOW_MS,
  churnBlockedMs,
  churnKey,
  type ChurnTable,
  noteFlatten,
} from './churn.ts';

const KEY = churnKey(strategyId('s'), 'BTC:call:buy:week');
const OTHER = churnKey(strategyId('s'), 'BTC:put:buy:week');

function flattened(...times: readonly number[]): ChurnTable {
  const table: ChurnTable = new Map();
  for (const at of times) noteFlatten(table, KEY, at);
  return table;
}

describe('the churn breaker', () => {
  it('AT-221 shuts a key at its third flatten in five minutes, for a quarter of an hour', () => {
    const table = flattened(0, 100_000, CHURN_WINDOW_MS);
    expect(churnBlockedMs(table, KEY, CHURN_WINDOW_MS)).toBe(CHURN_BLOCK_MS);
    expect(churnBlockedMs(table, KEY, CHURN_WINDOW_MS + CHURN_BLOCK_MS - 1)).toBe(1);
    expect(churnBlockedMs(table, KEY, CHURN_WINDOW_MS + CHURN_BLOCK_MS)).toBe(0);
  });

  it('AT-221 lets two flattens pass, and three that are spread over more', () => {
    expect(churnBlockedMs(flattened(0, 1), KEY, 1)).toBe(0);
    expect(churnBlockedMs(flattened(0, 1, CHURN_WINDOW_MS + 1), KEY, CHURN_WINDOW_MS + 1)).toBe(0);
  });

  it('AT-221 shuts no other key', () => {
    const table = flattened(0, 1, 2);
    expect(noteFlatten(table, OTHER, 3)).toBe(false);
    expect(churnBlockedMs(table, OTHER, 3)).toBe(0);
  });

  it('says that it trips each time it does, and starts its time anew', () => {
    const table: ChurnTable = new Map();
    expect([0, 1, 2, 3].map((at) => noteFlatten(table, KEY, at))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(churnBlockedMs(table, KEY, 3)).toBe(CHURN_BLOCK_MS);
  });

  it('forgets what is neither counted nor shut any more', () => {
    const table = flattened(0);
    noteFlatten(table, OTHER, CHURN_WINDOW_MS + 1);
    expect([...table.keys()]).toEqual([OTHER]);
  });
});
