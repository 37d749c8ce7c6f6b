/**
 * The store, whatever keeps its rows. It appends only behind a chain it has read and found whole:
 * once from the beginning, and from then on as far as others have written.
 */
import { assert } from '@holdfast/core';
import { chainBroken, linkFacts, readRow } from './chain-link.ts';
import {
  type ChainHead,
  type Domain,
  EMPTY_CHAIN,
  type Fact,
  type GovernanceEvent,
  isSameHead,
} from './event.ts';
import type { EventRow } from './schema.ts';
import { type Appended, type GovernanceStore, StoreError } from './store.ts';

/** How many rows are read at once. */
const PAGE = 256;

/** What keeps the rows. Whatever it cannot do it throws as a `StoreError`. */
export interface ChainRows {
  /** The row with the greatest number, null where the domain has none. */
  last(domain: Domain): Promise<EventRow | null>;
  /** Rows in the order of their numbers, from `from` on, at most `limit`. */
  page(domain: Domain, from: number, limit: number): Promise<readonly EventRow[]>;
  /** All or none, durably; false and nothing where the last row is not `after`. */
  insert(domain: Domain, after: ChainHead, rows: readonly EventRow[]): Promise<boolean>;
  close(): Promise<void>;
}

export class ChainStore implements GovernanceStore {
  readonly #rows: ChainRows;
  /** How far each chain was found whole. */
  readonly #verified = new Map<Domain, ChainHead>();
  #isClosed = false;

  constructor(rows: ChainRows) {
    this.#rows = rows;
  }

  async head(domain: Domain): Promise<ChainHead> {
    const known = this.#known(domain);
    const row = await this.#open().last(domain);
    if (row === null) {
      if (known.seq >= 0) throw cut(domain, EMPTY_CHAIN, known);
      return EMPTY_CHAIN;
    }
    const event = readRow(row, { domain, seq: row.seq, before: null });
    if (event.seq < known.seq) throw cut(domain, event, known);
    refuseRewritten(domain, event, known);
    return headOf(event);
  }

  async append(
    domain: Domain,
    after: ChainHead,
    facts: readonly Fact[],
    at: number,
  ): Promise<Appended> {
    const links = linkFacts(domain, after, facts, at);
    const end = await this.#verify(domain);
    if (!isSameHead(end, after)) return { ok: false, code: 'head_moved', head: end };
    const rows = links.map(({ row }) => row);
    if (await this.#open().insert(domain, after, rows)) {
      const events = links.map(({ event }) => event);
      for (const event of events) this.#learn(domain, event);
      return { ok: true, events };
    }
    const head = await this.head(domain);
    // Said to have moved, and has not: its place is taken by a row that is no part of the chain.
    if (isSameHead(head, after)) throw chainBroken(domain, after.seq + 1, 'its place is taken');
    return { ok: false, code: 'head_moved', head };
  }

  /** An event before `from` that is gone is a broken chain too, and so is an end that came back. */
  async *read(domain: Domain, from: number = 0): AsyncGenerator<GovernanceEvent, void, undefined> {
    assert(Number.isSafeInteger(from) && from >= 0, 'a chain is read from a number of an event');
    const known = this.#known(domain);
    let before = from === 0 ? EMPTY_CHAIN : null;
    for (let next = Math.max(0, from - 1); ; ) {
      const rows = await this.#open().page(domain, next, PAGE);
      for (const row of rows) {
        const event = readRow(row, { domain, seq: next, before });
        refuseRewritten(domain, event, known);
        before = headOf(event);
        this.#learn(domain, event);
        if (next >= from) yield event;
        next += 1;
      }
      if (rows.length < PAGE) break;
    }
    if (before === null) throw chainBroken(domain, from - 1, 'is not there');
    if (before.seq < known.seq) throw cut(domain, before, known);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#rows.close();
  }

  /** Reads what it has not read before. @returns where the chain ends. */
  async #verify(domain: Domain): Promise<ChainHead> {
    let end = this.#known(domain);
    for await (const event of this.read(domain, end.seq + 1)) end = headOf(event);
    return end;
  }

  #known(domain: Domain): ChainHead {
    return this.#verified.get(domain) ?? EMPTY_CHAIN;
  }

  #learn(domain: Domain, event: GovernanceEvent): void {
    const isNext = event.prev_hash === this.#known(domain).hash;
    if (isNext) this.#verified.set(domain, headOf(event));
  }

  #open(): ChainRows {
    if (this.#isClosed) throw new StoreError('store_unavailable', 'the store is closed');
    return this.#rows;
  }
}

const headOf = ({ seq, hash }: ChainHead): ChainHead => ({ seq, hash });

function cut(domain: Domain, { seq }: ChainHead, known: ChainHead): StoreError {
  return chainBroken(domain, known.seq, `was there before, and the chain ends with ${seq}`);
}

function refuseRewritten(domain: Domain, event: GovernanceEvent, known: ChainHead): void {
  if (event.seq === known.seq && event.hash !== known.hash) {
    throw chainBroken(domain, event.seq, `was ${known.hash} before, and is ${event.hash}`);
  }
}
