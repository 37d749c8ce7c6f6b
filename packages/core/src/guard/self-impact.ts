import type { Side } from '../intent/intent.ts';
import { isFresh, type MicroUsd, type MonoMs } from '../values/index.ts';

/** Thresholds of contract-1 section 26, as the policy has them. */
export interface SelfImpactParameters {
  readonly publicTradeFeedMaxAgeMs: number;
  readonly selfTradeFractionTrip: number;
  readonly selfTradeMinSelfNotionalUsd: number;
  readonly selfTradeNotionalTripUsd: number;
}

/** Our own trades in the window: all of them, and what buys less sells come to. Micro-USD. */
export interface SelfNotional {
  readonly gross: MicroUsd;
  readonly net: number;
}

export interface SelfImpactInputs {
  readonly now: MonoMs;
  /** Up to when the public trades of this market are known whole; null: never. */
  readonly feedUpdatedAt: MonoMs | null;
  /** Everybody's trades in the window, ours among them (AMB-53). */
  readonly publicNotional: MicroUsd;
  /** Null: not known, which is no different from a stale feed (AMB-53). */
  readonly self: SelfNotional | null;
  readonly side: Side;
  readonly parameters: SelfImpactParameters;
}

export type SelfImpact = 'stale' | 'tripped' | 'clear';

const MICRO = 1_000_000;
/** Every trade is rounded up by less than a micro-dollar: a net as small as this is nothing. */
const NET_ROUNDING_MAX = 1_000;

/**
 * Do we chase ourselves? Freshness first: of a feed that is not heard nothing is computed. Then by
 * our share of what was traded, or by our amount alone, and only in the direction we have been
 * going. What comes to nothing both ways has gone both ways.
 */
export function assessSelfImpact(inputs: SelfImpactInputs): SelfImpact {
  const { now, feedUpdatedAt, publicNotional, self, side, parameters } = inputs;
  const { selfTradeFractionTrip, selfTradeMinSelfNotionalUsd } = parameters;
  if (!isFresh(now, feedUpdatedAt, parameters.publicTradeFeedMaxAgeMs)) return 'stale';
  if (self === null) return 'stale';
  const { gross, net } = self;
  if (!(gross > 0)) return gross === 0 ? 'clear' : 'stale';
  const share = gross / Math.max(publicNotional, 1);
  const byShare = !(share < selfTradeFractionTrip) && gross >= selfTradeMinSelfNotionalUsd * MICRO;
  const byAmount = gross >= parameters.selfTradeNotionalTripUsd * MICRO;
  if (!byShare && !byAmount) return 'clear';
  const goesOn = side === 'buy' ? net >= -NET_ROUNDING_MAX : net <= NET_ROUNDING_MAX;
  return goesOn ? 'tripped' : 'clear';
}
