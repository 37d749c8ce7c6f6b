/** Where a recording is wrong: file, line and column as an editor counts them, from 1. */
export interface TableFault {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly fault: string;
}

/** More would say no more. */
export const FAULTS_MAX = 20;

export type Cells<Column extends string> = Readonly<Record<Column, string>>;

/**
 * Reads a comma-separated table whose first line names exactly these columns, in any order. Quoting
 * is not part of the format: a quote is a fault, as is a row that is short or long.
 */
export function readTable<Column extends string>(
  file: string,
  text: string,
  columns: readonly Column[],
  onRow: (cells: Cells<Column>, line: number) => void,
  onFault: (fault: TableFault) => void,
): void {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const header = trimReturn(lines[0] ?? '').split(',');
  if (!isHeaderGood(file, header, columns, onFault)) return;
  for (let index = 1; index < lines.length; index += 1) {
    const line = trimReturn(lines[index] ?? '');
    const values = line.split(',');
    const quote = values.findIndex((value) => value.includes('"'));
    if (quote >= 0) {
      onFault({ file, line: index + 1, column: header[quote] ?? '', fault: 'quoted_cell' });
    } else if (values.length !== header.length) {
      const column = header[Math.min(values.length, header.length - 1)] ?? '';
      const fault = `${values.length} cells instead of ${header.length}`;
      onFault({ file, line: index + 1, column, fault });
    } else {
      const cells: Partial<Record<Column, string>> = {};
      for (const column of columns) cells[column] = values[header.indexOf(column)] ?? '';
      onRow(cells as Cells<Column>, index + 1);
    }
  }
}

function isHeaderGood(
  file: string,
  header: readonly string[],
  columns: readonly string[],
  onFault: (fault: TableFault) => void,
): boolean {
  let good = true;
  const seen = new Set<string>();
  const report = (column: string, fault: string): void => {
    good = false;
    onFault({ file, line: 1, column, fault });
  };
  for (const column of header) {
    if (seen.has(column)) report(column, 'column_twice');
    else if (!columns.includes(column)) report(column, 'unknown_column');
    seen.add(column);
  }
  for (const column of columns) if (!seen.has(column)) report(column, 'missing_column');
  return good;
}

function trimReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
