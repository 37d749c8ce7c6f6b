import { settlementPeriod } from '../exchange/settlement-period.ts';

const DAY_MS = 86_400_000;
const EXPIRY_HOUR_MS = 28_800_000;
const DAILIES = 3;
const WEEKS = 4;
const HORIZON_DAYS = 70;

/**
 * Expiries that would be listed at an instant: three dailies, four Fridays, and the month ends in
 * ten weeks.
 */
export function listedExpiries(at: number): readonly number[] {
  const today = Math.floor(at / DAY_MS) * DAY_MS + EXPIRY_HOUR_MS;
  const first = today > at ? today : today + DAY_MS;
  const expiries: number[] = [];
  let fridays = 0;
  for (let day = 0; day < HORIZON_DAYS; day += 1) {
    const expiry = first + day * DAY_MS;
    const period = settlementPeriod(expiry);
    if (period !== 'day') fridays += 1;
    const isListed = day < DAILIES || period === 'month' || (period === 'week' && fridays <= WEEKS);
    if (isListed) expiries.push(expiry);
  }
  return expiries;
}
