import type { MonoMs, WallMs } from './time.ts';

/**
 * Age in ms. A time that is missing, no number or in the future has none: null, which is never
 * fresh and never old (contract-1 sections 3 and 32). Both times are on the one monotonic clock of
 * the shell, which is aligned to the epoch.
 */
export function ageMs(now: MonoMs | WallMs, at: MonoMs | WallMs | null): number | null {
  if (at === null) return null;
  const age = now - at;
  return age >= 0 && Number.isFinite(age) ? age : null;
}

/** At exactly the limit it is still fresh. No age, or no limit, is never fresh. */
export function isFresh(
  now: MonoMs | WallMs,
  at: MonoMs | WallMs | null,
  maxAgeMs: number,
): boolean {
  const age = ageMs(now, at);
  return age !== null && age <= maxAgeMs;
}

/**
 * Older than the limit. A missing time is not old, it is missing: what kills needs a real age
 * (AT-112). So this is not the opposite of `isFresh`.
 */
export function isOlder(
  now: MonoMs | WallMs,
  at: MonoMs | WallMs | null,
  maxAgeMs: number,
): boolean {
  const age = ageMs(now, at);
  return age !== null && age > maxAgeMs;
}
