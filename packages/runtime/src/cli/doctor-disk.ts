import { resolve } from 'node:path';
import { type DiskFloor, type DiskVerdict, measureDiskFloor } from '../ledger/index.ts';
import { couldNotTell, type ExitCode, type Io, systemTrouble, tell, tellJson } from './io.ts';

export interface DoctorDiskOptions {
  /** The project's own folder when not given. */
  readonly folder?: string;
  readonly json: boolean;
}

const MEANING: Readonly<Record<DiskVerdict, string>> = {
  ok:
    'A durable medium could answer at this pace, and a ledger can keep its commit deadline. ' +
    'Whether the bytes survive a power cut cannot be seen from inside a host.',
  volatile_file_system:
    'This folder is in memory: nothing here survives a power cut. Put the ledger on a disk.',
  faster_than_durable:
    'No medium acknowledges a durable write this fast: host or device answers before the bytes ' +
    'are safe. A ledger here would call records durable that a power cut takes away.',
  too_slow:
    'Writes take so long that a ledger here would miss its commit deadline and stop opening ' +
    'risk. Use another disk.',
};

/**
 * What the least durable append costs under a folder; 1 when a ledger should not live there. Writes
 * a probe file and removes it.
 */
export function doctorDisk(
  options: DoctorDiskOptions,
  io: Io,
  measure: (folder: string) => DiskFloor = measureDiskFloor,
): ExitCode {
  const path = options.folder === undefined ? io.root : resolve(io.cwd, options.folder);
  const folder = options.folder ?? io.root;
  let floor: DiskFloor;
  try {
    floor = measure(path);
  } catch (error) {
    return couldNotTell(io, options.json, systemTrouble(folder, error));
  }
  const { verdict } = floor;
  if (options.json) tellJson(io, documentOf(folder, floor));
  else sayInWords(folder, floor, io);
  return verdict === 'ok' ? 0 : 1;
}

function documentOf(folder: string, floor: DiskFloor): object {
  const { bounds, verdict } = floor;
  return {
    folder,
    verdict,
    meaning: MEANING[verdict],
    appends: floor.appends,
    append_bytes: floor.appendBytes,
    p50_us: floor.p50Us,
    p99_us: floor.p99Us,
    max_us: floor.maxUs,
    appends_per_second: floor.perSecond,
    bounds: {
      p50_us_min: bounds.p50UsMin,
      p50_us_max: bounds.p50UsMax,
      p99_us_max: bounds.p99UsMax,
    },
  };
}

function sayInWords(folder: string, floor: DiskFloor, io: Io): void {
  const { bounds, verdict } = floor;
  const us = (figure: number): string => `${figure.toFixed(figure < 100 ? 1 : 0)} µs`;
  tell(io, `${folder}: ${verdict}`);
  tell(io, `  measured  ${floor.appends} durable appends of ${floor.appendBytes} bytes`);
  tell(io, `  median    ${us(floor.p50Us)} (${bounds.p50UsMin} to ${bounds.p50UsMax} µs is fit)`);
  tell(io, `  99 of 100 ${us(floor.p99Us)} or less (at most ${bounds.p99UsMax} µs is fit)`);
  tell(io, `  longest   ${us(floor.maxUs)}`);
  tell(io, `  rate      ${Math.round(floor.perSecond)} a second, one after the other`);
  tell(io, MEANING[verdict]);
}
