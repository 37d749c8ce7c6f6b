/** Chains that live as long as their process: the store of tests, kept to the same contract. */
import { type ChainRows, ChainStore } from './chain-store.ts';
import { type Domain, EMPTY_CHAIN, isSameHead } from './event.ts';
import type { EventRow } from './schema.ts';
import type { GovernanceStore } from './store.ts';

/** What several stores may share, as they would a file. */
export type MemoryChains = Map<Domain, EventRow[]>;

export function createMemoryStore(chains: MemoryChains = new Map()): GovernanceStore {
  return new ChainStore(createMemoryRows(chains));
}

function createMemoryRows(chains: MemoryChains): ChainRows {
  const rowsOf = (domain: Domain): readonly EventRow[] => chains.get(domain) ?? [];
  return {
    last: (domain) => Promise.resolve(rowsOf(domain).at(-1) ?? null),
    page: (domain, from, limit) => {
      const rows = rowsOf(domain).filter(({ seq }) => seq >= from);
      return Promise.resolve(rows.slice(0, limit));
    },
    insert: (domain, after, rows) => {
      const isEnd = isSameHead(rowsOf(domain).at(-1) ?? EMPTY_CHAIN, after);
      if (isEnd) chains.set(domain, [...rowsOf(domain), ...rows]);
      return Promise.resolve(isEnd);
    },
    close: () => Promise.resolve(),
  };
}
