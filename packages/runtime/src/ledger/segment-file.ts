import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SegmentHeader, segmentName } from './segment.ts';

const PREPARED = 'prepared.tmp';
const CHUNK = Buffer.alloc(1_048_576);

/**
 * The next segment of a folder, made ready in the background: filled with zeros by real writes (a
 * hole or an unwritten extent would make every append journal metadata), each megabyte synced on
 * its own so that the ledger's own writes never queue behind sixty-four of them.
 */
export interface Preparation {
  /** Gives the prepared file its header and its name, both durable. */
  finish(header: SegmentHeader, bytes: Buffer): Promise<string>;
  /** Stops between two megabytes and removes what there is. */
  abandon(): Promise<void>;
}

export function prepareSegment(folder: string, segmentBytes: number): Preparation {
  const path = join(folder, PREPARED);
  const cancel = { asked: false };
  const filled = fillWithZeros(path, segmentBytes, cancel);
  // Whoever needs the segment hears of a failure then; until then it is nobody's.
  filled.catch(() => undefined);
  return {
    finish: async (header, bytes) => {
      await filled;
      const final = join(folder, segmentName(header.number, header.firstSequence));
      const file = await open(path, 'r+');
      try {
        await file.write(bytes, 0, bytes.length, 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(path, final);
      await syncNames(folder);
      return final;
    },
    abandon: async () => {
      cancel.asked = true;
      await filled.catch(() => undefined);
      await rm(path, { force: true });
    },
  };
}

async function fillWithZeros(
  path: string,
  bytes: number,
  cancel: { readonly asked: boolean },
): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx');
  try {
    for (let at = 0; at < bytes && !cancel.asked; at += CHUNK.length) {
      const length = Math.min(CHUNK.length, bytes - at);
      const { bytesWritten } = await file.write(CHUNK, 0, length, at);
      if (bytesWritten !== length) throw new Error(`${path}: no room for ${bytes} bytes`);
      await file.datasync();
    }
    if (cancel.asked) throw new Error(`${path}: given up`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncNames(folder: string): Promise<void> {
  const names = await open(folder, 'r');
  try {
    await names.sync();
  } finally {
    await names.close();
  }
}
