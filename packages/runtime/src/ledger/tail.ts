import type { SegmentScan } from './scan.ts';
import { decodeSegmentHeader, findFrame, type Frame, SEGMENT_HEADER_BYTES } from './segment.ts';

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;
const ZEROS = Buffer.alloc(65_536);

interface Place {
  readonly sequence: number;
  readonly offset: number;
}

/**
 * Torn or damaged: frames stopped at `next`, the last whole batch at `whole`, and something that is
 * not zero follows. One write is in flight at a time, so only the last write can be torn, and in it
 * only sectors that kept their zeros.
 * @returns what proves damage, or null when an interrupted write explains all of it.
 */
export function classify(scan: SegmentScan, whole: Place, next: Place): string | null {
  const beyond = frameBeyond(scan);
  if (beyond !== null) return beyond;
  const { bytes } = scan;
  let first: Frame | null = null;
  for (
    let frame = findFrame(bytes, next.offset);
    frame !== null;
    frame = findFrame(bytes, frame.end)
  ) {
    // A seal is written alone and last: whatever came before it was durable.
    const earlier = frame.kind === 'seal' || frame.writeSequence > whole.sequence;
    if (earlier) {
      return `sequence ${frame.sequence} at ${frame.offset} was written after it was durable`;
    }
    first ??= frame;
  }
  if (first !== null && !hasUnwrittenSector(bytes, next.offset, first.offset)) {
    return `sequence ${first.sequence} at ${first.offset} is sound, and no sector misses before it`;
  }
  return null;
}

/**
 * A later segment with records, or one that was begun at another sequence, proves that this one was
 * whole.
 */
function frameBeyond(scan: SegmentScan): string | null {
  if (scan.later.length === 0) return null;
  // The source may reuse its buffer: look at the others in their turn, then have this one back.
  const kept = Buffer.from(scan.bytes);
  let evidence: string | null = null;
  for (const file of scan.later) {
    const bytes = scan.source.read(file);
    const header = decodeSegmentHeader(bytes);
    if (header === null || findFrame(bytes, SEGMENT_HEADER_BYTES) !== null) {
      evidence = `${file.name} follows it`;
      break;
    }
  }
  kept.copy(scan.bytes);
  return evidence;
}

/** Whether some sector between the two places still holds the zeros it was prepared with. */
function hasUnwrittenSector(bytes: Buffer, from: number, to: number): boolean {
  let start = from;
  while (start < to) {
    const end = start - (start % SECTOR_BYTES) + SECTOR_BYTES;
    if (end > to) return false;
    if (isZero(bytes, start, end)) return true;
    start = end;
  }
  return false;
}

export function isZeroFrom(bytes: Buffer, from: number): boolean {
  return isZero(bytes, from, bytes.length);
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += ZEROS.length) {
    const end = Math.min(at + ZEROS.length, to);
    if (bytes.compare(ZEROS, 0, end - at, at, end) !== 0) return false;
  }
  return true;
}

/** Index of the last byte at or after `from` that is not zero; `from - 1` when all are. */
export function lastNonZero(bytes: Buffer, from: number): number {
  let index = bytes.length - 1;
  while (index >= from && bytes[index] === 0) index -= 1;
  return index;
}
