const DAY_MS = 86_400_000;
const FRIDAY = 5;

/**
 * Deribit's `settlement_period`, read off the expiry date: last Friday of a month, another Friday,
 * another day.
 */
export function settlementPeriod(expiryMs: number | null): 'day' | 'week' | 'month' | 'perpetual' {
  if (expiryMs === null) return 'perpetual';
  const day = new Date(expiryMs);
  if (day.getUTCDay() !== FRIDAY) return 'day';
  const weekLater = new Date(expiryMs + 7 * DAY_MS);
  return weekLater.getUTCMonth() === day.getUTCMonth() ? 'week' : 'month';
}
