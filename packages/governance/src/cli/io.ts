/** What a command of the governor needs of its process, and how it answers. */
import type { Fault } from '../operations/fault.ts';
import { faultName } from '../operations/fault.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';

export interface Io {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** A no with its code, and what stands behind it. */
export function refuse(io: Io, exit: ExitCode, code: string, detail: string): ExitCode {
  io.err(`${code}: ${detail}`);
  return exit;
}

/** Every fault in a line of its own, each with its place. */
export function tellFaults(io: Io, faults: readonly Fault[]): ExitCode {
  for (const fault of faults) {
    const place = fault.place === '' ? '' : ` at ${fault.place}`;
    io.err(`${faultName(fault)}${place}: ${fault.message}`);
  }
  return EXIT_CODES.invalid;
}
