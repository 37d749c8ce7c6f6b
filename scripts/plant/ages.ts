/** Books, indexes and decisions that are older than they may be. */
import type { Plant } from './plant.ts';

const CLASS = 'trust a stale book';

export const AGES: readonly Plant[] = [
  {
    name: 'book-age-not-asked',
    class: CLASS,
    does: 'a book of any age is fresh',
    file: 'packages/core/src/market/freshness.ts',
    find: '  return book.usable && isFresh(now, book.updatedAt, maxAgeMs);',
    replace: '  return book.usable && isFresh(now, book.updatedAt, Math.max(maxAgeMs, 1e9));',
    caughtBy: ['open-on-a-sound-book'],
    ground: 'worlds',
  },
  {
    name: 'index-age-not-asked',
    class: CLASS,
    does: 'the last index price counts for ever',
    file: 'packages/core/src/turn/index-price.ts',
    find: 'isFresh(observations.now, index.at, basisPriceMaxAgeMs) ? index.priceE8',
    replace: 'basisPriceMaxAgeMs > 0 ? index.priceE8',
    caughtBy: ['open-on-a-fresh-index'],
    ground: 'worlds',
  },
  {
    name: 'decision-age-not-asked',
    class: CLASS,
    does: 'an order leaves however long its record took',
    file: 'packages/core/src/turn/ledger.ts',
    find: '  return policy === null || age > policy.parameters.l2BookSnapshotMaxAgeMs;',
    replace: '  return policy === null || Number.isNaN(age);',
    caughtBy: ['open-on-a-sound-book'],
    ground: 'worlds',
  },
  {
    name: 'book-as-old-as-its-arrival',
    class: CLASS,
    does: 'a book that waited on its way is as young as its arrival',
    file: 'packages/deribit/src/market-feed.ts',
    find: '    return monoMs(Math.min(heardAt, Math.floor(timestamp + ahead)));',
    replace: '    return Number.isNaN(timestamp) ? monoMs(timestamp) : heardAt;',
    caughtBy: ['books-are-as-old-as-they-are'],
    ground: 'worlds',
  },
  {
    name: 'suspension-not-found-out',
    class: CLASS,
    does: 'a clock that stood still counts as right until it is measured again',
    file: 'packages/deribit/src/timekeeper.ts',
    find: '    const bound = heardAt - saidAt;\n',
    replace: '    const bound = heardAt - Math.min(saidAt, 0);\n',
    caughtBy: ['books-are-as-old-as-they-are'],
    ground: 'scenarios',
  },
];
