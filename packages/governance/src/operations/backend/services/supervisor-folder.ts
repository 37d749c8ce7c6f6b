/** What the supervisor's folder holds, and how each file in it is read and written. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { closed, createParser, type Parser, parseText } from '@holdfast/core/parse';
import { type Static, Type } from 'typebox';
import { parseUnit, type UnitFile } from '../../unit-file.ts';
import { errorCode } from '../answer.ts';
import { logPath, replaceText, runPath } from './keeper-files.ts';
import type { LogLine } from './port.ts';

const MarkSchema = closed({ pid: Type.Integer(), began: Type.String(), boot: Type.String() });
const RunSchema = closed({
  keeper: MarkSchema,
  /** Null from when it was asked to start until its keeper has started it. */
  service: Type.Union([MarkSchema, Type.Null()]),
  /** Asked to stop, and not known to have stopped. */
  stopping: Type.Optional(Type.Literal(true)),
});
/** Who runs it. */
export type RunFile = Static<typeof RunSchema>;

const StateSchema = closed({ enabled: Type.Boolean(), masked: Type.Boolean() });
type StateFile = Static<typeof StateSchema>;

const parseRun = createParser(RunSchema);
const parseState = createParser(StateSchema);

export function makeFolders(folder: string): void {
  for (const name of ['units', 'run', 'log', 'state']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
}

const filePath = (folder: string, kind: string, unit: string): string =>
  join(folder, kind, `${unit}.json`);

export function readUnit(folder: string, unit: string): UnitFile {
  const read = readDocument(filePath(folder, 'units', unit), parseUnit);
  if (read === null) throw new Error(`there is no unit ${unit}`);
  return read;
}

export const readRun = (folder: string, unit: string): RunFile | null =>
  readDocument(runPath(folder, unit), parseRun);

export const writeRun = (folder: string, unit: string, run: RunFile): void =>
  replaceText(runPath(folder, unit), JSON.stringify(run));

export const forgetRun = (folder: string, unit: string): void =>
  rmSync(runPath(folder, unit), { force: true });

export const readState = (folder: string, unit: string): StateFile =>
  readDocument(filePath(folder, 'state', unit), parseState) ?? { enabled: false, masked: false };

export const writeState = (folder: string, unit: string, state: StateFile): void =>
  replaceText(filePath(folder, 'state', unit), JSON.stringify(state));

/** The unit a name stands for, then its aliases. An alias is a link to a unit file beside it. */
export function unitNamesIn(folder: string, name: string): readonly string[] | null {
  const units = join(folder, 'units');
  const unit = leadsTo(units, `${name}.json`);
  if (unit === null) return null;
  const aliases = readdirSync(units).filter(
    (file) => file !== unit && leadsTo(units, file) === unit,
  );
  return [unit, ...aliases].map((file) => file.replace(/\.json$/, ''));
}

function leadsTo(units: string, file: string): string | null {
  const stat = lstatSync(join(units, file), { throwIfNoEntry: false });
  if (stat?.isFile() === true) return file;
  if (stat?.isSymbolicLink() !== true) return null;
  const target = readlinkSync(join(units, file));
  const isBeside = basename(target) === target;
  return isBeside && lstatSync(join(units, target), { throwIfNoEntry: false })?.isFile() === true
    ? target
    : null;
}

/** All lines since then. Throws where the log is gone, or no longer reaches back so far. */
export function readLog(folder: string, unit: string, sinceMs: number): readonly LogLine[] {
  const path = logPath(folder, unit);
  const lost = textOf(`${path}.lost`);
  if (lost !== null && Date.parse(lost) >= sinceMs) {
    throw new Error(`the log of ${unit} reaches back to ${lost} only`);
  }
  const now = textOf(path);
  if (now === null) throw new Error(`${unit} has no log`);
  const lines = `${textOf(`${path}.1`) ?? ''}${now}`.split('\n');
  // A last line without its end is still being written, and counts as far as it goes.
  return lines
    .filter((line) => line !== '')
    .map(parseLine)
    .filter(({ at }) => at >= sinceMs);
}

function parseLine(line: string): LogLine {
  const at = Date.parse(line.slice(0, 24));
  if (Number.isNaN(at) || line.charAt(24) !== ' ') throw new Error('a log line without its time');
  return { at, text: line.slice(25) };
}

function readDocument<T>(path: string, parser: Parser<T>): T | null {
  const text = textOf(path);
  if (text === null) return null;
  const parsed = parseText(text, parser);
  if (!parsed.ok) throw new Error(`${path}: ${parsed.violations[0].message}`);
  return parsed.value;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
