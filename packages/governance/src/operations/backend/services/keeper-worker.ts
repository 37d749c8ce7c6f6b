/**
 * The keeper of one service: starts it, stamps each line it prints with the time, and ends when the
 * service and everything that holds its output have ended. Signals to the group are meant for the
 * service; the keeper stays to write down what comes of them.
 *
 *     node keeper-worker.ts <folder> <unit> < unit file, as the supervisor has checked it
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { logPath, replaceText, runPath } from './keeper-files.ts';
import { markOf } from './process-mark.ts';
import type { UnitFile } from '../../unit-file.ts';

const LINE_MAX = 8_192;
const LOG_MAX = 16 << 20;

const [folder = '', unit = ''] = process.argv.slice(2);
const path = logPath(folder, unit);

function write(line: string): void {
  const now = new Date().toISOString();
  if (existsSync(path) && statSync(path).size > LOG_MAX) {
    // What the older half ended with is the last that nobody can read any more.
    if (existsSync(`${path}.1`))
      writeFileSync(`${path}.lost`, statSync(`${path}.1`).mtime.toISOString());
    renameSync(path, `${path}.1`);
  }
  appendFileSync(path, `${now} ${line}\n`);
}

/** Hands on whole lines; one that is too long is cut, and one without its end waits for it. */
function lines(take: (line: string) => void): { add(piece: string): void; end(): void } {
  let open = '';
  return {
    add: (piece) => {
      const parts = (open + piece).split('\n');
      open = parts.pop() ?? '';
      for (const part of parts) take(part.slice(0, LINE_MAX));
      if (open.length <= LINE_MAX) return;
      take(open);
      open = '';
    },
    end: () => {
      if (open !== '') take(open);
      open = '';
    },
  };
}

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.on(signal, () => undefined);

const { argv, cwd, env } = JSON.parse(readFileSync(0, 'utf8')) as UnitFile;
const [program = '', ...args] = argv;
const variables = env.map((entry) => [
  entry.slice(0, entry.indexOf('=')),
  entry.slice(entry.indexOf('=') + 1),
]);
write('[keeper] starting');
const service = spawn(program, args, {
  cwd,
  env: Object.fromEntries(variables) as Record<string, string>,
  stdio: ['ignore', 'pipe', 'pipe'],
});
const keeper = markOf(process.pid);
const mark = service.pid === undefined ? null : markOf(service.pid);
if (keeper !== null && mark !== null) {
  replaceText(runPath(folder, unit), JSON.stringify({ keeper, service: mark }));
}
for (const stream of [service.stdout, service.stderr]) {
  const reader = lines(write);
  stream.setEncoding('utf8').on('data', (piece: string) => reader.add(piece));
  stream.on('end', () => reader.end());
}
service.on('error', (error) => write(`[keeper] failed to start: ${error.message}`));
service.on('exit', (code, signal) => {
  const how = signal === null ? `exit code ${code}` : signal;
  write(code === 0 || signal === 'SIGTERM' ? `[keeper] ended: ${how}` : `[keeper] failed: ${how}`);
});
