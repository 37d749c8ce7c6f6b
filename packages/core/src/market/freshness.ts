import { isFresh, type MonoMs } from '../values/index.ts';
import type { Book } from './book.ts';

/**
 * Present, parseable and not older than the limit (contract-1 section 13): what the liquidity gate
 * may walk.
 */
export function isBookFresh(book: Book, now: MonoMs, maxAgeMs: number): boolean {
  return book.usable && isFresh(now, book.updatedAt, maxAgeMs);
}
