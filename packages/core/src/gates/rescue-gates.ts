import type { Candidate, Gate, GateContext } from './gate.ts';
import { GATES } from './gates.ts';
import { identified } from './identified.ts';
import { netEdgeOf } from './net-edge.ts';
import { throttledBy } from './rate-budget.ts';
import { type Reject, reject } from './reject.ts';
import { toUsd } from './scope.ts';

/**
 * Gates of an OPEN that are not asked of a rescue: what a group is and whether it may begin, which
 * was asked of its legs; the mode, which its own group keeps down (AMB-19); the pace of decisions,
 * of which it is none; skew and pricer, whose place its own rule takes.
 */
const EXEMPT: ReadonlySet<string> = new Set([
  'classified',
  'mode',
  'rate-budget',
  'inventory-skew',
  'priced',
  'identified',
]);

/** Everything else an OPEN has to pass: a gate that is added is asked of a rescue too. */
const RESCUE_GATES: readonly Gate[] = GATES.filter(
  ({ appliesTo, name }) =>
    (appliesTo === 'open' || appliesTo.includes('OPEN')) && !EXEMPT.has(name),
);

/**
 * The first no, or null. The edge has to be there as it is: no inventory may talk it down.
 * @param limitPriceE8 what the rescue is priced at; its identity is made of it.
 */
export function admitRescue(
  context: GateContext,
  candidate: Candidate,
  limitPriceE8: Candidate['limitPriceE8'],
): Reject | null {
  const { available, reserved } = context.requests;
  if (!(available - 1 >= reserved)) return throttledBy(context.requests);
  candidate.limitPriceE8 = limitPriceE8;
  for (const gate of RESCUE_GATES) {
    const refusal = gate.check(context, candidate);
    if (refusal !== null) return refusal;
  }
  const net = netEdgeOf(candidate);
  const { minEdge } = candidate;
  if (minEdge === null) return reject('NetEdgeInputMissing', { field: 'min_edge_usd' });
  if (!(net >= minEdge)) {
    return reject('NetEdgeTooLow', { netEdgeUsd: toUsd(net), minEdgeUsd: toUsd(minEdge) });
  }
  return identified.check(context, candidate);
}
