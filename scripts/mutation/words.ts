/** How a verdict reads. */
import type { Tally, Verdict } from './judge.ts';
import type { Mutant } from './report.ts';

const HEAD = ['', 'killed', 'timeout', 'survived', 'no cover', 'ignored', 'errors', 'score'];

function rowOf(name: string, tally: Tally): readonly string[] {
  const { killed, timeout, survived, noCoverage, ignored, errors, score } = tally;
  const counts = [killed, timeout, survived, noCoverage, ignored, errors].map(String);
  return [name, ...counts, score === null ? '-' : score.toFixed(2)];
}

/** One row per file, and the subject above its files. */
export function formatTable({ total, files }: Verdict): string {
  const base = (path: string): string => `  ${path.split('/').at(-1) ?? path}`;
  const rows = [
    HEAD,
    rowOf(total.path, total),
    ...files.map((file) => rowOf(base(file.path), file)),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join('  '),
    )
    .join('\n');
}

/** `original → replacement` on one line. */
export function changeOf({ original, replacement }: Mutant): string {
  const short = (text: string): string => {
    const line = text.replaceAll(/\s+/g, ' ').trim();
    return line.length > 60 ? `${line.slice(0, 57)}...` : line;
  };
  return `${short(original)} → ${short(replacement)}`;
}

/** Everything there is to look at in a verdict, and where. */
export function formatFindings({ timeouts, unexplained, stale, problems }: Verdict): string {
  return [
    ...[...timeouts, ...unexplained].map((mutant) => {
      const { id, file, line, code, status } = mutant;
      return `${status} ${id} ${file}:${line}\n    ${code}\n    ${changeOf(mutant)}`;
    }),
    ...stale.map(({ id, file, change }) => `stale reason ${id} ${file}: ${change}`),
    ...problems.map((problem) => `no: ${problem}`),
  ].join('\n');
}
