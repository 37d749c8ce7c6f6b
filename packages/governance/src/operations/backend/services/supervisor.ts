/**
 * Our own small supervisor: a folder in which each service has a unit file, and a keeper process
 * that runs it and writes its log. Nothing stays in memory: whoever opens the folder knows as much.
 *
 *     units/web.service.json   {argv, cwd, env, health?}, or a link to another of them (an alias)
 *     run/web.service.json     keeper and service, each with the time it began; what is under way
 *     log/web.service          lines with UTC timestamps; the older half in web.service.1
 *     state/web.service.json   {enabled, masked}
 */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { UnitFile } from '../../unit-file.ts';
import type { Acted, ServiceAct, ServicePort, UnitState } from './port.ts';
import { isRunning, markOf, signalGroup } from './process-mark.ts';
import {
  forgetRun,
  makeFolders,
  readLog,
  readRun,
  readState,
  readUnit,
  unitNamesIn,
  type RunFile,
  writeRun,
  writeState,
} from './supervisor-folder.ts';

const KEEPER = fileURLToPath(new URL('./keeper-worker.ts', import.meta.url));
const POLL_MS = 10;
const APPEAR_MS = 10_000;
/** A service without a health check counts as started once it has lived so long. */
const SETTLED_MS = 150;
const STOP_MS = 10_000;

export interface SupervisorOptions {
  /** How long a service may take to end before its whole group is killed. */
  readonly stopMs?: number;
}

export function createSupervisor(folder: string, options: SupervisorOptions = {}): ServicePort {
  makeFolders(folder);
  const stopMs = options.stopMs ?? STOP_MS;
  return {
    namesOf: async (service) => unitNamesIn(folder, service),
    act: (verb, unit) => act(folder, verb, unit, stopMs),
    state: (unit) => settledState(folder, unit, stopMs),
    log: async (unit, sinceMs) => readLog(folder, unit, sinceMs),
    reloadManager: async () => did(0, 'unit files are read anew at every start'),
    commands: {
      status: (units) => `cat ${units.map((unit) => `${folder}/run/${unit}.json`).join(' ')}`,
      log: (unit) => `grep -iE "error|fail|panic|fatal" ${folder}/log/${unit}`,
    },
  };
}

const did = (exitCode: number, text: string): Acted => ({
  exitCode,
  output: Buffer.from(`${text}\n`),
});

function stateOf(folder: string, unit: string): UnitState {
  readUnit(folder, unit);
  const run = readRun(folder, unit);
  const turning = turningOf(run);
  const isUp = run !== null && run.service !== null && isRunning(run.service);
  const isActive = isUp && turning === null;
  const { enabled: isEnabled, masked: isMasked } = readState(folder, unit);
  return { isActive, isEnabled, isMasked, text: turning ?? (isActive ? 'active' : 'inactive') };
}

/**
 * What somebody has begun, who may have been killed meanwhile: a service that was told to end is
 * not up, though it still runs, and one whose keeper is about to start it is not down.
 */
function turningOf(run: RunFile | null): 'activating' | 'deactivating' | null {
  if (run === null || !signalGroup(run.keeper, 0)) return null;
  if (run.stopping === true) return 'deactivating';
  return run.service === null ? 'activating' : null;
}

async function settledState(folder: string, unit: string, stopMs: number): Promise<UnitState> {
  await until(stopMs, async () => turningOf(readRun(folder, unit)) === null);
  return stateOf(folder, unit);
}

async function act(folder: string, verb: ServiceAct, unit: string, stopMs: number): Promise<Acted> {
  switch (verb) {
    case 'start':
      return start(folder, unit, stopMs);
    case 'stop':
      return stop(folder, unit, stopMs);
    case 'restart': {
      const stopped = await stop(folder, unit, stopMs);
      return stopped.exitCode === 0 ? start(folder, unit, stopMs) : stopped;
    }
    case 'reload': {
      const run = readRun(folder, unit);
      if (run === null || run.service === null || !isRunning(run.service))
        return did(1, `${unit} is not active`);
      process.kill(run.service.pid, 'SIGHUP');
      return did(0, `${unit} was asked to reload`);
    }
    case 'enable':
    case 'disable':
      return mark(folder, unit, { enabled: verb === 'enable' });
    case 'mask':
    case 'unmask':
      return mark(folder, unit, { masked: verb === 'mask' });
  }
}

function mark(folder: string, unit: string, change: Partial<ReturnType<typeof readState>>): Acted {
  readUnit(folder, unit);
  writeState(folder, unit, { ...readState(folder, unit), ...change });
  return did(0, `${unit}: ${JSON.stringify(readState(folder, unit))}`);
}

async function start(folder: string, unit: string, stopMs: number): Promise<Acted> {
  const file = readUnit(folder, unit);
  if (readState(folder, unit).masked) return did(1, `${unit} is masked`);
  if (stateOf(folder, unit).isActive) return did(0, `${unit} is active already`);
  if (turningOf(readRun(folder, unit)) !== null) {
    const stopped = await stop(folder, unit, stopMs);
    if (stopped.exitCode !== 0) return stopped;
  }
  const old = readRun(folder, unit);
  // What an earlier service has left running would fight the new one.
  if (old !== null) signalGroup(old.keeper, 'SIGKILL');
  forgetRun(folder, unit);
  const keeper = spawn(process.execPath, [KEEPER, folder, unit], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const begun = markOf(keeper.pid ?? 0);
  if (begun !== null) writeRun(folder, unit, { keeper: begun, service: null });
  // Not among its arguments, which everybody can see: there may be secrets in its environment.
  keeper.stdin.on('error', () => undefined).end(JSON.stringify(file));
  keeper.unref();
  const trouble = await cameUp(folder, unit, file, () => keeper.exitCode !== null);
  if (trouble === null) return did(0, `${unit} is active`);
  return did(1, `${unit} did not start: ${trouble}`);
}

/** Null once it runs and is well; else why not. */
async function cameUp(
  folder: string,
  unit: string,
  { health }: UnitFile,
  isOver: () => boolean,
): Promise<string | null> {
  const isUp = (): boolean => stateOf(folder, unit).isActive;
  const appeared = await until(APPEAR_MS, async () => isUp() || isOver());
  if (!appeared || !isUp()) return 'it ended at once; its log says why';
  if (health === undefined) {
    const fell = await until(SETTLED_MS, async () => !isUp());
    return fell ? 'it ended at once; its log says why' : null;
  }
  await until(health.within_ms, async () => !isUp() || (await answers(health.port)));
  if (!isUp()) return 'it ended before it was well; its log says why';
  return (await answers(health.port)) ? null : `nothing listens on port ${health.port}`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('connect', () => resolve(true)).once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
  });
}

/** TERM for the whole group, and KILL for what is left of it. */
async function stop(folder: string, unit: string, stopMs: number): Promise<Acted> {
  readUnit(folder, unit);
  const run = readRun(folder, unit);
  if (run === null || !signalGroup(run.keeper, 0)) return did(0, `${unit} is not active`);
  // A keeper that has not yet started its service would do it after all.
  if (run.service !== null) writeRun(folder, unit, { ...run, stopping: true });
  signalGroup(run.keeper, run.service === null ? 'SIGKILL' : 'SIGTERM');
  const isGone = async (): Promise<boolean> => !signalGroup(run.keeper, 0);
  if (await until(stopMs, isGone)) return did(0, `${unit} has stopped`);
  signalGroup(run.keeper, 'SIGKILL');
  if (await until(APPEAR_MS, isGone)) return did(0, `${unit} was killed`);
  return did(1, `${unit} cannot be stopped`);
}

async function until(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  // Monotonic: a clock that is set must not end a wait, or make it last.
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (await holds()) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return holds();
}
