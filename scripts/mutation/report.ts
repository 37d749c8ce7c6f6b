/** What Stryker reports of one run, read strictly: a report that is not whole is no report. */
import { createHash } from 'node:crypto';

/** What became of a mutant. `Timeout` is a program that no longer ends: the tests noticed. */
const STATUSES = [
  'Killed',
  'Timeout',
  'Survived',
  'NoCoverage',
  'Ignored',
  'RuntimeError',
  'CompileError',
] as const;

export type MutantStatus = (typeof STATUSES)[number];

/** One change to one place of the code. */
export interface Mutant {
  /** The same as long as the line and the place in it stay as they are, wherever the line moves. */
  readonly id: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly code: string;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly status: MutantStatus;
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** A mutant of the report's schema (mutation-testing-report-schema 2). */
interface ReportedMutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

interface ReportedFile {
  readonly source: string;
  readonly mutants: readonly ReportedMutant[];
}

/** @throws Error that says what of the report is missing or unknown. */
export function parseReport(text: string): readonly Mutant[] {
  const report = JSON.parse(text) as { readonly files?: Readonly<Record<string, ReportedFile>> };
  if (typeof report.files !== 'object') throw new Error('the report names no files');
  const seen = new Map<string, number>();
  const mutants: Mutant[] = [];
  for (const [file, { source, mutants: reported }] of Object.entries(report.files)) {
    const lines = source.split('\n');
    for (const mutant of reported.toSorted(byPlace)) {
      mutants.push(readMutant(file, lines, mutant, seen));
    }
  }
  return mutants;
}

function byPlace(a: ReportedMutant, b: ReportedMutant): number {
  const [from, to] = [a.location.start, b.location.start];
  return from.line - to.line || from.column - to.column;
}

function readMutant(
  file: string,
  lines: readonly string[],
  { mutatorName, replacement, status, location }: ReportedMutant,
  seen: Map<string, number>,
): Mutant {
  const known = STATUSES.find((name) => name === status);
  if (known === undefined) throw new Error(`${file}: a mutant is '${status}', which is no result`);
  const { start, end } = location;
  const line = lines[start.line - 1] ?? '';
  const code = line.trim();
  const original = textBetween(lines, start, end);
  // Where in the line, counted from its first character that is no blank.
  const column = start.column - (line.length - line.trimStart().length);
  const key = JSON.stringify([file, mutatorName, code, column, original, replacement]);
  const nth = (seen.get(key) ?? 0) + 1;
  seen.set(key, nth);
  const hash = createHash('sha256').update(`${key}${nth}`).digest('hex').slice(0, 12);
  return {
    id: hash,
    file,
    line: start.line,
    code,
    mutator: mutatorName,
    original,
    replacement,
    status: known,
  };
}

/** Columns are counted from 1, and the end is not part of it. */
function textBetween(lines: readonly string[], start: Position, end: Position): string {
  const within = lines.slice(start.line - 1, end.line);
  const last = within.length - 1;
  return within
    .map((line, index) => {
      const to = index === last ? end.column - 1 : line.length;
      return line.slice(index === 0 ? start.column - 1 : 0, to);
    })
    .join('\n');
}

/**
 * Earlier results without the survivors in code that runs on loading. No test is known to meet
 * those, so Stryker would take them over even where new tests have come.
 */
export function withoutLoadedSurvivors(text: string): string {
  const report = JSON.parse(text) as { readonly files: Readonly<Record<string, EarlierFile>> };
  for (const file of Object.values(report.files)) {
    file.mutants = file.mutants.filter(
      (mutant) => mutant.static !== true || mutant.status !== 'Survived',
    );
  }
  return JSON.stringify(report);
}

interface EarlierFile {
  mutants: readonly { readonly static?: boolean; readonly status: string }[];
}
