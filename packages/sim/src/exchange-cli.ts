/**
 * `exchange-cli.ts exchange …`: the built-in exchange as a program of its own, so that a build can
 * have it without the worlds it is proved in.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { duration, whole } from './cli/arguments.ts';
import { exchange } from './cli/exchange.ts';
import { type Done, hungUp, interrupted, IO, runProgram } from './cli/process.ts';
import { INJECTED_FAULTS, type PlannedFault } from './mirror/injected-faults.ts';

/** Beyond this nobody could follow. */
const SPEED_MAX = 1_000;

function factor(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= SPEED_MAX)) {
    throw new InvalidArgumentError(`expected a number above 0, at most ${SPEED_MAX}.`);
  }
  return number;
}

function planned(text: string, before: readonly PlannedFault[]): readonly PlannedFault[] {
  const [name = '', after = ''] = text.split('@');
  return [...before, { name, afterMs: duration(after) }];
}

function addExchange(holdfast: Command, done: Done): void {
  holdfast
    .command('exchange')
    .description(
      "The simulated exchange as a process: Deribit's protocol over WebSocket and HTTP. Orders, " +
        'trades and accounts live in this process only and are gone when it ends.',
    )
    .option('--port <port>', '0 for any free one', whole, 0)
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option(
      '--market <market>',
      '`calm`, `trend`, `crash`, `illiquid`, `gap`, or `chain:DIR` with recorded option chains',
      'calm',
    )
    .option('--seed <text>', 'of everything that is made up', '1')
    .option(
      '--mirror <source>',
      'follow the market of another exchange (its WebSocket address) or a recording (`tape:FILE`)',
    )
    .option('--source-host <host>', 'the host beyond this machine that --mirror may reach')
    .option('--currency <codes...>', 'settlement currencies to follow', ['BTC', 'ETH'])
    .option('--speed <factor>', 'how many times as fast a recording is played', factor, 1)
    .option('--paper-run <file>', 'keep the document of this run for the paper gate here')
    .option(
      '--fault <name@duration...>',
      'a fault to make so long after the start, for the record of the run',
      planned,
      [],
    )
    .option('--for <duration>', 'end after this much real time', duration)
    .option('--attached', 'end when standard input closes, as when whoever started it is gone')
    .option('--keys <file>', 'API keys as JSON, read anew on SIGHUP; development keys unless given')
    .option('--no-credits', 'never refuse for rate (10028)')
    .option('--report <file>', 'write the report as JSON')
    .option('--json', 'one line of JSON when ready, and one with the report at the end')
    .addHelpText(
      'after',
      '\nExit codes: 0 ended as asked, 2 could not start.' +
        '\nA mirror reaches this machine and its files. Any other host takes --source-host, ' +
        'HOLDFAST_TRADING_ENV=PAPER,\na row of config/env-matrix.json, wss and no credential.' +
        `\nFaults: ${Object.keys(INJECTED_FAULTS).join(', ')}.` +
        '\nExample: holdfast exchange --port 8080 --market crash --seed 7 --for 10m' +
        '\nExample: holdfast exchange --mirror ws://127.0.0.1:8080/ws/api/v2 --port 8081',
    )
    .action(async (options) =>
      done(await exchange(options, IO, interrupted(options.attached), hungUp)),
    );
}

await runProgram(addExchange, process.argv);
