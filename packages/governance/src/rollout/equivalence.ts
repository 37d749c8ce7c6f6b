/**
 * What golden regression and no-silent-path say (sections 8.3 and 8.4). Both are made elsewhere;
 * here they are read, and believed no further than they agree with themselves.
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { ROLES } from './branch-status.ts';
import { parseDay } from './calendar.ts';
import {
  countSchema,
  daySchema,
  decimalSchema,
  nameSchema,
  parseTime,
  sha256Schema,
  timeSchema,
} from './spelling.ts';

const maybeSha256 = Type.Union([sha256Schema, Type.Null()]);
const maybeText = Type.Union([Type.String(), Type.Null()]);
const table = Type.Enum(['events', 'trades', 'daily'] as const);

const GoldenRegressionSchema = closed({
  schema_version: Type.Literal('golden-regression.v1'),
  passed: Type.Boolean(),
  /** Null where there is no golden manifest. */
  core_hash_expected: maybeSha256,
  /** Null where nothing could be run. */
  core_hash_actual: maybeSha256,
  mismatches: Type.Array(
    closed({
      branch: nameSchema,
      table,
      /** Null for a table that is not there. */
      expected: maybeSha256,
      actual: maybeSha256,
      /** Null where only the digests are known. */
      first_diff: Type.Union([
        closed({ row: countSchema, column: nameSchema, expected: maybeText, actual: maybeText }),
        Type.Null(),
      ]),
    }),
  ),
  data_hash_ok: Type.Boolean(),
  checked_at: timeSchema,
});
export type GoldenRegression = Static<typeof GoldenRegressionSchema>;
export const parseGoldenRegression: Parser<GoldenRegression> = createParser(GoldenRegressionSchema);

const pathKey = {
  branch: nameSchema,
  date: daySchema,
  side: Type.Enum(['BUY', 'SELL'] as const),
  kind: Type.Enum(['real', 'aux'] as const),
  /** Of several in one session, from nought. */
  ordinal: countSchema,
};
const pathChange = closed({
  ...pathKey,
  action: Type.Enum(['added', 'removed', 'changed'] as const),
});

const NoSilentPathSchema = closed({
  schema_version: Type.Literal('no-silent-path.v1'),
  passed: Type.Boolean(),
  compared_branches: Type.Array(nameSchema, { uniqueItems: true }),
  undeclared: Type.Array(pathChange),
  stale_declarations: Type.Array(pathChange),
  unknown_reasons: Type.Array(nameSchema),
  unclassified_count: countSchema,
  checked_at: timeSchema,
});
export type NoSilentPath = Static<typeof NoSilentPathSchema>;
export const parseNoSilentPath: Parser<NoSilentPath> = createParser(NoSilentPathSchema);

const tableDigest = closed({ rows: countSchema, sha256: sha256Schema });
const GoldenManifestSchema = closed({
  schema_version: Type.Literal('golden-manifest.v1'),
  created_at: timeSchema,
  code_version: nameSchema,
  data: closed({
    source_id: nameSchema,
    from: daySchema,
    to: daySchema,
    rows: countSchema,
    sha256: sha256Schema,
  }),
  branches: Type.Record(
    nameSchema,
    closed({
      role: Type.Enum(ROLES),
      events: tableDigest,
      trades: tableDigest,
      daily: tableDigest,
      headline: closed({
        trades: countSchema,
        win_rate: decimalSchema,
        avg_return: decimalSchema,
        profit_factor: decimalSchema,
        cagr: decimalSchema,
        max_drawdown: decimalSchema,
      }),
    }),
    { additionalProperties: false },
  ),
  core_hash: sha256Schema,
});
export type GoldenManifest = Static<typeof GoldenManifestSchema>;
export const parseGoldenManifest: Parser<GoldenManifest> = createParser(GoldenManifestSchema);

/** Why it did not pass, one reason each; none where it did. */
export function faultsOfGolden(golden: GoldenRegression): readonly string[] {
  const { core_hash_expected: expected, core_hash_actual: actual } = golden;
  if (expected === null) return ['golden_manifest_missing'];
  const reasons: string[] = [];
  // Other data is no regression of the code (D-10): then nothing is known of the code.
  if (!golden.data_hash_ok) reasons.push('golden_data_hash_mismatch');
  else if (expected !== actual || golden.mismatches.length > 0) reasons.push('golden_mismatch');
  if (reasons.length === 0 && !golden.passed) reasons.push('golden_not_passed');
  return reasons;
}

export function faultsOfNoSilentPath(result: NoSilentPath): readonly string[] {
  const reasons: string[] = [];
  if (result.undeclared.length > 0) reasons.push('undeclared_path_change');
  if (result.stale_declarations.length > 0) reasons.push('stale_path_declaration');
  if (result.unknown_reasons.length > 0) reasons.push('unknown_reason_code');
  if (result.unclassified_count > 0) reasons.push('unclassified_outcome');
  if (reasons.length === 0 && !result.passed) reasons.push('no_silent_path_not_passed');
  return reasons;
}

export function contradictionOfCheckedAt(checked: { readonly checked_at: string }): string | null {
  return parseTime(checked.checked_at) === null ? 'checked_at is no time' : null;
}

export function contradictionOfGoldenManifest(golden: GoldenManifest): string | null {
  const { from, to } = golden.data;
  const window = [parseDay(from), parseDay(to)];
  if (window.includes(null)) return 'the window of the data is none';
  return null;
}
