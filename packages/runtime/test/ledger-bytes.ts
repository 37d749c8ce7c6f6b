import type { Event } from '@holdfast/core';
import type { LedgerRecord } from '@holdfast/core/ledger';
import {
  GroupCommit,
  type ScanEnd,
  scanLedger,
  type SegmentFile,
  type SegmentHeader,
  type SegmentSource,
  type SegmentWriter,
  type WriteDone,
} from '../src/ledger/index.ts';
import { segmentName } from '../src/ledger/segment.ts';
import { realClock } from './ledger-harness.ts';

/** One thing asked of a disk. */
export type DiskOperation =
  | { readonly kind: 'create'; readonly header: SegmentHeader; readonly bytes: Buffer }
  | {
      readonly kind: 'write';
      readonly segment: number;
      readonly offset: number;
      readonly bytes: Buffer;
      /** Highest sequence known durable when it was asked. */
      readonly durable: number;
    };

/** Segments as plain buffers, to be damaged at will. */
export type Bytes = Map<number, { readonly file: SegmentFile; bytes: Buffer }>;

export const sourceOf = (bytes: Bytes): SegmentSource => ({
  segments: () => [...bytes.values()].map(({ file }) => file),
  read: (file) => bytes.get(file.number)?.bytes ?? Buffer.alloc(0),
});

export function copyOf(bytes: Bytes): Bytes {
  return new Map(
    [...bytes].map(([n, { file, bytes: own }]) => [n, { file, bytes: Buffer.from(own) }]),
  );
}

/** Carries an operation out; only the sectors for which `persists` says so reach the disk. */
export function apply(
  bytes: Bytes,
  operation: DiskOperation,
  persists: (sector: number) => boolean = () => true,
): void {
  if (operation.kind === 'create') {
    const { number, firstSequence, segmentBytes } = operation.header;
    const zeroed = Buffer.alloc(segmentBytes);
    operation.bytes.copy(zeroed);
    const file = { name: segmentName(number, firstSequence), number, firstSequence };
    bytes.set(number, { file, bytes: zeroed });
    return;
  }
  const target = bytes.get(operation.segment)?.bytes;
  if (target === undefined) throw new Error(`no segment ${operation.segment}`);
  const end = operation.offset + operation.bytes.length;
  let sector = 0;
  for (let at = operation.offset; at < end; sector += 1) {
    const next = Math.min(end, at - (at % 512) + 512);
    if (persists(sector))
      operation.bytes.copy(target, at, at - operation.offset, next - operation.offset);
    at = next;
  }
}

/**
 * Everything a ledger asks of its disk for these batches; those of one turn are one inner array.
 */
export async function recordOperations(
  turns: readonly (readonly (readonly LedgerRecord[])[])[],
  segmentBytes: number,
): Promise<readonly DiskOperation[]> {
  const operations: DiskOperation[] = [];
  let durable = 0;
  const answer = (done: WriteDone): void => {
    setImmediate(() => done(null));
  };
  const writer: SegmentWriter = {
    write: (segment, offset, bytes, done) => {
      operations.push({ kind: 'write', segment, offset, bytes: Buffer.from(bytes), durable });
      answer(done);
    },
    create: (header, bytes, done) => {
      operations.push({ kind: 'create', header, bytes: Buffer.from(bytes) });
      answer(done);
    },
    close: () => Promise.resolve(),
  };
  const post = (event: Event): void => {
    if (event.kind === 'recorded') durable = event.receipt.lastSequence;
    else throw new Error(event.kind);
  };
  const start = scanLedger({ segments: () => [], read: () => Buffer.alloc(0) }).next();
  if (start.done !== true) throw new Error('an empty ledger has a record');
  const ledger = new GroupCommit({
    writer,
    head: start.value.head,
    segmentBytes,
    epoch: 1,
    post,
    clock: realClock,
    queueCapacity: 10_000,
    reservedCapacity: 0,
    commitDeadlineMs: 60_000,
    defer: queueMicrotask,
    onClosed: () => Promise.resolve(),
  });
  for (const batches of turns) {
    for (const batch of batches) ledger.append(batch);
    while (ledger.telemetry().depth > 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await ledger.close();
  return operations;
}

export interface Scanned {
  readonly records: readonly LedgerRecord[];
  readonly end: ScanEnd;
}

export function scanAll(source: SegmentSource, strict = false): Scanned {
  const scan = scanLedger(source, strict);
  const records: LedgerRecord[] = [];
  for (;;) {
    const step = scan.next();
    if (step.done === true) return { records, end: step.value };
    records.push(step.value.record);
  }
}

/** A small generator of its own, so that a failing seed can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
