import { assert } from '@holdfast/core';
import { sha256Of } from './bars-file.ts';
import type { DailyState, RuntimeEvent, RuntimeResult, RuntimeTrade } from './result.ts';

/**
 * The canonical form of rows (RM 8.3): a line of columns, then one for each row in the order they
 * were made, UTF-8 and LF; numbers rounded half to even at ten decimals without trailing zeros;
 * null is empty.
 */
export type TableName = (typeof TABLES)[number];
export const TABLES = ['events', 'trades', 'daily'] as const;

type Columns<Row> = readonly (keyof Row & string)[];

/** The specification's columns in its order, ours behind them. */
const EVENT_COLUMNS: Columns<RuntimeEvent> = [
  'date',
  'side',
  'kind',
  'price',
  'price_basis',
  'reason_code',
  'reason_family',
  'reason_layer',
  'position_before',
  'position_after',
  'branch',
  'trade_id',
  'bar',
  'instrument',
  'amount',
  'fee',
  'fee_currency',
];

const TRADE_COLUMNS: Columns<RuntimeTrade> = [
  'trade_id',
  'entry_date',
  'entry_price',
  'exit_date',
  'exit_price',
  'bars_held',
  'return',
  'entry_reason_layer',
  'entry_reason_family',
  'entry_reason_code',
  'exit_reason_code',
  'last_real_sell_reason_layer',
  'last_real_sell_reason_family',
  'last_real_sell_reason_code',
  'branch',
  'open',
  'instrument',
  'direction',
  'entry_bar',
  'exit_bar',
];

const DAILY_COLUMNS: Columns<DailyState> = [
  'date',
  'bar',
  'mode',
  'open_positions',
  'looks',
  'proposals',
  'outcome',
  'branch',
];

/** One table of a run, as it is kept and hashed. */
export interface Table {
  readonly text: string;
  readonly rows: number;
  readonly sha256: string;
}

export type Tables = Readonly<Record<TableName, Table>>;

export function tablesOf({ events, trades, daily }: RuntimeResult): Tables {
  return {
    events: tableOf(EVENT_COLUMNS, events),
    trades: tableOf(TRADE_COLUMNS, trades),
    daily: tableOf(DAILY_COLUMNS, daily),
  };
}

function tableOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Table {
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column])).join(','));
  const text = [columns.join(','), ...lines].map((line) => `${line}\n`).join('');
  return { text, rows: rows.length, sha256: sha256Of(text) };
}

/** A table read back: its columns, and its cells row by row. */
export interface ReadTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function readTable(text: string): ReadTable {
  const [columns = '', ...lines] = text.split('\n').slice(0, -1);
  return { columns: columns.split(','), rows: lines.map((line) => line.split(',')) };
}

function cellOf(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'number') return decimal(value);
  if (typeof value === 'boolean') return String(value);
  assert(typeof value === 'string', 'a cell is null, a number, a boolean or a text');
  assert(!/[,"\r\n]/.test(value), `a text that would break its line: ${JSON.stringify(value)}`);
  return value;
}

const DECIMALS = 10;
/** More than the exact value of any double that matters here has decimals. */
const EXACT_DECIMALS = 100;

/** Rounded half to even at ten decimals, by the exact value of the number. */
export function decimal(value: number): string {
  assert(Number.isFinite(value) && Math.abs(value) < 1e20, 'a number that has plain decimals');
  const [whole = '0', fraction = ''] = Math.abs(value).toFixed(EXACT_DECIMALS).split('.');
  const head = BigInt(whole + fraction.slice(0, DECIMALS));
  const rest = fraction.slice(DECIMALS);
  const half = '5'.padEnd(rest.length, '0');
  const up = rest > half || (rest === half && head % 2n === 1n);
  const digits = String(up ? head + 1n : head).padStart(DECIMALS + 1, '0');
  const tail = digits.slice(-DECIMALS).replace(/0+$/, '');
  const text = digits.slice(0, -DECIMALS) + (tail === '' ? '' : `.${tail}`);
  return value < 0 && text !== '0' ? `-${text}` : text;
}
