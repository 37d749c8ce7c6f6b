import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';

export type FileFault = 'missing' | 'unreadable' | 'not_a_file' | 'too_large';

export type FileRead =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly fault: FileFault; readonly detail: string };

/** O_NONBLOCK: a pipe put in the place of a file must not hang the one thread that trades. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Reads a regular file of at most `limit` bytes. Total: every trouble is an answer. */
export function readBounded(path: string, limit: number): FileRead {
  return withFile(path, (descriptor, size) => readWhole(path, descriptor, size, limit));
}

/** A file that others than its owner may read or change. */
export interface OpenToOthers {
  readonly ok: false;
  readonly fault: 'open_to_others';
  readonly detail: string;
}

const OTHERS = 0o077;

/** As `readBounded`, of a file that holds a secret: what is judged is what is read. */
export function readPrivate(path: string, limit: number): FileRead | OpenToOthers {
  return withFile<OpenToOthers>(path, (descriptor, size) => {
    const { mode } = fstatSync(descriptor);
    if (process.platform === 'win32' || (mode & OTHERS) === 0) {
      return readWhole(path, descriptor, size, limit);
    }
    const detail = `${path} has mode ${(mode & 0o777).toString(8)}; chmod 600 it`;
    return { ok: false, fault: 'open_to_others', detail };
  });
}

function readWhole(path: string, descriptor: number, size: number, limit: number): FileRead {
  if (size > limit) return tooLarge(path, limit);
  // One byte more than allowed shows a file that grew since its size was asked.
  const buffer = Buffer.allocUnsafe(Math.min(size, limit) + 1);
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, length);
    if (count === 0) return { ok: true, bytes: buffer.subarray(0, length) };
    length += count;
  }
  return { ok: false, fault: 'unreadable', detail: `${path} changed while it was read` };
}

/** Hands a regular file to `use` in pieces, whatever its size. The last answer counts. */
export function scanFile(path: string, use: (piece: Uint8Array) => void): FileRead {
  return withFile(path, (descriptor) => {
    const piece = Buffer.allocUnsafe(1 << 16);
    for (;;) {
      const count = readSync(descriptor, piece, 0, piece.length, null);
      if (count === 0) return { ok: true, bytes: piece.subarray(0, 0) };
      use(piece.subarray(0, count));
    }
  });
}

/**
 * A reader sees the old content or the new, never a part; the new is on disk before it has the
 * name. The mode is lowered by the umask, as of every new file.
 */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o666): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, content, { flag: 'wx', mode, flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function withFile<T = never>(
  path: string,
  use: (descriptor: number, size: number) => FileRead | T,
): FileRead | T {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, OPEN_FLAGS);
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) {
      return { ok: false, fault: 'not_a_file', detail: `${path} is not a regular file` };
    }
    return use(descriptor, stat.size);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    return { ok: false, fault: isMissing ? 'missing' : 'unreadable', detail: messageOf(error) };
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function tooLarge(path: string, limit: number): FileRead {
  return { ok: false, fault: 'too_large', detail: `${path} is larger than ${limit} bytes` };
}
