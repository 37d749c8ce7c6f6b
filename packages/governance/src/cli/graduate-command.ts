/** The words of `holdfast graduate`. */
import { ENVIRONMENTS } from '@holdfast/runtime/config';
import { type Command, Option } from 'commander';
import { graduate, type GraduateWords } from './graduate.ts';
import type { Done, Io } from './io.ts';

/** Nobody who forgets to say where gets less than the strictest answer. */
const STRICTEST = 'prod';

export function addGraduate(holdfast: Command, done: Done, io: Io): void {
  holdfast
    .command('graduate')
    .description('What a policy has earned by its decisions, and what is missing. Changes nothing.')
    .option('--store <place>', 'folder, or address of a PostgreSQL', 'artifacts/governance')
    .addOption(
      new Option('--environment <name>', 'where it is judged; dev alone takes a made-up world')
        .choices(ENVIRONMENTS)
        .default(STRICTEST),
    )
    .option('--ledger <file>', 'policy_ledger.json, held against the chain')
    .option('--config <file>', 'what stands under governance.graduation')
    .option('--policy-id <id...>', 'these policies (default: all of the ledger)', [])
    .option('--allow-unknown', 'a policy nobody has heard of is assessed as well', false)
    .option('--hours <n>', 'only the decisions of the last so many hours')
    .option('--json', 'an array, one object for each policy', false)
    .option('--indent <n>', 'of the JSON', '2')
    .option('--fail-on-blockers', 'exit code 3 where the next gate is not clear', false)
    .addHelpText('after', '\nExample: holdfast graduate --policy-id alpha --environment dev')
    .action((words: GraduateWords) =>
      done(graduate(words, { cwd: process.cwd(), now: Date.now() }, io)),
    );
}
