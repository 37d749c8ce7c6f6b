/** `cli.ts <verb> …`: what `holdfast` starts for the verbs of the engine (D-36). */
import { processIo } from './cli/process-io.ts';
import { runCommand } from './cli/program.ts';

process.exitCode = await runCommand(process.argv.slice(2), processIo());
