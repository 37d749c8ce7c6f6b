/** A command in its sandbox, from its start until nothing of it is left: what it says and uses. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { OUTPUT_MAX } from './answer.ts';
import type { LimitCode, SandboxLimits } from './sandbox-limits.ts';
import { limitOfExit } from './sandbox-limits.ts';
import { availableBytes, usageBelow } from './sandbox-meter.ts';

const METER_MS = 100;
/** Less memory than this for everybody else, and the command has to go. */
const MEMORY_FLOOR = 64 << 20;
/** Where programs are looked for: fixed, whatever PATH says. */
export const PROGRAM_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];
const CLOSE_ON_EXEC = 0o2000000;

/** All of the environment a command gets. */
const ENVIRONMENT = {
  PATH: PROGRAM_FOLDERS.join(':'),
  HOME: '/',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

export interface Watched {
  readonly timeoutMs: number;
  readonly limits: SandboxLimits;
  /** Where it may write. */
  readonly writable: readonly string[];
}

/** How it went, from the moment it was to be started. */
export interface Seen {
  /** Whether the command itself was begun: all checks before it passed. */
  readonly isStarted: boolean;
  /** Null where a signal or a limit ended it. */
  readonly exitCode: number | null;
  readonly limit: LimitCode | null;
  /** What it printed on either stream, bounded, in the order it came. */
  readonly output: Buffer;
  /** Why it could not be started, where the system says so. */
  readonly trouble: string;
}

/** Runs it, and answers when the last of its processes has ended; `running` can end it. */
export function watch(
  argv: readonly string[],
  watched: Watched,
  running: Set<() => void>,
): Promise<Seen> {
  const child = launch(argv);
  const printed = collect(child);
  let started = '';
  child.stdio[3]?.on('data', (piece: Buffer) => {
    started = (started + piece.toString()).slice(0, 16);
  });
  let limit: LimitCode | null = null;
  let isEnded = false;
  const quit = (): void => {
    isEnded = true;
    endAll(child);
  };
  const stop = (over: LimitCode): void => {
    limit ??= over;
    quit();
  };
  running.add(quit);
  const timer = setTimeout(() => stop('wall_time'), watched.timeoutMs);
  const meter = setInterval(meterOf(child, watched, stop), METER_MS);
  return new Promise((resolve) => {
    const end = (exitCode: number | null, trouble: string): void => {
      clearTimeout(timer);
      clearInterval(meter);
      running.delete(quit);
      resolve({
        isStarted: started === 'started\n',
        exitCode: isEnded ? null : exitCode,
        limit: isEnded ? limit : limitOfExit(exitCode),
        output: printed(),
        trouble,
      });
    };
    child.once('error', (error) => end(null, `${error.message} `));
    child.once('close', (code) => end(code, ''));
  });
}

/** What is printed beyond the bound is counted and dropped. */
function collect(child: ChildProcess): () => Buffer {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const take = (piece: Buffer): void => {
    const room = Math.max(0, OUTPUT_MAX - bytes);
    bytes += piece.length;
    if (room > 0) pieces.push(piece.subarray(0, room));
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return () => {
    const more = bytes > OUTPUT_MAX ? `\n[${bytes - OUTPUT_MAX} bytes more]\n` : '';
    return Buffer.concat([...pieces, Buffer.from(more)]);
  };
}

function meterOf(
  { pid }: ChildProcess,
  { limits, writable }: Watched,
  stop: (over: LimitCode) => void,
): () => void {
  const freeAtFirst = freeBytes(writable);
  return () => {
    if (pid === undefined) return;
    const { tasks, memoryBytes } = usageBelow(pid);
    const left = availableBytes();
    if (tasks >= limits.tasks) stop('tasks');
    else if (memoryBytes > limits.memoryBytes) stop('memory');
    else if (left > 0 && left < MEMORY_FLOOR) stop('memory');
    else if (freeAtFirst - freeBytes(writable) > limits.diskBytes) stop('disk');
  };
}

/** What is free where least is; what cannot be asked does not count. */
function freeBytes(paths: readonly string[]): number {
  const free = paths.flatMap((path) => {
    try {
      const { bavail, bsize } = statfsSync(path);
      return [bavail * bsize];
    } catch {
      return [];
    }
  });
  return Math.min(...free, Number.MAX_SAFE_INTEGER);
}

function launch([program = '', ...args]: readonly string[]): ChildProcess {
  const nothing = openSync('/dev/null', 'r');
  try {
    const leaked = leakedDescriptors();
    const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe', 'pipe'];
    for (let at = 4; at <= Math.max(...leaked, 3); at += 1) {
      stdio.push(leaked.includes(at) ? nothing : 'ignore');
    }
    // A session of its own: no terminal to type into, and one group to end.
    return spawn(program, args, { cwd: '/', env: ENVIRONMENT, detached: true, stdio });
  } finally {
    closeSync(nothing);
  }
}

/** Descriptors this process was itself started with and would pass on: open files, sockets. */
function leakedDescriptors(): readonly number[] {
  const leaked: number[] = [];
  for (const name of readdirSync('/proc/self/fd')) {
    const at = Number(name);
    const isOurs = at <= 3 || !existsSync(`/proc/self/fdinfo/${name}`);
    if (!isOurs && !isClosedOnExec(at)) leaked.push(at);
  }
  return leaked;
}

function isClosedOnExec(descriptor: number): boolean {
  const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  const flags = Number.parseInt(/^flags:\s*(\d+)$/m.exec(info)?.[1] ?? '0', 8);
  return (flags & CLOSE_ON_EXEC) !== 0;
}

/**
 * Ends the first process of the space, and with it all others: whoever waits for it then waits for
 * them as well. Before there is one, the group is all there is.
 */
function endAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  const { first } = usageBelow(pid);
  try {
    process.kill(first ?? -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
