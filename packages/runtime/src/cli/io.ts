import { isAbsolute, relative } from 'node:path';
import type { Environ } from '../config/index.ts';

/** 0 yes or done, 1 no or failed, 2 could not tell or wrong usage (D-34). */
export type ExitCode = 0 | 1 | 2;

/** What became of everything said so far. `lost` is a full disk behind a redirection, say. */
export type Delivery = 'delivered' | 'nobody_reads' | 'lost';

/** Everything a command knows of the process it runs in. */
export interface Io {
  /** One line for the asker; the ending is added. */
  readonly out: (line: string) => void;
  /** One line about what went wrong. */
  readonly err: (line: string) => void;
  /** Waits until what was said to `out` has left. */
  readonly flushed: () => Promise<Delivery>;
  /** What paths in arguments are relative to. */
  readonly cwd: string;
  /** The project, where configuration and artifacts are unless arguments say otherwise. */
  readonly root: string;
  readonly env: Environ;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
}

/** What went wrong: where, by which rule, in a sentence. */
export interface Trouble {
  readonly place: string;
  readonly rule: string;
  readonly detail: string;
}

/** Control characters, which could move a reader's cursor or break the line, as their escapes. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function tell(io: Pick<Io, 'out'>, text: string): void {
  io.out(printable(text));
}

/** The one document of `--json`. */
export function tellJson(io: Pick<Io, 'out'>, document: object): void {
  io.out(JSON.stringify(document, null, 2));
}

/** `place rule detail`, on one line. */
export function complain(io: Pick<Io, 'err'>, { place, rule, detail }: Trouble): void {
  io.err(printable(`${place} ${rule} ${detail}`));
}

/** A path as the asker sees it: relative to their folder when it lies in there. */
export function shown(path: string, cwd: string): string {
  const name = relative(cwd, path);
  return name === '' || name.startsWith('..') || isAbsolute(name) ? path : name;
}

/** The answer is neither yes nor no. */
export function couldNotTell(
  io: Pick<Io, 'out' | 'err'>,
  json: boolean,
  trouble: Trouble,
): ExitCode {
  if (json) tellJson(io, { error: trouble });
  else complain(io, trouble);
  return 2;
}

const RULE_OF_ERROR: Readonly<Record<string, string>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_a_folder',
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
  EROFS: 'read_only',
  ENOSPC: 'disk_full',
};

/** What the system answered about a path. Anything else is a defect of ours and is thrown again. */
export function systemTrouble(place: string, error: unknown): Trouble {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) throw error;
  return {
    place,
    rule: RULE_OF_ERROR[String(error.code)] ?? 'system_error',
    detail: error.message,
  };
}
