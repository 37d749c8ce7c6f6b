import { type EmergencyState, isEmergencyActive } from '../guard/emergency.ts';
import type { MonoMs } from '../values/index.ts';

/** The emergency flag, as its endpoint answers it. Times are epoch ms. */
export interface EmergencyFlag {
  readonly active: boolean;
  /** The last call; null when there was none. */
  readonly calledAt: number | null;
  /** When its cooldown is over; a reconciliation may be due besides. */
  readonly cooldownExpiresAt: number | null;
}

export function emergencyFlagOf(
  emergency: EmergencyState,
  now: MonoMs,
  cooldownS: number,
): EmergencyFlag {
  const { calledAt } = emergency;
  return {
    active: isEmergencyActive(emergency, now, cooldownS),
    calledAt: calledAt === null ? null : Math.floor(calledAt),
    cooldownExpiresAt: calledAt === null ? null : Math.floor(calledAt + cooldownS * 1_000),
  };
}
