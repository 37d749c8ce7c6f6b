/**
 * The tables, as Kysely sees them. The body is text, so that its bytes and their hash are the same
 * in every database; the columns beside it are copies for finding, and are compared with it.
 */
import type { ColumnType } from 'kysely';

interface EventTable {
  domain: string;
  /** PostgreSQL gives a bigint as text. */
  seq: ColumnType<number | string, number, never>;
  ts: string;
  type: string;
  subject: string;
  /** Canonical JSON of the event without its hash: exactly what the hash is of. */
  body: string;
  prev_hash: string;
  hash: string;
}

interface MigrationTable {
  number: number;
  name: string;
}

export interface StoreTables {
  governance_event: EventTable;
  governance_migration: MigrationTable;
}

/** An event as it is kept. Read back it may be anything: `readRow` says what it is. */
export interface EventRow {
  readonly domain: string;
  readonly seq: number;
  readonly ts: string;
  readonly type: string;
  readonly subject: string;
  readonly body: string;
  readonly prev_hash: string;
  readonly hash: string;
}
