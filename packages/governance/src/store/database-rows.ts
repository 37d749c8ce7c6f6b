/** Rows of chains in a database: the same queries for each. */
import type { Kysely } from 'kysely';
import type { ChainRows } from './chain-store.ts';
import { asking, type StoreDatabase } from './database.ts';
import { type ChainHead, type Domain, EMPTY_CHAIN, isSameHead } from './event.ts';
import type { EventRow, StoreTables } from './schema.ts';

export function createDatabaseRows(database: StoreDatabase): ChainRows {
  const { kysely } = database;
  return {
    last: (domain) =>
      asking(database, async () => {
        const row = await rowsOf(kysely, domain).orderBy('seq', 'desc').limit(1).executeTakeFirst();
        return row === undefined ? null : toRow(row);
      }),
    page: (domain, from, limit) =>
      asking(database, async () => {
        const query = rowsOf(kysely, domain).where('seq', '>=', from).orderBy('seq').limit(limit);
        return (await query.execute()).map(toRow);
      }),
    insert: (domain, after, rows) => asking(database, () => insert(database, domain, after, rows)),
    close: () => asking(database, () => kysely.destroy()),
  };
}

function rowsOf(kysely: Kysely<StoreTables>, domain: Domain) {
  return kysely.selectFrom('governance_event').selectAll().where('domain', '=', domain);
}

function toRow<R extends { readonly seq: number | string }>(row: R): R & { seq: number } {
  return { ...row, seq: Number(row.seq) };
}

async function insert(
  database: StoreDatabase,
  domain: Domain,
  after: ChainHead,
  rows: readonly EventRow[],
): Promise<boolean> {
  try {
    return await database.transact(domain, async (tx) => {
      const last = await tx
        .selectFrom('governance_event')
        .select(['seq', 'hash'])
        .where('domain', '=', domain)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (!isSameHead(last === undefined ? EMPTY_CHAIN : toRow(last), after)) return false;
      if (rows.length > 0) await tx.insertInto('governance_event').values(rows).execute();
      return true;
    });
  } catch (error) {
    if (database.isTaken(error)) return false;
    throw error;
  }
}
