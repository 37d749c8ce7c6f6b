/** What a command of the governor needs of its process, and how it answers. */
import type { Fault } from '../operations/fault.ts';
import { faultName } from '../operations/fault.ts';
import { EXIT_CODES, type ExitCode } from '../operations/run/exit-code.ts';

export interface Io {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

/** Whoever runs a command sets the exit code; some have codes of their own. */
export type Done = (code: number | Promise<number>) => Promise<void>;

/** In one line, and without what would speak to the terminal: names are chosen by anybody. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu, '\u{fffd}');
}

/** A no with its code, and what stands behind it. */
export function refuse(io: Io, exit: ExitCode, code: string, detail: string): ExitCode {
  io.err(printable(`${code}: ${detail}`));
  return exit;
}

/** Every fault in a line of its own, each with its place. */
export function tellFaults(io: Io, faults: readonly Fault[]): ExitCode {
  for (const fault of faults) {
    const place = fault.place === '' ? '' : ` at ${fault.place}`;
    io.err(printable(`${faultName(fault)}${place}: ${fault.message}`));
  }
  return EXIT_CODES.invalid;
}
