import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * The bytes of a ledger. Everything else in this room is about when they are written and what is
 * made of them.
 *
 * Folder
 *   00000001-0000000000000001.ledger     segment number, sequence of its first record
 *   00000001-….ledger.broken-1           a torn tail, copied away before the live file was mended
 *   prepared.tmp                         the next segment while it is filled with zeros; never read
 *   writer.lock  writer.json             the one writer (`lock.ts`); who it is
 *
 * Segment: a fixed number of bytes, zero-filled and synced before it gets its name, so that an
 * append only overwrites blocks that exist and no file size has to be journalled. All integers are
 * little-endian.
 *   0   8  `HOLDFAST`                    28  32  chain: hash of the last record before this segment
 *   8   4  format version, 1             60   4  crc32 of bytes 0 to 59
 *  12   4  segment number, from 1
 *  16   8  sequence of its first record
 *  24   4  bytes of the whole file
 *  64  frames, each starting at a multiple of 8; a zero word is the end of the written part, and
 *      everything after it is zero
 *
 * Frame: one record.
 *   0   4  magic ff 48 46 fe, which no UTF-8 text contains
 *   4   4  crc32 of bytes 8 to the end of the body
 *   8   4  length of the body
 *  12   4  flags: 1 last record of its batch, 2 seal
 *  16   8  sequence, from 1 without a gap
 *  24   8  sequence of the first record of the write that carried this frame
 *  32  32  chain: SHA-256 of bytes 8 to end of the frame before (zero for the first one ever)
 *  64      body: the record's canonical JSON in UTF-8; then zeros up to the next multiple of 8
 *
 * A batch is whole when a frame with flag 1 ends it; frames after the last such flag are torn. A
 * seal has no body and no sequence of its own: it says that a later segment exists, so that losing
 * the last one shows.
 *
 * Bytes 24 to 31 tell a torn write from damage: one write is in flight at a time, so a frame whose
 * write began after sequence s proves that s had been durable (`tail.ts`).
 */
const FORMAT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 64;
export const FRAME_HEAD_BYTES = 64;
const FRAME_ALIGNMENT = 8;
/** No record is longer than this; a length beyond it is damage. */
export const BODY_BYTES_MAX = 65_536;
/**
 * One write never carries more: it bounds the work between two turns of the loop, and the worker's
 * buffer.
 */
export const WRITE_BYTES_MAX = 262_144;
export const SEGMENT_BYTES_DEFAULT = 67_108_864;
export const SEGMENT_BYTES_MIN = 4_096;
export const SEGMENT_BYTES_MAX = 268_435_456;

const BATCH_END = 1;
const SEAL = 2;
const FRAME_MAGIC = Buffer.from([0xff, 0x48, 0x46, 0xfe]);
const FRAME_MAGIC_WORD = FRAME_MAGIC.readUInt32LE(0);
const HEADER_MAGIC = Buffer.from('HOLDFAST', 'latin1');
const HIGH = 4_294_967_296;

/** A SHA-256 as 32 latin-1 characters: one comparison and one copy, no object. */
export type ChainHash = string;

export const GENESIS: ChainHash = '\0'.repeat(32);

/** As people and documents write it: hex. */
export function chainText(chain: ChainHash): string {
  return Buffer.from(chain, 'latin1').toString('hex');
}

export interface SegmentHeader {
  readonly number: number;
  readonly firstSequence: number;
  readonly segmentBytes: number;
  readonly chain: ChainHash;
}

export function segmentName(number: number, firstSequence: number): string {
  return `${String(number).padStart(8, '0')}-${String(firstSequence).padStart(16, '0')}.ledger`;
}

/** @returns null for any name that is not a live segment's. */
export function parseSegmentName(
  name: string,
): { readonly number: number; readonly firstSequence: number } | null {
  const match = /^(\d{8})-(\d{16})\.ledger$/.exec(name);
  if (match === null) return null;
  return { number: Number(match[1]), firstSequence: Number(match[2]) };
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  HEADER_MAGIC.copy(bytes, 0);
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.writeUInt32LE(header.number, 12);
  writeSequence(bytes, header.firstSequence, 16);
  bytes.writeUInt32LE(header.segmentBytes, 24);
  bytes.write(header.chain, 28, 32, 'latin1');
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** @returns null unless every byte is as `encodeSegmentHeader` would write it. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null;
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return null;
  if (!bytes.subarray(0, 8).equals(HEADER_MAGIC)) return null;
  if (bytes.readUInt32LE(8) !== FORMAT_VERSION) return null;
  return {
    number: bytes.readUInt32LE(12),
    firstSequence: readSequence(bytes, 16),
    segmentBytes: bytes.readUInt32LE(24),
    chain: bytes.toString('latin1', 28, 60),
  };
}

/** Bytes a frame with a body of this length takes, padding included. */
export function frameBytes(bodyBytes: number): number {
  const length = FRAME_HEAD_BYTES + bodyBytes;
  return length + ((FRAME_ALIGNMENT - (length % FRAME_ALIGNMENT)) % FRAME_ALIGNMENT);
}

export interface FrameHead {
  readonly sequence: number;
  readonly writeSequence: number;
  readonly chain: ChainHash;
  readonly endsBatch: boolean;
}

/**
 * Completes the frame at `offset` whose body is already in its place: padding, head, checksum.
 * @returns the hash the next frame chains to.
 */
export function finishFrame(
  into: Buffer,
  offset: number,
  head: FrameHead,
  bodyBytes: number,
): ChainHash {
  putHead(into, offset, head, head.endsBatch ? BATCH_END : 0, bodyBytes);
  const end = offset + FRAME_HEAD_BYTES + bodyBytes;
  const padded = offset + frameBytes(bodyBytes);
  for (let at = end; at < padded; at += 1) into[at] = 0;
  const covered = into.subarray(offset + 8, end);
  into.writeUInt32LE(crc32(covered), offset + 4);
  return hash('sha256', covered, 'binary');
}

/**
 * The frame that closes a segment once its successor exists. `sequence` is that of the next record.
 */
export function encodeSeal(sequence: number, chain: ChainHash): Buffer {
  const bytes = Buffer.alloc(FRAME_HEAD_BYTES);
  putHead(bytes, 0, { sequence, writeSequence: sequence, chain, endsBatch: false }, SEAL, 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

function putHead(
  into: Buffer,
  offset: number,
  head: FrameHead,
  flags: number,
  bodyBytes: number,
): void {
  into.writeUInt32LE(FRAME_MAGIC_WORD, offset);
  into.writeUInt32LE(bodyBytes, offset + 8);
  into.writeUInt32LE(flags, offset + 12);
  writeSequence(into, head.sequence, offset + 16);
  writeSequence(into, head.writeSequence, offset + 24);
  into.write(head.chain, offset + 32, 32, 'latin1');
}

/**
 * A frame whose checksum, length, flags and padding are right; whether it belongs here is the
 * scan's question.
 */
export interface Frame {
  readonly kind: 'record' | 'seal';
  readonly offset: number;
  /** Where the next frame starts. */
  readonly end: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly sequence: number;
  readonly writeSequence: number;
  readonly endsBatch: boolean;
}

/** @returns the frame at `offset`, or null when there is none that could have been written. */
export function readFrame(bytes: Buffer, offset: number): Frame | null {
  if (offset + FRAME_HEAD_BYTES > bytes.length) return null;
  if (bytes.readUInt32LE(offset) !== FRAME_MAGIC_WORD) return null;
  const bodyBytes = bytes.readUInt32LE(offset + 8);
  const flags = bytes.readUInt32LE(offset + 12);
  if (bodyBytes > BODY_BYTES_MAX || flags > SEAL || (flags === SEAL) !== (bodyBytes === 0))
    return null;
  const end = offset + frameBytes(bodyBytes);
  if (end > bytes.length) return null;
  const bodyStart = offset + FRAME_HEAD_BYTES;
  const bodyEnd = bodyStart + bodyBytes;
  const crc = bytes.readUInt32LE(offset + 4);
  if (crc !== crc32(bytes.subarray(offset + 8, bodyEnd))) return null;
  for (let index = bodyEnd; index < end; index += 1) if (bytes[index] !== 0) return null;
  return {
    kind: flags === SEAL ? 'seal' : 'record',
    offset,
    end,
    bodyStart,
    bodyEnd,
    sequence: readSequence(bytes, offset + 16),
    writeSequence: readSequence(bytes, offset + 24),
    endsBatch: flags === BATCH_END,
  };
}

export function chainOf(bytes: Buffer, frame: Frame): ChainHash {
  return bytes.toString('latin1', frame.offset + 32, frame.offset + 64);
}

export function hashOf(bytes: Buffer, frame: Frame): ChainHash {
  return hash('sha256', bytes.subarray(frame.offset + 8, frame.bodyEnd), 'binary');
}

/** The first valid frame that starts at or after `from`, wherever it may lie. */
export function findFrame(bytes: Buffer, from: number): Frame | null {
  for (
    let at = bytes.indexOf(FRAME_MAGIC, from);
    at >= 0;
    at = bytes.indexOf(FRAME_MAGIC, at + 1)
  ) {
    const frame = readFrame(bytes, at);
    if (frame !== null) return frame;
  }
  return null;
}

function writeSequence(into: Buffer, sequence: number, at: number): void {
  into.writeUInt32LE(sequence % HIGH, at);
  into.writeUInt32LE(Math.floor(sequence / HIGH), at + 4);
}

function readSequence(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * HIGH;
}
