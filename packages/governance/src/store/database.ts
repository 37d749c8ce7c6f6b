/** What a database has to be for chains to be kept in it. */
import type { Kysely, Transaction } from 'kysely';
import type { StoreTables } from './schema.ts';
import type { StoreError } from './store.ts';

/** What only one writer may do at a time: extend a chain, or change the tables. */
export type Turn = string;

export interface StoreDatabase {
  readonly kysely: Kysely<StoreTables>;
  /** One transaction, durable when it resolves; nobody else's of the same turn runs beside it. */
  transact<T>(turn: Turn, work: (tx: Transaction<StoreTables>) => Promise<T>): Promise<T>;
  /** The names of the tables that are there. */
  tables(within: Kysely<StoreTables>): Promise<readonly string[]>;
  /** Whether another writer, who did not wait for the turn, was there first. */
  isTaken(error: unknown): boolean;
  /** What a driver threw, in our words; never with a password in it. */
  faultOf(error: unknown): StoreError;
}

/** Whatever goes wrong in it is told as a `StoreError`. */
export async function asking<T>(database: StoreDatabase, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw database.faultOf(error);
  }
}
