import { findFault, type LedgerRecord } from '@holdfast/core/ledger';
import { mintReceipt } from '@holdfast/core/ledger-receipt';
import type { AppendRefusal } from '@holdfast/core/ledger';
import { type Label, monoMs } from '@holdfast/core/values';
import type { Clock, Ledger, LedgerTelemetry, Post } from '../ports.ts';
import type { LedgerHead } from './scan.ts';
import {
  encodeSeal,
  encodeSegmentHeader,
  FRAME_HEAD_BYTES,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from './segment.ts';
import { type Batch, WriteQueue } from './write-queue.ts';

/** `null`: the bytes are durable. Anything else: nobody knows, and nobody tries again. */
export type WriteDone = (error: Error | null) => void;

/**
 * Where bytes go. One call is in flight at a time; `done` comes later, never from inside the call.
 * `bytes` belong to the writer until then.
 */
export interface SegmentWriter {
  write(segment: number, offset: number, bytes: Buffer, done: WriteDone): void;
  /** Makes a zero-filled segment with this header, durable under its name. */
  create(header: SegmentHeader, bytes: Buffer, done: WriteDone): void;
  close(): Promise<void>;
}

export interface CommitOptions {
  readonly writer: SegmentWriter;
  readonly head: LedgerHead;
  readonly segmentBytes: number;
  readonly epoch: number;
  readonly post: Post;
  readonly clock: Clock;
  /** Records accepted and not yet answered, at most. */
  readonly queueCapacity: number;
  /** The last places of the queue, kept for batches that cannot add risk. */
  readonly reservedCapacity: number;
  readonly commitDeadlineMs: number;
  /** Runs an action after the current turn, so that all of a turn's batches share a write. */
  readonly defer: (action: () => void) => void;
  /** Everything accepted is answered and the writer is closed: let go of the lock. */
  readonly onClosed: () => Promise<void>;
}

const NO_LABELS: ReadonlySet<Label> = new Set();

/**
 * Bounded queue, one write in flight, everything queued meanwhile in the next one (D-30). A batch
 * may open a position only while the reserve is free, so that fills, closes and reduce-only orders
 * find room when opens have filled the rest. An error poisons: nothing is retried, everything is
 * refused.
 */
export class GroupCommit implements Ledger {
  readonly #options: CommitOptions;
  readonly #queue: WriteQueue;
  #inFlight: readonly Batch[] = [];
  #depth = 0;
  #busy = false;
  #scheduled = false;
  #watching = false;
  #refusal: AppendRefusal | null = null;
  #enqueueFailures = 0;
  #writeErrors = 0;
  #durable: number;
  #next: number;
  #chain: string;
  #segment: number;
  #offset: number;
  #size: number;
  #drained: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: CommitOptions) {
    const { head } = options;
    this.#options = options;
    // A batch must fit a fresh segment, and a seal behind it.
    this.#queue = new WriteQueue(options.segmentBytes - SEGMENT_HEADER_BYTES - FRAME_HEAD_BYTES);
    this.#durable = head.sequence - 1;
    this.#next = head.sequence;
    this.#chain = head.chain;
    this.#segment = head.file?.number ?? 0;
    this.#offset = head.offset;
    this.#size = head.segmentBytes;
  }

  append(records: readonly LedgerRecord[]): void {
    if (records.length === 0) return;
    if (this.#refusal !== null) {
      this.#refuse(records, this.#refusal);
      return;
    }
    const { queueCapacity, reservedCapacity } = this.#options;
    const room = records.some(opensRisk) ? queueCapacity - reservedCapacity : queueCapacity;
    if (this.#depth + records.length > room) {
      this.#enqueueFailures += 1;
      this.#writeErrors += 1;
      this.#refuse(records, 'queue_full');
      return;
    }
    const acceptedAt = this.#options.clock.now();
    const pushed = this.#queue.push(records, acceptedAt);
    if ('type' in pushed) {
      this.#refuseUnwritable(records, pushed);
      return;
    }
    this.#depth += records.length;
    this.#watch(acceptedAt);
    this.#schedule();
  }

  telemetry(): LedgerTelemetry {
    return {
      depth: this.#depth,
      capacity: this.#options.queueCapacity,
      enqueueFailures: this.#enqueueFailures,
      writeErrors: this.#writeErrors,
      records: this.#durable,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#refusal ??= 'closed';
    if (this.#depth > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    this.#refusal = 'closed';
    await this.#options.writer.close();
    await this.#options.onClosed();
  }

  /** A record with no canonical form, or a batch larger than a write. */
  #refuseUnwritable(records: readonly LedgerRecord[], culprit: LedgerRecord): void {
    const { field, rule } = findFault(culprit);
    this.#enqueueFailures += 1;
    this.#writeErrors += 1;
    this.#fault('ledger_record_unwritable', `${culprit.type}.${field}: ${rule}`);
    this.#refuse(records, 'write_failed');
  }

  #fault(fault: string, subject: string): void {
    const at = monoMs(this.#options.clock.now());
    this.#options.post({ kind: 'faultObserved', at, fault, subject });
  }

  #refuse(records: readonly LedgerRecord[], cause: AppendRefusal): void {
    const at = monoMs(this.#options.clock.now());
    this.#options.post({ kind: 'appendRefused', at, records, cause });
  }

  #schedule(): void {
    if (this.#scheduled || this.#busy || this.#queue.oldest === null) return;
    this.#scheduled = true;
    this.#options.defer(() => {
      this.#scheduled = false;
      this.#commit();
    });
  }

  /**
   * Starts the next write, or first the next segment when the oldest batch no longer fits this one.
   */
  #commit(): void {
    const { oldest } = this.#queue;
    if (this.#busy || oldest === null || this.#refusal === 'write_failed') return;
    this.#busy = true;
    const room = this.#size - FRAME_HEAD_BYTES - this.#offset;
    if (oldest.bytes > room) {
      this.#roll();
      return;
    }
    const write = this.#queue.take(room, this.#next, this.#chain);
    this.#inFlight = write.batches;
    this.#next = write.nextSequence;
    this.#chain = write.chain;
    this.#options.writer.write(this.#segment, this.#offset, write.bytes, (error) => {
      if (error !== null) this.#poison(error);
      else this.#settle(write.bytes.length);
    });
  }

  #settle(bytes: number): void {
    const done = this.#inFlight;
    this.#inFlight = [];
    this.#busy = false;
    this.#queue.release();
    this.#offset += bytes;
    this.#durable = this.#next - 1;
    for (const batch of done) this.#depth -= batch.records.length;
    // Before the posts: whoever hears of a record may append, and that belongs into the next write.
    this.#schedule();
    const at = monoMs(this.#options.clock.now());
    for (const { records, firstSequence } of done) {
      const last = firstSequence + records.length - 1;
      const receipt = mintReceipt(this.#options.epoch, firstSequence, last, sendingLabels(records));
      this.#options.post({ kind: 'recorded', at, records, receipt });
    }
    this.#checkDrained();
  }

  /**
   * The new segment is durable under its name before the old one is sealed: a seal never promises
   * too much.
   */
  #roll(): void {
    const { writer, segmentBytes } = this.#options;
    const number = this.#segment + 1;
    const header = { number, firstSequence: this.#next, segmentBytes, chain: this.#chain };
    writer.create(header, encodeSegmentHeader(header), (createError) => {
      if (createError !== null) return this.#poison(createError);
      if (this.#segment === 0) return this.#enter(number);
      writer.write(this.#segment, this.#offset, encodeSeal(this.#next, this.#chain), (error) => {
        if (error !== null) this.#poison(error);
        else this.#enter(number);
      });
    });
  }

  #enter(segment: number): void {
    this.#segment = segment;
    this.#offset = SEGMENT_HEADER_BYTES;
    this.#size = this.#options.segmentBytes;
    this.#busy = false;
    this.#schedule();
  }

  #poison(error: Error): void {
    this.#writeErrors += 1;
    this.#refusal = 'write_failed';
    this.#fault('ledger_write_failed', error.message);
    const lost = [...this.#inFlight, ...this.#queue.clear()];
    this.#inFlight = [];
    this.#depth = 0;
    for (const batch of lost) this.#refuse(batch.records, 'write_failed');
    this.#checkDrained();
  }

  #checkDrained(): void {
    if (this.#depth === 0) this.#drained?.();
  }

  /**
   * One timer, however many batches: it looks at the oldest, speaks when that is late, and looks
   * again.
   */
  #watch(since: number): void {
    if (this.#watching) return;
    this.#watching = true;
    const { clock, commitDeadlineMs, post } = this.#options;
    clock.wake(since + commitDeadlineMs, () => {
      this.#watching = false;
      const oldest = this.#inFlight[0] ?? this.#queue.oldest;
      if (oldest === null) return;
      const now = clock.now();
      const waitedMs = now - oldest.acceptedAt;
      if (waitedMs < commitDeadlineMs) {
        this.#watch(oldest.acceptedAt);
        return;
      }
      this.#watch(now);
      post({ kind: 'ledgerStalled', at: monoMs(now), waitedMs });
    });
  }
}

/** An intent that the venue does not hold to reducing may add risk. Nothing else here does. */
function opensRisk(record: LedgerRecord): boolean {
  return record.type === 'intentRecorded' && !record.terms.reduceOnly;
}

function sendingLabels(records: readonly LedgerRecord[]): ReadonlySet<Label> {
  let labels: Set<Label> | null = null;
  for (const record of records) {
    if (record.type !== 'orderSending') continue;
    labels ??= new Set();
    labels.add(record.label);
  }
  return labels ?? NO_LABELS;
}
