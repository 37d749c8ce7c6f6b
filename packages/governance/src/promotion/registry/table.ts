/**
 * The registry as a table that other programs read (section 5.1). It is a projection: whatever in
 * it is not what the chain says is written anew, all of it in one transaction.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@holdfast/runtime/proof';
import { StrategyRegistryError } from './error.ts';
import type { RegistryState } from './state.ts';
import { CHAIN_HEAD, INDEXES, type Row, rowsOf, STRATEGIES, TABLES } from './table-rows.ts';

export const REGISTRY_TABLE_PATH = 'artifacts/governance/strategy_registry.db';

const BUSY_MS = 5_000;

export interface Projected {
  /** Whether anything in it differed, or it was not there. */
  readonly rebuilt: boolean;
}

/** Makes the table say what the fold says. Throws `StrategyRegistryError`. */
export function projectRegistry(path: string, state: RegistryState): Projected {
  return withDatabase(path, false, (database) => {
    refuseForeign(database, path);
    if (isSame(database, state)) return { rebuilt: false };
    database.exec('BEGIN IMMEDIATE');
    try {
      rebuild(database, state);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
    return { rebuilt: true };
  });
}

/** Whether a reader would see what the chain says; a table that is not there says nothing. */
export function isProjected(path: string, state: RegistryState): boolean {
  if (!existsSync(path)) return false;
  return withDatabase(path, true, (database) => {
    refuseForeign(database, path);
    return isSame(database, state);
  });
}

function withDatabase<T>(path: string, readOnly: boolean, use: (from: DatabaseSync) => T): T {
  let database: DatabaseSync | null = null;
  try {
    if (!readOnly) mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: BUSY_MS, readOnly });
    return use(database);
  } catch (error) {
    if (error instanceof StrategyRegistryError) throw error;
    const said = `${path}: ${messageOf(error)}`;
    throw new StrategyRegistryError('table_unavailable', said, error);
  } finally {
    database?.close();
  }
}

function schemaOf(database: DatabaseSync): ReadonlyMap<string, string> {
  const rows = database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
    )
    .all();
  return new Map(rows.map(({ name, sql }) => [String(name), String(sql)]));
}

/** A registry that somebody else filled is not ours to write over. */
function refuseForeign(database: DatabaseSync, path: string): void {
  const schema = schemaOf(database);
  if (schema.size === 0 || schema.has(CHAIN_HEAD.name)) return;
  const said = schema.has(STRATEGIES.name) ? 'a registry of another program' : 'another database';
  throw new StrategyRegistryError('table_foreign', `${path} is ${said}; nothing is written to it`);
}

function isSame(database: DatabaseSync, state: RegistryState): boolean {
  const schema = schemaOf(database);
  const created = [...TABLES.map(({ create }) => create), ...INDEXES];
  const found = new Set(schema.values());
  if (found.size !== created.length || !created.every((each) => found.has(each))) return false;
  const wanted = rowsOf(state);
  return TABLES.every(({ name, columns }) => {
    const rows = database.prepare(`SELECT * FROM ${name} ORDER BY 1`).all();
    const cells = rows.map((row) => columns.map((column) => row[column]));
    return isEqual(cells, wanted.get(name) ?? []);
  });
}

function isEqual(found: readonly (readonly unknown[])[], wanted: readonly Row[]): boolean {
  return (
    found.length === wanted.length &&
    found.every((row, at) => row.every((cell, column) => cell === wanted[at]?.[column]))
  );
}

function rebuild(database: DatabaseSync, state: RegistryState): void {
  const schema = database
    .prepare("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
    .all();
  // An index goes with its table; what is left over of another version goes as well.
  for (const { type, name } of schema) {
    if (type === 'table') database.exec(`DROP TABLE "${String(name).replaceAll('"', '""')}"`);
  }
  for (const { create } of TABLES) database.exec(create);
  for (const index of INDEXES) database.exec(index);
  const rows = rowsOf(state);
  for (const { name, columns } of TABLES) {
    const insert = database.prepare(
      `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows.get(name) ?? []) insert.run(...row);
  }
}
