/**
 * `npm run bench`: runs every packages/<name>/bench/<what>.bench.ts, prints a table and writes
 * artifacts/bench.json (`--json` prints that alone). A figure outside its target is shown and never
 * fails a build: a busy machine is not a defect.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listFiles } from './tidy/source.ts';

/** One figure of a bench, as its `run()` returns it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bound in words or as a number; null for a figure that only informs. */
  readonly target: string | number | null;
  readonly pass: boolean;
}

export interface Report {
  readonly file: string;
  readonly figures: readonly Figure[];
  /** Why there are no figures, or null. */
  readonly fault: string | null;
}

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

/** `target` as given, or a `bound` of kind and value in words. */
function targetOf(row: unknown): string | number | null {
  const target = field(row, 'target');
  if (typeof target === 'string' || typeof target === 'number') return target;
  const bound = field(row, 'bound');
  const [kind, value] = [field(bound, 'kind'), field(bound, 'value')];
  return typeof kind === 'string' && typeof value === 'number' ? `${kind} ${value}` : null;
}

/** A row that is no figure is null; the whole bench then counts as faulty. */
export function figureOf(row: unknown): Figure | null {
  const [name, value, unit, pass] = ['name', 'value', 'unit', 'pass'].map((key) => field(row, key));
  if (typeof name !== 'string' || typeof unit !== 'string') return null;
  if (typeof value !== 'number' || typeof pass !== 'boolean') return null;
  return { name, value, unit, target: targetOf(row), pass };
}

/** Runs one bench; whatever goes wrong in it becomes the fault of its report. */
export async function runBench(root: string, file: string): Promise<Report> {
  try {
    const bench: unknown = await import(pathToFileURL(join(root, file)).href);
    const run = field(bench, 'run');
    if (typeof run !== 'function') return { file, figures: [], fault: 'exports no run()' };
    const rows: unknown = await run();
    if (!Array.isArray(rows)) return { file, figures: [], fault: 'run() gave no list' };
    const figures = rows.map(figureOf).filter((figure) => figure !== null);
    const fault = figures.length === rows.length ? null : 'a row is no figure';
    return { file, figures, fault };
  } catch (error) {
    return { file, figures: [], fault: error instanceof Error ? error.message : String(error) };
  }
}

function formatValue(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** The figures as aligned text. */
export function formatTable(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ file, figures, fault }) => [
    ...figures.map(({ name, value, unit, target, pass }) => {
      const shown = typeof target === 'number' ? formatValue(target) : (target ?? '');
      return [name, formatValue(value), unit, shown, pass ? 'ok' : 'MISSED'];
    }),
    ...(fault === null ? [] : [[file, '', '', fault, 'FAULT']]),
  ]);
  const lines = [['figure', 'value', 'unit', 'target', ''], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number): string =>
    column === 1 ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return lines.map((line) => line.map(cell).join('  ').trimEnd()).join('\n');
}

/**
 * In a process of its own: one bench must not inherit the heap and the optimised code of another.
 */
function runAlone(file: string): Report {
  const args = [import.meta.filename, '--one', file];
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  const last = ran.stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(last) as Report;
  } catch {
    return { file, figures: [], fault: ran.stderr.trim().split('\n').at(-1) ?? 'no report' };
  }
}

async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..');
  const one = process.argv.indexOf('--one');
  if (one >= 0) {
    console.log(JSON.stringify(await runBench(root, process.argv[one + 1] ?? '')));
    return;
  }
  const files = listFiles(root, 'packages').filter((path) =>
    /^packages\/[^/]+\/bench\/[^/]+\.bench\.ts$/.test(path),
  );
  const reports = files.map(runAlone);
  const { node, v8 } = process.versions;
  const host = { node, v8, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
  const text = `${JSON.stringify({ host, reports }, null, 2)}\n`;
  mkdirSync(join(root, 'artifacts'), { recursive: true });
  writeFileSync(join(root, 'artifacts', 'bench.json'), text);
  console.log(process.argv.includes('--json') ? text.trimEnd() : formatTable(reports));
}

if (import.meta.main) await main();
