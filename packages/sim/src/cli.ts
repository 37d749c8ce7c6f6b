import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { drill } from './cli/drill.ts';
import { exchange } from './cli/exchange.ts';
import { fuzz } from './cli/fuzz.ts';
import type { CliIo } from './cli/io.ts';
import { INJECTED_FAULTS, type PlannedFault } from './mirror/injected-faults.ts';

const io: CliIo = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
  root: resolve(import.meta.dirname, '../../..'),
  env: process.env,
  ...(process.stderr.isTTY ? { status: showStatus } : {}),
};

/** A terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

function showStatus(text: string | null): void {
  const columns = process.stderr.columns || USUAL_COLUMNS;
  process.stderr.write(`\r\u001B[2K${(text ?? '').slice(0, columns)}`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `60s`, `5m`, `1500ms`; a bare number is seconds. */
function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const ms = match === null ? 0 : Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 0);
  if (!(ms > 0)) throw new InvalidArgumentError('expected a duration such as 60s or 5m.');
  return ms;
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new InvalidArgumentError('expected a whole number.');
  }
  return number;
}

/** Beyond this nobody could follow. */
const SPEED_MAX = 1_000;
/** Hardly any machine has more cores. */
const JOBS_MAX = 256;

function jobs(text: string): number {
  const number = whole(text);
  if (number < 1 || number > JOBS_MAX) {
    throw new InvalidArgumentError(`expected a number from 1 to ${JOBS_MAX}.`);
  }
  return number;
}

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

function minutes(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('expected a number of minutes.');
  return number;
}

function program(done: (code: number) => void): Command {
  const holdfast = new Command('holdfast').exitOverride().showHelpAfterError();
  holdfast
    .command('drill')
    .description('Plays scenarios: what happened, beside what was expected.')
    .argument('[scenarios...]', 'files, or names of scenarios')
    .option('--all', 'every scenario of the project')
    .option('--json', 'one line of JSON for each, and one with the counts at the end')
    .option('--verbose', 'everything the core said')
    .addHelpText('after', '\nExample: holdfast drill break-glass')
    .action(async (scenarios: string[], options) =>
      done(await drill({ ...options, scenarios }, io)),
    );
  holdfast
    .command('fuzz')
    .description('Worlds made of nothing but seeds, the checkers watching.')
    .option('--seeds <count>', 'how many worlds; 200 unless --minutes is given', whole)
    .option('--from <seed>', 'the first seed', whole, 1)
    .option('--seed <seed>', 'this one world', whole)
    .option('--minutes <minutes>', 'no further world after this time', minutes)
    .option('--jobs <count>', 'processes that share the work', jobs, 1)
    .option('--keep-going', 'do not stop at the first finding')
    .option('--json', 'what it came to as one line of JSON at the end')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing was found, 1 something was, 2 it could not be told.' +
        '\nA finding is a scenario file; what is printed with it brings it back.' +
        '\nExample: holdfast fuzz --seeds 1000 --from 5000 --jobs 2 --keep-going',
    )
    .action(async (options) => done(await fuzz(options, io, interrupted())));
  exchangeCommand(holdfast, done);
  return holdfast;
}

function exchangeCommand(holdfast: Command, done: (code: number) => void): void {
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
    .option('--keys <file>', 'API keys as JSON; development keys unless given')
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
    .action(async (options) => done(await exchange(options, io, interrupted(options.attached))));
}

/** The first SIGINT or SIGTERM asks to end; the next one ends the process. */
function interrupted(attached = false): Promise<void> {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  if (attached)
    process.stdin
      .resume()
      .once('close', () => end())
      .unref();
  process.once('SIGINT', () => end()).once('SIGTERM', () => end());
  return promise;
}

/** A reader that has seen enough (`| head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

async function main(): Promise<void> {
  try {
    await program((code) => {
      process.exitCode = code;
    }).parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

await main();
