import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import {
  ANSWERED,
  bufferOf,
  CLOSE,
  controlOf,
  FAILURE_BYTES,
  LENGTH,
  OFFSET,
  OPEN,
  OPERATION,
  REQUESTED,
  WRITE,
  WRITE_BEHIND,
  type WriterChannel,
} from './writer-channel.ts';

/**
 * The thread that waits for the disk, so that nobody else has to. It sleeps until asked, does one
 * blocking O_DSYNC operation, and answers. After a failure it does not try again.
 */
function serve(channel: WriterChannel): void {
  const control = controlOf(channel);
  const buffer = bufferOf(channel);
  const files = { current: -1, behind: -1 };
  for (let seen = 0; ; ) {
    Atomics.wait(control, REQUESTED, seen);
    seen = Atomics.load(control, REQUESTED);
    const operation = Atomics.load(control, OPERATION);
    const failure = attempt(operation, control, buffer, files);
    Atomics.store(control, FAILURE_BYTES, failure === null ? 0 : buffer.write(failure, 0, 1_024));
    Atomics.add(control, ANSWERED, 1);
    Atomics.notify(control, ANSWERED);
    if (operation === CLOSE) return;
  }
}

/** @returns what went wrong, or null. */
function attempt(
  operation: number,
  control: Int32Array,
  buffer: Buffer,
  files: { current: number; behind: number },
): string | null {
  const length = Atomics.load(control, LENGTH);
  const offset = Atomics.load(control, OFFSET);
  try {
    if (operation === WRITE) return put(files.current, buffer, length, offset);
    if (operation === OPEN) {
      files.behind = files.current;
      files.current = openSync(
        buffer.toString('utf8', 0, length),
        constants.O_RDWR | constants.O_DSYNC,
      );
      return null;
    }
    if (operation === WRITE_BEHIND) {
      const failure = put(files.behind, buffer, length, offset);
      closeSync(files.behind);
      files.behind = -1;
      return failure;
    }
    if (files.behind >= 0) closeSync(files.behind);
    if (files.current >= 0) closeSync(files.current);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}

function put(fd: number, buffer: Buffer, length: number, offset: number): string | null {
  const written = writeSync(fd, buffer, 0, length, offset);
  return written === length ? null : `wrote ${written} of ${length} bytes`;
}

serve(workerData as WriterChannel);
