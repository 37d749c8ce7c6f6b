import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Instrument } from '@holdfast/core/instrument';
import type { Currency } from '@holdfast/core/values';
import { CHAIN_COLUMNS, type ChainRow, readChainRow } from './chain-row.ts';
import { FAULTS_MAX, readTable, type TableFault } from './csv-table.ts';
import type { MarketSnapshot, MarketSource } from './market.ts';

/** One unpacked file; a recording of a whole chain is some 300 kB. */
const FILE_BYTES_MAX = 64_000_000;

/** What was found in a directory of recordings. */
export interface ChainReport {
  readonly files: number;
  readonly rows: number;
  /** Rows without a bid or without an ask. */
  readonly oneSided: number;
  readonly unquoted: number;
  /** Prices off the tick grid, moved outward to it: bids down, asks up. */
  readonly snapped: number;
  /** Rows whose mark, underlying or index had more than eight decimals. */
  readonly rounded: number;
  /** Epoch ms of the first and the last recording. */
  readonly from: number;
  readonly to: number;
}

export type OpenedChain =
  | { readonly ok: true; readonly source: MarketSource; readonly report: ChainReport }
  | { readonly ok: false; readonly faults: readonly [TableFault, ...TableFault[]] };

interface ReadFile {
  readonly snapshot: MarketSnapshot | null;
  readonly rows: number;
  readonly snapped: number;
  readonly rounded: number;
  readonly faults: readonly TableFault[];
}

/**
 * Opens a directory of recorded option chains, `*.csv` or `*.csv.gz`, one snapshot a file.
 * Everything is read and judged once before the first snapshot is given, so that a bad line never
 * stops a run half-way; the snapshots themselves are read again one by one.
 */
export function openOptionChain(directory: string): OpenedChain {
  const listed = listFiles(directory);
  if ('fault' in listed) return { ok: false, faults: [listed] };
  const intern = new Map<string, Instrument>();
  const faults: TableFault[] = [];
  const dated: { readonly path: string; readonly at: number }[] = [];
  const total = { rows: 0, oneSided: 0, unquoted: 0, snapped: 0, rounded: 0 };
  for (const path of listed) {
    const file = readSnapshot(path, intern);
    faults.push(...file.faults);
    if (faults.length >= FAULTS_MAX) break;
    if (file.snapshot === null) continue;
    dated.push({ path, at: file.snapshot.at });
    total.rows += file.rows;
    total.snapped += file.snapped;
    total.rounded += file.rounded;
    countSides(file.snapshot, total);
  }
  dated.sort((a, b) => a.at - b.at);
  for (const [index, { path, at }] of dated.entries()) {
    if (dated[index - 1]?.at !== at) continue;
    faults.push({ file: basename(path), line: 2, column: 'timestamp', fault: 'recorded_twice' });
  }
  const [first, ...rest] = faults.slice(0, FAULTS_MAX);
  if (first !== undefined) return { ok: false, faults: [first, ...rest] };
  const from = dated[0]?.at ?? 0;
  const report: ChainReport = { files: dated.length, ...total, from, to: dated.at(-1)?.at ?? 0 };
  return { ok: true, source: sourceOf(directory, dated, intern, report), report };
}

function listFiles(directory: string): readonly string[] | TableFault {
  const wrong = (fault: string): TableFault => ({ file: directory, line: 0, column: '', fault });
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    return wrong(`cannot_be_listed: ${messageOf(error)}`);
  }
  const files = names.filter((name) => name.endsWith('.csv') || name.endsWith('.csv.gz')).sort();
  return files.length === 0 ? wrong('no_csv_files') : files.map((name) => join(directory, name));
}

function sourceOf(
  directory: string,
  dated: readonly { readonly path: string; readonly at: number }[],
  intern: Map<string, Instrument>,
  report: ChainReport,
): MarketSource {
  return {
    name: `chain:${directory}`,
    data: 'recorded',
    notes: [
      `${report.rows} recorded quotes in ${report.files} snapshots; ` +
        `${report.oneSided} one-sided, ${report.unquoted} unquoted.`,
      `${report.snapped} prices were off the tick grid and were moved outward to it.`,
      `${report.rounded} rows had more than eight decimals in mark, underlying or index; rounded.`,
      'The index of a snapshot is the lower median of those recorded in its rows.',
      'Only best prices were recorded: no depth, no sizes, no trades.',
    ],
    *snapshots() {
      for (const { path, at } of dated) {
        const { snapshot, faults } = readSnapshot(path, intern);
        if (snapshot === null || faults.length > 0 || snapshot.at !== at) {
          throw new Error(`${basename(path)} has changed since it was checked`);
        }
        yield snapshot;
      }
    },
  };
}

function readSnapshot(path: string, intern: Map<string, Instrument>): ReadFile {
  const file = basename(path);
  const faults: TableFault[] = [];
  const onFault = (fault: TableFault): void => {
    if (faults.length < FAULTS_MAX) faults.push(fault);
  };
  const rows: ChainRow[] = [];
  const names = new Set<string>();
  const text = readText(path);
  if (typeof text !== 'string') {
    return { snapshot: null, rows: 0, snapped: 0, rounded: 0, faults: [text] };
  }
  readTable(
    file,
    text,
    CHAIN_COLUMNS,
    (cells, line) => {
      const read = readChainRow(cells, intern);
      const name = cells.instrument_name;
      if (!read.ok) onFault({ file, line, column: read.column, fault: read.fault });
      else if (names.has(name)) onFault({ file, line, column: 'instrument_name', fault: 'twice' });
      else if (rows[0] !== undefined && rows[0].at !== read.value.at) {
        onFault({ file, line, column: 'timestamp', fault: 'differs_from_line_2' });
      } else {
        names.add(name);
        rows.push(read.value);
      }
    },
    onFault,
  );
  const at = rows[0]?.at;
  if (at === undefined && faults.length === 0) {
    onFault({ file, line: 2, column: '', fault: 'no_rows' });
  }
  const snapshot =
    at === undefined ? null : { at, indexes: mediansOf(rows), rows: rows.map(({ row }) => row) };
  let snapped = 0;
  let rounded = 0;
  for (const row of rows) {
    snapped += row.snapped;
    rounded += Number(row.rounded);
  }
  return { snapshot, rows: rows.length, snapped, rounded, faults };
}

function readText(path: string): string | TableFault {
  try {
    const bytes = readFileSync(path);
    const plain = path.endsWith('.gz')
      ? gunzipSync(bytes, { maxOutputLength: FILE_BYTES_MAX })
      : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (error) {
    const fault = `cannot_be_read: ${messageOf(error)}`;
    return { file: basename(path), line: 0, column: '', fault };
  }
}

/** A value that was really recorded, not a mean that nobody saw. */
function mediansOf(rows: readonly ChainRow[]): ReadonlyMap<Currency, number> {
  const values = new Map<Currency, number[]>();
  for (const { currency, indexE8 } of rows) {
    const list = values.get(currency);
    if (list === undefined) values.set(currency, [indexE8]);
    else list.push(indexE8);
  }
  const medians = new Map<Currency, number>();
  for (const [currency, list] of values) {
    list.sort((a, b) => a - b);
    medians.set(currency, list[(list.length - 1) >> 1] ?? 0);
  }
  return medians;
}

function countSides(snapshot: MarketSnapshot, total: { oneSided: number; unquoted: number }): void {
  for (const { bidTicks, askTicks } of snapshot.rows) {
    if (bidTicks === null && askTicks === null) total.unquoted += 1;
    else if (bidTicks === null || askTicks === null) total.oneSided += 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
