import type { Oracle } from './golden-regression.ts';
import { differencesOf, type PathChange, type PathDifference } from './path-changes.ts';
import { hasOutcome, type ReasonCatalog, reasonOf, RUNTIME_REASONS } from './reasons.ts';
import type { RuntimeResult } from './result.ts';
import { tablesOf } from './table.ts';

export type SilentPathFailure =
  | 'undeclared_path_change'
  | 'stale_path_declaration'
  /** No declarations were readable: none of them can be believed. */
  | 'path_changes_unreadable'
  | 'unknown_reason_code'
  /** A step or a look that ended in nothing, and nobody said why. */
  | 'unclassified_look'
  /** A branch with no recorded events to compare with, or recorded and not run. */
  | 'branch_not_compared';

/** `gates/no-silent-path.json` (RM 8.4). */
export interface NoSilentPath {
  readonly schema_version: 'no-silent-path.v1';
  readonly passed: boolean;
  /** Sorted. */
  readonly compared_branches: readonly string[];
  readonly undeclared: readonly PathDifference[];
  readonly stale_declarations: readonly PathChange[];
  /** In no catalog; and `not_reached:` those of it that nobody met, nor called dormant. */
  readonly unknown_reasons: readonly string[];
  readonly unclassified_count: number;
  readonly checked_at: string;
  /** Sorted; empty exactly where it passed. */
  readonly failures: readonly SilentPathFailure[];
}

export interface SilentPathRequest {
  readonly oracle: Oracle;
  readonly results: ReadonlyMap<string, RuntimeResult>;
  /** Null: there are declarations, and they cannot be read. */
  readonly changes: readonly PathChange[] | null;
  readonly catalog: ReasonCatalog;
  /** Epoch ms. */
  readonly now: number;
}

/**
 * No path appears, vanishes or changes undeclared; every reason is in the catalog and every reason
 * of the catalog is met or called dormant; every step that did nothing has a name.
 */
export function checkNoSilentPath(request: SilentPathRequest): NoSilentPath {
  const { oracle, results, changes, catalog, now } = request;
  const failures = new Set<SilentPathFailure>();
  const compared: string[] = [];
  const differences: PathDifference[] = [];
  for (const branch of [...new Set([...oracle.keys(), ...results.keys()])].sort()) {
    const [recorded, result] = [oracle.get(branch)?.events, results.get(branch)];
    if (recorded === undefined || result === undefined) {
      failures.add('branch_not_compared');
      continue;
    }
    compared.push(branch);
    differences.push(...differencesOf(branch, recorded, tablesOf(result).events.text));
  }
  const { undeclared, stale } = settle(differences, changes ?? []);
  const unknown = unknownReasons([...results.values()], catalog);
  const unclassified = [...results.values()].reduce(
    (sum, { looks }) => sum + looks.unclassified,
    0,
  );
  if (changes === null) failures.add('path_changes_unreadable');
  if (undeclared.length > 0) failures.add('undeclared_path_change');
  if (stale.length > 0) failures.add('stale_path_declaration');
  if (unknown.length > 0) failures.add('unknown_reason_code');
  if (unclassified > 0) failures.add('unclassified_look');
  return {
    schema_version: 'no-silent-path.v1',
    passed: failures.size === 0,
    compared_branches: compared,
    undeclared,
    stale_declarations: stale,
    unknown_reasons: unknown,
    unclassified_count: unclassified,
    checked_at: new Date(now).toISOString(),
    failures: [...failures].sort(),
  };
}

/** Each declaration stands for one difference, and each difference needs one. */
function settle(
  differences: readonly PathDifference[],
  changes: readonly PathChange[],
): { readonly undeclared: PathDifference[]; readonly stale: PathChange[] } {
  const stale = [...changes];
  const undeclared = differences.filter((difference) => {
    const at = stale.findIndex((change) => keyOf(change) === keyOf(difference));
    if (at >= 0) stale.splice(at, 1);
    return at < 0;
  });
  return { undeclared, stale };
}

function keyOf(of: Omit<PathDifference, 'ordinal'>): string {
  const { branch, date, side, kind, action, reason_code } = of;
  return JSON.stringify([branch, date, side, kind, action, reason_code]);
}

function unknownReasons(
  results: readonly RuntimeResult[],
  catalog: ReasonCatalog,
): readonly string[] {
  const met = new Set(results.flatMap(({ events }) => events.map((event) => event.reason_code)));
  const said = new Set(results.flatMap(({ looks }) => Object.keys(looks.outcomes)));
  const known = [...Object.keys(catalog.reasons), ...Object.keys(RUNTIME_REASONS)];
  return [
    ...[...met].filter((code) => reasonOf(catalog, code) === null),
    ...[...said].filter((code) => !hasOutcome(catalog, code)),
    ...known
      .filter((code) => !met.has(code) && !catalog.dormant.includes(code))
      .map((code) => `not_reached:${code}`),
  ].sort();
}
