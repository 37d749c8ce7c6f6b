/**
 * The way to a file, walked component by component from the root of the file system. No symbolic
 * link is followed anywhere, what is checked is what is held open, and a later change of a name
 * changes nothing about what we hold (`/proc/self/fd/<fd>/<name>` stands in for openat).
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { posix } from 'node:path';
import { errorCode, fault, messageOf, refuse, trouble, type Try } from './answer.ts';

/** Names a place without reading or changing it; not among the constants of Node. */
const O_PATH = 0o10000000;
const HOLD = O_PATH | constants.O_NOFOLLOW;
const SET_ID = 0o6000;

/** What may be touched, and what never may. */
export interface PathRules {
  /** Files and folders, absolute; a folder stands for what is below it. */
  readonly roots: readonly string[];
  /** The deny list; it wins. */
  isForbidden(realPath: string): boolean;
}

/** A folder held open, and the name in it that is meant. */
export interface Held {
  readonly path: string;
  readonly name: string;
  /** The folder, by descriptor: what is done below it is done in the folder that was checked. */
  readonly folder: string;
  /** The file itself, or null where there is none. */
  readonly file: { readonly fd: number; readonly stat: Stats } | null;
}

/** Whether the path is one of the roots or below one; `/etc/app` does not admit `/etc/app2`. */
export function isWithin(path: string, roots: readonly string[]): boolean {
  return rootOf(path, roots) !== null;
}

/** Whether the deny list names the path, or a folder it lies in. */
export function isDenied(path: string, rules: Pick<PathRules, 'isForbidden'>): boolean {
  for (let at = path; at !== '/' && at !== '.'; at = posix.dirname(at)) {
    if (rules.isForbidden(at)) return true;
  }
  return false;
}

/** Of one spelling: absolute, no `..`, no glob, no control character. */
export function isPlainPath(path: string): boolean {
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f*?[\]]/.test(path)) return false;
  return path.startsWith('/') && posix.normalize(path) === path && path.length <= 4_096;
}

/**
 * Opens the way to `path` and hands it to `use`. The file is a regular one with one name and no
 * set-id bit, or is not there; it lies on the mount of the root that admits it. Where not even its
 * folder is there, `noFolder` answers.
 */
export function withHeld<T>(
  path: string,
  rules: PathRules,
  use: (held: Held) => Try<T>,
  noFolder: () => Try<T> = () => trouble(`the folder of ${path} is not there`),
): Try<T> {
  const root = admit(path, rules);
  if (!root.ok) return root;
  const descriptors: number[] = [];
  try {
    const held = walk(path, root.value, rules, descriptors);
    if (!held.ok) return held;
    return held.value === null ? noFolder() : use(held.value);
  } catch (error) {
    return trouble(messageOf(error));
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/**
 * Device and inode of an allowed path itself, a folder or a file, reached without a link; null
 * where there is none.
 */
export function holdRoot(path: string): Try<string | null> {
  const descriptors: number[] = [];
  try {
    let descriptor = keep(descriptors, openSync('/', HOLD | constants.O_DIRECTORY));
    let at = '/';
    for (const part of path.split('/').slice(1)) {
      const next = openHeld(`/proc/self/fd/${descriptor}/${part}`);
      if (next === null) return { ok: true, value: null };
      descriptor = keep(descriptors, next);
      at = posix.join(at, part);
      if (fstatSync(descriptor).isSymbolicLink()) return refuse(linked(path, at));
    }
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return { ok: true, value: `${dev}:${ino}` };
  } catch (error) {
    return trouble(messageOf(error));
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

function rootOf(path: string, roots: readonly string[]): string | null {
  let found: string | null = null;
  for (const root of roots) {
    const isIn = path === root || path.startsWith(root === '/' ? root : `${root}/`);
    if (isIn && root.length > (found?.length ?? 0)) found = root;
  }
  return found;
}

/** What the spelling alone decides. */
function admit(path: string, rules: PathRules): Try<string> {
  if (!path.startsWith('/')) {
    return refuse(fault('path_not_absolute', path, 'a path begins with /'));
  }
  if (!isPlainPath(path) || path === '/' || path.endsWith('/')) {
    const message = 'no dots, globs, doubled or closing slashes: name the file itself';
    return refuse(fault('path_out_of_scope', path, message));
  }
  const root = rootOf(path, rules.roots);
  if (root === null) {
    return refuse(fault('path_out_of_scope', path, 'it is below none of the allowed paths'));
  }
  if (isDenied(path, rules)) return refuse(forbidden(path));
  return { ok: true, value: root };
}

const forbidden = (path: string): ReturnType<typeof fault> =>
  fault('path_forbidden', path, 'the deny list wins over every scope');

function walk(
  path: string,
  root: string,
  rules: PathRules,
  descriptors: number[],
): Try<Held | null> {
  const names = path.slice(1).split('/');
  const name = names.pop() ?? '';
  const base = root === path ? posix.dirname(path) : root;
  let at = '/';
  let descriptor = keep(descriptors, openSync('/', HOLD | constants.O_DIRECTORY));
  let mount = base === '/' ? mountOf(descriptor) : null;
  for (const part of names) {
    const next = openHeld(`/proc/self/fd/${descriptor}/${part}`);
    at = posix.join(at, part);
    if (next === null) return { ok: true, value: null };
    descriptor = keep(descriptors, next);
    const stat = fstatSync(descriptor);
    if (stat.isSymbolicLink()) return refuse(linked(path, at));
    if (!stat.isDirectory()) return trouble(`${at} is not a folder`);
    if (at === base) mount = mountOf(descriptor);
    else if (mount !== null && mountOf(descriptor) !== mount) return refuse(mounted(path, at));
  }
  const folder = `/proc/self/fd/${descriptor}`;
  const moved = movedAway(descriptor, at, path);
  if (moved !== null) return refuse(moved);
  const fd = openHeld(`${folder}/${name}`);
  if (fd === null) return { ok: true, value: { path, name, folder, file: null } };
  const stat = fstatSync(keep(descriptors, fd));
  const wrong = wrongFile(path, stat) ?? (mountOf(fd) === mount ? null : mounted(path, path));
  if (wrong !== null) return refuse(wrong);
  const real = readlinkSync(`/proc/self/fd/${fd}`);
  if (isDenied(real, rules)) return refuse(forbidden(real));
  return { ok: true, value: { path, name, folder, file: { fd, stat } } };
}

function keep(descriptors: number[], descriptor: number): number {
  descriptors.push(descriptor);
  return descriptor;
}

/** The thing of that name itself, a link not being followed; null where there is none. */
function openHeld(place: string): number | null {
  try {
    return openSync(place, HOLD);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The mount a descriptor was opened on: a bind mount of the same device is another one. */
function mountOf(descriptor: number): string {
  const line = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
  return /^mnt_id:\s*(\d+)$/m.exec(line)?.[1] ?? `unknown ${descriptor}`;
}

/** The kernel's own name of the folder we hold; another one means that it was moved meanwhile. */
function movedAway(
  descriptor: number,
  expected: string,
  path: string,
): ReturnType<typeof fault> | null {
  const real = readlinkSync(`/proc/self/fd/${descriptor}`);
  if (real === expected) return null;
  return fault('path_symlink_escape', path, `${expected} is ${real} now`);
}

function wrongFile(path: string, stat: Stats): ReturnType<typeof fault> | null {
  if (stat.isSymbolicLink()) return linked(path, path);
  if (!stat.isFile()) return fault('path_not_a_file', path, 'only regular files are touched');
  if (stat.nlink > 1) {
    return fault('path_hard_linked', path, `it has ${stat.nlink} names, and one may lie elsewhere`);
  }
  if ((stat.mode & SET_ID) !== 0) {
    return fault('path_forbidden', path, 'it runs with the rights of its owner (set-id bit)');
  }
  return null;
}

const linked = (path: string, at: string): ReturnType<typeof fault> =>
  fault('path_symlink_escape', path, `${at} is a symbolic link; name the real path`);

const mounted = (path: string, at: string): ReturnType<typeof fault> =>
  fault('path_symlink_escape', path, `${at} is another mount than the allowed root's`);
