/**
 * Loaded before a command (`--import`), it sends that very process a signal, SIGKILL unless told
 * otherwise, before or after one call to the system, told by KILL_AT as JSON. The code that runs is
 * the shipped one: only the functions of Node under it stop at the named place. A torn line is one
 * of which half was written.
 */
import { readlinkSync, writeSync as reallyWrite } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { KillAt } from './kill-at.ts';

const realKill = process.kill.bind(process);
type Called = (...args: unknown[]) => unknown;

const given = process.env['KILL_AT'];
if (given !== undefined) arm(JSON.parse(given) as KillAt);

function arm({ module, call, about, nth, when, signal = 'SIGKILL' }: KillAt): void {
  const owner = module === 'process' ? process : createRequire(import.meta.url)(module);
  const original = Reflect.get(owner, call) as Called;
  const pattern = new RegExp(about);
  let seen = 0;
  const stopping: Called = (...args) => {
    if (pattern.test(subjectOf(args))) seen += 1;
    const isHere = seen === nth && pattern.test(subjectOf(args));
    if (isHere && when === 'before') end(signal);
    if (isHere && when === 'fails') throw new Error('ENOSPC: no space left on device, write');
    if (isHere && when === 'torn') {
      const bytes = args[1] as Uint8Array;
      reallyWrite(Number(args[0]), bytes.subarray(0, bytes.length / 2));
      end(signal);
    }
    const result = Reflect.apply(original, owner, args);
    if (isHere && when === 'after') end(signal);
    return result;
  };
  Reflect.set(owner, call, stopping);
  syncBuiltinESMExports();
}

/** Of SIGKILL nothing of this process runs after it; any other signal it hears, and goes on. */
function end(signal: NodeJS.Signals): void {
  realKill(process.pid, signal);
  if (signal !== 'SIGKILL') return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** What a call is about, in one line: descriptors by the name of what they hold. */
function subjectOf(args: readonly unknown[]): string {
  return args.map(word).join(' ');
}

function word(value: unknown): string {
  try {
    if (typeof value === 'number' && value > 2) return readlinkSync(`/proc/self/fd/${value}`);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8', 0, 1 << 16);
    if (Array.isArray(value)) return value.map(word).join(' ');
    if (typeof value !== 'string') return String(value);
    if (!value.startsWith('/proc/self/fd/')) return value;
    if (/fd\/\d+$/.test(value)) return readlinkSync(value);
    return join(readlinkSync(dirname(value)), basename(value));
  } catch {
    return String(value);
  }
}
