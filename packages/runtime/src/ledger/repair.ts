import { closeSync, constants, existsSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readFully, syncFolder } from './folder.ts';
import type { TornTail } from './scan.ts';

const CHUNK_BYTES = 65_536;

/**
 * Sets a torn tail aside. Its bytes are durable under `<segment>.broken-<n>` before the live file
 * loses one of them; only then are they zeroed, from the end backwards, so that an interruption
 * leaves a torn tail again.
 * @returns the name of the copy.
 */
export function setTornTailAside(folder: string, tail: TornTail): string {
  const live = join(folder, tail.file.name);
  const bytes = Buffer.alloc(tail.bytes);
  const fd = openSync(live, constants.O_RDWR | constants.O_DSYNC);
  try {
    if (readFully(fd, bytes, tail.offset) !== bytes.length) throw new Error(`${live} has shrunk`);
    const name = keepCopy(folder, tail.file.name, bytes);
    for (let end = bytes.length; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const zeros = Buffer.alloc(end - start);
      if (writeSync(fd, zeros, 0, zeros.length, tail.offset + start) !== zeros.length) {
        throw new Error(`${live} could not be mended`);
      }
    }
    return name;
  } finally {
    closeSync(fd);
  }
}

function keepCopy(folder: string, segment: string, bytes: Buffer): string {
  let count = 1;
  while (existsSync(join(folder, `${segment}.broken-${count}`))) count += 1;
  const name = `${segment}.broken-${count}`;
  const fd = openSync(join(folder, name), 'wx');
  try {
    if (writeSync(fd, bytes) !== bytes.length) throw new Error(`${name} could not be written`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  syncFolder(folder);
  return name;
}
