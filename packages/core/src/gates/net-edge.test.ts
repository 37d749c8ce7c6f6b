import { describe, expect, it } from 'vitest';
import { microUsd } from '../values/index.ts';
import { candidateOf, contextOf, listingOf, policyWith } from './context.fixture.ts';
import type { Candidate } from './gate.ts';
import { netEdge } from './net-edge.ts';

/** Nine of fee and one of slippage against a minimum of ten, USD. */
const judged = (parts: Partial<Candidate>, context = contextOf()) =>
  netEdge.check(context, {
    ...candidateOf(),
    listing: listingOf(),
    fee: microUsd(9_000_000),
    expectedSlippage: microUsd(1_000_000),
    ...parts,
  });

describe('the net edge', () => {
  it('is what fee and slippage leave, and exactly the minimum is enough', () => {
    expect(judged({ grossEdge: microUsd(20_000_000) })).toBeNull();
    expect(judged({ grossEdge: microUsd(19_999_999) })).toEqual({
      code: 'NetEdgeTooLow',
      operands: { netEdgeUsd: 9.999999, minEdgeUsd: 10 },
    });
  });

  it.each([
    ['gross_edge_usd', { grossEdge: null }],
    ['gross_edge_usd', { grossEdge: microUsd(Number.NaN) }],
    ['gross_edge_usd', { grossEdge: microUsd(Number.POSITIVE_INFINITY) }],
    ['fee_usd', { fee: microUsd(Number.NaN) }],
    ['expected_slippage_usd', { expectedSlippage: microUsd(Number.NaN) }],
  ] as const)('is unknown without %s', (field, parts) => {
    expect(judged(parts)).toEqual({ code: 'NetEdgeInputMissing', operands: { field } });
  });

  it.each([null, microUsd(Number.NaN)])('is held to no minimum of %d', (minEdge) => {
    expect(judged({}, contextOf({ policy: policyWith({ minEdge }) }))).toEqual({
      code: 'NetEdgeInputMissing',
      operands: { field: 'min_edge_usd' },
    });
  });
});
