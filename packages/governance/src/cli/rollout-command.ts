/** The words of `holdfast rollout`. */
import type { Command } from 'commander';
import type { Done, Io } from './io.ts';
import {
  type AckWords,
  type CheckWords,
  type RecordWords,
  rolloutAck,
  rolloutCheck,
  type RolloutPlace,
  rolloutRecord,
} from './rollout.ts';

const FOLDER = ['--folder <path>', 'where its sources are, and its decision goes'] as const;
const POLICY = ['--policy <file>', 'rollout-policy.json (default: the built-in one)'] as const;
const AS_OF = ['--as-of <day>', 'YYYY-MM-DD (default: today, UTC)'] as const;

export function addRollout(holdfast: Command, done: Done, io: Io): void {
  const rollout = holdfast
    .command('rollout')
    .description('Whether to go on with the candidate: forward, hold, or back.')
    .addHelpText('after', '\nExample: holdfast rollout check --folder artifacts/rollout');
  const here = (): RolloutPlace => ({ cwd: process.cwd(), now: Date.now() });
  rollout
    .command('check')
    .description('Decides by all gates. Exit 0 forward, 10 hold, 20 review, 1 an error of its own.')
    .requiredOption(...FOLDER)
    .option(...POLICY)
    .option(...AS_OF)
    .action((words: CheckWords) => done(rolloutCheck(words, here(), io)));
  rollout
    .command('ack')
    .description('A person has looked at the open review. It opens nothing by itself.')
    .requiredOption(...FOLDER)
    .requiredOption('--review <time>', 'when it was opened, as the state tells it')
    .requiredOption('--by <name>', 'who looked')
    .action((words: AckWords) => done(rolloutAck(words, here(), io)));
  rollout
    .command('record')
    .description('Measures one session from its trades: history, divergence, health.')
    .requiredOption(...FOLDER)
    .requiredOption('--run <id>', 'the run it belongs to')
    .requiredOption('--candidate <branch>', 'which branch is the candidate')
    .requiredOption('--code <version>', 'which code ran')
    .option(...POLICY)
    .option(...AS_OF)
    .action((words: RecordWords) => done(rolloutRecord(words, here(), io)));
}
