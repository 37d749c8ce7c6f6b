import { type Command, InvalidArgumentError, Option } from 'commander';
import { addAccounting } from './accounting-command.ts';
import { addAttested } from './attested-commands.ts';
import { duration } from './duration.ts';
import { emergency, EMERGENCY_WORDS, type EmergencyWord } from './emergency.ts';
import { explain } from './explain.ts';
import { health } from './health.ts';
import type { Io } from './io.ts';
import { orders, positions } from './listings.ts';
import { paperStatus } from './paper.ts';
import { record } from './record.ts';
import { run } from './run.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { type Answer, JSON_FLAG, withExample } from './usage.ts';

const RUN_FLAG = ['--run <folder>', 'run folder of the engine (default: the newest)'] as const;

/** Commands that are an engine, and commands beside one. */
export function addEngine(program: Command, io: Io, done: Answer): void {
  addTrading(program, io, done);
  addLooking(program, io, done);
  addRecord(program, io, done);
  addPaper(program, io, done);
  addEmergency(program, io, done);
  addAttested(program, io, done);
  addAccounting(program, io, done);
}

function addTrading(program: Command, io: Io, done: Answer): void {
  tradingOptions(
    withExample(
      program.command('start'),
      'holdfast start --market chain:../shared/data/option-chain --for 60s',
    ),
  )
    .description('The simulated exchange and an engine on it, as two processes. No account needed.')
    .option('--market <market>', 'calm, trend, crash, illiquid, gap, or chain:DIR', 'calm')
    .option('--seed <text>', 'of everything the market makes up', '1')
    .option('--mirror <source>', 'follow another exchange on this machine, or `tape:FILE`')
    .option('--fault <name@duration...>', 'faults the mirror makes (see `exchange --help`)')
    .option('--run <folder>', 'a new folder for ledger, logs and report')
    .action(async (options) => done(await start(options, io)));
  tradingOptions(
    withExample(
      program.command('run'),
      'holdfast run --url ws://127.0.0.1:4000/ws/api/v2 --key ID --secret TEXT --run artifacts/a',
    ),
  )
    .description('An engine on a venue that runs already; on the same folder again it recovers.')
    .option('--url <address>', 'WebSocket address of a simulated exchange')
    .option('--key <id>', 'key the simulated exchange printed')
    .option('--secret <text>', 'and its secret, which is none')
    .option('--key-file <file>', 'instead of both: JSON {client_id, client_secret}, mode 600')
    .option('--shift <ms>', 'exchange time less real time, where it plays a recording', whole)
    .option('--run <folder>', 'folder of ledger, logs and report')
    .action(async (options) => done(await run(options, io)));
}

function tradingOptions(command: Command): Command {
  return command
    .option('--for <duration>', 'end after this time', duration)
    .option('--flatten', 'close every position before the end')
    .option('--no-view', 'lines instead of the screen')
    .option('--report <file>', 'write the report as JSON here, and Markdown beside it')
    .option('--policy <file>', 'launch policy')
    .option('--runtime <file>', 'runtime configuration');
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('expected whole milliseconds.');
  return number;
}

function addLooking(program: Command, io: Io, done: Answer): void {
  withExample(program.command('status'), 'holdfast status --detailed')
    .description('Mode of a running engine, why, since when, and what clears it.')
    .option(...RUN_FLAG)
    .option('--detailed', 'with pending orders and the whole status document')
    .option(...JSON_FLAG)
    .action(async ({ json = false, ...options }) => done(await status({ ...options, json }, io)));
  withExample(program.command('health'), 'holdfast health --json')
    .description('Configuration, build, contract and a running engine: 0 when all is well.')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async ({ json = false, ...options }) => done(await health({ ...options, json }, io)));
  withExample(program.command('orders'), 'holdfast orders --pending')
    .description('Working orders of a running engine.')
    .option('--pending', 'only what the venue has not acknowledged')
    .option('--expect-none', '1 where anything is pending or in flight')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async ({ json = false, ...options }) => done(await orders({ ...options, json }, io)));
  withExample(program.command('positions'), 'holdfast positions --json')
    .description('Positions of a running engine, as its ledger has them.')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async ({ json = false, ...options }) =>
      done(await positions({ ...options, json }, io)),
    );
  withExample(program.command('explain'), 'holdfast explain 3f2c…:0')
    .description('The whole story of one intent: known, judged, recorded, said, filled.')
    .argument('<intent_id>', 'an intent id (group:leg), a group id, or an order label')
    .option(...RUN_FLAG)
    .option(...JSON_FLAG)
    .action(async (subject: string, { json = false, ...options }) =>
      done(await explain(subject, { ...options, json }, io)),
    );
}

function addPaper(program: Command, io: Io, done: Answer): void {
  const paper = withExample(
    program.command('paper').helpCommand(false).description('What paper trading has shown.'),
    'holdfast paper status',
  );
  withExample(paper.command('status'), 'holdfast paper status artifacts/run --json')
    .description(
      'The paper gate over every run: 10 trading or 14 calendar days clean, 8 faults recorded. ' +
        'Exit code 2 where evidence is broken or missing.',
    )
    .argument('[paths...]', 'documents, run folders or folders of runs (default: all runs)')
    .option(...JSON_FLAG)
    .action((paths: readonly string[], { json = false }: { json?: boolean }) => {
      done(paperStatus({ paths, json }, io));
    });
}

/** A day of a whole chain is a few of these. */
const TAPE_BYTES_MAX = 8 * 1024 * 1024 * 1024;

function addRecord(program: Command, io: Io, done: Answer): void {
  withExample(
    program.command('record'),
    'holdfast record --url wss://test.deribit.com/ws/api/v2 --out tape.jsonl --for 5m',
  )
    .description('Every frame of the public channels as it came, one JSON line each.')
    .requiredOption('--url <address>', 'any WebSocket address that speaks Deribit')
    .requiredOption('--out <file>', 'a new file')
    .option('--for <duration>', 'end after this time', duration)
    .option('--currency <codes...>', 'settlement currencies', ['BTC', 'ETH'])
    .addOption(
      new Option('--interval <interval>', 'of books and tickers')
        .choices(['100ms', 'agg2', 'raw'])
        .default('100ms'),
    )
    .option('--max-bytes <bytes>', 'nothing is kept beyond', whole, TAPE_BYTES_MAX)
    .option(...JSON_FLAG)
    .action(async ({ json = false, ...options }) => done(await record({ ...options, json }, io)));
}

function addEmergency(program: Command, io: Io, done: Answer): void {
  const group = withExample(
    program
      .command('emergency')
      .helpCommand(false)
      .description('Stop a running engine from opening risk.'),
    'holdfast emergency kill --reason "orders nobody expected"',
  );
  const meanings: Readonly<Record<EmergencyWord, string>> = {
    kill: 'No order leaves but what contains risk; open orders are cancelled.',
    'reduce-only': 'Only orders that reduce risk leave.',
    active: "Lifts the operator's own stop, and nothing else.",
  };
  for (const word of Object.keys(EMERGENCY_WORDS) as EmergencyWord[]) {
    const command = withExample(group.command(word), `holdfast emergency ${word} --reason "drill"`);
    if (word === 'active') {
      command.option('--lift-only', '0 once your own stop is lifted, though others stand');
    }
    command
      .description(meanings[word])
      .requiredOption('--reason <text>', 'recorded in the ledger')
      .option('--operator <name>', 'who says so (default: the user of this machine)')
      .option(...RUN_FLAG)
      .option(...JSON_FLAG)
      .action(async ({ json = false, ...options }): Promise<void> => {
        done(await emergency(word, { ...options, json }, io));
      });
  }
}
