import type { Instrument } from '@holdfast/core/instrument';
import { E8 } from '@holdfast/core/values';
import type { Position } from './account.ts';
import { mulDivFloor } from './signed-quotient.ts';
import { coinAmountE8 } from './valuation.ts';

/**
 * Deribit's funding of perpetuals: the premium of mark over index, less a dead band of 0.025 % and
 * capped, is an eight-hour interest rate that longs pay to shorts continuously, without a fee. Here
 * the rate holds from one mark or index to the next, a position's interest is the sum of rate times
 * time, and it is paid at the index of the moment it is realised: with every trade of the position
 * and at the daily settlement.
 */
const DEAD_BAND_E8 = 25_000;
const CAP_E8 = 500_000;
const PERIOD_MS = 28_800_000;
const SAMPLE_MS = 60_000;
const SAMPLES = PERIOD_MS / SAMPLE_MS;

/** Interest of one perpetual. Rates are fractions per eight hours, at 1e-8. */
export interface Interest {
  rateE8: number;
  /** Up to when it has been accrued. */
  at: number | null;
  /** Sum of rate times milliseconds since the last daily settlement: exact. */
  accrued: number;
  /** The same since the listing, as a fraction: analytics. */
  total: number;
  /** `total` by the minute, for the average of the last eight hours; oldest first. */
  readonly samples: { readonly at: number; readonly total: number }[];
}

export function createInterest(): Interest {
  return { rateE8: 0, at: null, accrued: 0, total: 0, samples: [] };
}

/** Linear perpetuals are linear futures without an expiry. */
export function isPerpetual(instrument: Instrument): boolean {
  return instrument.kind !== 'option' && instrument.expiry === null;
}

/** The rate of a premium, at 1e-8 per eight hours. */
export function fundingRateE8(markE8: number, indexE8: number): number {
  const premiumE8 = mulDivFloor(markE8 - indexE8, E8, indexE8);
  const damped = Math.max(DEAD_BAND_E8, premiumE8) + Math.min(0 - DEAD_BAND_E8, premiumE8);
  return Math.min(CAP_E8, Math.max(0 - CAP_E8, damped));
}

/** Interest up to `now`, in units of rate at 1e-8 times milliseconds. */
export function accruedAt(interest: Interest, now: number): number {
  return interest.accrued + interest.rateE8 * (now - (interest.at ?? now));
}

/** Moves the interest to `now` and goes on at a new rate. */
export function accrue(interest: Interest, now: number, rateE8: number): void {
  const accrued = accruedAt(interest, now);
  if (!Number.isSafeInteger(accrued)) throw new RangeError('D-3: interest left exact numbers');
  interest.total += (accrued - interest.accrued) / E8 / PERIOD_MS;
  interest.accrued = accrued;
  interest.at = now;
  interest.rateE8 = rateE8;
  const last = interest.samples.at(-1);
  if (last !== undefined && now - last.at < SAMPLE_MS) return;
  interest.samples.push({ at: now, total: interest.total });
  if (interest.samples.length > 2 * SAMPLES) interest.samples.splice(0, SAMPLES);
}

/** Interest of the last eight hours, as far back as there was any, as a fraction. */
export function fundingOfPeriod(interest: Interest, now: number): number {
  const total = totalAt(interest, now);
  let before = 0;
  for (const sample of interest.samples) {
    if (sample.at > now - PERIOD_MS) break;
    before = sample.total;
  }
  return total - before;
}

export function totalAt(interest: Interest, now: number): number {
  return interest.total + (accruedAt(interest, now) - interest.accrued) / E8 / PERIOD_MS;
}

/**
 * What a position would receive for its interest until `now`, at 1e-8 of its settlement currency:
 * negative is paid. Rounded against it.
 */
export function fundingDueE8(
  interest: Interest,
  { instrument, steps, interestPaidTo }: Position,
  indexE8: number,
  now: number,
): number {
  const owed = accruedAt(interest, now) - interestPaidTo;
  if (owed === 0) return 0;
  const coinsE8 = coinAmountE8(instrument, steps, indexE8);
  const notionalE8 = instrument.amountUnit === 'usd' ? coinsE8 : mulDivFloor(coinsE8, indexE8, E8);
  return mulDivFloor(0 - notionalE8, owed, E8 * PERIOD_MS);
}
