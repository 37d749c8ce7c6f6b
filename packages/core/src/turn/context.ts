import type { GateContext } from '../gates/gate.ts';
import { currentRiskState } from '../guard/risk-state.ts';
import { isFresh } from '../market/freshness.ts';
import type { State } from '../state.ts';
import { currentMode } from './mode.ts';

/** What the gates may look at, taken now: slices, and two lookups. */
export function gateContext(state: State): GateContext {
  const { facts, observations } = state;
  const { now, policy, mmUtil, equity, feeModelCachedAt } = observations;
  const marginMaxAge = policy?.parameters.mmUtilMaxAgeMs ?? 0;
  observations.rate.advance(now);
  return {
    now,
    policy,
    mode: currentMode(state),
    riskState: currentRiskState(observations.riskCauses),
    latchReasons: observations.latch.reasons,
    listings: observations.listings,
    unsupported: observations.unsupported,
    indexPriceE8: (underlying) => observations.indexes.get(underlying)?.priceE8 ?? null,
    mmUtil: mmUtil !== null && isFresh(now, mmUtil.at, marginMaxAge) ? mmUtil.value : null,
    equity: equity !== null && isFresh(now, equity.at, marginMaxAge) ? equity.value : null,
    feeModelAgeS: feeModelCachedAt === null ? null : (now - feeModelCachedAt) / 1_000,
    ledger: observations.ledger,
    exposure: observations.exposure,
    rate: observations.rate,
    order: (label) => facts.orders.get(label),
    isSuspended: (strategy) => observations.suspended.has(strategy),
  };
}
