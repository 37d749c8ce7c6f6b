import type { LedgerRecord } from '@holdfast/core/ledger';
import type { Clock, Ledger, LedgerRecovery, Post } from '../ports.ts';
import { GroupCommit, type SegmentWriter, type WriteDone } from './group-commit.ts';
import { type Damage, scanLedger, type SegmentFile, type SegmentSource } from './scan.ts';
import { chainText, type SegmentHeader, segmentName } from './segment.ts';

/**
 * A disk that is memory: durable for as long as this object lives, so that one ledger after another
 * can be opened on it.
 */
export class MemoryDisk implements SegmentSource, SegmentWriter {
  readonly #files = new Map<number, { readonly file: SegmentFile; readonly bytes: Buffer }>();
  readonly #defer: (action: () => void) => void;

  constructor(defer: (action: () => void) => void = queueMicrotask) {
    this.#defer = defer;
  }

  segments(): readonly SegmentFile[] {
    return [...this.#files.values()].map(({ file }) => file);
  }

  /** The live bytes: what is changed in them is changed on the disk. */
  read(file: SegmentFile): Buffer {
    return this.#files.get(file.number)?.bytes ?? Buffer.alloc(0);
  }

  write(segment: number, offset: number, bytes: Buffer, done: WriteDone): void {
    this.#work(done, () => {
      const target = this.#files.get(segment);
      if (target === undefined) return new Error(`no segment ${segment}`);
      bytes.copy(target.bytes, offset);
      return null;
    });
  }

  create(header: SegmentHeader, bytes: Buffer, done: WriteDone): void {
    this.#work(done, () => {
      const { number, firstSequence } = header;
      const file = { name: segmentName(number, firstSequence), number, firstSequence };
      const zeroed = Buffer.alloc(header.segmentBytes);
      bytes.copy(zeroed);
      this.#files.set(number, { file, bytes: zeroed });
      return null;
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #work(done: WriteDone, change: () => Error | null): void {
    this.#defer(() => done(change()));
  }
}

export interface MemoryLedgerOptions {
  readonly disk: SegmentSource & SegmentWriter;
  readonly post: Post;
  readonly clock: Clock;
  readonly epoch: number;
  readonly queueCapacity: number;
  readonly reservedCapacity?: number;
  readonly commitDeadlineMs: number;
  readonly segmentBytes?: number;
  readonly onRecord: (record: LedgerRecord) => void;
  /** Runs an action after the current turn; the simulator passes its own. */
  readonly defer?: (action: () => void) => void;
}

const SEGMENT_BYTES = 1_048_576;

/**
 * The file ledger's rules over memory: same bytes, same answers, same order, nothing that outlives
 * the process.
 */
export function openMemoryLedger(
  options: MemoryLedgerOptions,
):
  | { readonly ok: true; readonly ledger: Ledger; readonly recovery: LedgerRecovery }
  | { readonly ok: false; readonly damage: Damage } {
  const { disk } = options;
  const scan = scanLedger(disk);
  let step = scan.next();
  for (; step.done !== true; step = scan.next()) options.onRecord(step.value.record);
  const { head, records, damage, tornTail } = step.value;
  if (damage !== null) return { ok: false, damage };
  if (tornTail !== null) {
    disk.read(tornTail.file).fill(0, tornTail.offset, tornTail.offset + tornTail.bytes);
  }
  const ledger = new GroupCommit({
    writer: disk,
    head,
    segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
    epoch: options.epoch,
    post: options.post,
    clock: options.clock,
    queueCapacity: options.queueCapacity,
    reservedCapacity: options.reservedCapacity ?? Math.floor(options.queueCapacity / 8),
    commitDeadlineMs: options.commitDeadlineMs,
    defer: options.defer ?? queueMicrotask,
    onClosed: () => Promise.resolve(),
  });
  const setAside = tornTail === null ? null : { bytes: tornTail.bytes, setAsideAs: 'memory' };
  return {
    ok: true,
    ledger,
    recovery: { records, head: chainText(head.chain), tornTail: setAside },
  };
}
