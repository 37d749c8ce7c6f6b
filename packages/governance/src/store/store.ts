/**
 * Where the chains are kept (D-41): one port, SQLite and PostgreSQL behind it. A writer says which
 * end of the chain its decision was made on; where another wrote meanwhile, nothing is written and
 * the decision is made anew.
 */
import type { ChainHead, Domain, Fact, GovernanceEvent } from './event.ts';

export type StoreFaultCode =
  /** It cannot be opened, reached or written. */
  | 'store_unavailable'
  /** It was not made by this program, or by a later one. */
  | 'store_schema_unknown'
  /** An event in it is not what was written; nothing is appended behind it. */
  | 'store_chain_broken'
  /** No canonical JSON, or larger than an event may be. */
  | 'fact_malformed';

/** What a store throws: every caller fails closed on it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreFaultCode;

  constructor(code: StoreFaultCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}

export type Appended =
  | { readonly ok: true; readonly events: readonly GovernanceEvent[] }
  /** The chain ends elsewhere by now. */
  | { readonly ok: false; readonly code: 'head_moved'; readonly head: ChainHead };

export interface GovernanceStore {
  head(domain: Domain): Promise<ChainHead>;
  /** All of them or none, durable when it resolves. `at`: epoch ms. */
  append(domain: Domain, after: ChainHead, facts: readonly Fact[], at: number): Promise<Appended>;
  /** In order, from `from` on; each link is checked as it is read. */
  read(domain: Domain, from?: number): AsyncIterable<GovernanceEvent>;
  close(): Promise<void>;
}
