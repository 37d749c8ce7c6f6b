/**
 * A command, as an argument list, where it can do no harm (D-43, specification 9.14): a root of its
 * own that shows the system's programs and what is declared, only the allowed paths writable, no
 * network but declared ports of the loopback, an environment of ours, no privileges, and a process
 * namespace that ends with it. With bubblewrap, or with user namespaces by `unshare`; where neither
 * works, nothing is run.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../fault.ts';
import { fault, messageOf, OUTPUT_MAX } from './answer.ts';
import { type Exposure, planExposure } from './exposure.ts';
import { INNER, OUTER } from './sandbox-script.ts';

const RELAY = fileURLToPath(new URL('./loopback-worker.ts', import.meta.url));
/** Where programs are looked for: fixed, whatever PATH says. */
const PROGRAM_FOLDERS = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
];
const BY_NAMESPACES = ['unshare', 'setpriv', 'mount', 'umount', 'pivot_root', 'ip', 'sh'];
const NAMESPACES =
  '--user --map-root-user --mount --pid --fork --kill-child --net --ipc --uts'.split(' ');

const CLOSE_ON_EXEC = 0o2000000;

/** All of the environment a command gets. */
const ENVIRONMENT = {
  PATH: PROGRAM_FOLDERS.join(':'),
  HOME: '/',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

/** The absolute path of a program, or null. */
export type FindProgram = (name: string) => string | null;

export const findProgram: FindProgram = (name) =>
  PROGRAM_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

export interface SandboxOptions {
  /** What may be read beside the system's programs and `/etc`. */
  readonly readable: readonly string[];
  /** What is hidden, beside what `isForbidden` finds in what is shown. */
  readonly hidden: readonly string[];
  isForbidden(realPath: string): boolean;
  readonly find?: FindProgram;
}

export interface SandboxRequest {
  readonly argv: readonly string[];
  readonly writable: readonly string[];
  /** Ports of the loopback it may reach. */
  readonly ports: readonly number[];
  readonly timeoutMs: number;
}

export type Ran =
  | {
      readonly started: true;
      /** Null where a signal or the time-out ended it. */
      readonly exitCode: number | null;
      readonly isTimedOut: boolean;
      /** What it printed on either stream, bounded, in the order it came. */
      readonly output: Buffer;
    }
  | { readonly started: false; readonly refused: Fault };

export interface Sandbox {
  run(request: SandboxRequest): Promise<Ran>;
  /** Ends what still runs. */
  close(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const running = new Set<Promise<unknown>>();
  const children = new Set<ChildProcess>();
  return {
    run: (request) => {
      const ran = runOnce(request, options, children);
      running.add(ran);
      return ran.finally(() => running.delete(ran));
    },
    close: async () => {
      for (const child of children) endGroup(child);
      await Promise.allSettled(running);
    },
  };
}

function no(argv: readonly string[], message: string): Ran {
  return { started: false, refused: fault('command_forbidden', argv[0] ?? '', message) };
}

/** How the spaces are made here, or null. */
function makerOf(find: FindProgram): ((job: Job) => readonly string[]) | null {
  const bubblewrap = find('bwrap');
  if (bubblewrap !== null) return (job) => [bubblewrap, ...bubblewrapArguments(job)];
  const [unshare, ...others] = BY_NAMESPACES.map(find);
  if (typeof unshare !== 'string' || others.includes(null)) return null;
  return (job) => [unshare, ...NAMESPACES, '--', ...namespaceArguments(job)];
}

interface Job {
  readonly argv: readonly string[];
  readonly exposure: Exposure;
  /** A folder of this run: its root, what is put over hidden names, and sockets of the relay. */
  readonly work: string;
}

async function runOnce(
  request: SandboxRequest,
  options: SandboxOptions,
  children: Set<ChildProcess>,
): Promise<Ran> {
  const { argv } = request;
  const make = makerOf(options.find ?? findProgram);
  if (make === null) return no(argv, 'neither bubblewrap nor user namespaces are here');
  const work = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-sandbox-'));
  const relays: Server[] = [];
  try {
    prepare(work);
    for (const port of request.ports) relays.push(await relayTo(port, join(work, 'ports')));
    const isRelayed = relays.length > 0;
    const program = realpathSync(argv[0] ?? '');
    const planned = planExposure({
      writable: request.writable,
      readable: [
        ...options.readable,
        program,
        argv[0] ?? '',
        ...(isRelayed ? [realpathSync(process.execPath), RELAY, join(work, 'ports')] : []),
      ],
      hidden: options.hidden,
      isForbidden: (path) => options.isForbidden(path),
    });
    if (!planned.ok) {
      if (planned.refused !== null) return { started: false, refused: planned.refused };
      return no(argv, planned.why);
    }
    const inner = isRelayed ? [...relayArguments(work, request.ports), ...argv] : argv;
    const made = make({ argv: inner, exposure: planned.value, work });
    return await watch(made, request, children);
  } catch (error) {
    return no(argv, messageOf(error));
  } finally {
    for (const relay of relays) relay.close();
    rmSync(work, { recursive: true, force: true });
  }
}

function prepare(work: string): void {
  for (const folder of ['root', 'ports', 'no-folder']) mkdirSync(join(work, folder));
  writeFileSync(join(work, 'no-file'), '');
  for (const name of ['no-folder', 'no-file']) chmodSync(join(work, name), 0);
}

function relayArguments(work: string, ports: readonly number[]): readonly string[] {
  const node = [realpathSync(process.execPath), '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
  return [...node, RELAY, join(work, 'ports'), ports.join(',')];
}

/** The outer half of the relay: a Unix socket that leads to one port of the loopback. */
async function relayTo(port: number, folder: string): Promise<Server> {
  const server = createServer((inside) => {
    const outside = connect(port, '127.0.0.1');
    inside.on('error', () => outside.destroy());
    outside.on('error', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(join(folder, String(port)), resolve);
  });
  return server;
}

function checks({ binds }: Exposure): readonly string[] {
  return binds.flatMap(({ path, isWritable, id }) => (isWritable ? [id, path] : []));
}

function namespaceArguments({ argv, exposure, work }: Job): readonly string[] {
  const sources = exposure.hidden.map(({ path, isFolder }) => [
    'over',
    join(work, isFolder ? 'no-folder' : 'no-file'),
    path,
  ]);
  return [
    '/bin/sh',
    '-c',
    OUTER,
    'sh',
    join(work, 'root'),
    INNER,
    ...exposure.links.flatMap(({ place, target }) => ['link', target, place]),
    ...exposure.binds.flatMap(({ path, isWritable }) => [isWritable ? 'rw' : 'ro', path, path]),
    ...sources.flat(),
    '--',
    ...checks(exposure),
    '--',
    ...argv,
  ];
}

function bubblewrapArguments({ argv, exposure, work }: Job): readonly string[] {
  const over = exposure.hidden.flatMap(({ path, isFolder }) => [
    '--ro-bind',
    join(work, isFolder ? 'no-folder' : 'no-file'),
    path,
  ]);
  return [
    ...'--unshare-all --unshare-user --disable-userns --die-with-parent --new-session'.split(' '),
    '--cap-drop',
    'ALL',
    '--chdir',
    '/',
    ...exposure.links.flatMap(({ place, target }) => ['--symlink', target, place]),
    ...exposure.binds.flatMap(({ path, isWritable }) => [
      isWritable ? '--bind' : '--ro-bind',
      path,
      path,
    ]),
    ...over,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--remount-ro',
    '/proc',
    '--remount-ro',
    '/dev',
    '--remount-ro',
    '/',
    '--',
    '/bin/sh',
    '-c',
    INNER,
    'sh',
    ...checks(exposure),
    '--',
    ...argv,
  ];
}

function watch(
  made: readonly string[],
  { argv, timeoutMs }: SandboxRequest,
  children: Set<ChildProcess>,
): Promise<Ran> {
  const child = launch(made);
  children.add(child);
  const pieces: Buffer[] = [];
  let bytes = 0;
  let started = '';
  let isTimedOut = false;
  const take = (piece: Buffer): void => {
    const room = Math.max(0, OUTPUT_MAX - bytes);
    bytes += piece.length;
    if (room > 0) pieces.push(piece.subarray(0, room));
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  child.stdio[3]?.on('data', (piece: Buffer) => {
    started = (started + piece.toString()).slice(0, 16);
  });
  const timer = setTimeout(() => {
    isTimedOut = true;
    endGroup(child);
  }, timeoutMs);
  return new Promise((resolve) => {
    const end = (exitCode: number | null, trouble: string): void => {
      clearTimeout(timer);
      children.delete(child);
      if (bytes > OUTPUT_MAX) pieces.push(Buffer.from(`\n[${bytes - OUTPUT_MAX} bytes more]\n`));
      const output = Buffer.concat(pieces);
      const why = `the sandbox could not be made: ${trouble}${output.toString('utf8', 0, 500)}`;
      const isStarted = started === 'started\n';
      resolve(isStarted ? { started: true, exitCode, isTimedOut, output } : no(argv, why));
    };
    child.once('error', (error) => end(null, `${error.message} `));
    child.once('close', (code) => end(isTimedOut ? null : code, ''));
  });
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

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
