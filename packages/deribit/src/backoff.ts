/** Bounds of the pause before a reconnection. */
export interface BackoffBounds {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Deribit counts connections per address and refuses the 33rd with 429: never a tight loop. */
const RECONNECT: BackoffBounds = Object.freeze({ firstMs: 500, longestMs: 60_000 });

/** Past this many doublings every pause is the longest one. */
const DOUBLINGS_MAX = 20;

/**
 * The pause before attempt `attempt` (0 is the first): doubled each time, never past the longest,
 * and spread over its upper half, so that clients cut off together do not come back together.
 *
 * @param jitter in [0, 1).
 */
export function backoffMs(attempt: number, jitter: number, bounds = RECONNECT): number {
  const doublings = Math.min(Math.max(0, attempt), DOUBLINGS_MAX);
  const whole = Math.min(bounds.firstMs * (1 << doublings), bounds.longestMs);
  return Math.floor(whole / 2 + (jitter * whole) / 2);
}
