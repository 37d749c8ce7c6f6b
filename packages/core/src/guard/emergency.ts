import type { MonoMs } from '../values/index.ts';

/** The emergency reduce-only flag (contract-1 section 36). Updated in place. */
export interface EmergencyState {
  /** The last call; null when there was none or the last one is over. */
  calledAt: MonoMs | null;
  /** The caller wants the venue's word that we are safe, not only time to pass. */
  needsReconciliation: boolean;
}

export function createEmergency(): EmergencyState {
  return { calledAt: null, needsReconciliation: false };
}

/** A new call restarts the cooldown and never withdraws an older demand for reconciliation. */
export function callEmergency(
  emergency: EmergencyState,
  at: MonoMs,
  needsReconciliation: boolean,
): void {
  emergency.calledAt = at;
  emergency.needsReconciliation ||= needsReconciliation;
}

/** Holds until the cooldown is over and, where demanded, a reconciliation has passed. */
export function isEmergencyActive(
  emergency: EmergencyState,
  now: MonoMs,
  cooldownS: number,
): boolean {
  if (emergency.calledAt === null) return false;
  const isOver = now - emergency.calledAt >= cooldownS * 1000;
  return !isOver || emergency.needsReconciliation;
}

/** A clean reconciliation whose snapshot was asked for after the call. */
export function noteReconciled(emergency: EmergencyState, startedAt: MonoMs): void {
  if (emergency.calledAt === null || emergency.calledAt >= startedAt) return;
  emergency.needsReconciliation = false;
}
