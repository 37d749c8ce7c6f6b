import type { WorldOptions } from './world-options.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
/** When the venue settles; what expires that day does so here. */
const SETTLEMENT_MS = Date.UTC(2026, 0, 5, 8);
/** Sunday is over. */
const WEEK_END_MS = Date.UTC(2026, 0, 5);

/**
 * A staged market may have a time of its own. A loss that latched can be reset once its day or week
 * is over, so some worlds see that end.
 */
export function startOf({
  conditions,
  staged,
}: Pick<WorldOptions, 'conditions' | 'staged'>): number {
  const { beforeExpiryMs, beforeWeekEndMs } = conditions;
  if (staged !== undefined && staged.market.startAt !== null) return staged.market.startAt;
  if (beforeExpiryMs > 0) return SETTLEMENT_MS - beforeExpiryMs;
  return beforeWeekEndMs > 0 ? WEEK_END_MS - beforeWeekEndMs : START_MS;
}
