import type { Policy } from '@holdfast/core';
import { amountE8, coinE8, type Currency, microUsd } from '@holdfast/core/values';

/** How the policy of a world differs from the launch policy. */
export interface RulesModel {
  /** Every age the policy allows is this share of it. */
  readonly patience: number;
  /** Every limit of size, exposure and pace is this share of it. */
  readonly room: number;
  /** 1: a loss latches as in the launch policy; 0: at figures that no world reaches. */
  readonly losses: number;
  /** 1: orders may follow each other as fast as they like. */
  readonly unpaced: number;
  /** 1: a value that has no default is missing. */
  readonly withoutMinEdge: number;
  readonly withoutDeltaLimit: number;
  readonly withoutLeverage: number;
  readonly withoutExpiryBuffer: number;
  readonly withoutPortfolioDelta: number;
  /** 1: no amount of trades of our own is too many. */
  readonly heedless: number;
}

export const LAUNCH_RULES: RulesModel = Object.freeze({
  patience: 1,
  room: 1,
  losses: 1,
  unpaced: 0,
  withoutMinEdge: 0,
  withoutDeltaLimit: 0,
  withoutLeverage: 0,
  withoutExpiryBuffer: 0,
  withoutPortfolioDelta: 0,
  heedless: 0,
});

/** Ages in whole seconds; each is at least what its producer needs to come round again. */
const LEAST_AGES_S = {
  feeCacheSoftS: 5,
  feeCacheHardS: 12,
  maxPolicyAgeSec: 12,
  f1CertFreshnessWindowS: 2,
  exchangeHealthStaleS: 65,
  emergencyReduceonlyCooldownS: 2,
} as const;

/** The most a policy may allow. */
const HEEDLESS_USD = 1e9;
const UNPACED = Object.freeze({
  maxOrdersPerSecond: 1_000,
  maxOrdersPerMinute: 10_000,
  minOrderIntervalMs: 1,
});

/** The most a policy may allow to be lost. */
const BOTTOMLESS = Object.freeze({
  maxDailyLoss: microUsd(1_000_000_000_000_000),
  maxWeeklyLoss: microUsd(1_000_000_000_000_000),
  maxDrawdownPct: 100,
});

type Age = keyof typeof LEAST_AGES_S;

/** The launch policy as this world has it. */
export function underRules(policy: Policy, rules: RulesModel): Policy {
  const { exposure, limits, minEdge, expiryDelistBufferS } = policy;
  return {
    ...policy,
    minEdge: rules.withoutMinEdge > 0 ? null : minEdge,
    expiryDelistBufferS: rules.withoutExpiryBuffer > 0 ? null : expiryDelistBufferS,
    exposure: {
      deltaLimitE8: deltaLimits(exposure.deltaLimitE8, rules),
      portfolioDelta: portfolioDelta(exposure.portfolioDelta, rules),
    },
    limits: {
      ...limits,
      maxLeverage: rules.withoutLeverage > 0 ? null : limits.maxLeverage,
      maxGrossNotional: microUsd(part(limits.maxGrossNotional, rules.room)),
      maxOrderSizeContractsE8: amountE8(part(limits.maxOrderSizeContractsE8, rules.room)),
      ...(rules.losses > 0 ? {} : BOTTOMLESS),
      ...pace(limits, rules),
    },
    parameters: { ...ages(policy.parameters, rules), ...heed(policy.parameters, rules) },
  };
}

type Pace = Pick<
  Policy['limits'],
  'maxOrdersPerSecond' | 'maxOrdersPerMinute' | 'minOrderIntervalMs'
>;

function pace(limits: Policy['limits'], { unpaced, room }: RulesModel): Pace {
  if (unpaced > 0) return UNPACED;
  return {
    minOrderIntervalMs: limits.minOrderIntervalMs,
    maxOrdersPerSecond: part(limits.maxOrdersPerSecond, room),
    maxOrdersPerMinute: part(limits.maxOrdersPerMinute, room),
  };
}

function deltaLimits(
  limits: Policy['exposure']['deltaLimitE8'],
  { withoutDeltaLimit, room }: RulesModel,
): Policy['exposure']['deltaLimitE8'] {
  const entries = [...limits].map(([coin, limit]): [Currency, typeof limit] => [
    coin,
    coinE8(part(limit, room)),
  ]);
  // One coin keeps its own: what is missing for the other must not stop it.
  return new Map(withoutDeltaLimit > 0 ? entries.slice(1) : entries);
}

function portfolioDelta(
  limit: Policy['exposure']['portfolioDelta'],
  { withoutPortfolioDelta, room }: RulesModel,
): Policy['exposure']['portfolioDelta'] {
  if (withoutPortfolioDelta > 0 || limit === null) return null;
  return microUsd(part(limit, room));
}

function ages(parameters: Policy['parameters'], { patience }: RulesModel): Policy['parameters'] {
  if (patience === 1) return parameters;
  const shorter = (Object.keys(LEAST_AGES_S) as Age[]).map((age) => {
    const shortest = Math.min(LEAST_AGES_S[age], parameters[age]);
    return [age, Math.max(shortest, Math.round(parameters[age] * patience))] as const;
  });
  return { ...parameters, ...Object.fromEntries(shorter) };
}

/** Many worlds must be able to trade on and on: one order of theirs is a trip of self-impact. */
function heed(
  { selfTradeMinSelfNotionalUsd: least, selfTradeNotionalTripUsd: most }: Policy['parameters'],
  { heedless }: RulesModel,
): Partial<Policy['parameters']> {
  const selfTradeMinSelfNotionalUsd = heedless > 0 ? HEEDLESS_USD : least;
  const selfTradeNotionalTripUsd = heedless > 0 ? HEEDLESS_USD : most;
  return { selfTradeMinSelfNotionalUsd, selfTradeNotionalTripUsd };
}

/** Whole, and never nothing. */
function part(value: number, share: number): number {
  return Math.max(1, Math.round(value * share));
}
