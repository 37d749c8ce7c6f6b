import { crc32 } from 'node:zlib';
import { tapeFault } from './fault.ts';

/**
 * The bytes of an event tape.
 *
 * File
 *   `HOLDFAST EVENT TAPE 1\n`, then blocks, numbered from 0 without a gap: one `header`, any
 *   number of `turns`, at most one `gap` behind which no turns are, one `end`. A tape without `end`
 *   is that of a process that was killed, or that still runs.
 *
 * Block; all integers are little-endian
 *   0  4  magic ff 48 45 fe              16  4  crc32 of the payload
 *   4  4  block number                   20  4  crc32 of bytes 0 to 19
 *   8  4  bytes of the payload           24     payload
 *  12  4  kind
 *
 * The head has a checksum of its own, so that a changed length is never taken for a torn end.
 * Payload of `turns`: see `turn-form.ts`. Of the others: JSON in UTF-8.
 */
const TAPE_FORMAT = 1;
const TITLE = 'HOLDFAST EVENT TAPE ';
export const PREAMBLE = Buffer.from(`${TITLE}${TAPE_FORMAT}\n`, 'latin1');
export const BLOCK_HEAD_BYTES = 24;
/** What one block can hold: more than a whole chain's listing takes. */
export const BLOCK_BYTES_MAX = 16_777_216;

const MAGIC = 0xfe_45_48_ff;
const KINDS = ['header', 'turns', 'gap', 'end'] as const;

export type BlockKind = (typeof KINDS)[number];

export interface Block {
  readonly kind: BlockKind;
  readonly number: number;
  readonly payload: Buffer;
}

/** Completes a block whose payload stands behind the free bytes of its head. */
export function sealBlock(bytes: Uint8Array, kind: BlockKind, number: number): Buffer {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  block.writeUInt32LE(MAGIC, 0);
  block.writeUInt32LE(number, 4);
  block.writeUInt32LE(bytes.length - BLOCK_HEAD_BYTES, 8);
  block.writeUInt32LE(KINDS.indexOf(kind), 12);
  block.writeUInt32LE(crc32(block.subarray(BLOCK_HEAD_BYTES)), 16);
  block.writeUInt32LE(crc32(block.subarray(0, 20)), 20);
  return block;
}

/** A block that says something of the tape itself. */
export function jsonBlock(kind: BlockKind, number: number, content: object): Buffer {
  const payload = Buffer.from(JSON.stringify(content), 'utf8');
  return sealBlock(Buffer.concat([Buffer.alloc(BLOCK_HEAD_BYTES), payload]), kind, number);
}

/** Where a tape's bytes come from: a file, or memory. */
export interface TapeSource {
  readonly bytes: number;
  /** Up to `length` bytes from there; fewer only at the end. */
  read(offset: number, length: number): Buffer;
}

/** How the bytes end, behind the last whole block. */
export interface BlocksEnd {
  /** Bytes of an interrupted write; 0 where there was none. */
  readonly tornBytes: number;
}

/**
 * Every whole block in order. Throws `not_a_tape`, `market_tape`, `unknown_format`, or
 * `tape_damaged` with the place. What an interrupted write leaves (the beginning of a block, or
 * zeros) is no damage.
 */
export function* readBlocks(source: TapeSource): Generator<Block, BlocksEnd> {
  checkPreamble(source);
  let offset = PREAMBLE.length;
  for (let number = 0; ; number += 1) {
    const left = source.bytes - offset;
    const head = source.read(offset, BLOCK_HEAD_BYTES);
    if (head.length < BLOCK_HEAD_BYTES) return { tornBytes: left };
    if (head.readUInt32LE(0) === 0 && isZeroToEnd(source, offset)) return { tornBytes: left };
    const damage = (what: string): Error =>
      tapeFault('tape_damaged', `block ${number} at byte ${offset}: ${what}`);
    if (head.readUInt32LE(20) !== crc32(head.subarray(0, 20))) throw damage('its head has changed');
    const kind = KINDS[head.readUInt32LE(12)];
    if (head.readUInt32LE(0) !== MAGIC || kind === undefined) throw damage('it is no block');
    if (head.readUInt32LE(4) !== number) throw damage(`it is block ${head.readUInt32LE(4)}`);
    const length = head.readUInt32LE(8);
    if (length > BLOCK_BYTES_MAX) throw damage(`${length} bytes, more than any block has`);
    const checksum = head.readUInt32LE(16);
    const payload = source.read(offset + BLOCK_HEAD_BYTES, length);
    if (payload.length < length) return { tornBytes: left };
    if (crc32(payload) !== checksum) throw damage('its content has changed');
    yield { kind, number, payload };
    offset += BLOCK_HEAD_BYTES + length;
  }
}

const LOOK_BYTES = 65_536;

function isZeroToEnd(source: TapeSource, from: number): boolean {
  for (let offset = from; offset < source.bytes; offset += LOOK_BYTES) {
    if (source.read(offset, LOOK_BYTES).some((byte) => byte !== 0)) return false;
  }
  return true;
}

function checkPreamble(source: TapeSource): void {
  const found = source.read(0, PREAMBLE.length);
  if (found.equals(PREAMBLE)) return;
  const text = found.toString('latin1');
  if (text.startsWith(TITLE)) {
    const version = text.slice(TITLE.length).trimEnd();
    throw tapeFault('unknown_format', `format ${version}; this build reads ${TAPE_FORMAT}`);
  }
  if (/^\{"(at|gap)":/.test(text)) {
    const lack = 'it holds what the venue said to everybody, but no session, no place in a ledger';
    throw tapeFault('market_tape', `${lack}, no order or record of ours, and no effect to compare`);
  }
  throw tapeFault('not_a_tape', `it does not begin with ${JSON.stringify(TITLE.trimEnd())}`);
}

export function memorySource(bytes: Buffer): TapeSource {
  return {
    bytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
