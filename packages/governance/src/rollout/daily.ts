/**
 * The daily manifest (section 8.5): which session was looked at, by which branches, and which files
 * tell of it. It is written last, so where it stands the day is whole; and it is believed only
 * where every file it names is the one it names.
 */
import { closed, createParser, type Parser } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { type Calendar, dayOf, lastClosedSession, parseDay, textOfDay } from './calendar.ts';
import {
  countSchema,
  daySchema,
  nameSchema,
  parseTime,
  sha256Schema,
  timeSchema,
} from './spelling.ts';

/** Relative to the folder, POSIX, never out of it. */
const PATH = '^(?!\\.\\.?(/|$))[A-Za-z0-9_.-]+(/(?!\\.\\.?(/|$))[A-Za-z0-9_.-]+)*$';

const ManifestSchema = closed({
  schema_version: Type.Literal('daily-manifest.v1'),
  requested_date: daySchema,
  /** The latest session that was over by then. */
  reference_date: daySchema,
  generated_at: timeSchema,
  run_id: nameSchema,
  code_version: nameSchema,
  candidate_branch: nameSchema,
  control_branch: nameSchema,
  reference_branch: nameSchema,
  probe_branches: Type.Array(nameSchema, { uniqueItems: true }),
  governance_state: Type.Literal('DUAL_TRACK_GOVERNANCE'),
  data: closed({ rows: countSchema, sha256: sha256Schema }),
  golden_core_hash: sha256Schema,
  files: Type.Array(
    closed({
      path: Type.String({ pattern: PATH, maxLength: 200 }),
      sha256: sha256Schema,
      rows: countSchema,
    }),
  ),
  recommended_action: Type.Union([
    closed({ side: Type.Enum(['BUY', 'SELL'] as const), reason_code: nameSchema }),
    Type.Null(),
  ]),
});
export type DailyManifest = Static<typeof ManifestSchema>;
export const parseManifest: Parser<DailyManifest> = createParser(ManifestSchema);

/** Without these the manifest tells of no session. */
const MANIFEST_FILES = [
  'daily_signal_snapshot.csv',
  'daily_branch_status.csv',
  'daily_monitor_snapshot.csv',
] as const;

export function contradictionOfManifest(manifest: DailyManifest): string | null {
  const { requested_date: requested, reference_date: reference, files } = manifest;
  if (parseDay(requested) === null) return 'requested_date is no day';
  if (parseDay(reference) === null) return 'reference_date is no day';
  if (dayOf(reference) > dayOf(requested)) return 'reference_date is after requested_date';
  if (parseTime(manifest.generated_at) === null) return 'generated_at is no time';
  const paths = files.map(({ path }) => path);
  if (new Set(paths).size < paths.length) return 'a file is told twice';
  const missing = MANIFEST_FILES.find((path) => !paths.includes(path));
  return missing === undefined ? null : `${missing} is not among its files`;
}

/** A file the manifest names, as it was found. */
export interface NamedFile {
  readonly path: string;
  /** Null where it could not be read. */
  readonly sha256: string | null;
}

/** The files that are not what the manifest says, by path. */
export function strangersAmong(
  { files }: DailyManifest,
  found: readonly NamedFile[],
): readonly string[] {
  const there = new Map(found.map(({ path, sha256 }) => [path, sha256]));
  return files.filter(({ path, sha256 }) => there.get(path) !== sha256).map(({ path }) => path);
}

export interface Resolved {
  readonly requested_date: string;
  readonly reference_date: string;
}

/**
 * A weekend or a holiday maps back to the session before it (section 8.5, step 1); null where there
 * is none near. `now`: epoch ms.
 */
export function resolveReference(
  calendar: Calendar,
  requested: string,
  now: number,
): Resolved | null {
  const day = parseDay(requested);
  const reference = day === null ? null : lastClosedSession(calendar, day, now);
  if (reference === null) return null;
  return { requested_date: requested, reference_date: textOfDay(reference) };
}
