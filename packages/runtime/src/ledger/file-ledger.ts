import type { LedgerRecord } from '@holdfast/core/ledger';
import type { Clock, Ledger, LedgerRecovery, Post } from '../ports.ts';
import { folderSource, makeFolder } from './folder.ts';
import { GroupCommit, type SegmentWriter } from './group-commit.ts';
import { type LockHolder, takeWriterLock, type WriterLock } from './lock.ts';
import { recover } from './recover.ts';
import { setTornTailAside } from './repair.ts';
import type { Damage, LedgerHead, SegmentFile } from './scan.ts';
import {
  chainText,
  encodeSegmentHeader,
  SEGMENT_BYTES_DEFAULT,
  SEGMENT_BYTES_MAX,
  SEGMENT_BYTES_MIN,
  SEGMENT_HEADER_BYTES,
  segmentName,
} from './segment.ts';
import { openThreadWriter } from './thread-writer.ts';

export interface FileLedgerOptions {
  readonly folder: string;
  readonly post: Post;
  readonly clock: Clock;
  readonly runId: string;
  /** Records accepted and not yet answered, at most. */
  readonly queueCapacity: number;
  /**
   * Places that only batches without a risk-adding intent may use; an eighth of the queue when not
   * given.
   */
  readonly reservedCapacity?: number;
  /**
   * After this long without an answer from the disk the core hears `ledgerStalled` (D-30: 250 ms).
   */
  readonly commitDeadlineMs: number;
  readonly segmentBytes?: number;
  /** Every record of the past, in order, before the ledger takes its first new one. */
  readonly onRecord: (record: LedgerRecord) => void;
  /** How bytes reach the disk; the worker thread when not given. */
  readonly openWriter?: (
    folder: string,
    segmentBytes: number,
    resumeAt: SegmentFile | null,
  ) => Promise<SegmentWriter>;
}

export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly recovery: LedgerRecovery;
  /** This run's; greater than any before it (D-27). `sessionStarted` carries it. */
  readonly epoch: number;
}

/** Why a ledger is not opened. The engine does not start. */
export type LedgerOpenFault =
  | { readonly code: 'ledger_locked'; readonly holder: LockHolder | null }
  | { readonly code: 'ledger_damaged'; readonly damage: Damage };

/**
 * Takes the folder's lock, reads and mends what is there, and goes on where it ends. Rejects with
 * an error whose `cause` is a `LedgerOpenFault` when somebody else writes or the past is damaged,
 * and with the disk's own error when it does not answer.
 */
export async function openFileLedger(options: FileLedgerOptions): Promise<OpenedLedger> {
  const segmentBytes = options.segmentBytes ?? SEGMENT_BYTES_DEFAULT;
  if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes > SEGMENT_BYTES_MAX) {
    throw new RangeError(`segmentBytes ${segmentBytes}`);
  }
  makeFolder(options.folder);
  const answer = takeWriterLock(options.folder, options.runId, Date.now());
  if (!answer.taken) throw openFault({ code: 'ledger_locked', holder: answer.holder });
  try {
    return await openLocked(options, segmentBytes, answer.lock);
  } catch (error) {
    answer.lock.release();
    throw error;
  }
}

async function openLocked(
  options: FileLedgerOptions,
  segmentBytes: number,
  lock: WriterLock,
): Promise<OpenedLedger> {
  const { folder } = options;
  const found = await recover(folderSource(folder), options.onRecord);
  if (found.damage !== null) throw openFault({ code: 'ledger_damaged', damage: found.damage });
  const setAsideAs = found.tornTail === null ? null : setTornTailAside(folder, found.tornTail);
  const epoch = lock.raise(found.epoch);
  const openWriter = options.openWriter ?? openThreadWriter;
  const writer = await openWriter(folder, segmentBytes, found.head.file);
  const ledger = new GroupCommit({
    writer,
    head: found.head.file === null ? await begin(writer, found.head, segmentBytes) : found.head,
    segmentBytes,
    epoch,
    post: options.post,
    clock: options.clock,
    queueCapacity: options.queueCapacity,
    reservedCapacity: options.reservedCapacity ?? Math.floor(options.queueCapacity / 8),
    commitDeadlineMs: options.commitDeadlineMs,
    defer: queueMicrotask,
    onClosed: () => Promise.resolve(lock.release()),
  });
  const tornTail =
    found.tornTail === null || setAsideAs === null
      ? null
      : { bytes: found.tornTail.bytes, setAsideAs };
  const recovery = { records: found.records, head: chainText(found.head.chain), tornTail };
  return { ledger, recovery, epoch };
}

/**
 * The first segment of all, so that the first record does not wait for sixty-four megabytes of
 * zeros.
 */
async function begin(
  writer: SegmentWriter,
  head: LedgerHead,
  segmentBytes: number,
): Promise<LedgerHead> {
  const header = { number: 1, firstSequence: head.sequence, segmentBytes, chain: head.chain };
  try {
    await new Promise<void>((resolve, reject) => {
      writer.create(header, encodeSegmentHeader(header), (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  } catch (error) {
    await writer.close();
    throw error;
  }
  const name = segmentName(1, head.sequence);
  const file = { name, number: 1, firstSequence: head.sequence };
  return { ...head, file, segmentBytes, offset: SEGMENT_HEADER_BYTES };
}

function openFault(fault: LedgerOpenFault): Error {
  return new Error(describeOpenFault(fault), { cause: fault });
}

/** One line for a person. */
export function describeOpenFault(fault: LedgerOpenFault): string {
  if (fault.code === 'ledger_damaged') {
    const { code, segment, offset, sequence, detail } = fault.damage;
    const place = `${segment} at ${offset}, record ${sequence}`;
    return `the ledger is damaged: ${code} in ${place}: ${detail}`;
  }
  if (fault.holder === null) return 'another engine holds the ledger; it has not said which';
  const { pid, host, since, runId } = fault.holder;
  const at = new Date(since).toISOString();
  return `another engine holds the ledger: pid ${pid} on ${host} since ${at}, run ${runId}`;
}

/** The fault behind a rejection of `openFileLedger`; null when it was something else. */
export function openFaultOf(error: unknown): LedgerOpenFault | null {
  if (!(error instanceof Error) || !isOpenFault(error.cause)) return null;
  return error.cause;
}

function isOpenFault(cause: unknown): cause is LedgerOpenFault {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false;
  return cause.code === 'ledger_locked' || cause.code === 'ledger_damaged';
}
