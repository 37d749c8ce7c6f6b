import { gammaBtcE8, vegaMicroUsd } from '../gates/greeks.ts';
import { capsInForce } from '../gates/stage-caps.ts';
import { dayOf, LOSS_LIMIT_KEYS, LOSS_LIMITS, type LossLimit } from '../position/losses.ts';
import type { State } from '../state.ts';
import { freshIndexE8 } from './index-price.ts';
import { freshEquity, lossNow } from './losses.ts';
import { E8 } from '../values/index.ts';
import type { StatusDocument } from '../status/schema.ts';

type LaunchPolicyStatus = StatusDocument['launch_policy'];

const MICRO = 1_000_000;

/** Losses, limits and caps with what is used of them, and who watches. A pure view. */
export function launchPolicyOf(state: State): LaunchPolicyStatus {
  const { observations, session } = state;
  const { presence, policy } = observations;
  return {
    stage: policy?.stage ?? null,
    equity_usd: decimal(freshEquity(state)),
    losses: LOSS_LIMITS.map((limit) => lossOf(state, limit)),
    use: usesOf(state),
    presence: {
      required: session.needsSupervisor,
      person: presence?.person ?? null,
      until_ms: presence?.until ?? null,
    },
  };
}

function lossOf(state: State, limit: LossLimit): LaunchPolicyStatus['losses'][number] {
  const measure = lossNow(state, limit);
  const known = typeof measure === 'string' ? null : measure;
  return {
    limit: LOSS_LIMIT_KEYS[limit],
    name: limit,
    baseline_usd: decimal(known?.baseline ?? null),
    loss_usd: decimal(known?.loss ?? null),
    allowed_usd: decimal(known?.allowed ?? null),
    is_latched: state.observations.riskCauses.has(limit),
    latched_at_ms: state.facts.lossLatches.get(limit)?.at ?? null,
  };
}

function usesOf(state: State): LaunchPolicyStatus['use'] {
  const { facts, observations } = state;
  const { exposure, listings, now, policy } = observations;
  if (policy === null) return [];
  const indexPriceE8 = (coin: Parameters<typeof freshIndexE8>[1]) =>
    freshIndexE8(observations, coin);
  const sources = { exposure, listings, now, policy, indexPriceE8 };
  let gross = 0;
  for (const coin of exposure.underlyings) {
    gross += exposure.positionNotional(coin) + exposure.pendingNotional(coin);
  }
  const gamma = gammaBtcE8(sources, null);
  const vega = vegaMicroUsd(sources, null);
  const caps = capsInForce(policy);
  const traded = dayOf(now) > facts.traded.day ? 0 : facts.traded.turnover;
  const { limits } = policy;
  return [
    use('max_gross_notional_usd', decimal(gross), decimal(limits.maxGrossNotional)),
    use(
      'max_gamma_btc_equiv',
      typeof gamma === 'number' ? gamma / E8 : null,
      limits.maxGammaBtcEquiv,
    ),
    use('max_vega_usd', typeof vega === 'number' ? decimal(vega) : null, decimal(limits.maxVega)),
    use('max_daily_volume_usd', decimal(traded), decimal(caps?.maxDailyVolume ?? null)),
    use('max_open_positions', facts.positions.size, caps?.maxOpenPositions ?? null),
    use(
      'max_single_order_contracts',
      null,
      caps === undefined ? null : caps.maxSingleOrderContractsE8 / E8,
    ),
  ];
}

function use(
  limit: string,
  value: number | null,
  max: number | null,
): LaunchPolicyStatus['use'][number] {
  return { limit, value, max };
}

/** USD; null where nobody knows, or where what stands in for the worst case would mislead. */
function decimal(micro: number | null): number | null {
  return micro !== null && Number.isFinite(micro) && micro < Number.MAX_SAFE_INTEGER
    ? micro / MICRO
    : null;
}
