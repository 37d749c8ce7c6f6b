import type { ConfigurationViolation } from '../config/index.ts';
import { complain, type ExitCode, type Io, shown } from './io.ts';

/** A violation as machines read it; `line` and `column` count from 1, null when it has no place. */
export interface PlacedViolation {
  readonly document: ConfigurationViolation['document'];
  /** The file, or the name of the variable. */
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly rule: string;
  readonly message: string;
}

/** Splits the place; paths are as seen from `cwd`. */
export function placeViolation(item: ConfigurationViolation, cwd: string): PlacedViolation {
  const { document, place, rule, message } = item;
  const found = /^(.*) (\d+):(\d+)$/s.exec(place);
  const path = found?.[1] ?? place;
  const source = document === 'secrets' ? path : shown(path, cwd);
  const line = found === null ? null : Number(found[2]);
  const column = found === null ? null : Number(found[3]);
  return { document, source, line, column, rule, message };
}

/** `file:line:column rule message`, one line each. */
export function complainOf(
  violations: readonly ConfigurationViolation[],
  io: Pick<Io, 'err' | 'cwd'>,
): void {
  for (const violation of violations) {
    const { document, source, line, column, rule, message } = placeViolation(violation, io.cwd);
    const name = document === 'secrets' ? `environment:${source}` : source;
    const place = line === null ? name : `${name}:${line}:${column}`;
    complain(io, { place, rule, detail: message });
  }
}

/** A document nobody could read is neither right nor wrong; a wrong one makes the whole wrong. */
export function exitCodeOf(violations: readonly ConfigurationViolation[]): ExitCode {
  const unread = ['file_missing', 'file_unreadable'];
  return violations.every(({ rule }) => unread.includes(rule)) ? 2 : 1;
}
