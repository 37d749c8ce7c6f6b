import { reducesInventory } from './delta.ts';
import { inUsd, note } from './answers.ts';
import type { Candidate, GateContext, PolicyGate } from './gate.ts';
import { type Reject, reject } from './reject.ts';
import { listingOf, policyOf, toUsd } from './scope.ts';

/**
 * First pass of the net-edge gate (contract-1 section 15). All four inputs are looked at before any
 * is compared. For an order that reduces inventory a failure is provisional: the skew may still
 * lift it (AT-224).
 */
export const netEdge: PolicyGate = {
  name: 'net-edge',
  measures: [inUsd('grossEdgeUsd'), inUsd('netEdgeUsd'), inUsd('minEdgeUsd')],
  kind: 'policy',
  version: 1,
  appliesTo: 'open',
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const { minEdge } = policyOf(context);
    note(candidate, candidate.grossEdge ?? Number.NaN);
    const net = note(candidate, netEdgeOf(candidate));
    note(candidate, minEdge ?? Number.NaN);
    const field = missingInput(candidate, minEdge);
    if (field !== null || minEdge === null) {
      return reject('NetEdgeInputMissing', { field: field ?? 'min_edge_usd' });
    }
    candidate.minEdge = minEdge;
    if (net >= minEdge) return null;
    if (reducesInventory(context.exposure, candidate, listingOf(candidate))) {
      candidate.provisional = true;
      return null;
    }
    return reject('NetEdgeTooLow', { netEdgeUsd: toUsd(net), minEdgeUsd: toUsd(minEdge) });
  },
};

/** gross - fee - expected slippage of the whole order, micro-USD; NaN while one is missing. */
export function netEdgeOf(candidate: Candidate): number {
  return (candidate.grossEdge ?? Number.NaN) - candidate.fee - candidate.expectedSlippage;
}

function missingInput(candidate: Candidate, minEdge: number | null): string | null {
  if (candidate.grossEdge === null || !Number.isFinite(candidate.grossEdge))
    return 'gross_edge_usd';
  if (!Number.isFinite(candidate.fee)) return 'fee_usd';
  if (!Number.isFinite(candidate.expectedSlippage)) return 'expected_slippage_usd';
  if (minEdge === null || !Number.isFinite(minEdge)) return 'min_edge_usd';
  return null;
}
