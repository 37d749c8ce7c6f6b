import type { MonoMs, WallMs } from '../values/index.ts';
import type { GuardInputs, Reading } from './inputs.ts';

/**
 * The answer of `ageMs` for a timestamp that is missing, unparseable or in the future (contract-1
 * section 32).
 */
export const NO_AGE = -1;

/** Age in ms, or `NO_AGE`. */
export function ageMs(now: MonoMs, at: MonoMs | WallMs | null): number {
  if (at === null || !Number.isFinite(at)) return NO_AGE;
  const age = now - at;
  return age >= 0 ? age : NO_AGE;
}

/** Maintenance margin over equity; may exceed 1, is never negative. */
export function isMarginRatio(reading: Reading<number> | null): reading is Reading<number> {
  return reading !== null && Number.isFinite(reading.value) && reading.value >= 0;
}

/** A share of the disk. 92 is not 92 %: it is a producer that speaks other units. */
export function isShare(reading: Reading<number> | null): reading is Reading<number> {
  return reading !== null && reading.value >= 0 && reading.value <= 1;
}

/** Same value, fresh timestamp. Exactly at the limit is fresh. */
export function isFresh(now: MonoMs, reading: Reading<unknown>, maxAgeMs: number): boolean {
  const age = ageMs(now, reading.at);
  return age !== NO_AGE && age <= maxAgeMs;
}

export function isCount(value: number | null): value is number {
  return value !== null && Number.isSafeInteger(value) && value >= 0;
}

/**
 * Older than the limit. A missing timestamp is not old, it is missing: kills need a real age
 * (AT-112).
 */
export function isOlder(now: MonoMs, at: MonoMs | WallMs | null, maxAgeMs: number): boolean {
  return ageMs(now, at) > maxAgeMs;
}

/** A monitor this build lacks counts as a missing input wherever it is not tolerated. */
export function isUnheard(inputs: GuardInputs, value: unknown): boolean {
  return value === null || (value === 'unlinked' && !inputs.toleratesUnlinked);
}
