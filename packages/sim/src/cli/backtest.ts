import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Policy } from '@holdfast/core';
import { messageOf, readBounded, replaceFile } from '@holdfast/runtime/proof';
import { type Branch, readBranch, splitBranch } from '../backtest/branches.ts';
import { formatBars, readBars } from '../backtest/bars-file.ts';
import { cutBars, KEPT_SHARE } from '../backtest/cut-bars.ts';
import { pretty, type ReadGolden, readGolden, writeGolden } from '../backtest/golden-folder.ts';
import { type GoldenBranch, type GoldenData, recordGolden } from '../backtest/golden-manifest.ts';
import { checkGolden, type GoldenRegression } from '../backtest/golden-regression.ts';
import { headlineOf } from '../backtest/headline.ts';
import { checkNoSilentPath, type NoSilentPath } from '../backtest/no-silent-path.ts';
import type { RuntimeResult } from '../backtest/result.ts';
import { runStrategy } from '../backtest/run.ts';
import { SHIPPED_CATALOG } from '../backtest/shipped-catalog.ts';
import { worldPolicy } from './drill.ts';
import type { CliIo } from './io.ts';

const BARS_BYTES_MAX = 512_000_000;

export interface BacktestArguments {
  readonly bars: string;
  /** `[role=]file` each. */
  readonly strategy?: readonly string[];
  /** Folder of recorded runs, or its manifest. */
  readonly golden?: string;
  /** Folder to record into. */
  readonly record?: string;
  /** Folder for the results of the checks. */
  readonly out?: string;
  readonly json?: boolean;
}

type Golden = Extract<ReadGolden, { ok: true }>;

/**
 * `holdfast backtest`: exit 0 when it was played and, where it was to be compared, is as recorded;
 * 1 when it is not, or a run ended in a fault; 2 when it could not be told.
 */
export async function backtest(given: BacktestArguments, io: CliIo, now: number): Promise<number> {
  const policy = worldPolicy('backtest', io);
  const data = readData(given.bars, io);
  if (policy === null || data === null) return 2;
  const golden = given.golden === undefined ? null : openGolden(given.golden, io);
  if (golden === 'unreadable') return 2;
  const branches = readBranches(given.strategy ?? [], golden, io);
  if (branches === null) return 2;
  const played = await playAll(data, branches, policy, io);
  if (typeof played === 'number') return played;
  for (const branch of branches) tell(branch, played, data, given, io);
  if (given.record !== undefined) return record(given.record, data, branches, played, io, now);
  if (golden === null) return 0;
  const results = played;
  const regression = checkGolden({ ...golden, dataSha256: data.sha256, results, now });
  const catalog = SHIPPED_CATALOG;
  const paths = checkNoSilentPath({ ...golden, results, catalog, now });
  return judge(regression, paths, given, io);
}

function readData(path: string, io: CliIo): GoldenData | null {
  const file = readBounded(resolve(io.cwd, path), BARS_BYTES_MAX);
  if (!file.ok) {
    io.err(`backtest: ${path}: ${file.fault}`);
    return null;
  }
  const read = readBars(file.bytes.toString('utf8'));
  if (read.ok) return read;
  for (const { line, path: at, rule, message } of read.faults) {
    io.err(`${path}:${line}: ${at === '' ? '/' : at}: ${rule}: ${message}`);
  }
  return null;
}

function openGolden(path: string, io: CliIo): Golden | 'unreadable' {
  const folder = resolve(io.cwd, path.endsWith('.json') ? join(path, '..') : path);
  const read = readGolden(folder);
  if (read.ok) return read;
  io.err(`backtest: ${read.detail}`);
  return 'unreadable';
}

/** What was named, and every recorded branch that was not: its document is the shipped one. */
function readBranches(
  named: readonly string[],
  golden: Golden | null,
  io: CliIo,
): readonly Branch[] | null {
  const wanted = named.map((text) => {
    const { role, file } = splitBranch(text);
    return { role, path: resolve(io.cwd, file) };
  });
  const found = wanted.map(({ role, path }) => readBranch(path, role));
  const names = new Set(found.flatMap((each) => (each.ok ? [each.branch.name] : [])));
  for (const [name, { role }] of Object.entries(golden?.manifest?.branches ?? {})) {
    if (names.has(name)) continue;
    found.push(readBranch(join(io.root, 'config/strategies', `${name}.json`), role));
  }
  const branches = found.flatMap((each) => (each.ok ? [each.branch] : []));
  for (const each of found) if (!each.ok) for (const fault of each.faults) io.err(fault);
  if (found.length === 0) io.err('backtest: name a strategy by --strategy <file>');
  if (new Set(branches.map(({ name }) => name)).size < branches.length) {
    io.err('backtest: two documents have one name');
    return null;
  }
  return found.length > 0 && branches.length === found.length ? branches : null;
}

/** @returns the exit code where a run has no result. */
async function playAll(
  { bars }: GoldenData,
  branches: readonly Branch[],
  policy: Policy,
  io: CliIo,
): Promise<ReadonlyMap<string, RuntimeResult> | number> {
  const played = new Map<string, RuntimeResult>();
  for (const { name, strategy } of branches) {
    const outcome = await runStrategy(bars, strategy, SHIPPED_CATALOG, { branch: name, policy });
    if (!outcome.ok) {
      io.err(`backtest: ${name}: ${outcome.code}: ${outcome.detail}`);
      return outcome.code.startsWith('bars_') ? 2 : 1;
    }
    played.set(name, outcome.result);
  }
  return played;
}

function tell(
  { name, role }: Branch,
  played: ReadonlyMap<string, RuntimeResult>,
  { bars }: GoldenData,
  { json }: BacktestArguments,
  io: CliIo,
): void {
  const result = played.get(name);
  if (result === undefined) return;
  const { events, trades, looks, warnings } = result;
  const headline = headlineOf(trades, bars);
  const counts = { bars: bars.length, events: events.length, trades: trades.length };
  if (json === true) {
    io.out(JSON.stringify({ branch: name, role, ...counts, headline, looks, warnings }));
    return;
  }
  io.out(
    `${name} (${role}): ${bars.length} bars, ${events.length} events, ${trades.length} trades`,
  );
  const said = Object.entries(headline).map(
    ([key, value]) => `${key} ${value === '' ? '-' : value}`,
  );
  io.out(`      ${said.join(', ')}`);
  io.out(`      ${looks.looks} looks, ${looks.unclassified} of them without a reason`);
  for (const warning of warnings) io.out(`      ${warning}`);
}

function record(
  folder: string,
  data: GoldenData,
  branches: readonly Branch[],
  played: ReadonlyMap<string, RuntimeResult>,
  io: CliIo,
  now: number,
): number {
  const golden = new Map<string, GoldenBranch>();
  for (const { name, role } of branches) {
    const result = played.get(name);
    if (result !== undefined) golden.set(name, { role, result });
  }
  const codeVersion = `node ${process.version}`;
  const manifest = recordGolden(data, golden, { createdAt: now, codeVersion });
  const fault = writeGolden(resolve(io.cwd, folder), manifest, golden);
  if (fault !== null) {
    io.err(`backtest: ${fault}`);
    return 2;
  }
  io.out(`recorded ${golden.size} branches, core hash ${manifest.core_hash}`);
  return 0;
}

function judge(
  regression: GoldenRegression,
  paths: NoSilentPath,
  { out, json }: BacktestArguments,
  io: CliIo,
): number {
  if (json === true) io.out(JSON.stringify({ regression, paths }));
  else {
    for (const line of verdictLines(regression, paths)) io.out(line);
  }
  if (out !== undefined && !writeGates(resolve(io.cwd, out), regression, paths, io)) return 2;
  return regression.passed && paths.passed ? 0 : 1;
}

function verdictLines(regression: GoldenRegression, paths: NoSilentPath): readonly string[] {
  const word = ({ passed }: { readonly passed: boolean }): string => (passed ? 'pass' : 'FAIL');
  return [
    `${word(regression)}  golden regression ${regression.failures.join(' ')}`.trimEnd(),
    ...regression.mismatches.map(({ branch, table, first_diff: diff }) =>
      diff === null
        ? `      ${branch} ${table}`
        : `      ${branch} ${table} row ${diff.row} ${diff.column}: ` +
          `${diff.expected} → ${diff.actual}`,
    ),
    `${word(paths)}  no silent path ${paths.failures.join(' ')}`.trimEnd(),
    ...paths.undeclared.map(
      ({ branch, date, side, kind, ordinal, action, reason_code }) =>
        `      undeclared: ${branch} ${date} ${side} ${kind} ${ordinal} ${action} ${reason_code}`,
    ),
    ...paths.stale_declarations.map(
      ({ branch, date, side, kind, action }) =>
        `      declared, and not so: ${branch} ${date} ${side} ${kind} ${action}`,
    ),
    ...paths.unknown_reasons.map((code) => `      ${code}`),
  ];
}

function writeGates(
  folder: string,
  regression: GoldenRegression,
  paths: NoSilentPath,
  io: CliIo,
): boolean {
  try {
    const gates = join(folder, 'gates');
    mkdirSync(gates, { recursive: true });
    replaceFile(join(gates, 'golden-regression.json'), pretty(regression));
    replaceFile(join(gates, 'no-silent-path.json'), pretty(paths));
    return true;
  } catch (error) {
    io.err(`backtest: ${messageOf(error)}`);
    return false;
  }
}

export interface CutArguments {
  readonly market: string;
  readonly bars: string;
  readonly seed: string;
  readonly count: number;
  readonly everyMs: number;
}

/** `holdfast bars`: exit 0 when they are written, 2 where that could not be. */
export function writeBars(given: CutArguments, io: CliIo): number {
  const cut = cutBars({ ...given, ...KEPT_SHARE, cwd: io.cwd });
  if (!cut.ok) {
    for (const fault of cut.faults) io.err(`bars: ${fault}`);
    return 2;
  }
  try {
    const path = resolve(io.cwd, given.bars);
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, formatBars(cut.sourceId, cut.bars));
  } catch (error) {
    io.err(`bars: ${messageOf(error)}`);
    return 2;
  }
  io.out(`${cut.bars.length} bars of ${cut.bars[0]?.quotes.length ?? 0} options: ${cut.sourceId}`);
  return 0;
}
