import { isEmergencyActive } from '../guard/emergency.ts';
import { DEFAULT_PARAMETERS } from '../policy-document.ts';
import type { State } from '../state.ts';

/** The emergency flag, as its endpoint answers it. Times are epoch ms. */
export interface EmergencyFlag {
  readonly active: boolean;
  /** The last call; null when there was none. */
  readonly calledAt: number | null;
  /** When its cooldown is over; a reconciliation may be due besides. */
  readonly cooldownExpiresAt: number | null;
}

export function emergencyFlag({ observations }: State): EmergencyFlag {
  const { emergency, now, policy } = observations;
  const { emergencyReduceonlyCooldownS } = policy?.parameters ?? DEFAULT_PARAMETERS;
  const { calledAt } = emergency;
  const cooldownMs = emergencyReduceonlyCooldownS * 1_000;
  return {
    active: isEmergencyActive(emergency, now, emergencyReduceonlyCooldownS),
    calledAt: calledAt === null ? null : Math.floor(calledAt),
    cooldownExpiresAt: calledAt === null ? null : Math.floor(calledAt + cooldownMs),
  };
}
