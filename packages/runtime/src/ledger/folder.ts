import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SegmentFile, SegmentSource } from './scan.ts';
import { parseSegmentName, SEGMENT_BYTES_MAX } from './segment.ts';

/** Segments as files of one folder, read only. The buffer of `read` is reused by the next one. */
export function folderSource(folder: string): SegmentSource {
  let buffer = Buffer.alloc(0);
  return {
    segments: () => listSegments(folder),
    read: (file) => {
      const path = join(folder, file.name);
      // A file longer than any segment is read as far as it proves to be none.
      const size = Math.min(statSync(path).size, SEGMENT_BYTES_MAX + 1);
      if (buffer.length < size) buffer = Buffer.allocUnsafe(size);
      const bytes = buffer.subarray(0, size);
      const fd = openSync(path, 'r');
      try {
        return bytes.subarray(0, readFully(fd, bytes));
      } finally {
        closeSync(fd);
      }
    },
  };
}

/** Reads until the buffer is full or the file ends. */
export function readFully(fd: number, into: Buffer, from = 0): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, into.length - done, from + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

function listSegments(folder: string): readonly SegmentFile[] {
  const files: SegmentFile[] = [];
  for (const name of readdirSync(folder)) {
    const parsed = parseSegmentName(name);
    if (parsed !== null) files.push({ name, ...parsed });
  }
  return files.sort((a, b) => a.number - b.number);
}

/** Makes a folder that survives a power cut: each new one is synced into the one above it. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  let path = folder;
  for (;;) {
    syncFolder(join(path, '..'));
    if (path.length <= first.length) return;
    path = join(path, '..');
  }
}

/** Makes names in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
