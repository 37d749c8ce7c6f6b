import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { Io } from './io.ts';
import { handOver } from './signed-file.ts';
import { type Answer, JSON_FLAG, withExample } from './usage.ts';

interface AcknowledgeOptions {
  readonly currency: string;
  readonly row: number;
  readonly reason: string;
  readonly operator?: string;
  readonly run?: string;
  readonly json?: boolean;
}

/** The one word that ends an accounting mismatch (decision 0023). */
export function addAccounting(program: Command, io: Io, done: Answer): void {
  const group = withExample(
    program
      .command('accounting')
      .helpCommand(false)
      .description("Our cash against the venue's account of it."),
    'holdfast accounting acknowledge --currency BTC --row 61312 --reason "fee corrected"',
  );
  withExample(
    group.command('acknowledge'),
    'holdfast accounting acknowledge --currency BTC --row 61312 --reason "fee corrected"',
  )
    .description(
      'Take the row on which the two part for explained; the comparison goes on after it.',
    )
    .requiredOption('--currency <code>', 'of the account')
    .requiredOption('--row <id>', 'the row that was looked at', rowId)
    .requiredOption('--reason <text>', 'recorded in the ledger')
    .option('--operator <name>', 'who says so (default: the user of this machine)')
    .option('--run <folder>', 'run folder of the engine (default: the newest)')
    .option(...JSON_FLAG)
    .action(async ({ json = false, operator, row, ...rest }: AcknowledgeOptions) => {
      const { currency, reason, run } = rest;
      const request = {
        kind: 'accounting_acknowledge',
        currency,
        row_id: row,
        reason,
        operator: operator ?? userInfo().username,
      } as const;
      done(await handOver(request, run === undefined ? { json } : { run, json }, io));
    });
}

function rowId(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new InvalidArgumentError('expected the id of a row.');
  }
  return number;
}
