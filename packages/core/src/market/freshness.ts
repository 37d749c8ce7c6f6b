import type { MonoMs } from '../values/index.ts';
import type { Book } from './book.ts';

/**
 * Age in ms. A reading from the future has no age, as little as a missing one: null (contract-1
 * section 3). Both times are on the one monotonic clock of the shell.
 */
export function ageMs(now: MonoMs, at: MonoMs | null): number | null {
  if (at === null) return null;
  const age = now - at;
  return age >= 0 && Number.isFinite(age) ? age : null;
}

/** At exactly the limit a reading is still fresh. No age, or no limit, is never fresh. */
export function isFresh(now: MonoMs, at: MonoMs | null, maxAgeMs: number): boolean {
  const age = ageMs(now, at);
  return age !== null && age <= maxAgeMs;
}

/**
 * Present, parseable and not older than the limit (contract-1 section 13): what the liquidity gate
 * may walk.
 */
export function isBookFresh(book: Book, now: MonoMs, maxAgeMs: number): boolean {
  return book.usable && isFresh(now, book.updatedAt, maxAgeMs);
}
