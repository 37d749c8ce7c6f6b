import { MS_PER_YEAR } from '@holdfast/core/strategy';
import { E8 } from '@holdfast/core/values';
import type { MarketRow } from './market.ts';

const THIRTY_DAYS_MS = 30 * 86_400_000;
/** Fewer strikes than this say nothing about a variance. */
const STRIKES_MIN = 5;

/** A mark at 1e-8 and the future it was priced from. */
export type Mark = Pick<MarketRow, 'instrument' | 'markE8' | 'underlyingE8'>;

/**
 * The volatility index of a coin as Deribit describes DVOL: the square root of the 30-day
 * annualised variance of a variance swap, in percent, to four decimals. Each expiry's variance is
 * the replication over its out-of-the-money marks, 2/T * sum(dK / K^2 * Q(K)) - (F/K0 - 1)^2 / T
 * with Q in USD; the two expiries around 30 days are joined linearly in total variance, and where
 * there is only one of them it stands alone. Null where no expiry has marks enough.
 */
export function volatilityIndex(marks: Iterable<Mark>, now: number): number | null {
  const slices = new Map<number, Mark[]>();
  for (const mark of marks) {
    const { expiry } = mark.instrument;
    if (expiry === null || expiry <= now) continue;
    const slice = slices.get(expiry);
    if (slice === undefined) slices.set(expiry, [mark]);
    else slice.push(mark);
  }
  let near: Variance | null = null;
  let next: Variance | null = null;
  for (const expiry of [...slices.keys()].sort((a, b) => a - b)) {
    const variance = varianceOf(slices.get(expiry) ?? [], expiry, now);
    if (variance === null) continue;
    if (variance.ms <= THIRTY_DAYS_MS) near = variance;
    else next ??= variance;
  }
  const total = totalAt(near, next);
  if (total === null) return null;
  return Math.round(1e6 * Math.sqrt((total * MS_PER_YEAR) / THIRTY_DAYS_MS)) / 1e4;
}

/** Expiries that the index of now is made of: the last within 30 days and the first beyond. */
export function indexExpiries(expiries: Iterable<number>, now: number): ReadonlySet<number> {
  let near = Number.NEGATIVE_INFINITY;
  let next = Number.POSITIVE_INFINITY;
  for (const expiry of expiries) {
    if (expiry <= now) continue;
    if (expiry - now <= THIRTY_DAYS_MS) near = Math.max(near, expiry);
    else next = Math.min(next, expiry);
  }
  return new Set([near, next]);
}

interface Variance {
  readonly ms: number;
  /** Not annualised. */
  readonly total: number;
}

function totalAt(near: Variance | null, next: Variance | null): number | null {
  if (near === null || next === null) {
    const only = near ?? next;
    return only === null ? null : (only.total / only.ms) * THIRTY_DAYS_MS;
  }
  const share = (THIRTY_DAYS_MS - near.ms) / (next.ms - near.ms);
  return near.total + (next.total - near.total) * share;
}

/**
 * Values by strike are of the out-of-the-money option; at the centre strike, of both, by parity.
 */
function varianceOf(marks: readonly Mark[], expiry: number, now: number): Variance | null {
  const forwards = marks.map(({ underlyingE8 }) => underlyingE8 / E8).sort((a, b) => a - b);
  const forward = forwards[forwards.length >> 1];
  if (forward === undefined) return null;
  let centre = 0;
  for (const mark of marks) {
    const strike = strikeOf(mark);
    if (strike <= forward && strike > centre) centre = strike;
  }
  const values = new Map<number, number>();
  for (const mark of marks) {
    const strike = strikeOf(mark);
    const isCall = mark.instrument.option?.type === 'call';
    const usd = (mark.markE8 / E8) * forward;
    // The centre is at or below the forward: the mean of call and put is the put and half the gap.
    if (strike === centre && !isCall) values.set(strike, usd + (forward - centre) / 2);
    else if (strike !== centre && isCall === strike > centre) values.set(strike, usd);
  }
  const strikes = [...values.keys()].sort((a, b) => a - b);
  if (centre === 0 || strikes.length < STRIKES_MIN) return null;
  let sum = 0;
  for (const [at, strike] of strikes.entries()) {
    const low = strikes[Math.max(0, at - 1)] ?? strike;
    const high = strikes[Math.min(strikes.length - 1, at + 1)] ?? strike;
    const width = at === 0 || at === strikes.length - 1 ? high - low : (high - low) / 2;
    sum += (width / (strike * strike)) * (values.get(strike) ?? 0);
  }
  const off = forward / centre - 1;
  const total = 2 * sum - off * off;
  return total > 0 ? { ms: expiry - now, total } : null;
}

function strikeOf({ instrument }: Mark): number {
  return (instrument.option?.strikeE8 ?? 0) / E8;
}
