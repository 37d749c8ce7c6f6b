import { coreHashOf, type GoldenManifest } from './golden-manifest.ts';
import type { RuntimeResult } from './result.ts';
import { sha256Of } from './bars-file.ts';
import { readTable, TABLES, type TableName, tablesOf } from './table.ts';

export type GoldenFailure =
  | 'golden_manifest_missing'
  /** Other bars: whatever the tables say, it is no regression of the code. */
  | 'golden_data_hash_mismatch'
  /** A table that was kept is not the one the manifest speaks of. */
  | 'golden_oracle_damaged'
  | 'golden_branch_missing'
  | 'golden_branch_unknown'
  | 'golden_table_mismatch';

/** The first cell in which two tables part; `row` from 1, 0 for the line of columns. */
export interface FirstDiff {
  readonly row: number;
  readonly column: string;
  readonly expected: string;
  readonly actual: string;
}

export interface GoldenMismatch {
  readonly branch: string;
  readonly table: TableName;
  /** SHA-256; empty where there is none. */
  readonly expected: string;
  readonly actual: string;
  /** Null where the recorded table is not at hand. */
  readonly first_diff: FirstDiff | null;
}

/** `gates/golden-regression.json` (RM 8.3). */
export interface GoldenRegression {
  readonly schema_version: 'golden-regression.v1';
  readonly passed: boolean;
  /** Empty without a manifest. */
  readonly core_hash_expected: string;
  readonly core_hash_actual: string;
  readonly mismatches: readonly GoldenMismatch[];
  readonly data_hash_ok: boolean;
  readonly checked_at: string;
  /** Sorted; empty exactly where it passed. */
  readonly failures: readonly GoldenFailure[];
}

/** Texts of the recorded tables of a branch; what is not at hand is not there. */
export type Oracle = ReadonlyMap<string, Readonly<Partial<Record<TableName, string>>>>;

export interface GoldenRequest {
  readonly manifest: GoldenManifest | null;
  readonly oracle: Oracle;
  readonly dataSha256: string;
  readonly results: ReadonlyMap<string, RuntimeResult>;
  /** Epoch ms. */
  readonly now: number;
}

/** Compares what runs gave with what was recorded, down to the first cell that differs. */
export function checkGolden(request: GoldenRequest): GoldenRegression {
  const { manifest, oracle, dataSha256, results, now } = request;
  const tables = new Map([...results].map(([branch, result]) => [branch, tablesOf(result)]));
  const failures = new Set<GoldenFailure>();
  const mismatches: GoldenMismatch[] = [];
  const isSameData = manifest !== null && manifest.data.sha256 === dataSha256;
  if (manifest === null) failures.add('golden_manifest_missing');
  else if (!isSameData) failures.add('golden_data_hash_mismatch');
  else {
    if ([...results.keys()].some((branch) => !Object.hasOwn(manifest.branches, branch))) {
      failures.add('golden_branch_unknown');
    }
    for (const [branch, recorded] of Object.entries(manifest.branches)) {
      const own = tables.get(branch);
      if (own === undefined) failures.add('golden_branch_missing');
      for (const table of TABLES) {
        const kept = oracle.get(branch)?.[table] ?? null;
        const expected = recorded[table].sha256;
        if (kept !== null && sha256Of(kept) !== expected) failures.add('golden_oracle_damaged');
        if (own === undefined || own[table].sha256 === expected) continue;
        failures.add('golden_table_mismatch');
        const first_diff = kept === null ? null : firstDiff(kept, own[table].text);
        mismatches.push({ branch, table, expected, actual: own[table].sha256, first_diff });
      }
    }
  }
  return {
    schema_version: 'golden-regression.v1',
    passed: failures.size === 0,
    core_hash_expected: manifest?.core_hash ?? '',
    core_hash_actual: coreHashOf(tables),
    mismatches,
    data_hash_ok: isSameData,
    checked_at: new Date(now).toISOString(),
    failures: [...failures].sort(),
  };
}

/** Null where both are the same. A row that only one has differs in its first column. */
export function firstDiff(expected: string, actual: string): FirstDiff | null {
  const [one, other] = [readTable(expected), readTable(actual)];
  const lines = Math.max(one.rows.length, other.rows.length);
  for (let row = 0; row <= lines; row += 1) {
    const left = row === 0 ? one.columns : one.rows[row - 1];
    const right = row === 0 ? other.columns : other.rows[row - 1];
    const cells = Math.max(left?.length ?? 0, right?.length ?? 0);
    for (let cell = 0; cell < cells; cell += 1) {
      const [was, is] = [left?.[cell] ?? '', right?.[cell] ?? ''];
      if (was === is && (left === undefined) === (right === undefined)) continue;
      const column = one.columns[cell] ?? other.columns[cell] ?? '';
      return { row, column, expected: was, actual: is };
    }
  }
  return null;
}
