import { closeSync, constants, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const PROBE = 'disk-floor.tmp';
const APPENDS_DEFAULT = 2_000;
const APPEND_BYTES = 512;
const TMPFS = 0x01021994;
const RAMFS = 0x858458f6;

/**
 * Faster than any medium acknowledges: the host or the device answers before the bytes are safe.
 */
const FLOOR_P50_US_MIN = 8;
/** Slower, and a commit deadline of 250 ms is missed by a few queued writes. */
const FLOOR_P50_US_MAX = 20_000;
const FLOOR_P99_US_MAX = 100_000;

export interface DiskFloor {
  readonly folder: string;
  readonly appends: number;
  readonly appendBytes: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly perSecond: number;
  readonly bounds: {
    readonly p50UsMin: number;
    readonly p50UsMax: number;
    readonly p99UsMax: number;
  };
  readonly verdict: DiskVerdict;
}

export type DiskVerdict =
  | 'ok'
  /** Memory: nothing here survives a power cut. */
  | 'volatile_file_system'
  | 'faster_than_durable'
  | 'too_slow';

/**
 * What the disk under a folder takes for the least a ledger can ask: one blocking O_DSYNC append to
 * blocks that exist (D-30). Holds the thread for a moment; not for a process that trades.
 * Power-loss truth cannot be seen from inside a host: `ok` says that the figure is one a durable
 * device could give.
 */
export function measureDiskFloor(folder: string, appends = APPENDS_DEFAULT): DiskFloor {
  const path = join(folder, PROBE);
  try {
    fillWithZeros(path, appends * APPEND_BYTES);
    const times = timeAppends(path, appends);
    const type = statfsSync(folder).type;
    return summarize(folder, times, type === TMPFS || type === RAMFS);
  } finally {
    rmSync(path, { force: true });
  }
}

function fillWithZeros(path: string, bytes: number): void {
  const fd = openSync(path, 'w');
  try {
    writeSync(fd, Buffer.alloc(bytes));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function timeAppends(path: string, appends: number): Float64Array {
  const fd = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  const record = Buffer.alloc(APPEND_BYTES, 0x5a);
  const times = new Float64Array(appends);
  try {
    for (let index = 0; index < appends; index += 1) {
      const start = performance.now();
      writeSync(fd, record, 0, APPEND_BYTES, index * APPEND_BYTES);
      times[index] = (performance.now() - start) * 1_000;
    }
  } finally {
    closeSync(fd);
  }
  return times;
}

/** The verdict on measured times in microseconds. */
export function summarize(folder: string, times: Float64Array, volatile: boolean): DiskFloor {
  const sorted = times.toSorted();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  const p50Us = at(0.5);
  const p99Us = at(0.99);
  const total = sorted.reduce((sum, time) => sum + time, 0);
  return {
    folder,
    appends: sorted.length,
    appendBytes: APPEND_BYTES,
    p50Us,
    p99Us,
    maxUs: sorted.at(-1) ?? Number.NaN,
    perSecond: sorted.length / (total / 1_000_000),
    bounds: { p50UsMin: FLOOR_P50_US_MIN, p50UsMax: FLOOR_P50_US_MAX, p99UsMax: FLOOR_P99_US_MAX },
    verdict: judge(p50Us, p99Us, volatile),
  };
}

function judge(p50Us: number, p99Us: number, volatile: boolean): DiskVerdict {
  if (volatile) return 'volatile_file_system';
  if (p50Us < FLOOR_P50_US_MIN) return 'faster_than_durable';
  // Written so that a figure that is no number is slow.
  return p50Us <= FLOOR_P50_US_MAX && p99Us <= FLOOR_P99_US_MAX ? 'ok' : 'too_slow';
}
