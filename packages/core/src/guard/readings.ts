import type { Reading } from './inputs.ts';

/** Maintenance margin over equity; may exceed 1, is never negative. */
export function isMarginRatio(reading: Reading<number> | null): reading is Reading<number> {
  return reading !== null && Number.isFinite(reading.value) && reading.value >= 0;
}

/** A share of the disk. 92 is not 92 %: it is a producer that speaks other units. */
export function isShare(reading: Reading<number> | null): reading is Reading<number> {
  return reading !== null && reading.value >= 0 && reading.value <= 1;
}

export function isCount(value: number | null): value is number {
  return value !== null && Number.isSafeInteger(value) && value >= 0;
}
