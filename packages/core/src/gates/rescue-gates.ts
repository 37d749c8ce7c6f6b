import { configured, suspended } from './configured.ts';
import { feeFresh } from './fee-fresh.ts';
import type { Candidate, Gate, GateContext } from './gate.ts';
import { globalExposure } from './global-exposure.ts';
import { identified } from './identified.ts';
import { launchLimits } from './launch-limits.ts';
import { ledgerHeadroom } from './ledger-headroom.ts';
import { lifecycle } from './lifecycle.ts';
import { liquidity } from './liquidity.ts';
import { listed, metadataFresh } from './listed.ts';
import { marginHeadroom } from './margin.ts';
import { netEdge, netEdgeOf } from './net-edge.ts';
import { pendingExposure } from './pending-exposure.ts';
import { throttledBy } from './rate-budget.ts';
import { type Reject, reject } from './reject.ts';
import { toUsd } from './scope.ts';
import { sized } from './sized.ts';
import { hedgeOnly, universe } from './universe.ts';
import { wellFormed } from './well-formed.ts';

/**
 * What a rescue has to pass: everything an OPEN has to, but the mode, which its own group keeps
 * down (AMB-19), the pace of decisions, of which it is none, and the pricer, whose place its own
 * rule takes.
 */
const RESCUE_GATES: readonly Gate[] = Object.freeze([
  configured,
  suspended,
  listed,
  metadataFresh,
  lifecycle,
  universe,
  wellFormed,
  sized,
  marginHeadroom,
  feeFresh,
  liquidity,
  netEdge,
  pendingExposure,
  hedgeOnly,
  globalExposure,
  launchLimits,
  ledgerHeadroom,
]);

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
  candidate.limitPriceE8 = limitPriceE8;
  return identified.check(context, candidate);
}
