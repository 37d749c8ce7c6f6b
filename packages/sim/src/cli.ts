/** `cli.ts <verb> …`: the proving ground. The exchange by itself is `exchange-cli.ts`. */
import { type Command, InvalidArgumentError } from 'commander';
import { whole } from './cli/arguments.ts';
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

await runProgram(addProvingGround, process.argv);
