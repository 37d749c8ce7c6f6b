/** A machine in memory, for tests: files, services and gates, with faults at any call. */
import { createHash } from 'node:crypto';
import type { Change, ServiceBefore } from '../audit/event.ts';
import type { Gate, GateAnswer, GateRecord } from '../gate.ts';
import type { Action, ServiceVerb } from '../step.ts';
import type { Backend, Done, Kept, Manifest } from './backend.ts';

interface SimulatedFile {
  readonly content: string;
  readonly mode: number;
}

/** What outlives every process. */
export interface World {
  readonly files: Map<string, SimulatedFile>;
  readonly services: Map<string, ServiceBefore>;
  /** Gates that answer out of turn, by kind. */
  readonly answers: Map<Gate['kind'], GateAnswer>;
  /** Every action that reached the machine, as JSON, in order. */
  readonly performed: string[];
  freeBytes: number;
}

export type SimulatedFault =
  /** It threw, and nothing had happened. */
  | 'throw_before'
  /** It threw, and it had happened. */
  | 'throw_after'
  | 'refuse'
  | 'fail'
  /** It said that it was done. */
  | 'lie'
  /** It happened, and something outside of the scope as well. */
  | 'stray';

export interface SimulationOptions {
  readonly host: string;
  readonly paths: readonly string[];
  /** What goes wrong at which call, counted from one over all of them. */
  readonly faultAt: (call: number, method: keyof Backend) => SimulatedFault | null;
}

export const STRAY = '/var/lib/elsewhere';
const OUTPUT = Buffer.from('done\n', 'utf8');

export function createWorld(
  files: Readonly<Record<string, string>>,
  services: Readonly<Record<string, boolean>>,
): World {
  return {
    files: new Map(
      Object.entries(files).map(([path, content]) => [path, { content, mode: 0o644 }]),
    ),
    services: new Map(
      Object.entries(services).map(([name, active]) => [name, { active, enabled: true }]),
    ),
    answers: new Map(),
    performed: [],
    freeBytes: 1 << 30,
  };
}

/** All that an operation could have changed, in one order. */
export function snapshot({ files, services }: World): string {
  const sorted = <T>(map: Map<string, T>): [string, T][] =>
    [...map].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([sorted(files), sorted(services)]);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function createSimulatedBackend(world: World, options: SimulationOptions): Backend {
  let calls = 0;
  const next = (method: keyof Backend): SimulatedFault | null => {
    calls += 1;
    return options.faultAt(calls, method);
  };
  const done = async (method: keyof Backend, effect: () => Done): Promise<Done> => {
    await Promise.resolve();
    const fault = next(method);
    return fault === null ? effect() : spoil(world, fault, effect);
  };
  const read = async <T>(method: keyof Backend, effect: () => T): Promise<T> => {
    await Promise.resolve();
    const fault = next(method);
    if (fault !== null) throw new Error(`${method} cannot be read`);
    return effect();
  };
  return {
    host: options.host,
    perform: (action) =>
      done('perform', () => {
        world.performed.push(JSON.stringify(action));
        return act(world, action);
      }),
    fileBefore: (path) => read('fileBefore', () => lookAt(world, path)),
    serviceBefore: (service) =>
      read('serviceBefore', () => world.services.get(service) ?? { active: false, enabled: null }),
    restoreFile: (path, before, content) =>
      done('restoreFile', () => {
        if (before.state === 'absent') world.files.delete(path);
        else {
          const text = Buffer.from(content ?? []).toString('utf8');
          world.files.set(path, { content: text, mode: before.mode });
        }
        return ok();
      }),
    restoreService: (service, before) =>
      done('restoreService', () => {
        world.services.set(service, before);
        return ok();
      }),
    ask: async (gate) => {
      await Promise.resolve();
      const fault = next('ask');
      if (fault === 'throw_before' || fault === 'throw_after') throw new Error('no answer');
      const answer = fault === null ? answerTo(world, gate) : 'inconclusive';
      return record(gate, answer);
    },
    manifest: () => read('manifest', () => manifestOf(world)),
    changes: (before, after) => compare(before, after, options.paths),
    freeBytes: () => read('freeBytes', () => world.freeBytes),
    interrupt: () => undefined,
    clearDrafts: () => Promise.resolve(ok()),
    close: () => Promise.resolve(),
  };
}

function spoil(world: World, fault: SimulatedFault, effect: () => Done): Done {
  switch (fault) {
    case 'throw_before':
      throw new Error('broke before');
    case 'throw_after':
      effect();
      throw new Error('broke after');
    case 'refuse': {
      const message = 'refused';
      const refused = { code: 'path_forbidden', operand: '/x', place: '', message } as const;
      return { ok: false, refused };
    }
    case 'fail':
      return { ok: false, refused: null, exitCode: 1, output: OUTPUT, why: 'exit code 1' };
    case 'lie':
      return ok();
    case 'stray':
      world.files.set(STRAY, { content: 'stray', mode: 0o600 });
      return effect();
  }
}

function act(world: World, action: Action): Done {
  const { files } = world;
  const put = (path: string, file: Partial<SimulatedFile>): Done => {
    files.set(path, { ...(files.get(path) ?? { content: '', mode: 0o644 }), ...file });
    return ok();
  };
  switch (action.kind) {
    case 'fs.write':
      return put(action.path, { content: action.content });
    case 'fs.copy':
      return put(action.to, { ...files.get(action.from) });
    case 'fs.chmod':
      return put(action.path, { mode: Number.parseInt(action.mode, 8) });
    case 'fs.delete':
      files.delete(action.path);
      return ok();
    case 'service':
      return turn(world, action.service, action.verb);
    case 'exec.sandboxed': {
      const [program, path = '', content = ''] = action.argv;
      if (program === '/bin/put') return put(path, { content });
      files.delete(path);
      return ok();
    }
    default:
      return ok();
  }
}

function turn({ services }: World, service: string, verb: ServiceVerb): Done {
  const before = services.get(service) ?? { active: false, enabled: null };
  if (verb === 'start' || verb === 'restart') services.set(service, { ...before, active: true });
  if (verb === 'stop') services.set(service, { ...before, active: false });
  if (verb === 'enable' || verb === 'disable') {
    services.set(service, { ...before, enabled: verb === 'enable' });
  }
  return ok();
}

function lookAt({ files }: World, path: string): Kept {
  const file = files.get(path);
  if (file === undefined) return { before: { state: 'absent' }, content: null };
  const digest = sha256(file.content);
  const owner = { uid: 0, gid: 0 };
  return {
    before: { state: 'file', contentRef: digest, sha256: digest, mode: file.mode, ...owner },
    content: Buffer.from(file.content, 'utf8'),
  };
}

function answerTo({ files, services, answers }: World, gate: Gate): GateAnswer {
  const told = answers.get(gate.kind);
  if (told !== undefined) return told;
  switch (gate.kind) {
    case 'status':
      return gate.services.every((name) => services.get(name)?.active === true) ? 'pass' : 'fail';
    case 'file.sha256':
      return sha256(files.get(gate.path)?.content ?? '\0') === gate.sha256 ? 'pass' : 'fail';
    case 'file.absent':
      return files.has(gate.path) ? 'fail' : 'pass';
    default:
      return 'pass';
  }
}

function record(gate: Gate, answer: GateAnswer): GateRecord {
  return { gate, answer, command: gate.kind, expected: 'pass', observed: answer };
}

function manifestOf({ files }: World): Manifest {
  return new Map([...files].map(([path, { content, mode }]) => [path, `${mode} ${content}`]));
}

function compare(before: Manifest, after: Manifest, paths: readonly string[]): readonly Change[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({
      path,
      what: before.has(path) ? (after.has(path) ? 'changed' : 'deleted') : 'created',
      inScope: paths.some((allowed) => path.startsWith(`${allowed}/`)),
    }));
}

function ok(): Done {
  return { ok: true, exitCode: 0, output: OUTPUT };
}
