/** The process around a command: its streams, its signals, its exit code. */
import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { CliIo } from './io.ts';

export const IO: CliIo = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
  root: resolve(import.meta.dirname, '../../../..'),
  env: process.env,
  ...(process.stderr.isTTY ? { status: showStatus } : {}),
};

/** A terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

function showStatus(text: string | null): void {
  const columns = process.stderr.columns || USUAL_COLUMNS;
  process.stderr.write(`\r\u001B[2K${(text ?? '').slice(0, columns)}`);
}

/** The first SIGINT or SIGTERM asks to end; the next one ends the process. */
export function interrupted(attached = false): Promise<void> {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  if (attached)
    process.stdin
      .resume()
      .once('close', () => end())
      .unref();
  process.once('SIGINT', () => end()).once('SIGTERM', () => end());
  return promise;
}

/** SIGHUP asks for a file to be read anew; without this it would end the process. */
export function hungUp(act: () => void): void {
  process.on('SIGHUP', act);
}

export type Done = (code: number) => void;

/** Runs the command the arguments name; its code, or 2 for wrong usage, is the process's own. */
export async function runProgram(
  add: (holdfast: Command, done: Done) => void,
  words: readonly string[],
): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  const holdfast = new Command('holdfast').exitOverride().showHelpAfterError();
  add(holdfast, (code) => {
    process.exitCode = code;
  });
  try {
    await holdfast.parseAsync(words);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
