import { encodeRecord, type LedgerRecord } from '@holdfast/core/ledger';
import {
  BODY_BYTES_MAX,
  type ChainHash,
  finishFrame,
  FRAME_HEAD_BYTES,
  frameBytes,
  WRITE_BYTES_MAX,
} from './segment.ts';

/** Records that become durable together or not at all. */
export interface Batch {
  readonly records: readonly LedgerRecord[];
  /** Length of each body. */
  readonly sizes: readonly number[];
  /** Of all its frames. */
  readonly bytes: number;
  readonly acceptedAt: number;
  firstSequence: number;
}

const SPARES_MAX = 2;

/** A buffer being filled with frames whose heads are written when their write begins. */
interface Chunk {
  readonly buffer: Buffer;
  readonly batches: Batch[];
  /** Before it everything has been taken. */
  start: number;
  used: number;
}

/** What one write carries, and how the next one goes on. */
export interface Write {
  readonly batches: readonly Batch[];
  readonly bytes: Buffer;
  readonly nextSequence: number;
  readonly chain: ChainHash;
}

/**
 * Batches waiting for their write, already encoded where the write will find them: nothing is
 * copied, and in the steady state two buffers take turns. Its bound is the caller's, who counts
 * records.
 */
export class WriteQueue {
  readonly #batchBytesMax: number;
  /** Oldest first. Batches are added to the last. */
  readonly #chunks: Chunk[] = [];
  #taken: Chunk | null = null;
  /** Not more than take turns: one on its way to the disk, one being filled. */
  readonly #spares: Chunk[] = [];

  constructor(batchBytesMax: number) {
    this.#batchBytesMax = Math.min(batchBytesMax, WRITE_BYTES_MAX);
  }

  get oldest(): Batch | null {
    return this.#chunks[0]?.batches[0] ?? null;
  }

  /** @returns the batch; or the record that has no bytes or for which the batch has no room. */
  push(records: readonly LedgerRecord[], acceptedAt: number): Batch | LedgerRecord {
    const last = this.#chunks.at(-1);
    if (last !== undefined) {
      const found = this.#encode(last, records, acceptedAt);
      if ('sizes' in found) return found;
    }
    const fresh = this.#spares.pop() ?? makeChunk();
    const found = this.#encode(fresh, records, acceptedAt);
    if ('sizes' in found) this.#chunks.push(fresh);
    else this.#keep(fresh);
    return found;
  }

  #encode(
    chunk: Chunk,
    records: readonly LedgerRecord[],
    acceptedAt: number,
  ): Batch | LedgerRecord {
    const limit = Math.min(chunk.buffer.length, chunk.used + this.#batchBytesMax);
    const sizes: number[] = [];
    let at = chunk.used;
    for (const record of records) {
      const start = at + FRAME_HEAD_BYTES;
      const size = encodeRecord(record, chunk.buffer, start) - start;
      if (size < 0 || size > BODY_BYTES_MAX || at + frameBytes(size) > limit) return record;
      sizes.push(size);
      at += frameBytes(size);
    }
    const batch = { records, sizes, bytes: at - chunk.used, acceptedAt, firstSequence: 0 };
    chunk.used = at;
    chunk.batches.push(batch);
    return batch;
  }

  /**
   * Completes the frames of as many of the oldest batches as fit. Call `release` when the write is
   * answered.
   */
  take(room: number, sequence: number, chain: ChainHash): Write {
    const chunk = this.#chunks[0] ?? makeChunk();
    let end = chunk.start;
    let count = 0;
    let next = sequence;
    let hash = chain;
    for (const batch of chunk.batches) {
      if (end + batch.bytes - chunk.start > room) break;
      batch.firstSequence = next;
      for (const [index, size] of batch.sizes.entries()) {
        const endsBatch = index === batch.sizes.length - 1;
        const head = { sequence: next, writeSequence: sequence, chain: hash, endsBatch };
        hash = finishFrame(chunk.buffer, end, head, size);
        next += 1;
        end += frameBytes(size);
      }
      count += 1;
    }
    const bytes = chunk.buffer.subarray(chunk.start, end);
    const batches = chunk.batches.splice(0, count);
    chunk.start = end;
    if (chunk.batches.length === 0) {
      this.#chunks.shift();
      this.#taken = chunk;
    }
    return { batches, bytes, nextSequence: next, chain: hash };
  }

  /** The bytes of the last `take` are nobody's any more. */
  release(): void {
    if (this.#taken === null) return;
    this.#taken.start = 0;
    this.#taken.used = 0;
    this.#keep(this.#taken);
    this.#taken = null;
  }

  #keep(chunk: Chunk): void {
    if (this.#spares.length < SPARES_MAX) this.#spares.push(chunk);
  }

  /** Everything that waits, which then waits no more. */
  clear(): readonly Batch[] {
    return this.#chunks.splice(0).flatMap(({ batches }) => batches);
  }
}

function makeChunk(): Chunk {
  return { buffer: Buffer.alloc(WRITE_BYTES_MAX), batches: [], start: 0, used: 0 };
}
