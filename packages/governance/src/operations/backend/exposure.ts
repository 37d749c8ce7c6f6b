/** What a sandboxed command is shown: named roots to read, allowed paths to write, and no more. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../fault.ts';
import { fault, refuse, trouble, type Try } from './answer.ts';
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
  /** Taken away wherever they are shown, beside what `isForbidden` finds. */
  readonly hidden: readonly string[];
  isForbidden(path: string): boolean;
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

/** Looks at everything that would be shown; a name of the deny list in it is hidden. */
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
    if (!PACKAGED.includes(path)) visit(survey, path, isWritable);
    if (survey.seen > ENTRIES_MAX) return trouble(`more than ${ENTRIES_MAX} files to look through`);
  }
  for (const { path, left } of survey.twins.values()) {
    if (left > 0) {
      return refuse(fault('path_hard_linked', path, 'it has a name outside of the allowed paths'));
    }
  }
  if (survey.hidden.size > HIDDEN_MAX) return trouble(`more than ${HIDDEN_MAX} files to hide`);
  const hidden = [...survey.hidden].map(([path, isFolder]) => ({ path, isFolder }));
  return { ok: true, value: hidden };
}

/** A link is judged by what it leads to, where that is shown at all. */
function visit(survey: Survey, path: string, isWritable: boolean): void {
  survey.seen += 1;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink() || survey.seen > ENTRIES_MAX) return;
  if (survey.hidden.has(path)) return;
  if (survey.request.isForbidden(path)) {
    survey.hidden.set(path, stat.isDirectory());
    return;
  }
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) visit(survey, join(path, name), isWritable);
  } else if (isWritable && stat.nlink > 1) {
    const id = `${stat.dev}:${stat.ino}`;
    const left = survey.twins.get(id)?.left ?? stat.nlink;
    survey.twins.set(id, { path, left: left - 1 });
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
