import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { certify } from './certify.ts';
import { checkConfiguration, POLICY_PATH, RUNTIME_PATH } from './config-check.ts';
import { doctorDisk } from './doctor-disk.ts';
import { addEngine } from './engine-commands.ts';
import { complain, type ExitCode, type Io } from './io.ts';
import { addKeys } from './keys.ts';
import {
  DUMP_FORMATS,
  dumpLedgerFolder,
  type LedgerDumpOptions,
  RECORD_TYPES,
} from './ledger-dump.ts';
import { verifyLedgerFolder } from './ledger-verify.ts';
import { replay } from './replay.ts';
import { addTokens } from './token-commands.ts';
import { type Answer, JSON_FLAG, withExample } from './usage.ts';
import { verifySignatures } from './verify.ts';

/** Runs one command and returns its exit code; never throws, never exits (D-34). */
export async function runCommand(args: readonly string[], io: Io): Promise<ExitCode> {
  const code = await answer(args, io);
  if ((await io.flushed()) !== 'lost') return code;
  const detail = 'what was said could not be written';
  complain(io, { place: 'standard output', rule: 'output_lost', detail });
  return 2;
}

async function answer(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 2;
  const program = createProgram(io, (answered) => {
    code = answered;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    complain(io, defectOf(error));
    return 2;
  }
}

/** A defect of ours: where it showed, on one line. It must not look like a no. */
function defectOf(error: unknown): { place: string; rule: string; detail: string } {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const frame = /^\s+at (.+)$/m.exec(stack)?.[1];
  return { place: frame ?? 'holdfast', rule: 'internal_error', detail: message };
}

function createProgram(io: Io, done: Answer): Command {
  const program = new Command('holdfast')
    .description('Commands of the engine. `holdfast --help` lists those of the simulator as well.')
    .exitOverride()
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      outputError: (text) => io.err(usageLine(text)),
    });
  addLedger(program, io, done);
  addDoctor(program, io, done);
  addProof(program, io, done);
  addConfig(program, io, done);
  addKeys(program, { io, done, withExample });
  addEngine(program, io, done);
  addReplay(program, io, done);
  addTokens(program, io, done);
  return program;
}

/** Their two lines as one of ours. */
function usageLine(text: string): string {
  const sentence = text.trim().replace(/^error: /, '');
  return `holdfast: ${sentence.replace(/\s*\n\s*/g, ' ')}`;
}

function addLedger(program: Command, io: Io, done: Answer): void {
  const ledger = withExample(
    program.command('ledger').helpCommand(false).description('Check and read a ledger.'),
    'holdfast ledger verify artifacts/dev/ledger',
  );
  withExample(ledger.command('verify'), 'holdfast ledger verify artifacts/dev/ledger --json')
    .description(
      'Check every byte and every link of the chain; read only. ' +
        'A torn tail, which a crash explains, is a note.',
    )
    .argument('<folder>', 'folder of the ledger')
    .option(...JSON_FLAG)
    .action((folder: string, { json = false }: { json?: boolean }) => {
      done(verifyLedgerFolder({ folder, json }, io));
    });
  withExample(
    ledger.command('dump'),
    'holdfast ledger dump artifacts/dev/ledger --type order_acked',
  )
    .description('Print every record on a line, oldest first; read only.')
    .argument('<folder>', 'folder of the ledger')
    .addOption(
      new Option('--format <format>', 'a line of JSON, or a sentence')
        .choices(DUMP_FORMATS)
        .default('json'),
    )
    .option('--from <sequence>', 'start at this record', parseSequence)
    .addOption(
      new Option('--type <record_type>', 'only records of this type').choices(
        Object.values(RECORD_TYPES),
      ),
    )
    .action(async (folder: string, options: Omit<LedgerDumpOptions, 'folder'>) => {
      done(await dumpLedgerFolder({ ...options, folder }, io));
    });
}

function parseSequence(text: string): number {
  const sequence = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(sequence)) return sequence;
  throw new InvalidArgumentError('A sequence is a whole number from 1.');
}

function addDoctor(program: Command, io: Io, done: Answer): void {
  const doctor = withExample(
    program.command('doctor').helpCommand(false).description('Measure this host.'),
    'holdfast doctor disk',
  );
  withExample(doctor.command('disk'), 'holdfast doctor disk /var/lib/holdfast')
    .description('Measure what a durable append costs; not beside an engine that trades.')
    .argument('[folder]', 'folder on the disk in question (default: the project)')
    .option(...JSON_FLAG)
    .action((folder: string | undefined, { json = false }: { json?: boolean }) => {
      done(doctorDisk({ ...(folder === undefined ? {} : { folder }), json }, io));
    });
}

function addProof(program: Command, io: Io, done: Answer): void {
  withExample(program.command('verify'), 'holdfast verify artifacts/F1_CERT.json')
    .description('Check signatures, and records of operations with their ledger; offline.')
    .argument('<path>', 'a file beside its .dsse, or a folder, such as ops')
    .option('--roots <file>', 'whose signatures count (default: artifacts/trust-roots.dev.json)')
    .option(...JSON_FLAG)
    .action((path: string, { roots, json = false }: { roots?: string; json?: boolean }) => {
      done(verifySignatures({ path, ...(roots === undefined ? {} : { roots }), json }, io));
    });
  withExample(program.command('certify'), 'holdfast certify')
    .description('Bind build, configuration and contract into a certificate for development.')
    .option('--policy <file>', `limits (default: ${POLICY_PATH})`)
    .option('--runtime <file>', `places and sizes (default: ${RUNTIME_PATH})`)
    .option(...JSON_FLAG)
    .action(({ json = false, ...documents }: ConfigurationWords) => {
      done(certify({ ...documents, json }, io));
    });
}

function addConfig(program: Command, io: Io, done: Answer): void {
  const config = withExample(
    program.command('config').helpCommand(false).description('Check configuration.'),
    'holdfast config check',
  );
  withExample(config.command('check'), 'holdfast config check --policy config/policy.json')
    .description('Say everything that is wrong with place and rule, or the two hashes.')
    .option('--policy <file>', `limits (default: ${POLICY_PATH})`)
    .option('--runtime <file>', `places and sizes (default: ${RUNTIME_PATH})`)
    .option(...JSON_FLAG)
    .action((options: ConfigurationWords) => {
      done(checkConfiguration({ ...options, json: options.json ?? false }, io));
    });
}

interface ConfigurationWords {
  readonly json?: boolean;
  readonly policy?: string;
  readonly runtime?: string;
}

function addReplay(program: Command, io: Io, done: Answer): void {
  withExample(program.command('replay'), 'holdfast replay artifacts/run/2026-01-05T090000000Z')
    .description(
      'Feed what an engine heard to this core again: every effect and record must be the same.',
    )
    .argument('<path>', 'an event tape, or the folder of a run')
    .option('--ledger <folder>', 'ledger of the run (default: `ledger` beside the tape)')
    .option(...JSON_FLAG)
    .action((path: string, { json = false, ...options }: { json?: boolean; ledger?: string }) => {
      done(replay({ ...options, path, json }, io));
    });
}
