import type { WorldOptions } from './world-options.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
/** When the venue settles; what expires that day does so here. */
const SETTLEMENT_MS = Date.UTC(2026, 0, 5, 8);
/** Sunday is over. */
const WEEK_END_MS = Date.UTC(2026, 0, 5);

/** A loss that latched can be reset once its day or week is over, so some worlds see that end. */
export function startOf({ beforeExpiryMs, beforeWeekEndMs }: WorldOptions['conditions']): number {
  if (beforeExpiryMs > 0) return SETTLEMENT_MS - beforeExpiryMs;
  return beforeWeekEndMs > 0 ? WEEK_END_MS - beforeWeekEndMs : START_MS;
}
