import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  PAPER_NEEDS,
  type PaperBlocker,
  paperGate,
  type PaperRun,
  type PaperVerdict,
} from '@holdfast/core/proof';
import { parseText } from '@holdfast/core/parse';
import { parseRuntimeDocument } from '../config/index.ts';
import { readBounded } from '../proof/bounded-file.ts';
import { PAPER_RUN, readPaperRun } from '../report/paper-run-file.ts';
import { RUNTIME_PATH } from './config-check.ts';
import { couldNotTell, type ExitCode, type Io, shown, tell, tellJson } from './io.ts';

export interface PaperStatusOptions {
  /** Documents, or folders of runs. */
  readonly paths: readonly string[];
  readonly json: boolean;
}

type PaperIo = Pick<Io, 'out' | 'err' | 'cwd' | 'root'>;

const DAY_MS = 86_400_000;
const RUNTIME_BYTES_MAX = 1 << 16;
/** As exit codes: yes, no, and twice that nobody could tell (D-34). */
const CODES = { pass: 0, fail: 1, error: 2, inconclusive: 2 } as const;

/** `holdfast paper status`: the paper gate over every run there is (D-19, D-38). */
export function paperStatus(options: PaperStatusOptions, io: PaperIo): ExitCode {
  const asked = options.paths.length > 0 ? options.paths : defaultPaths(io);
  if (asked === null) {
    const detail = 'names no run folder: give the documents, or folders of runs';
    return couldNotTell(io, options.json, { place: RUNTIME_PATH, rule: 'unreadable', detail });
  }
  const runs: PaperRun[] = [];
  const unreadable: { place: string; detail: string }[] = [];
  for (const path of asked.flatMap((each) => documentsAt(resolve(io.cwd, each)))) {
    const read = readPaperRun(path);
    if (read.ok) runs.push(read.run);
    else {
      const { rule, detail } = read.trouble;
      unreadable.push({ place: shown(path, io.cwd), detail: `${rule} ${detail}` });
    }
  }
  const verdict = paperGate(runs, unreadable);
  if (options.json) tellJson(io, { runs: runs.length, needs: PAPER_NEEDS, ...verdict });
  else for (const line of linesOf(verdict, runs)) tell(io, line);
  return CODES[verdict.answer];
}

function linesOf(verdict: PaperVerdict, runs: readonly PaperRun[]): readonly string[] {
  const { answer, blockers, days, tradingDays, calendarDays, faults, counted } = verdict;
  const { tradingDays: trading, calendarDays: calendar, faults: needed } = PAPER_NEEDS;
  const last = days.at(-1);
  const until = last === undefined ? '' : `, the last ${dateOf(last * DAY_MS)}`;
  return [
    `paper gate    ${answer}`,
    `runs          ${runs.length}, of which ${counted.length} count`,
    `trading days  ${tradingDays} of ${trading}, or`,
    `days in a row ${calendarDays} of ${calendar}${until}`,
    `faults        ${[`${faults.length} of ${needed}`, ...faults].join(' ')}`,
    ...runs.map(runLine),
    ...blockers.map(blockerLine),
  ];
}

function runLine(run: PaperRun): string {
  const { run_id: id, source, venue, data, clock, state, gaps, gap_ms: gapMs } = run;
  const minutes = Math.floor((run.written_at - run.started_at) / 60_000);
  const whence = `${venue} of ${source.place} (${data}, ${clock})`;
  const missing = `${gaps.length} gaps, ${Math.ceil(gapMs / 1_000)} s without the source`;
  const from = new Date(run.started_at).toISOString();
  return `run           ${id} ${whence}, ${state}, ${from}, ${minutes} min, ${missing}`;
}

function blockerLine({ code, runId, operands }: PaperBlocker): string {
  const told = Object.entries(operands).map(([key, value]) => `${key}=${value}`);
  return ['blocker      ', code, ...(runId === null ? [] : [`run=${runId}`]), ...told].join(' ');
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The folder in which runs are kept, as the runtime document names it. */
function defaultPaths({ root }: Pick<Io, 'root'>): readonly string[] | null {
  const read = readBounded(join(root, RUNTIME_PATH), RUNTIME_BYTES_MAX);
  if (!read.ok) return null;
  const parsed = parseText(read.bytes.toString('utf8'), parseRuntimeDocument);
  if (!parsed.ok) return null;
  const folder = resolve(root, parsed.value.run_folder);
  // Before the first run there is none.
  return existsSync(folder) ? [folder] : [];
}

/** A document itself; of a folder that of its run, or those of the runs in it. */
function documentsAt(path: string): readonly string[] {
  if (existsSync(join(path, PAPER_RUN))) return [join(path, PAPER_RUN)];
  try {
    return readdirSync(path)
      .map((name) => join(path, name, PAPER_RUN))
      .filter((document) => existsSync(document))
      .sort();
  } catch {
    // No folder: a document, or what is wrong with it is told as of one.
    return [path];
  }
}
