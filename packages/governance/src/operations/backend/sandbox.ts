/**
 * A command, as an argument list, where it can do no harm (D-43, specification 9.14): a root of its
 * own that shows the system's programs and what is declared, only the allowed paths writable, no
 * network but declared ports of the loopback, an environment of ours, no privileges, and a process
 * namespace that ends with it. With bubblewrap, or with user namespaces by `unshare`; where neither
 * works, nothing is run.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../fault.ts';
import { fault, messageOf } from './answer.ts';
import { type Exposure, planExposure } from './exposure.ts';
import {
  lastPid,
  limitArguments,
  type LimitCode,
  SANDBOX_LIMITS,
  type SandboxLimits,
  scopeArguments,
  isPidLimitOwn,
} from './sandbox-limits.ts';
import { INNER, OUTER } from './sandbox-script.ts';
import { PROGRAM_FOLDERS, type Seen, watch } from './sandbox-watch.ts';

const RELAY = fileURLToPath(new URL('./loopback-worker.ts', import.meta.url));
const RELAY_NAME = 'relay.mts';
/** Not where `TMPDIR` says: that may be a place the command can write. */
const WORK_FOLDER = '/tmp';
/** Where systemd runs, it says so here (sd_booted(3)). */
const SYSTEMD = '/run/systemd/system';
const BY_NAMESPACES = 'unshare setpriv prlimit mount umount pivot_root ip sh'.split(' ');
const NAMESPACES =
  '--user --map-root-user --mount --pid --fork --kill-child --net --ipc --uts'.split(' ');

/** The absolute path of a program, or null. */
export type FindProgram = (name: string) => string | null;

export const findProgram: FindProgram = (name) =>
  PROGRAM_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;

export interface SandboxOptions {
  /** What may be read beside the system's programs and `/etc`. */
  readonly readable: readonly string[];
  /** What is hidden, beside what the deny list finds in what is shown. */
  readonly hidden: readonly string[];
  /** Trees of installed packages, which are not searched. */
  readonly packaged?: readonly string[];
  isForbidden(realPath: string, use: 'read' | 'write'): boolean;
  readonly find?: FindProgram;
  readonly limits?: SandboxLimits;
  /** Whether systemd gives out control groups to whoever this is; asked of the machine. */
  readonly isScoped?: boolean;
}

export interface SandboxRequest {
  readonly argv: readonly string[];
  readonly writable: readonly string[];
  /** Beside what every command may read. */
  readonly readable?: readonly string[];
  /** Ports of the loopback it may reach. */
  readonly ports: readonly number[];
  /** Unix sockets it may reach. */
  readonly sockets?: readonly string[];
  readonly timeoutMs: number;
}

export type Ran =
  | {
      readonly started: true;
      /** Null where a signal or a limit ended it. */
      readonly exitCode: number | null;
      readonly limit: LimitCode | null;
      /** What it printed on either stream, bounded, in the order it came. */
      readonly output: Buffer;
    }
  | { readonly started: false; readonly refused: Fault };

export interface Sandbox {
  run(request: SandboxRequest): Promise<Ran>;
  /** Ends what runs now; more may be run afterwards. */
  interrupt(): void;
  /** Ends what still runs. */
  close(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const running = new Set<Promise<unknown>>();
  const ends = new Set<() => void>();
  let interruptions = 0;
  const interrupt = (): void => {
    interruptions += 1;
    for (const end of ends) end();
  };
  return {
    interrupt,
    run: (request) => {
      const seen = interruptions;
      const ran = runOnce(request, options, ends, () => interruptions !== seen);
      running.add(ran);
      return ran.finally(() => running.delete(ran));
    },
    close: async () => {
      interrupt();
      await Promise.allSettled(running);
    },
  };
}

function no(argv: readonly string[], message: string): Ran {
  return { started: false, refused: fault('command_forbidden', argv[0] ?? '', message) };
}

/** How the spaces are made here, or null. */
function makerOf(find: FindProgram): ((job: Job) => readonly string[]) | null {
  const [unshare, setpriv, prlimit, ...others] = BY_NAMESPACES.map(find);
  if (typeof prlimit !== 'string') return null;
  const bubblewrap = find('bwrap');
  if (bubblewrap !== null) return (job) => [bubblewrap, ...bubblewrapArguments(job)];
  if (typeof unshare !== 'string' || typeof setpriv !== 'string') return null;
  if (others.includes(null)) return null;
  // Ends with this process, however that ends: a killed governor leaves no command behind.
  const orphaned = [setpriv, '--pdeathsig', 'KILL', '--'];
  return (job) => [...orphaned, unshare, ...NAMESPACES, '--', ...namespaceArguments(job)];
}

/** A control group around all of it, where one is given out without asking. */
function scopeOf({ find = findProgram, isScoped, limits }: SandboxOptions): readonly string[] {
  const isHere = isScoped ?? (process.getuid?.() === 0 && existsSync(SYSTEMD));
  const systemdRun = isHere ? find('systemd-run') : null;
  return systemdRun === null ? [] : scopeArguments(limits ?? SANDBOX_LIMITS, systemdRun);
}

interface Job {
  readonly argv: readonly string[];
  readonly exposure: Exposure;
  /** A folder of this run: its root, what is put over hidden names, and sockets of the relay. */
  readonly work: string;
  readonly limits: SandboxLimits;
}

async function runOnce(
  request: SandboxRequest,
  options: SandboxOptions,
  ends: Set<() => void>,
  isInterrupted: () => boolean,
): Promise<Ran> {
  const { argv } = request;
  const make = makerOf(options.find ?? findProgram);
  if (make === null) return no(argv, 'neither bubblewrap nor user namespaces are here');
  const work = mkdtempSync(join(realpathSync(WORK_FOLDER), 'holdfast-sandbox-'));
  const relays: Server[] = [];
  try {
    prepare(work);
    for (const port of request.ports) relays.push(await relayTo(port, relayAt(work, port)));
    const isRelayed = relays.length > 0;
    const program = realpathSync(argv[0] ?? '');
    const planned = planExposure({
      writable: request.writable,
      readable: [
        ...options.readable,
        ...(request.readable ?? []),
        program,
        argv[0] ?? '',
        ...(isRelayed ? [realpathSync(process.execPath), join(work, 'ports')] : []),
      ],
      hidden: options.hidden,
      packaged: options.packaged ?? [],
      sockets: [...(request.sockets ?? []), ...request.ports.map((port) => relayAt(work, port))],
      isForbidden: (path, use) => options.isForbidden(path, use),
    });
    if (!planned.ok) {
      if (planned.refused !== null) return { started: false, refused: planned.refused };
      return no(argv, planned.why);
    }
    const inner = isRelayed ? [...relayArguments(work, request.ports), ...argv] : argv;
    const { limits = SANDBOX_LIMITS } = options;
    const made = make({ argv: inner, exposure: planned.value, work, limits });
    if (isInterrupted()) return no(argv, 'it was asked to end before it was begun');
    const { timeoutMs, writable } = request;
    const whole = [...scopeOf(options), ...made];
    return ranOf(argv, await watch(whole, { timeoutMs, writable, limits }, ends));
  } catch (error) {
    return no(argv, messageOf(error));
  } finally {
    for (const relay of relays) relay.close();
    rmSync(work, { recursive: true, force: true });
  }
}

function ranOf(argv: readonly string[], seen: Seen): Ran {
  const { exitCode, limit, output, trouble } = seen;
  // Ended for a limit before its first word, it was begun all the same.
  if (seen.isStarted || limit !== null) return { started: true, exitCode, limit, output };
  const why = `${trouble}${output.toString('utf8', 0, 500)}`;
  return no(argv, `the sandbox could not be made: ${why}`);
}

function prepare(work: string): void {
  for (const folder of ['root', 'ports', 'no-folder']) mkdirSync(join(work, folder));
  writeFileSync(join(work, 'no-file'), '');
  // A copy: where it stands the deny list hides it, as all that governs.
  copyFileSync(RELAY, join(work, 'ports', RELAY_NAME));
  for (const name of ['no-folder', 'no-file']) chmodSync(join(work, name), 0);
}

function relayArguments(work: string, ports: readonly number[]): readonly string[] {
  const folder = join(work, 'ports');
  return [realpathSync(process.execPath), join(folder, RELAY_NAME), folder, ports.join(',')];
}

const relayAt = (work: string, port: number): string => join(work, 'ports', String(port));

/** The outer half of the relay: a Unix socket that leads to one port of the loopback. */
async function relayTo(port: number, path: string): Promise<Server> {
  const server = createServer((inside) => {
    const outside = connect(port, '127.0.0.1');
    inside.on('error', () => outside.destroy());
    outside.on('error', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return server;
}

function checks({ binds }: Exposure): readonly string[] {
  return binds.flatMap(({ path, isWritable, id }) => (isWritable ? [id, path] : []));
}

function namespaceArguments({ argv, exposure, work, limits }: Job): readonly string[] {
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
    isPidLimitOwn(release()) ? String(lastPid(limits)) : '',
    ...exposure.links.flatMap(({ place, target }) => ['link', target, place]),
    ...exposure.binds.flatMap(({ path, isWritable }) => [isWritable ? 'rw' : 'ro', path, path]),
    ...sources.flat(),
    '--',
    ...checks(exposure),
    '--',
    ...limitArguments(limits),
    ...argv,
  ];
}

function bubblewrapArguments({ argv, exposure, work, limits }: Job): readonly string[] {
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
    ...limitArguments(limits),
    ...argv,
  ];
}
