/** Runs a shell script in a sandbox, as a process that a test can kill. */
import { createSandbox, findProgram } from '../src/operations/backend/sandbox.ts';

const [allowed = '', script = '', maker] = process.argv.slice(2);
const sandbox = createSandbox({
  readable: [],
  hidden: [],
  isForbidden: () => false,
  find: (name) => (maker === 'namespaces' && name === 'bwrap' ? null : findProgram(name)),
});
const argv = ['/bin/sh', '-c', script];
await sandbox.run({ argv, writable: [allowed], ports: [], timeoutMs: 60_000 });
