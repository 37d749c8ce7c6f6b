import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SegmentWriter, WriteDone } from './group-commit.ts';
import type { SegmentFile } from './scan.ts';
import type { SegmentHeader } from './segment.ts';
import { type Preparation, prepareSegment } from './segment-file.ts';
import {
  ANSWERED,
  bufferOf,
  CLOSE,
  controlOf,
  FAILURE_BYTES,
  LENGTH,
  makeChannel,
  OFFSET,
  OPEN,
  OPERATION,
  REQUESTED,
  WRITE,
  WRITE_BEHIND,
} from './writer-channel.ts';

/**
 * `Atomics.waitAsync` is part of the engine and not yet of the language library we compile against.
 */
const engine = Atomics as unknown as {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
  ): { readonly async: boolean; readonly value: Promise<string> | string };
};

/** Writes through the worker thread; keeps the next segment prepared meanwhile. */
class ThreadWriter implements SegmentWriter {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #channel = makeChannel();
  readonly #control = controlOf(this.#channel);
  readonly #buffer = bufferOf(this.#channel);
  readonly #worker: Worker;
  #pending: WriteDone | null = null;
  #dead: Error | null = null;
  #closed = false;
  #segment = 0;
  #preparation: Preparation;

  constructor(folder: string, segmentBytes: number) {
    this.#folder = folder;
    this.#segmentBytes = segmentBytes;
    this.#worker = new Worker(new URL('./writer-worker.ts', import.meta.url), {
      workerData: this.#channel,
      name: 'ledger-writer',
      execArgv: [],
    });
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('the writer thread ended')));
    this.#preparation = prepareSegment(folder, segmentBytes);
  }

  write(segment: number, offset: number, bytes: Buffer, done: WriteDone): void {
    bytes.copy(this.#buffer);
    const operation = segment === this.#segment ? WRITE : WRITE_BEHIND;
    this.#request(operation, bytes.length, offset, done);
  }

  create(header: SegmentHeader, bytes: Buffer, done: WriteDone): void {
    this.#preparation.finish(header, bytes).then(
      (path) => {
        this.#preparation = prepareSegment(this.#folder, this.#segmentBytes);
        this.#open(path, header.number, done);
      },
      (reason: unknown) => done(asError(reason)),
    );
  }

  /** Goes on in a segment that recovery found. */
  resume(file: SegmentFile): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#open(join(this.#folder, file.name), file.number, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#dead === null) {
      await new Promise<void>((resolve) => this.#request(CLOSE, 0, 0, () => resolve()));
    }
    await this.#worker.terminate();
    await this.#preparation.abandon();
  }

  #open(path: string, segment: number, done: WriteDone): void {
    this.#segment = segment;
    this.#request(OPEN, this.#buffer.write(path), 0, done);
  }

  #request(operation: number, length: number, offset: number, done: WriteDone): void {
    if (this.#dead !== null) {
      const dead = this.#dead;
      queueMicrotask(() => done(dead));
      return;
    }
    this.#pending = done;
    const answered = Atomics.load(this.#control, ANSWERED);
    Atomics.store(this.#control, OPERATION, operation);
    Atomics.store(this.#control, LENGTH, length);
    Atomics.store(this.#control, OFFSET, offset);
    Atomics.add(this.#control, REQUESTED, 1);
    Atomics.notify(this.#control, REQUESTED);
    const wait = engine.waitAsync(this.#control, ANSWERED, answered);
    if (wait.async) void Promise.resolve(wait.value).then(() => this.#answer());
    else queueMicrotask(() => this.#answer());
  }

  #answer(): void {
    const done = this.#pending;
    this.#pending = null;
    const failureBytes = Atomics.load(this.#control, FAILURE_BYTES);
    if (failureBytes === 0) done?.(null);
    else done?.(new Error(this.#buffer.toString('utf8', 0, failureBytes)));
  }

  #die(error: Error): void {
    if (this.#closed) return;
    this.#dead ??= error;
    const done = this.#pending;
    this.#pending = null;
    done?.(this.#dead);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** @param resumeAt the last segment of the folder; null when there is none yet. */
export async function openThreadWriter(
  folder: string,
  segmentBytes: number,
  resumeAt: SegmentFile | null,
): Promise<SegmentWriter> {
  const writer = new ThreadWriter(folder, segmentBytes);
  try {
    if (resumeAt !== null) await writer.resume(resumeAt);
  } catch (error) {
    await writer.close();
    throw error;
  }
  return writer;
}
