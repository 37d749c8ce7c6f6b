/**
 * Unit files that an action can reach, read before it and again after it: what a command wrote, or
 * what came of a write, is judged by what is there and not by what was meant.
 */
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, faultName } from '../fault.ts';
import type { Action } from '../step.ts';
import { isUnitFile } from '../unit-file.ts';
import { errorCode, fault } from './answer.ts';
import type { Files, UnitJudge } from './files.ts';

const ENTRIES_MAX = 100_000;

/** Content by path; text for what is no file that can be read. */
export type UnitsSeen = ReadonlyMap<string, Uint8Array | string>;

/** @param paths the allowed paths. Throws where they hold more than can be looked at. */
export function unitsSeen(action: Action, paths: readonly string[], files: Files): UnitsSeen {
  const seen = new Map<string, Uint8Array | string>();
  for (const path of reachOf(action, paths)) {
    const is = look(path, files);
    if (is !== null) seen.set(path, is);
  }
  return seen;
}

/** The first unit file that is not what it may be. */
export function unitsFault(before: UnitsSeen, after: UnitsSeen, judge: UnitJudge): Fault | null {
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const [was = null, is = null] = [before.get(path), after.get(path)];
    if (typeof was === 'string' || typeof is === 'string') {
      if (was === is) continue;
      return fault('unit_unreadable', path, 'a link, or what is no file of ours to read');
    }
    if (was !== null && is !== null && Buffer.compare(was, is) === 0) continue;
    const refused = judge(path, was, is);
    if (refused !== null) return refused;
  }
  return null;
}

function reachOf(action: Action, paths: readonly string[]): readonly string[] {
  switch (action.kind) {
    case 'fs.write':
    case 'fs.delete':
    case 'config.patch':
      return [action.path].filter(isUnitFile);
    case 'fs.copy':
      return [action.to].filter(isUnitFile);
    case 'exec.sandboxed':
      return below(paths).filter(isUnitFile);
    default:
      return [];
  }
}

/** Everything at and below the paths that is no folder. */
function below(paths: readonly string[]): readonly string[] {
  const found: string[] = [];
  const open = [...paths];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.length + open.length > ENTRIES_MAX) {
      throw new Error(`more than ${ENTRIES_MAX} files to look at: declare less`);
    }
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() !== true) found.push(path);
    else open.push(...readdirSync(path).map((name) => join(path, name)));
  }
  return found;
}

function look(path: string, files: Files): Uint8Array | string | null {
  const kept = files.before(path);
  if (!('code' in kept)) return kept.content;
  return `${faultName(kept)} ${leadsTo(path)}`;
}

/** Another target makes another link. */
function leadsTo(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    return errorCode(error) ?? 'unknown';
  }
}
