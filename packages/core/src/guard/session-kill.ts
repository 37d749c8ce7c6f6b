import type { MonoMs } from '../values/index.ts';

/** The rolling window of `10028_count_5m`; exactly five minutes old still counts. */
const SESSION_KILL_WINDOW_MS = 300_000;
/**
 * More than any `rate_limit_kill_min_10028` a policy may ask for; older ones can no longer matter.
 */
export const SESSION_KILL_REMEMBERED = 32;

/** The venue ended our session for too many requests (contract-1 section 45). Updated in place. */
export interface SessionKill {
  /** True from the first 10028 until a reconciliation clears it; time alone never does. */
  active: boolean;
  /** When each was seen, oldest first; bounded. */
  readonly seenAt: MonoMs[];
}

export function createSessionKill(): SessionKill {
  return { active: false, seenAt: [] };
}

export function note10028(kill: SessionKill, at: MonoMs): void {
  kill.active = true;
  kill.seenAt.push(at);
  if (kill.seenAt.length > SESSION_KILL_REMEMBERED) kill.seenAt.shift();
}

/** `10028_count_5m`, saturated at `SESSION_KILL_REMEMBERED`. */
export function count10028(kill: SessionKill, now: MonoMs): number {
  let count = 0;
  for (const at of kill.seenAt) {
    if (now - at <= SESSION_KILL_WINDOW_MS) count += 1;
  }
  return count;
}

/**
 * A clean reconciliation ends it, unless another 10028 came since the snapshot was asked for.
 * @returns whether it was cleared.
 */
export function clearSessionKill(kill: SessionKill, reconciliationStartedAt: MonoMs): boolean {
  const last = kill.seenAt.at(-1);
  if (!kill.active || (last !== undefined && last >= reconciliationStartedAt)) return false;
  kill.active = false;
  return true;
}
