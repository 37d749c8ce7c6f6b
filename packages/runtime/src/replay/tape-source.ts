import { closeSync, fstatSync, openSync } from 'node:fs';
import { readFully } from '../ledger/folder.ts';
import type { TapeSource } from './block.ts';

/** A tape in a file, as long as it is now; what a running engine adds meanwhile is not seen. */
export function openTapeFile(path: string): TapeSource & { close(): void } {
  const fd = openSync(path, 'r');
  const { size } = fstatSync(fd);
  return {
    bytes: size,
    read(offset, length) {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      return bytes.subarray(0, readFully(fd, bytes, offset));
    },
    close: () => closeSync(fd),
  };
}
