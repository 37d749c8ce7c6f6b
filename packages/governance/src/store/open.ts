/** The store at a place: a folder of this machine, or the address of a PostgreSQL. */
import { openPostgresStore } from './postgres.ts';
import { openSqliteStore } from './sqlite.ts';
import { type GovernanceStore, StoreError } from './store.ts';

/** Throws a `StoreError` that says what is wrong, and never a password. */
export async function openStore(place: string): Promise<GovernanceStore> {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(place) ?? [];
  if (scheme === undefined) return openSqliteStore(place);
  if (/^postgres(ql)?$/i.test(scheme)) return openPostgresStore(place);
  throw new StoreError('store_unavailable', `${scheme}: is neither a folder nor PostgreSQL`);
}
