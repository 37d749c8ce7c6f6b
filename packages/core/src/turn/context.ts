import type { GateContext } from '../gates/gate.ts';
import { dayOf } from '../position/losses.ts';
import { churnBlockedMs } from '../order/churn.ts';
import { currentRiskState, type RiskCauses } from '../guard/risk-state.ts';
import type { OrderTerms } from '../order/order.ts';
import type { State } from '../state.ts';
import { type Currency, isFresh, type Label, type StrategyId } from '../values/index.ts';
import { freshIndexE8 } from './index-price.ts';
import { freshEquity, lossNow } from './losses.ts';
import { currentMode } from './mode.ts';
import { tradesView } from './public-trades.ts';

/** What the gates may look at, taken now: slices, and two lookups. */
export function gateContext(state: State): GateContext {
  const { facts, observations } = state;
  const { now, policy, mmUtil, feeModelCachedAt } = observations;
  const marginMaxAge = policy?.parameters.mmUtilMaxAgeMs ?? 0;
  observations.rate.advance(now);
  observations.requests.advance(now);
  return {
    now,
    policy,
    mode: currentMode(state),
    riskState: currentRiskState(observations.riskCauses),
    latchReasons: observations.latch.reasons,
    listings: observations.listings,
    unsupported: observations.unsupported,
    indexPriceE8: (underlying) => freshIndexE8(observations, underlying),
    mmUtil: mmUtil !== null && isFresh(now, mmUtil.at, marginMaxAge) ? mmUtil.value : null,
    equity: freshEquity(state),
    loss: (limit) => lossNow(state, limit),
    turnover: (at) => (dayOf(at) > facts.traded.day ? 0 : facts.traded.turnover),
    feeModelAgeS: feeModelCachedAt === null ? null : (now - feeModelCachedAt) / 1_000,
    ledger: observations.ledger,
    exposure: observations.exposure,
    rate: observations.rate,
    requests: observations.requests,
    trades: tradesView(state),
    throttled: isThrottledOnly(observations.riskCauses),
    order: (label) => facts.orders.get(label),
    isSuspended: (strategy) => observations.suspended.has(strategy),
    isChurning: facts.churn.size > 0,
    churnBlockedMs: (key) => churnBlockedMs(facts.churn, key, now),
    workingClose: (strategy, underlying) => workingClose(state, strategy, underlying),
  };
}

/**
 * On record and not ended, or on its way to be recorded. One that rests protects for as long as it
 * rests, and is no step somebody waits for.
 */
function workingClose(
  { facts, observations }: State,
  strategy: StrategyId,
  underlying: Currency,
): Label | null {
  const isIt = ({ intentClass, instrument, strategyId, timeInForce }: OrderTerms): boolean =>
    intentClass === 'CLOSE' &&
    timeInForce === 'immediate_or_cancel' &&
    strategyId === strategy &&
    observations.listings.get(instrument)?.instrument.underlying === underlying;
  for (const label of facts.working) {
    const order = facts.orders.get(label);
    if (order !== undefined && isIt(order.terms)) return label;
  }
  for (const { terms } of observations.pendingIntents.values()) {
    if (isIt(terms)) return terms.label;
  }
  return null;
}

/** Anything else that is wrong has a better name for the refusal. */
function isThrottledOnly(causes: RiskCauses): boolean {
  return causes.size === 1 && causes.has('rate_limited');
}
