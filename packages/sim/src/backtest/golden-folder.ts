/**
 * A folder of recorded runs: the manifest, the tables it speaks of, and the declared changes. It is
 * written by `holdfast backtest --record` alone.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Parser, parseText } from '@holdfast/core/parse';
import { messageOf, readBounded, replaceFile } from '@holdfast/runtime/proof';
import { type GoldenBranch, type GoldenManifest, parseGoldenManifest } from './golden-manifest.ts';
import type { Oracle } from './golden-regression.ts';
import { parsePathChanges, type PathChange } from './path-changes.ts';
import { TABLES, type TableName, tablesOf } from './table.ts';

const DOCUMENT_BYTES_MAX = 4_000_000;
const TABLE_BYTES_MAX = 64_000_000;

const MANIFEST_FILE = 'golden-manifest.json';
const CHANGES_FILE = 'path-changes.json';

export type ReadGolden =
  | {
      readonly ok: true;
      /** Null: there is none, which is a failure of the check and not of the reading. */
      readonly manifest: GoldenManifest | null;
      readonly oracle: Oracle;
      /** Null: there are some, and they cannot be read. None is a file that is not there. */
      readonly changes: readonly PathChange[] | null;
    }
  | { readonly ok: false; readonly detail: string };

/** Reads all of it. A manifest that is there and cannot be read is no missing manifest. */
export function readGolden(folder: string): ReadGolden {
  const manifest = readDocument(join(folder, MANIFEST_FILE), parseGoldenManifest);
  if (manifest.kind === 'wrong') return { ok: false, detail: manifest.detail };
  const changes = readDocument(join(folder, CHANGES_FILE), parsePathChanges);
  const found = manifest.kind === 'read' ? manifest.value : null;
  return {
    ok: true,
    manifest: found,
    oracle: new Map(
      Object.keys(found?.branches ?? {}).map((branch) => [branch, readTables(folder, branch)]),
    ),
    changes:
      changes.kind === 'read' ? changes.value.changes : changes.kind === 'missing' ? [] : null,
  };
}

type ReadDocument<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong'; readonly detail: string };

function readDocument<T>(path: string, parser: Parser<T>): ReadDocument<T> {
  const file = readBounded(path, DOCUMENT_BYTES_MAX);
  if (!file.ok && file.fault === 'missing') return { kind: 'missing' };
  if (!file.ok) return { kind: 'wrong', detail: `${path}: ${file.fault}` };
  const read = parseText(file.bytes.toString('utf8'), parser);
  if (read.ok) return { kind: 'read', value: read.value };
  const [{ path: at, rule, message }] = read.violations;
  return { kind: 'wrong', detail: `${path}: ${at === '' ? '/' : at}: ${rule}: ${message}` };
}

function readTables(folder: string, branch: string): Partial<Record<TableName, string>> {
  const read: Partial<Record<TableName, string>> = {};
  for (const table of TABLES) {
    const file = readBounded(tablePath(folder, branch, table), TABLE_BYTES_MAX);
    if (file.ok) read[table] = file.bytes.toString('utf8');
  }
  return read;
}

/** The tables, then what speaks of them. @returns what went wrong, or null. */
export function writeGolden(
  folder: string,
  manifest: GoldenManifest,
  branches: ReadonlyMap<string, GoldenBranch>,
): string | null {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [branch, { result }] of branches) {
      const tables = tablesOf(result);
      for (const table of TABLES) {
        replaceFile(tablePath(folder, branch, table), tables[table].text);
      }
    }
    replaceFile(join(folder, CHANGES_FILE), pretty({ changes: [] }));
    replaceFile(join(folder, MANIFEST_FILE), pretty(manifest));
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A document as people read it. */
export function pretty(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function tablePath(folder: string, branch: string, table: TableName): string {
  return join(folder, `${branch}.${table}.csv`);
}
