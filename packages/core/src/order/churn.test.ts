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

/** Not nothing, and earlier than a key could have been shut at. */
const T = 1_000;

describe('the churn breaker', () => {
  it('AT-221 shuts a key at its third flatten in five minutes, for a quarter of an hour', () => {
    const third = T + CHURN_WINDOW_MS;
    for (const second of [T, T + 100_000]) {
      const table = flattened(T, second, third);
      expect(churnBlockedMs(table, KEY, third)).toBe(CHURN_BLOCK_MS);
      expect(churnBlockedMs(table, KEY, third + CHURN_BLOCK_MS - 1)).toBe(1);
      expect(churnBlockedMs(table, KEY, third + CHURN_BLOCK_MS)).toBe(0);
    }
  });

  it('AT-221 lets two flattens pass, and three that are spread over more', () => {
    const late = T + CHURN_WINDOW_MS + 1;
    expect(churnBlockedMs(flattened(T, T + 1), KEY, T + 1)).toBe(0);
    expect(churnBlockedMs(flattened(T, T + 1, late), KEY, late)).toBe(0);
    // The first has left the window, and three are in it again.
    expect(churnBlockedMs(flattened(T, T + 1, late, late), KEY, late)).toBe(CHURN_BLOCK_MS);
  });

  it('AT-221 shuts no other key', () => {
    const table = flattened(T, T + 1, T + 2);
    expect(noteFlatten(table, OTHER, T + 3)).toBe(false);
    expect(churnBlockedMs(table, OTHER, T + 3)).toBe(0);
  });

  it('says that it trips each time it does, and starts its time anew', () => {
    const table: ChurnTable = new Map();
    expect([T, T + 1, T + 2, T + 3].map((at) => noteFlatten(table, KEY, at))).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(churnBlockedMs(table, KEY, T + 3)).toBe(CHURN_BLOCK_MS);
  });

  it('forgets what is neither counted nor shut any more', () => {
    const table = flattened(T);
    noteFlatten(table, OTHER, T + CHURN_WINDOW_MS + 1);
    expect([...table.keys()]).toEqual([OTHER]);
  });

  it('AT-221 keeps a key that is shut for as long as it is, whatever else is flattened', () => {
    const table = flattened(T, T, T);
    const last = T + CHURN_BLOCK_MS - 1;
    noteFlatten(table, OTHER, last);
    expect(churnBlockedMs(table, KEY, last)).toBe(1);
    noteFlatten(table, OTHER, last + 1);
    expect([...table.keys()]).toEqual([OTHER]);
  });
});
