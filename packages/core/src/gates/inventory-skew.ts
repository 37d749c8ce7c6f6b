import { E8, microUsd, mulDivDown, mulDivUp } from '../values/index.ts';
import { facedDeltaE8 } from './delta.ts';
import { inE8, inUsd, note, plain } from './answers.ts';
import type { Candidate, GateContext, PolicyGate } from './gate.ts';
import { netEdgeOf } from './net-edge.ts';
import { deltaLimitE8 } from './pending-exposure.ts';
import { type Reject, reject } from './reject.ts';
import { listingOf, policyOf, toUsd } from './scope.ts';

/**
 * Inventory skew on held plus pending delta, then the authoritative net-edge pass (contract-1
 * section 16). Asks more edge and a price further from the touch where the order adds to the
 * inventory, less where it takes away. What adds and what takes away is the sign of the order's
 * delta: buying a put is a sale of delta.
 */
export const inventorySkew: PolicyGate = {
  name: 'inventory-skew',
  measures: [
    inE8('inventoryDelta'),
    inE8('deltaLimit'),
    plain('skewTicks'),
    inUsd('netEdgeUsd'),
    inUsd('adjustedMinEdgeUsd'),
  ],
  kind: 'policy',
  version: 1,
  appliesTo: 'open',
  check: (context: GateContext, candidate: Candidate): Reject | null => {
    const listing = listingOf(candidate);
    const limit = deltaLimitE8(context, listing.instrument.underlying);
    if (limit === null) {
      return reject('InventorySkewDeltaLimitMissing', {
        underlying: listing.instrument.underlying,
      });
    }
    if (candidate.minEdge === null) return reject('NetEdgeInputMissing', { field: 'min_edge_usd' });
    const inventory = note(candidate, facedDeltaE8(context.exposure, candidate, listing));
    note(candidate, limit);
    const adds = inventory * candidate.deltaE8 > 0;
    const adjusted = adjust(context, candidate, inventory, limit, adds);
    if (Number.isNaN(note(candidate, candidate.skewTicks))) {
      return reject('CriticalConfigMissing', { key: 'inventory_skew_tick_penalty_max' });
    }
    const net = note(candidate, netEdgeOf(candidate));
    if (net >= note(candidate, adjusted) && !(adds && Math.abs(inventory) > limit)) {
      candidate.minEdge = microUsd(adjusted);
      return null;
    }
    if (candidate.provisional) {
      return reject('NetEdgeTooLow', { netEdgeUsd: toUsd(net), minEdgeUsd: toUsd(adjusted) });
    }
    return skewed(inventory / limit, net, adjusted);
  },
};

/** The refusal whose cause is the inventory. `bias` is clamped to [-1, 1]. */
export function skewed(bias: number, netEdge: number, minEdge: number): Reject {
  return reject('InventorySkew', {
    bias: Math.max(-1, Math.min(1, bias)),
    netEdgeUsd: toUsd(netEdge),
    adjustedMinEdgeUsd: toUsd(minEdge),
  });
}

/**
 * Sets the tick shift; answers with the adjusted minimum edge, micro-USD. Every rounding is against
 * us.
 */
function adjust(
  context: GateContext,
  candidate: Candidate,
  inventory: number,
  limit: number,
  adds: boolean,
): number {
  const { parameters, minEdgeFloor } = policyOf(context);
  const minEdge = candidate.minEdge ?? Number.NaN;
  const size = Math.min(Math.abs(inventory), limit);
  const kE8 = Math.round(parameters.inventorySkewK * E8);
  if (adds) {
    candidate.skewTicks = 0 - mulDivUp(size, parameters.inventorySkewTickPenaltyMax, limit);
    return minEdge + mulDivUp(minEdge, mulDivUp(kE8, size, limit), E8);
  }
  if (inventory * candidate.deltaE8 === 0) return minEdge;
  candidate.skewTicks = mulDivUp(size, parameters.inventorySkewTickPenaltyMax, limit);
  return Math.max(minEdge - mulDivDown(minEdge, mulDivDown(kE8, size, limit), E8), minEdgeFloor);
}
