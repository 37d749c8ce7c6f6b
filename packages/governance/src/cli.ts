/** `cli.ts ops …`: operations that cannot leave their scope; `graduate`; `rollout`. */
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { approve, declare, lint, newOperation, plan } from './cli/declare.ts';
import { listTemplates, newFrom } from './cli/from-template.ts';
import type { Done, Io } from './cli/io.ts';
import {
  check,
  hook,
  install,
  ledgerAnchor,
  ledgerList,
  ledgerShow,
  ledgerVerify,
  report,
} from './cli/tell.ts';
import { addGraduate } from './cli/graduate-command.ts';
import { addRollout } from './cli/rollout-command.ts';
import { clear, resume, rollBack, run } from './cli/work.ts';
import type { Workplace } from './cli/workplace.ts';
import { ENVIRONMENTS, type OperationEnvironment } from './operations/declaration.ts';
import { promptFill } from './operations/prompt-command.ts';
import { EXIT_CODES } from './operations/run/exit-code.ts';

const io: Io = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};
const cwd = process.cwd();
const SERVICES = '--services <place>';
const SERVICES_HELP = "'systemd', or the folder of our own supervisor";

/** The project operations are about: the one this program lies in, unless another is named. */
function placeOf({ root }: { readonly root?: string }): Workplace {
  return {
    root: root === undefined ? resolve(import.meta.dirname, '../../..') : resolve(cwd, root),
    clock: Date.now,
    env: process.env,
    actor: userInfo().username,
  };
}

const environment = (): Option =>
  new Option('--environment <name>', 'where it is for').choices(ENVIRONMENTS).makeOptionMandatory();

function addDeclaring(ops: Command, place: () => Workplace, done: Done): void {
  ops
    .command('new')
    .description('The next operation id, and a declaration to be filled.')
    .addOption(environment())
    .requiredOption('--requested-by <person>', 'who wants it')
    .option('--from <template>', 'fill a shipped one (see `ops templates`), or a file')
    .option('--set <NAME=VALUE...>', 'its parameters', [])
    .action(({ from, set, ...request }: NewWords) => {
      if (from !== undefined) return done(newFrom(place(), cwd, { ...request, from, set }, io));
      if (set.length === 0) return done(newOperation(place(), request, io));
      io.err('--set fills a template: say which one with --from');
      return done(EXIT_CODES.invalid);
    });
  ops
    .command('templates')
    .description('The shipped declarations, and the parameters of each.')
    .action(() => done(listTemplates(place(), io)));
  ops
    .command('lint')
    .description('Whether a declaration (YAML, JSON or a filled runbook) is an operation.')
    .argument('<file>')
    .action((file: string) => done(lint(place(), cwd, file, io)));
  ops
    .command('plan')
    .description('What would be done, step by step; nothing is.')
    .argument('<file>')
    .action((file: string) => done(plan(place(), cwd, file, io)));
  ops
    .command('declare')
    .description('Puts a declaration on record: its digest is what is approved and run.')
    .argument('<file>')
    .action((file: string) => done(declare(place(), cwd, file, io)));
  ops
    .command('approve')
    .description('Signs for the digest on record.')
    .argument('<id>')
    .requiredOption('--key <file>', 'private key of whoever approves')
    .option('--role <role>', 'what they speak for')
    .option('--reject', 'a no', false)
    .action((id: string, given: { key: string; role?: string; reject: boolean }) =>
      done(approve(place(), cwd, id, given, io)),
    );
}

interface NewWords {
  readonly environment: OperationEnvironment;
  readonly requestedBy: string;
  readonly from?: string;
  readonly set: readonly string[];
}

function addWorking(ops: Command, place: () => Workplace, done: Done): void {
  ops
    .command('run')
    .description('Carries it out: one step at a time, each verified, undone on the first failure.')
    .argument('<id>')
    .option(SERVICES, SERVICES_HELP)
    .action((id: string, { services }: { services?: string }) =>
      done(run(place(), id, services, io)),
    );
  ops
    .command('resume')
    .description('Goes on with what was halted, or undoes what a killed runner had begun.')
    .argument('<id>')
    .option('--answer <option>', 'to the question it halted with; needs --key')
    .option('--key <file>', 'private key of the approver who answers')
    .option('--role <role>', 'what they speak for')
    .option(SERVICES, SERVICES_HELP)
    .action((id: string, given: ResumeWords) => {
      const { answer: option, key, role, services } = given;
      if ((option === undefined) !== (key === undefined)) {
        io.err('an answer needs the key of whoever gives it, and a key an answer');
        return done(EXIT_CODES.invalid);
      }
      const who = { key: key ?? '', reject: false, ...(role === undefined ? {} : { role }) };
      const answer = option === undefined ? null : { option, ...who };
      return done(resume(place(), cwd, id, { answer, ...at(services) }, io));
    });
  ops
    .command('rollback')
    .description('Takes a success back, from its log and by the same rules.')
    .argument('<id>')
    .requiredOption('--why <reason>', 'what it is taken back for')
    .option(SERVICES, SERVICES_HELP)
    .action((id: string, { why, services }: { why: string; services?: string }) =>
      done(rollBack(place(), id, { why, ...at(services) }, io)),
    );
  ops
    .command('clear')
    .description('Opens a latched environment again: by another person than the requester.')
    .addOption(environment())
    .requiredOption('--key <file>', 'private key of whoever clears it')
    .requiredOption('--reason <text>', 'why it may go on')
    .action((given: { environment: OperationEnvironment; key: string; reason: string }) =>
      done(clear(place(), cwd, given, io)),
    );
}

interface ResumeWords {
  readonly answer?: string;
  readonly key?: string;
  readonly role?: string;
  readonly services?: string;
}

const at = (services: string | undefined): { readonly services?: string } =>
  services === undefined ? {} : { services };

function addTelling(ops: Command, place: () => Workplace, done: Done): void {
  ops
    .command('report')
    .description('The report of a sealed operation, made from its log alone.')
    .argument('<id>')
    .option('--steps', 'the step log instead', false)
    .action((id: string, { steps }: { steps: boolean }) => done(report(place(), id, steps, io)));
  const ledger = ops.command('ledger').description('Who approved what, and what came of it.');
  ledger.command('list').action(() => done(ledgerList(place(), io)));
  ledger
    .command('show')
    .argument('<id>')
    .action((id: string) => done(ledgerShow(place(), id, io)));
  ledger
    .command('verify')
    .option('--anchors', 'hold the git tags against it as well', false)
    .action(({ anchors }: { anchors: boolean }) => done(ledgerVerify(place(), anchors, io)));
  ledger
    .command('anchor')
    .description('The entry as an annotated git tag.')
    .argument('<id>')
    .action((id: string) => done(ledgerAnchor(place(), id, io)));
  ops
    .command('check')
    .description('Whether every governed change has its sealed operation.')
    .option('--range <A..B>', 'these commits; without it, all since the first operation')
    .action(({ range }: { range?: string }) => done(check(place(), range, io)));
  const hooks = ops.command('hook').description('The git hooks of this clone.');
  hooks.command('install').action(() => done(install(place(), io)));
  hooks.command('pre-commit').action(() => done(hook(place(), 'pre-commit', undefined, io)));
  hooks
    .command('commit-msg')
    .argument('<file>')
    .action((file: string) => done(hook(place(), 'commit-msg', file, io)));
  hooks
    .command('pre-push')
    .argument('<remote>')
    .argument('[url]')
    .action((remote: string) => done(hook(place(), 'pre-push', remote, io)));
  ops
    .command('prompt')
    .description('A filled prompt that drafts a declaration: prompt -- --operation …')
    .allowUnknownOption()
    .argument('[words...]')
    .action((words: string[]) => {
      const answer = promptFill(words, place().root);
      process.stdout.write(answer.stdout);
      process.stderr.write(answer.stderr);
      return done(answer.exitCode);
    });
}

async function main(words: readonly string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  const holdfast = new Command('holdfast').exitOverride().showHelpAfterError();
  const ops = holdfast
    .command('ops')
    .description('Operations: declared, approved, carried out in scope, proved.')
    .option('--root <folder>', 'the project it is about')
    .addHelpText('after', '\nExample: holdfast ops new --environment DEV --requested-by ana');
  const place = (): Workplace => placeOf(ops.opts<{ root?: string }>());
  const done: Done = async (code) => {
    process.exitCode = await code;
  };
  addDeclaring(ops, place, done);
  addWorking(ops, place, done);
  addTelling(ops, place, done);
  addGraduate(holdfast, done, io);
  addRollout(holdfast, done, io);
  try {
    await holdfast.parseAsync(words);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.invalid;
  }
}

await main(process.argv);
