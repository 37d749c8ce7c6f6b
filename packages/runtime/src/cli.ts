/** `cli.ts <verb> …`: what `holdfast` starts for the verbs of the engine (D-36). */
import { processIo } from './cli/process-io.ts';
import { runCommand } from './cli/program.ts';

// Everything was written and said by then; what is left are timers of a connection that is closed.
process.exit(await runCommand(process.argv.slice(2), processIo()));
