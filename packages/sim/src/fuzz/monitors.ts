import type { Policy } from '@holdfast/core';

/** How strict the monitors of a world are, against the launch policy. */
export interface MonitorsModel {
  /** Every cooldown and the exit period of bunker mode last this share of their time. */
  readonly cooldowns: number;
  /** 1: a network and a clock may be as bad as they like, for what else a world is to show. */
  readonly tolerance: number;
}

export const LAUNCH_MONITORS: MonitorsModel = Object.freeze({ cooldowns: 1, tolerance: 0 });

const COOLDOWNS = [
  'spreadDepthCooldownS',
  'dvolCooldownS',
  'basisReduceonlyCooldownS',
  'bunkerExitStableS',
  'sviGuardTripWindowS',
] as const;

/** Lines that no fault of a simulated network or clock is over. */
const TOLERANT = Object.freeze({
  bunkerHttpP95MaxMs: 3_600_000,
  bunkerJitterThresholdMs: 3_600_000,
  bunkerTimeoutRateMax: 1,
  timeDriftThresholdMs: 3_600_000,
});

/** The policy with the monitors of this world. */
export function underMonitors(policy: Policy, { cooldowns, tolerance }: MonitorsModel): Policy {
  const { parameters } = policy;
  const shorter = COOLDOWNS.map(
    (key) => [key, Math.max(1, Math.round(parameters[key] * cooldowns))] as const,
  );
  const lines = tolerance > 0 ? TOLERANT : {};
  return { ...policy, parameters: { ...parameters, ...Object.fromEntries(shorter), ...lines } };
}
