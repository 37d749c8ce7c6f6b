import { beforeEach, describe, expect, it } from 'vitest';
import { linkFacts } from './chain-link.ts';
import { type ChainRows, ChainStore } from './chain-store.ts';
import { EMPTY_CHAIN, type Fact } from './event.ts';
import { readAll } from './read-all.fixture.ts';
import type { EventRow } from './schema.ts';

const AT = Date.UTC(2026, 2, 1, 9);
const FACT: Fact = { type: 'told', subject: 'alpha', actor: 'ana', payload: {}, refs: {} };

/** Rows that say what they are asked, and do not take any. */
let asked: string[] = [];
let rows: readonly EventRow[] = [];
const stubborn: ChainRows = {
  last: () => Promise.resolve(rows.at(-1) ?? null),
  page: (_, from, limit) => {
    asked.push(`page ${from}`);
    return Promise.resolve(rows.slice(from, from + limit));
  },
  insert: () => {
    asked.push('insert');
    return Promise.resolve(false);
  },
  close: () => {
    asked.push('close');
    return Promise.resolve();
  },
};

beforeEach(() => {
  asked = [];
  const facts = Array.from({ length: 3 }, () => FACT);
  rows = linkFacts('ledger', EMPTY_CHAIN, facts, AT).map(({ row }) => row);
});

describe('a store over rows', () => {
  it('asks for a chain once, and then for what is new', async () => {
    const store = new ChainStore(stubborn);
    const end = { seq: 2, hash: rows[2]?.hash ?? '' };
    expect(await readAll(store, 'ledger')).toHaveLength(3);
    expect(asked).toEqual(['page 0']);
    await store.append('ledger', EMPTY_CHAIN, [FACT], AT);
    expect(asked).toEqual(['page 0', 'page 2']);
    expect(await store.append('ledger', EMPTY_CHAIN, [FACT], AT)).toEqual({
      ok: false,
      code: 'head_moved',
      head: end,
    });
    expect(asked).toEqual(['page 0', 'page 2', 'page 2']);
  });

  it('tries to insert nothing behind an end that it knows is old', async () => {
    const store = new ChainStore(stubborn);
    await store.append('ledger', EMPTY_CHAIN, [FACT], AT);
    expect(asked).not.toContain('insert');
  });

  it('does not say for ever that an end has moved that has not', async () => {
    const store = new ChainStore(stubborn);
    const end = { seq: 2, hash: rows[2]?.hash ?? '' };
    await expect(store.append('ledger', end, [FACT], AT)).rejects.toThrow(
      'store_chain_broken: ledger 3: its place is taken',
    );
    expect(asked).toContain('insert');
  });

  it('is closed once', async () => {
    const store = new ChainStore(stubborn);
    await store.close();
    await store.close();
    expect(asked).toEqual(['close']);
  });
});
