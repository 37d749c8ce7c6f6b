import { describe, expect, it } from 'vitest';
import { createCandidate } from './candidate.ts';
import { candidateOf, contextOf, GROUP, proposalOf, STRATEGY } from './context.fixture.ts';
import { admit } from './gates.ts';

describe('a candidate', () => {
  it('knows nothing at the start that only a gate can know', () => {
    const candidate = candidateOf();
    expect(candidate.intentId).toBe(`${GROUP}:0`);
    expect([candidate.listing, candidate.minEdge, candidate.hash, candidate.label]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const { quantity, amountE8, notional, fee, expectedSlippage, deltaE8, limitPrice } = candidate;
    for (const unknown of [
      quantity,
      amountE8,
      notional,
      fee,
      expectedSlippage,
      deltaE8,
      limitPrice,
    ]) {
      expect(unknown).toBeNaN();
    }
  });

  it.each([
    [1.1, 1_100_000],
    [0.29, 290_000],
    [1.2345678, 1_234_567],
    [-1.2345678, -1_234_568],
    [0, 0],
  ])('takes a gross edge of %d USD as %d, never up', (grossEdgeUsd, micro) => {
    expect(candidateOf({ grossEdgeUsd }).grossEdge).toBe(micro);
  });

  it.each([null, Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'has no edge of %d',
    (grossEdgeUsd) => {
      expect(candidateOf({ grossEdgeUsd }).grossEdge).toBeNull();
    },
  );

  it('stands for a leg that is not there, and is refused for it', () => {
    const source = { groupId: GROUP, strategyId: STRATEGY, intentClass: 'OPEN' } as const;
    const candidate = createCandidate({ ...source, proposal: proposalOf({}, { legs: [] }) }, 0);
    expect(candidate.leg.quantity).toBeNaN();
    expect(admit(contextOf(), candidate)).toMatchObject({
      pass: false,
      reject: { code: 'InvalidInput', operands: { field: 'legs' } },
      trace: [],
    });
  });
});
