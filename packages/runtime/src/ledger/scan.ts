import type { LedgerRecord } from '@holdfast/core/ledger';
import { type BodyFault, decodeBody } from './body.ts';
import {
  type ChainHash,
  chainOf,
  decodeSegmentHeader,
  type Frame,
  GENESIS,
  hashOf,
  readFrame,
  SEGMENT_HEADER_BYTES,
} from './segment.ts';
import { classify, isZeroFrom, lastNonZero } from './tail.ts';

/** A segment file as a folder lists it. */
export interface SegmentFile {
  readonly name: string;
  readonly number: number;
  readonly firstSequence: number;
}

/** Where segments are read from: a folder, or the simulator's disk. */
export interface SegmentSource {
  /** Live segments, by number. */
  segments(): readonly SegmentFile[];
  /** The whole file. The buffer may be reused by the next `read`. */
  read(file: SegmentFile): Buffer;
}

export interface ScannedRecord {
  readonly sequence: number;
  readonly record: LedgerRecord;
  readonly segment: string;
  readonly offset: number;
  /** What the next record chains to. */
  readonly hash: ChainHash;
}

export type DamageCode =
  /**
   * A number is missing in the run of segments, or one after the last is promised and not there.
   */
  | 'segment_missing'
  | 'segment_size_wrong'
  | 'segment_header_bad'
  /** Header and file name, or header and the segment before it, disagree. */
  | 'segment_out_of_place'
  /** Bytes that are no frame, although what they held had been durable. */
  | 'frame_bad'
  /** A sound frame with another sequence or another past than the one before it. */
  | 'chain_broken'
  /** A sound frame whose body is no record. */
  | 'record_bad';

/** Something no crash explains. The engine does not start on it. */
export interface Damage {
  readonly code: DamageCode;
  readonly segment: string;
  readonly offset: number;
  /** Sequence of the record expected at this place. */
  readonly sequence: number;
  readonly detail: string;
}

/** What an interrupted write left behind: nobody was ever told that these bytes are durable. */
export interface TornTail {
  readonly file: SegmentFile;
  readonly offset: number;
  /** Up to the last byte that is not zero. */
  readonly bytes: number;
}

/** Where the next record goes and what it chains to. */
export interface LedgerHead {
  readonly sequence: number;
  readonly chain: ChainHash;
  /** Null when no segment exists yet. */
  readonly file: SegmentFile | null;
  readonly segmentBytes: number;
  readonly offset: number;
}

export interface ScanEnd {
  readonly head: LedgerHead;
  readonly records: number;
  readonly segments: number;
  readonly damage: Damage | null;
  readonly tornTail: TornTail | null;
}

interface Position {
  sequence: number;
  chain: ChainHash;
  segmentBytes: number;
  offset: number;
}

/**
 * How one segment ended: where the next record would go, and whether a seal promises another
 * segment.
 */
interface SegmentEnd {
  readonly sealed: boolean;
  readonly damage: Damage | null;
  readonly tornTail: TornTail | null;
}

/**
 * Reads a run of segments: yields every record of every whole batch in order, and returns how it
 * ended. Holds one segment and one batch in memory. `strict` re-checks the canonical spelling of
 * every record.
 */
export function* scanLedger(
  source: SegmentSource,
  strict = false,
): Generator<ScannedRecord, ScanEnd> {
  const files = source.segments();
  const position: Position = { sequence: 1, chain: GENESIS, segmentBytes: 0, offset: 0 };
  let tornTail: TornTail | null = null;
  let current: SegmentFile | null = null;
  const end = (damage: Damage | null): ScanEnd => ({
    head: { ...position, file: current },
    records: position.sequence - 1,
    segments: files.length,
    damage,
    tornTail,
  });
  let sealed = false;
  for (const [index, file] of files.entries()) {
    if (file.number !== index + 1) return end(missing(index + 1, position.sequence));
    const bytes = source.read(file);
    const damage = enter(file, bytes, position);
    if (damage !== null) return end(damage);
    current = file;
    const segment: SegmentEnd = yield* scanSegment(
      { source, later: files.slice(index + 1), file, bytes, strict },
      position,
    );
    if (segment.damage !== null) return end(segment.damage);
    if (segment.tornTail !== null && tornTail !== null) {
      return end(damageAt('frame_bad', file, position, 'two torn tails, and one write at a time'));
    }
    tornTail ??= segment.tornTail;
    sealed = segment.sealed;
  }
  return end(sealed ? missing(files.length + 1, position.sequence) : null);
}

function missing(number: number, sequence: number): Damage {
  const detail = `segment ${number} is not there`;
  return { code: 'segment_missing', segment: String(number), offset: 0, sequence, detail };
}

/** Checks a segment's header against its name, its size and everything read so far. */
function enter(file: SegmentFile, bytes: Buffer, position: Position): Damage | null {
  const damage = (code: DamageCode, detail: string): Damage => ({
    code,
    segment: file.name,
    offset: 0,
    sequence: position.sequence,
    detail,
  });
  const header = decodeSegmentHeader(bytes);
  if (header === null) return damage('segment_header_bad', 'the first 64 bytes are no header');
  if (header.segmentBytes !== bytes.length) {
    return damage('segment_size_wrong', `${bytes.length} bytes of ${header.segmentBytes}`);
  }
  if (header.number !== file.number || header.firstSequence !== file.firstSequence) {
    return damage('segment_out_of_place', 'name and header disagree');
  }
  if (header.firstSequence !== position.sequence || header.chain !== position.chain) {
    return damage('segment_out_of_place', 'it does not continue the segment before it');
  }
  position.segmentBytes = header.segmentBytes;
  position.offset = SEGMENT_HEADER_BYTES;
  return null;
}

export interface SegmentScan {
  readonly source: SegmentSource;
  readonly later: readonly SegmentFile[];
  readonly file: SegmentFile;
  readonly bytes: Buffer;
  readonly strict: boolean;
}

function* scanSegment(scan: SegmentScan, position: Position): Generator<ScannedRecord, SegmentEnd> {
  const { bytes, file } = scan;
  let batch: ScannedRecord[] = [];
  /** The next frame, which is ahead of `position` while a batch is incomplete. */
  const next = { ...position };
  for (;;) {
    const frame = readFrame(bytes, next.offset);
    if (frame === null) return endOfFrames(scan, position, next);
    if (!follows(bytes, frame, next)) {
      const detail = `a frame of sequence ${frame.sequence} that does not follow`;
      return failed(damageAt('chain_broken', file, next, detail));
    }
    if (frame.kind === 'seal') {
      const clean = batch.length === 0 && isZeroFrom(bytes, frame.end);
      if (!clean) return failed(damageAt('frame_bad', file, next, 'something follows the seal'));
      return { sealed: true, damage: null, tornTail: null };
    }
    const body = decodeBody(bytes, frame.bodyStart, frame.bodyEnd, scan.strict);
    if (!body.ok) return failed(damageAt('record_bad', file, next, describeBodyFault(body.fault)));
    next.chain = hashOf(bytes, frame);
    batch.push({
      sequence: frame.sequence,
      record: body.record,
      segment: file.name,
      offset: frame.offset,
      hash: next.chain,
    });
    next.sequence += 1;
    next.offset = frame.end;
    if (!frame.endsBatch) continue;
    Object.assign(position, next);
    yield* batch;
    batch = [];
  }
}

function follows(bytes: Buffer, frame: Frame, next: Position): boolean {
  return (
    frame.sequence === next.sequence &&
    frame.writeSequence <= frame.sequence &&
    chainOf(bytes, frame) === next.chain
  );
}

function endOfFrames(scan: SegmentScan, whole: Position, next: Position): SegmentEnd {
  const { bytes, file } = scan;
  if (next.offset === whole.offset && isZeroFrom(bytes, next.offset)) {
    return { sealed: false, damage: null, tornTail: null };
  }
  const evidence = classify(scan, whole, next);
  if (evidence !== null) return failed(damageAt('frame_bad', file, next, evidence));
  const bytesTorn = lastNonZero(bytes, whole.offset) + 1 - whole.offset;
  return {
    sealed: false,
    damage: null,
    tornTail: { file, offset: whole.offset, bytes: bytesTorn },
  };
}

function failed(damage: Damage): SegmentEnd {
  return { sealed: false, damage, tornTail: null };
}

function damageAt(code: DamageCode, file: SegmentFile, at: Position, detail: string): Damage {
  return { code, segment: file.name, offset: at.offset, sequence: at.sequence, detail };
}

function describeBodyFault(fault: BodyFault): string {
  if (!('field' in fault)) return fault.rule;
  return `${fault.recordType ?? 'record'}.${fault.field}: ${fault.rule}`;
}
