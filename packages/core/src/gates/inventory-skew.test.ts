import { describe, expect, it } from 'vitest';
import { microUsd } from '../values/index.ts';
import { candidateOf, contextOf, exposureOf, listingOf, policyWith } from './context.fixture.ts';
import { admit } from './gates.ts';
import { inventorySkew } from './inventory-skew.ts';

/** 3.33333331 of 10 BTC held, and a minimum of 1000.000001 USD: nothing divides evenly. */
const policy = policyWith({ minEdge: microUsd(1_000_000_001) });
const exposure = exposureOf({ current: { BTC: 3.333_333_31 } });

describe('the skew of the minimum edge', () => {
  it('is rounded up where it tightens', () => {
    const candidate = candidateOf({ grossEdgeUsd: 1200 });
    admit(contextOf({ policy, exposure }), candidate);
    expect(candidate.minEdge).toBe(1_000_000_001 + 166_666_671);
  });

  it('and its discount down where it loosens', () => {
    const candidate = candidateOf({ grossEdgeUsd: 1000, side: 'sell' });
    admit(contextOf({ policy, exposure }), candidate);
    expect(candidate.minEdge).toBe(1_000_000_001 - 166_666_660);
  });

  it.each([Number.NaN, -1])('of %d ticks opens nothing', (inventorySkewTickPenaltyMax) => {
    const broken = policyWith({ parameters: { inventorySkewTickPenaltyMax } });
    expect(admit(contextOf({ policy: broken, exposure }), candidateOf())).toMatchObject({
      reject: {
        code: 'CriticalConfigMissing',
        operands: { key: 'inventory_skew_tick_penalty_max' },
      },
    });
  });

  it.each([Number.NaN, -1])('by a factor of %d opens nothing', (inventorySkewK) => {
    const broken = policyWith({ parameters: { inventorySkewK } });
    expect(admit(contextOf({ policy: broken, exposure }), candidateOf())).toMatchObject({
      pass: false,
    });
  });

  it('leaves alone an order without delta', () => {
    const candidate = candidateOf({ delta: 0 });
    expect(admit(contextOf({ exposure }), candidate)).toMatchObject({ pass: true });
    expect([candidate.minEdge, candidate.skewTicks]).toEqual([10_000_000, 0]);
  });

  it('asks for the limit and the minimum edge itself, whatever was asked before it', () => {
    const candidate = { ...candidateOf(), listing: listingOf(), minEdge: microUsd(10_000_000) };
    const unlimited = policyWith({ exposure: { deltaLimitE8: new Map() } });
    expect(inventorySkew.check(contextOf({ policy: unlimited }), candidate)).toEqual({
      code: 'InventorySkewDeltaLimitMissing',
      operands: { underlying: 'BTC' },
    });
    expect(inventorySkew.check(contextOf(), { ...candidate, minEdge: null })).toEqual({
      code: 'NetEdgeInputMissing',
      operands: { field: 'min_edge_usd' },
    });
  });
});
