import { type Checker, demand } from './checker.ts';

/** No fault of whoever sent it: the book moved while it was on its way. */
const FATES: ReadonlySet<string> = new Set(['post_only_would_cross']);

/**
 * The exchange's own count: no order it must call illegal ever reached it, and none twice under one
 * label.
 */
export function nothingIllegalAtTheVenue(): Checker {
  const name = 'nothing-illegal-at-the-venue';
  return {
    name,
    atEnd: ({ exchange }) => {
      const { illegalByKind, duplicateDispatches } = exchange.counters;
      const kinds = Object.entries(illegalByKind).filter(
        ([kind, count]) => count > 0 && !FATES.has(kind),
      );
      demand(kinds.length === 0, name, () => kinds.map(([kind, n]) => `${n} ${kind}`).join(', '));
      demand(duplicateDispatches === 0, name, () => `${duplicateDispatches} came twice`);
    },
  };
}
