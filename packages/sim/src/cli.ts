/** `cli.ts <verb> …`: the proving ground. The exchange by itself is `exchange-cli.ts`. */
import { type Command, InvalidArgumentError } from 'commander';
import { whole } from './cli/arguments.ts';
import { backtest, writeBars } from './cli/backtest.ts';
import { drill } from './cli/drill.ts';
import { fuzz } from './cli/fuzz.ts';
import { type Done, interrupted, IO, runProgram } from './cli/process.ts';

/** Hardly any machine has more cores. */
const JOBS_MAX = 256;

function jobs(text: string): number {
  const number = whole(text);
  if (number < 1 || number > JOBS_MAX) {
    throw new InvalidArgumentError(`expected a number from 1 to ${JOBS_MAX}.`);
  }
  return number;
}

function minutes(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('expected a number of minutes.');
  return number;
}

function addProvingGround(holdfast: Command, done: Done): void {
  holdfast
    .command('drill')
    .description('Plays scenarios: what happened, beside what was expected.')
    .argument('[scenarios...]', 'files, or names of scenarios')
    .option('--all', 'every scenario of the project')
    .option('--jobs <count>', 'processes that share the work', jobs, 1)
    .option('--json', 'one line of JSON for each, and one with the counts at the end')
    .option('--verbose', 'everything the core said')
    .addHelpText('after', '\nExample: holdfast drill break-glass')
    .action(async (scenarios: string[], options) =>
      done(await drill({ ...options, scenarios }, IO)),
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
    .action(async (options) => done(await fuzz(options, IO, interrupted())));
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  text,
];

function addBacktest(holdfast: Command, done: Done): void {
  holdfast
    .command('backtest')
    .description('Plays recorded bars to strategies through the real loop, in virtual time.')
    .argument('<bars>', 'file of bars, as `holdfast bars` writes it')
    .option('--strategy <file>', 'its document, or role=file; may be repeated', collect)
    .option('--golden <manifest>', 'compare every recorded branch with what was recorded')
    .option('--record <folder>', 'record what came of it: the one way a golden run is changed')
    .option('--out <folder>', 'write gates/golden-regression.json and gates/no-silent-path.json')
    .option('--json', 'one line of JSON for each branch, and one for the checks')
    .addHelpText(
      'after',
      '\nExit codes: 0 played, and as recorded; 1 it is not, or a run failed; 2 could not tell.' +
        '\nExample: holdfast backtest fixtures/golden/backtest/v1/bars.jsonl ' +
        '--golden fixtures/golden/backtest/v1/golden-manifest.json',
    )
    .action(async (file: string, options) =>
      done(await backtest({ ...options, bars: file }, IO, Date.now())),
    );
  holdfast
    .command('bars')
    .description('Cuts closed bars out of a market, for `holdfast backtest`.')
    .argument('<market>', 'calm, trend, crash, illiquid, gap, or chain:DIR')
    .argument('<file>', 'where they are written')
    .option('--seed <seed>', 'of the market', '1')
    .option('--count <count>', 'how many', whole, 24)
    .option('--every-ms <ms>', 'from one to the next', whole, 4_000)
    .addHelpText('after', '\nExample: holdfast bars crash bars.jsonl --seed 13 --count 13')
    .action((market: string, file: string, options) =>
      done(writeBars({ ...options, market, bars: file }, IO)),
    );
}

await runProgram((holdfast, done) => {
  addProvingGround(holdfast, done);
  addBacktest(holdfast, done);
}, process.argv);
