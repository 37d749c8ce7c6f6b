/**
 * The hands: everything that touches the world, composed. They trust nobody. What the scope does
 * not name is refused here, whatever the planner let through.
 */
import { realpathSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { type Fault, faultName } from '../fault.ts';
import type { Backend, Done, Scope } from '../run/backend.ts';
import { canonicalUnit } from '../scope.ts';
import type { Action } from '../step.ts';
import { unitOf } from '../unit-file.ts';
import { doneOf, fault, messageOf } from './answer.ts';
import { createFiles, type Files, type UnitJudge, unjudged } from './files.ts';
import { askGate, type GateSources } from './gates.ts';
import { portOf } from './http-ask.ts';
import { changesBetween, takeManifest } from './manifest.ts';
import { type PostgresReader, provisionPostgres } from './postgres.ts';
import { provisionRedis, type RedisReader } from './redis.ts';
import { wordsOf } from './sandbox-limits.ts';
import { createSandbox, type FindProgram, type Ran, type Sandbox } from './sandbox.ts';
import { createServiceHands, type ServiceHands } from './services/hands.ts';
import type { ServicePort } from './services/port.ts';
import { unitsFault, unitsSeen } from './unit-watch.ts';
import { isDenied, isWithin } from './walk.ts';

const COMMAND_TIMEOUT_MS = 60_000;
/** The wall clock may be disciplined, and not set. */
const CLOCK_TOLERANCE_MS = 1_000;

/** The deny lists of `config/ops/forbidden.yaml`, as questions. */
export interface DenyList {
  isForbiddenPath(realPath: string, use: 'read' | 'write'): boolean;
  /** Asked for each name a unit has. */
  isForbiddenService(unit: string): boolean;
  /** Asked for the path as declared, and for what it really is. */
  isForbiddenCommand(path: string): boolean;
}

export interface BackendOptions {
  readonly scope: Scope;
  readonly deny: DenyList;
  readonly services: ServicePort;
  /** Says what a unit file may become; without it no unit file is changed. */
  readonly judgeUnit?: UnitJudge;
  /** What may be looked at beside the allowed paths: by `fs.read`, gates and commands. */
  readonly readable?: readonly string[];
  /** Trees of installed packages: the same on every machine, and searched for no secret. */
  readonly packaged?: readonly string[];
  /** Unix sockets that commands which may write may reach. */
  readonly sockets?: readonly string[];
  /** Watched for changes beside the allowed paths. */
  readonly watched?: readonly string[];
  /** Taken out of every sandbox, beside what the deny list finds in it. */
  readonly hidden?: readonly string[];
  /** Addresses as users that may make users; nothing but that is asked as them. */
  readonly redis?: string;
  readonly postgres?: string;
  /** Where the programs of the sandbox are; for tests. */
  readonly find?: FindProgram;
}

/** The hands for one operation. `close` ends what was left running and takes its users away. */
export function createBackend(options: BackendOptions): Backend {
  const { scope, deny, services } = options;
  const readable = options.readable ?? [];
  const isForbidden = (path: string): boolean => deny.isForbiddenPath(path, 'write');
  const isUnreadable = (path: string): boolean => deny.isForbiddenPath(path, 'read');
  const judge = unitJudge(options);
  const files = createFiles({ roots: scope.paths, isForbidden }, readable, judge, isUnreadable);
  const sandbox = createSandbox({
    readable: [...readable, ...scope.commands],
    hidden: options.hidden ?? [],
    packaged: options.packaged ?? [],
    isForbidden: (path, use) => deny.isForbiddenPath(path, use),
    ...(options.find === undefined ? {} : { find: options.find }),
  });
  const run = createRun(sandbox, options);
  const readers = createReaders(options);
  const sources: GateSources = {
    files,
    services,
    origins: scope.http,
    run: (argv) => run(argv, false, COMMAND_TIMEOUT_MS),
    ...readers,
    isClockMoved: watchClock(),
  };
  const isForbiddenUnit = (unit: string): boolean => deny.isForbiddenService(unit);
  const rules = { services: scope.services, isForbidden: isForbiddenUnit };
  const hands = createServiceHands(services, rules);
  const isInScope = (path: string): boolean =>
    isWithin(path, scope.paths) && !isDenied(path, { isForbidden });
  return {
    host: hostname(),
    perform: (action) =>
      whole(async () => {
        const before = unitsSeen(action, scope.paths, files);
        const done = await perform(action, { files, hands, run, sources });
        const wrong = unitsFault(before, unitsSeen(action, scope.paths, files), judge);
        return wrong === null ? done : spoiled(done, wrong);
      }),
    fileBefore: async (path) => files.before(path),
    serviceBefore: (service) => hands.before(service),
    restoreFile: async (path, before, content) => doneOf(files.restore(path, before, content)),
    restoreService: (service, before) => whole(() => hands.restore(service, before)),
    ask: (gate, since) => askGate(gate, since, sources),
    manifest: async () => takeManifest([...scope.paths, ...(options.watched ?? [])]),
    changes: (before, after) => changesBetween(before, after, isInScope),
    freeBytes: async () => freeBytes(scope.paths),
    interrupt: () => sandbox.interrupt(),
    clearDrafts: async (path) => doneOf(files.clearDrafts(path)),
    close: async () => {
      await sandbox.close();
      await readers.close();
    },
  };
}

type Run = (argv: readonly string[], writes: boolean, timeoutMs: number) => Promise<Ran>;

/** Runs what is declared: what may write reaches the declared sockets as well. */
function createRun(sandbox: Sandbox, { scope, deny, sockets = [] }: BackendOptions): Run {
  const ports = scope.http.map(portOf).filter((port) => port !== null);
  return async (argv, writes, timeoutMs) => {
    const refused = refusedCommand(argv, scope, deny);
    if (refused !== null) return { started: false, refused };
    const open = writes
      ? { writable: scope.paths, sockets }
      : { writable: [], readable: scope.paths };
    return sandbox.run({ argv, ...open, ports, timeoutMs });
  };
}

/** However it went: a unit file is not what it may be. */
function spoiled(done: Done, wrong: Fault): Done {
  const output = 'output' in done ? done.output : new Uint8Array();
  const why = `${faultName(wrong)}: ${wrong.message}`;
  return { ok: false, refused: null, exitCode: null, output, why };
}

/** A unit that is changed is a service that is touched, and is judged as one first. */
function unitJudge({ scope, deny, judgeUnit = unjudged }: BackendOptions): UnitJudge {
  return (path, before, after) => {
    const unit = unitOf(path);
    if (deny.isForbiddenService(unit)) {
      return fault('service_forbidden', unit, 'the deny list wins over every scope');
    }
    if (!scope.services.map(canonicalUnit).includes(canonicalUnit(unit))) {
      return fault('service_out_of_scope', unit, 'its unit is none of the allowed services');
    }
    return judgeUnit(path, before, after);
  };
}

interface Hands {
  readonly files: Files;
  readonly hands: ServiceHands;
  readonly sources: GateSources;
  readonly run: (argv: readonly string[], writes: boolean, timeoutMs: number) => Promise<Ran>;
}

/** Trouble nobody foresaw is an answer as well: the runner decides what becomes of it. */
async function whole(act: () => Promise<Done>): Promise<Done> {
  try {
    return await act();
  } catch (error) {
    const why = messageOf(error);
    return { ok: false, refused: null, exitCode: null, output: Buffer.from(why), why };
  }
}

async function perform(action: Action, { files, hands, run, sources }: Hands): Promise<Done> {
  switch (action.kind) {
    case 'fs.read':
      return doneOf(files.read(action.path));
    case 'fs.write':
      return doneOf(files.write(action.path, Buffer.from(action.content), modeOf(action.mode)));
    case 'fs.copy':
      return doneOf(files.copy(action.from, action.to));
    case 'fs.delete':
      return doneOf(files.remove(action.path));
    case 'fs.chmod':
      return doneOf(files.chmod(action.path, Number.parseInt(action.mode, 8)));
    case 'config.patch':
      return doneOf(files.patch(action.path, action.set));
    case 'service':
      return hands.perform(action.verb, action.service);
    case 'systemd.daemon_reload':
      return hands.reloadManager();
    case 'exec.read':
      return ranDone(await run(action.argv, false, COMMAND_TIMEOUT_MS));
    case 'exec.sandboxed':
      return ranDone(await run(action.argv, true, action.timeout_ms ?? COMMAND_TIMEOUT_MS));
    case 'check': {
      const record = await askGate(action.gate, Date.now(), sources);
      const output = Buffer.from(`${record.answer}: ${record.observed}\n`);
      if (record.answer === 'pass') return { ok: true, exitCode: null, output };
      const why = `${record.command}: ${record.answer}`;
      return { ok: false, refused: null, exitCode: null, output, why };
    }
  }
}

const modeOf = (mode: string | undefined): number | undefined =>
  mode === undefined ? undefined : Number.parseInt(mode, 8);

function ranDone(ran: Ran): Done {
  if (!ran.started) return { ok: false, refused: ran.refused };
  const { exitCode, output, limit } = ran;
  if (exitCode === 0) return { ok: true, exitCode, output };
  const why = limit === null ? `it ended with ${exitCode ?? 'a signal'}` : wordsOf(limit);
  return { ok: false, refused: null, exitCode, output, why };
}

/** The program is one of the declared, by its whole path, and is under no name a forbidden one. */
function refusedCommand(argv: readonly string[], scope: Scope, deny: DenyList): Fault | null {
  const [program = ''] = argv;
  const isWhole = program.startsWith('/') && argv.every((part) => !part.includes('\0'));
  if (!isWhole || !scope.commands.includes(program)) {
    return fault('command_not_declared', program, 'its whole path is not among the commands');
  }
  let real = program;
  try {
    real = realpathSync(program);
  } catch {
    return fault('command_not_declared', program, 'there is no such program here');
  }
  if (!deny.isForbiddenCommand(program) && !deny.isForbiddenCommand(real)) return null;
  return fault('command_forbidden', program, `${real} is on the deny list`);
}

/** Users are made when the first gate asks for them, and once. */
function createReaders(
  options: BackendOptions,
): Pick<GateSources, 'redis' | 'postgres'> & { close(): Promise<void> } {
  let redis: Promise<RedisReader> | null = null;
  let postgres: Promise<PostgresReader> | null = null;
  return {
    redis: () => {
      if (options.redis !== undefined) redis ??= provisionRedis(options.redis);
      return redis;
    },
    postgres: () => {
      if (options.postgres !== undefined) postgres ??= provisionPostgres(options.postgres);
      return postgres;
    },
    close: async () => {
      for (const made of [redis, postgres]) {
        // One that could not be made has nothing to take away.
        const reader = await made?.catch(() => null);
        await reader?.close();
      }
    },
  };
}

/** Tells whether the wall clock has gone another way than the monotonic one. */
function watchClock(): () => boolean {
  const apart = (): number => Date.now() - performance.now();
  const atFirst = apart();
  return () => Math.abs(apart() - atFirst) > CLOCK_TOLERANCE_MS;
}

/** What is free where least is. */
function freeBytes(paths: readonly string[]): number {
  const free = (paths.length === 0 ? ['/'] : paths).map((path) => {
    const { bavail, bsize } = statfsSync(nearest(path));
    return bavail * bsize;
  });
  return Math.min(...free);
}

function nearest(path: string): string {
  for (let at = path; at !== '/'; at = dirname(at)) {
    try {
      statfsSync(at);
      return at;
    } catch {
      // Not there yet: its folder will hold it.
    }
  }
  return '/';
}
