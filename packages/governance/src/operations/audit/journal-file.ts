import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '@holdfast/runtime/ledger';

/** A file that only grows, held by one writer; every trouble with it is thrown. */
export interface JournalFile {
  /** What it held when it was opened. */
  readonly bytes: Uint8Array;
  /** On disk, file and folder, when this returns. After a failure it takes nothing more. */
  append(line: string): void;
  /** Cuts the end off, durably. */
  cut(size: number): void;
  close(): void;
}

/** `create` refuses a file that is there, `open` one that is not; neither follows a link. */
export function openJournal(path: string, how: 'create' | 'open'): JournalFile {
  const exclusive = how === 'create' ? constants.O_CREAT | constants.O_EXCL : 0;
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | exclusive;
  const descriptor = openSync(path, flags, 0o640);
  let bytes: Uint8Array;
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a regular file`);
    bytes = readFileSync(descriptor);
    if (how === 'create') syncFolder(dirname(path));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return journalOf(path, descriptor, bytes);
}

function journalOf(path: string, descriptor: number, bytes: Uint8Array): JournalFile {
  let size = bytes.length;
  let failed: string | null = null;
  const guarded = (what: string, act: () => void): void => {
    if (failed !== null) throw new Error(`${path} takes nothing more: ${failed}`);
    failed = `${what} did not succeed`;
    checkUntouched(path, descriptor, size);
    act();
    failed = null;
  };
  return {
    bytes,
    append: (line) => {
      guarded('a write', () => {
        const content = Buffer.from(line, 'utf8');
        let done = 0;
        while (done < content.length) done += writeSync(descriptor, content, done);
        fsyncSync(descriptor);
        syncFolder(dirname(path));
        size += content.length;
      });
    },
    cut: (to) => {
      guarded('a cut', () => {
        ftruncateSync(descriptor, to);
        fsyncSync(descriptor);
        size = to;
      });
    },
    close: () => {
      if (failed !== 'it is closed') closeSync(descriptor);
      failed = 'it is closed';
    },
  };
}

/** A file that was replaced, or grew by another hand, is not the one that was verified. */
function checkUntouched(path: string, descriptor: number, size: number): void {
  const held = fstatSync(descriptor);
  const named = statSync(path);
  if (held.ino !== named.ino || held.dev !== named.dev) {
    throw new Error(`${path} was put in the place of the file that is held`);
  }
  if (held.size !== size) {
    throw new Error(`${path} has ${held.size} bytes, ${size} were written here`);
  }
}
