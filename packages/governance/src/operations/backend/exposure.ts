/** What a sandboxed command is shown: named roots to read, allowed paths to write, and no more. */
import type { Stats } from 'node:fs';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../fault.ts';
import { errorCode, fault, refuse, trouble, type Try } from './answer.ts';
import { holdRoot, isPlainPath, isWithin } from './walk.ts';

/** Where programs and their libraries stand; some of them are links into another one. */
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc'];
/** System trees that nobody searches for secrets: they are packages, the same on every machine. */
const PACKAGED = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
const ENTRIES_MAX = 50_000;
const HIDDEN_MAX = 512;

export interface ExposureRequest {
  readonly writable: readonly string[];
  /** Folders and files to read beside the system's. */
  readonly readable: readonly string[];
  /** Taken away wherever they are shown, beside what the deny list finds. */
  readonly hidden: readonly string[];
  /** Trees of installed packages: the same on every machine, and searched for no secret. */
  readonly packaged: readonly string[];
  /** Sockets that may be reached. Any other is hidden wherever it is shown: behind it one acts. */
  readonly sockets: readonly string[];
  isForbidden(path: string, use: 'read' | 'write'): boolean;
}

export interface Exposure {
  readonly links: readonly { readonly place: string; readonly target: string }[];
  /** Parents first. `id` is device and inode of what was checked. */
  readonly binds: readonly {
    readonly path: string;
    readonly isWritable: boolean;
    readonly id: string;
  }[];
  readonly hidden: readonly { readonly path: string; readonly isFolder: boolean }[];
}

/** Looks at everything that would be shown; what the deny list keeps from it is hidden. */
export function planExposure(request: ExposureRequest): Try<Exposure> {
  const links: { place: string; target: string }[] = [];
  const binds: { path: string; isWritable: boolean; id: string }[] = [];
  for (const place of SYSTEM.filter((path) => existsSync(path))) {
    if (lstatSync(place).isSymbolicLink()) links.push({ place, target: readlinkSync(place) });
    else binds.push({ path: place, isWritable: false, id: '' });
  }
  const readable = request.readable.filter((path) => !isWithin(path, SYSTEM) && existsSync(path));
  for (const path of readable) {
    if (!isWithin(path, request.writable)) binds.push({ path, isWritable: false, id: '' });
  }
  for (const path of request.writable) {
    const held = holdRoot(path);
    if (!held.ok) return held;
    if (held.value !== null) binds.push({ path, isWritable: true, id: held.value });
  }
  for (const path of request.sockets) {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) {
      return trouble(`there is no socket at ${path}`);
    }
    const held = holdRoot(path);
    if (!held.ok) return held;
    if (!binds.some((bind) => isWithin(path, [bind.path]))) {
      binds.push({ path, isWritable: false, id: '' });
    }
  }
  const odd = binds.find(({ path }) => !isPlainPath(path) || path === '/' || path.includes('\\'));
  if (odd !== undefined) return trouble(`${odd.path} cannot be shown in a sandbox`);
  binds.sort((one, other) => one.path.length - other.path.length);
  const survey = surveyOf(binds, request);
  if (!survey.ok) return survey;
  return { ok: true, value: { links, binds, hidden: survey.value } };
}

interface Survey {
  readonly request: ExposureRequest;
  readonly hidden: Map<string, boolean>;
  /** Names seen of each file that has more than one, and how many it has. */
  readonly twins: Map<string, { path: string; left: number }>;
  seen: number;
}

function surveyOf(binds: Exposure['binds'], request: ExposureRequest): Try<Exposure['hidden']> {
  const survey: Survey = { request, hidden: new Map(), twins: new Map(), seen: 0 };
  for (const path of request.hidden) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const isShown = binds.some((bind) => isWithin(path, [bind.path]));
    if (isShown && stat !== undefined) survey.hidden.set(path, stat.isDirectory());
  }
  for (const { path, isWritable } of binds) {
    const below = isWritable ? mountBelow(path) : null;
    if (below !== null) return refuse(below);
    const isPackaged = !isWritable && isWithin(path, [...PACKAGED, ...request.packaged]);
    if (!isPackaged) visit(survey, path, isWritable);
    if (survey.seen > ENTRIES_MAX) return trouble(`more than ${ENTRIES_MAX} files to look through`);
  }
  for (const { path, left } of survey.twins.values()) {
    if (left > 0) {
      return refuse(fault('path_hard_linked', path, 'it has a name outside of the allowed paths'));
    }
  }
  if (survey.hidden.size > HIDDEN_MAX) return trouble(`more than ${HIDDEN_MAX} files to hide`);
  // What lies in a hidden folder is hidden with it, and is not there to be covered.
  const folders = [...survey.hidden.keys()];
  const isCovered = (path: string): boolean =>
    folders.some((folder) => path.startsWith(`${folder}/`));
  const hidden = [...survey.hidden].map(([path, isFolder]) => ({ path, isFolder }));
  return { ok: true, value: hidden.filter(({ path }) => !isCovered(path)) };
}

/** A link is judged by what it leads to, where that is shown at all. */
function visit(survey: Survey, path: string, isWritable: boolean): void {
  survey.seen += 1;
  const stat = lookedAt(path);
  if (stat === null || stat.isSymbolicLink() || survey.seen > ENTRIES_MAX) return;
  if (survey.hidden.has(path)) return;
  const { request } = survey;
  if (request.isForbidden(path, isWritable ? 'write' : 'read')) {
    survey.hidden.set(path, stat.isDirectory());
    return;
  }
  if (stat.isDirectory()) {
    const names = namesIn(path);
    // What we may not look into holds nobody knows what, and is not shown.
    if (names === null) survey.hidden.set(path, true);
    for (const name of names ?? []) visit(survey, join(path, name), isWritable);
  } else if (!stat.isFile()) {
    // A socket, a pipe or a device leads out of the sandbox to whoever holds its other end.
    if (!request.sockets.includes(path)) survey.hidden.set(path, false);
  } else if (isWritable && stat.nlink > 1) {
    const id = `${stat.dev}:${stat.ino}`;
    const left = survey.twins.get(id)?.left ?? stat.nlink;
    survey.twins.set(id, { path, left: left - 1 });
  }
}

/** Null where it has gone, or where nobody of ours gets at it: inside neither. */
function lookedAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

function namesIn(folder: string): readonly string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

/** A mount in an allowed folder is another place, and would be written with it. */
function mountBelow(root: string): Fault | null {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const place = (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (place !== root && isWithin(place, [root])) {
      return fault('path_symlink_escape', place, `something is mounted there, below ${root}`);
    }
  }
  return null;
}
