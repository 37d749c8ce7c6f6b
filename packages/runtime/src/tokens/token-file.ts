import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseText } from '@holdfast/core/parse';
import { parseTokenDocument, type TokenDocument } from './token-document.ts';

const EMPTY: TokenDocument = Object.freeze({ schema_version: 1, tokens: [] });
const BYTES_MAX = 1 << 20;
const OTHERS = 0o077;

/** Why no token of a file counts. */
export type TokenFileFault = 'unreadable' | 'open_to_others' | 'too_large' | 'malformed';

export type TokenFileRead =
  | { readonly ok: true; readonly document: TokenDocument }
  | { readonly ok: false; readonly fault: TokenFileFault; readonly detail: string };

/**
 * A file that is not there holds no token. One that others may read or write, or that is not
 * exactly the document, is a fault, and then no token in it counts.
 */
export function readTokenFile(path: string): TokenFileRead {
  try {
    const { mode, size } = statSync(path);
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      const shown = (mode & 0o777).toString(8);
      return no('open_to_others', `${path} has mode ${shown}; chmod 600 it`);
    }
    if (size > BYTES_MAX) return no('too_large', `${path} has ${size} bytes`);
    const parsed = parseText(readFileSync(path, 'utf8'), parseTokenDocument);
    if (parsed.ok) return { ok: true, document: parsed.value };
    const [{ place, rule, path: where }] = parsed.violations;
    return no('malformed', `${path} ${place.line}:${place.column} ${where} ${rule}`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return { ok: true, document: EMPTY };
    return no('unreadable', `${path} cannot be read (${code})`);
  }
}

function no(fault: TokenFileFault, detail: string): TokenFileRead {
  return { ok: false, fault, detail };
}

export type TokenChange<T> = (document: TokenDocument) => {
  readonly document: TokenDocument;
  readonly result: T;
};

/**
 * One change by one process at a time: a lock file, then a new file in the place of the old one, so
 * that a reader finds either. Throws what the system says; a fault of the file stops the change.
 */
export function changeTokenFile<T>(
  path: string,
  change: TokenChange<T>,
): { readonly ok: true; readonly result: T } | Extract<TokenFileRead, { ok: false }> {
  mkdirSync(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  const held = openSync(lock, 'wx', 0o600);
  try {
    const read = readTokenFile(path);
    if (!read.ok) return read;
    const { document, result } = change(read.document);
    replace(path, `${JSON.stringify(document, null, 2)}\n`);
    return { ok: true, result };
  } finally {
    closeSync(held);
    rmSync(lock, { force: true });
  }
}

function replace(path: string, text: string): void {
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  const file = openSync(fresh, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(fresh, path);
}
