import { describe, expect, it } from 'vitest';
import { microUsd, monoMs } from '../values/index.ts';
import { TradeFlow } from './trade-flow.ts';

const at = (ms: number) => monoMs(1_000_000 + ms);
const usd = (value: number) => microUsd(value * 1_000_000);

describe('what was traded in a window', () => {
  it('is what is younger than it, in whatever order it was heard', () => {
    const flow = new TradeFlow();
    flow.add(at(9_000), usd(4), at(9_000));
    flow.add(at(0), usd(1), at(9_000));
    flow.add(at(5_000), usd(2), at(9_000));
    expect(flow.sum(at(9_999), 10_000)).toBe(usd(7));
    expect(flow.sum(at(10_000), 10_000)).toBe(usd(6));
    expect(flow.sum(at(18_999), 10_000)).toBe(usd(4));
    expect(flow.sum(at(19_000), 10_000)).toBe(0);
  });

  it('counts nothing of a worth that is not known', () => {
    const flow = new TradeFlow();
    flow.add(at(0), microUsd(Number.NaN), at(0));
    flow.add(at(0), usd(3), at(0));
    expect(flow.sum(at(0), 1_000)).toBe(usd(3));
  });

  it('is bounded, and past the bound less than it was', () => {
    const flow = new TradeFlow();
    for (let index = 0; index < 20_000; index += 1) flow.add(at(index), usd(1), at(index));
    const kept = flow.sum(at(20_000), 60_000) / 1_000_000;
    expect(kept).toBeLessThanOrEqual(8_192);
    expect(kept).toBeGreaterThan(8_000);
  });
});
