/**
 * The canonical form of a table (section 8.3), and its strict reading: fixed columns, UTF-8, line
 * feeds, null as nothing, no quotes. One table has one text, so its digest says what it holds.
 */
import { assert } from '@holdfast/core';
import { parseDay } from './calendar.ts';
import { parseDecimal } from './decimal.ts';
import { parseTime } from './spelling.ts';

/** What a cell of a column may hold. `read` answers `undefined` for what it may not. */
export interface Column<T> {
  readonly wants: string;
  read(cell: string): T | undefined;
  write(value: T): string;
}

type Columns = Readonly<Record<string, Column<unknown>>>;
type RowOf<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends Column<infer T> ? T : never;
};

export interface Table<Row> {
  /** Of the file it is kept in, without folder and ending. */
  readonly name: string;
  readonly columns: readonly (readonly [keyof Row & string, Column<unknown>])[];
}

/** Where a text is no such table: line and column are one-based, the column counts cells. */
export interface TableFault {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}

export type TableRead<Row> =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly fault: TableFault };

export function tableOf<C extends Columns>(name: string, columns: C): Table<RowOf<C>> {
  return { name, columns: Object.entries(columns) };
}

const plain = (wants: string, accepts: (cell: string) => boolean): Column<string> => ({
  wants,
  read: (cell) => (accepts(cell) ? cell : undefined),
  write: (value) => value,
});

/** Without comma, quote and line end: there is no quoting that could differ. */
// oxlint-disable-next-line no-control-regex
const TEXT = /^[^\x00-\x1f\x7f,"]+$/;
export const text = plain('a text without comma, quote or control character', (cell) =>
  TEXT.test(cell),
);

/** Names joined by `;`, in order; nothing for none. */
export const names: Column<readonly string[]> = {
  wants: 'names joined by ;',
  read: (cell) => {
    if (cell === '') return [];
    const parts = cell.split(';');
    return parts.every((part) => TEXT.test(part)) ? parts : undefined;
  },
  write: (value) => value.join(';'),
};

export const day = plain('a day as YYYY-MM-DD', (cell) => parseDay(cell) !== null);

export const decimal = plain(
  'a decimal of at most ten places without trailing zeros',
  (cell) => parseDecimal(cell) !== null,
);

export const sha256 = plain('a SHA-256 in hex', (cell) => /^[0-9a-f]{64}$/.test(cell));

/** UTC with milliseconds. */
export const time = plain('a time as YYYY-MM-DDThh:mm:ss.sssZ', (cell) => parseTime(cell) !== null);

export const count: Column<number> = {
  wants: 'a whole number',
  read: (cell) => {
    const value = Number(cell);
    return /^(0|[1-9]\d*)$/.test(cell) && Number.isSafeInteger(value) ? value : undefined;
  },
  write: String,
};

export const flag: Column<boolean> = {
  wants: 'true or false',
  read: (cell) => (cell === 'true' ? true : cell === 'false' ? false : undefined),
  write: String,
};

export function oneOf<const W extends string>(words: readonly W[]): Column<W> {
  return {
    wants: `one of ${words.join(' ')}`,
    read: (cell) => words.find((word) => word === cell),
    write: (value) => value,
  };
}

export function maybe<T>(column: Column<T>): Column<T | null> {
  return {
    wants: `${column.wants}, or nothing`,
    read: (cell) => (cell === '' ? null : column.read(cell)),
    write: (value) => (value === null ? '' : column.write(value)),
  };
}

/** Rows in the order given. A value of our own that its column could not be read from asserts. */
export function writeTable<Row>(table: Table<Row>, rows: readonly Row[]): string {
  const lines = [header(table), ...rows.map((row) => lineOfRow(table, row))];
  return lines.map((line) => `${line}\n`).join('');
}

function header<Row>({ columns }: Table<Row>): string {
  return columns.map(([name]) => name).join(',');
}

function lineOfRow<Row>(table: Table<Row>, row: Row): string {
  const cells = table.columns.map(([name, column]) => {
    const cell = column.write(row[name]);
    assert(column.read(cell) !== undefined, `${table.name}.${name} holds ${column.wants}`);
    return cell;
  });
  return cells.join(',');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Total: the rows, or the first place where the bytes are not what `writeTable` writes. */
export function readTable<Row>(table: Table<Row>, bytes: Uint8Array): TableRead<Row> {
  let content: string;
  try {
    content = utf8.decode(bytes);
  } catch {
    return no(1, 1, 'not UTF-8');
  }
  const lines = content.split('\n');
  const [first, ...rest] = lines;
  if (first !== header(table)) return no(1, 1, `the header is not ${header(table)}`);
  if (rest.pop() !== '') return no(lines.length, 1, 'the last line has no end');
  const rows: Row[] = [];
  for (const [index, line] of rest.entries()) {
    const row = readRow(table, line, index + 2);
    if ('fault' in row) return { ok: false, fault: row.fault };
    rows.push(row.row);
  }
  return { ok: true, rows };
}

function readRow<Row>(
  { columns }: Table<Row>,
  line: string,
  at: number,
): { readonly row: Row } | { readonly fault: TableFault } {
  const cells = line.split(',');
  if (cells.length !== columns.length) {
    const detail = `${cells.length} cells, ${columns.length} are wanted`;
    return { fault: { line: at, column: Math.min(cells.length, columns.length), detail } };
  }
  const row: Record<string, unknown> = {};
  for (const [index, [name, column]] of columns.entries()) {
    const value = column.read(cells[index] ?? '');
    if (value === undefined) {
      return { fault: { line: at, column: index + 1, detail: `${name} is not ${column.wants}` } };
    }
    row[name] = value;
  }
  return { row: row as Row };
}

function no(line: number, column: number, detail: string): TableRead<never> {
  return { ok: false, fault: { line, column, detail } };
}
