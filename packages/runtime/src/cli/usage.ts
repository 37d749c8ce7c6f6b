import type { Command } from 'commander';
import type { ExitCode } from './io.ts';

/** How a command says what its exit code is. */
export type Answer = (code: ExitCode) => void;

const EXIT_CODES = 'Exit codes: 0 yes or done, 1 no or failed, 2 could not tell or wrong usage.';

export function withExample(command: Command, example: string): Command {
  return command.addHelpText('after', `\nExample:\n  ${example}\n\n${EXIT_CODES}`);
}

export const JSON_FLAG = ['--json', 'print one JSON document and nothing else'] as const;
