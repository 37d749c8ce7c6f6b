import { settlementPeriod } from '../exchange/settlement-period.ts';

const DAY_MS = 86_400_000;
const EXPIRY_OF_DAY_MS = 28_800_000;
const FRIDAY = 5;

const DAILIES = 4;
const WEEKLIES = 4;
const MONTHLIES = 3;
const QUARTERLIES = 4;

export type Tenor = 'day' | 'week' | 'month' | 'quarter';

/** What an expiry is listed as; the last Friday of a quarter's last month is a quarter. */
export function tenorOf(expiryMs: number): Tenor {
  const period = settlementPeriod(expiryMs);
  if (period === 'month') return new Date(expiryMs).getUTCMonth() % 3 === 2 ? 'quarter' : 'month';
  return period === 'week' ? 'week' : 'day';
}

/**
 * Expiries that Deribit lists at an instant, ascending, 08:00 UTC each: the next four days, the
 * next four Fridays, the last Fridays of three months and of four quarters. Seen in the recorded
 * chains of August 2026.
 */
export function deribitExpiries(at: number): readonly number[] {
  const today = Math.floor(at / DAY_MS) * DAY_MS + EXPIRY_OF_DAY_MS;
  const first = today > at ? today : today + DAY_MS;
  const expiries = new Set<number>();
  for (let day = 0; day < DAILIES; day += 1) expiries.add(first + day * DAY_MS);
  const toFriday = (FRIDAY - new Date(first).getUTCDay() + 7) % 7;
  let fridays = 0;
  let months = 0;
  let quarters = 0;
  for (let friday = first + toFriday * DAY_MS; quarters < QUARTERLIES; friday += 7 * DAY_MS) {
    const tenor = tenorOf(friday);
    fridays += 1;
    if (tenor !== 'week') months += 1;
    if (tenor === 'quarter') quarters += 1;
    const isMonth = tenor !== 'week' && months <= MONTHLIES;
    if (fridays <= WEEKLIES || isMonth || tenor === 'quarter') expiries.add(friday);
  }
  return [...expiries].sort((a, b) => a - b);
}
