/**
 * What stands where: mode, owner and content by path, below the allowed paths and the places that
 * are watched. Two of them tell what a step has really changed, whatever it says of itself.
 */
import { createHash, hash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../audit/event.ts';
import type { Manifest } from '../run/backend.ts';
import { errorCode } from './answer.ts';

const ENTRIES_MAX = 100_000;
const BYTES_MAX = 4_294_967_296;
const PIECE = 1 << 18;

/** How much a manifest may be; more cannot be compared, and that is no answer but an error. */
export interface ManifestBounds {
  readonly entries: number;
  readonly bytes: number;
}

interface Survey {
  readonly found: Map<string, string>;
  readonly bounds: ManifestBounds;
  bytes: number;
}

/** Everything at and below `roots`. Links are told apart and never followed. */
export function takeManifest(
  roots: readonly string[],
  bounds: ManifestBounds = { entries: ENTRIES_MAX, bytes: BYTES_MAX },
): Manifest {
  const survey: Survey = { found: new Map(), bounds, bytes: 0 };
  for (const root of new Set(roots)) visit(survey, root);
  return survey.found;
}

/** What is different, one line for each path and kind of difference, in the order of the paths. */
export function changesBetween(
  before: Manifest,
  after: Manifest,
  isInScope: (path: string) => boolean,
): readonly Change[] {
  const changes: Change[] = [];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  for (const path of paths) {
    const [was, is] = [before.get(path), after.get(path)];
    const inScope = isInScope(path) && !isPrivileged(is);
    for (const what of differences(was, is)) changes.push({ path, what, inScope });
  }
  return changes;
}

function differences(was: string | undefined, is: string | undefined): readonly Change['what'][] {
  if (was === is) return [];
  if (was === undefined) return ['created'];
  if (is === undefined) return ['deleted'];
  const [mode, owner, content] = entryOf(was);
  const [nowMode, nowOwner, nowContent] = entryOf(is);
  const found: Change['what'][] = [];
  if (content !== nowContent) found.push('changed');
  if (mode !== nowMode) found.push('mode');
  if (owner !== nowOwner) found.push('owner');
  return found;
}

const SET_ID = 0o6000;

/** A program that runs with the rights of its owner is no scope's own, wherever it stands. */
function isPrivileged(entry: string | undefined): boolean {
  if (entry === undefined) return false;
  const [mode, , content] = entryOf(entry);
  return content.startsWith('file ') && (Number.parseInt(mode, 8) & SET_ID) !== 0;
}

/** `<mode> <uid>:<gid> <kind and content>`. */
function entryOf(entry: string): readonly [string, string, string] {
  const [mode = '', owner = '', ...content] = entry.split(' ');
  return [mode, owner, content.join(' ')];
}

function visit(survey: Survey, path: string): void {
  const stat = whileThere(() => lstatSync(path, { bigint: true }));
  if (stat === null || survey.found.has(path)) return;
  if (survey.found.size >= survey.bounds.entries) {
    throw new Error(`more than ${survey.bounds.entries} files to watch: declare less`);
  }
  const content = whileThere(() => contentOf(survey, path, stat));
  if (content === null) return;
  const mode = (stat.mode & 0o7777n).toString(8).padStart(4, '0');
  survey.found.set(path, `${mode} ${stat.uid}:${stat.gid} ${content}`);
  if (!stat.isDirectory()) return;
  const names = whileThere(() => readdirSync(path)) ?? [];
  for (const name of names.sort()) visit(survey, join(path, name));
}

/** Kind and content. What cannot be read stops the survey. */
function contentOf(survey: Survey, path: string, stat: BigIntStats): string {
  if (stat.isDirectory()) return 'folder';
  if (stat.isSymbolicLink()) return `link ${hash('sha256', readlinkSync(path), 'hex')}`;
  if (!stat.isFile()) return `special ${stat.mode >> 12n} ${stat.rdev}`;
  survey.bytes += Number(stat.size);
  if (survey.bytes > survey.bounds.bytes) {
    throw new Error(`more than ${survey.bounds.bytes} bytes to watch: declare less`);
  }
  // A file with more names than one may be written where nobody looks.
  return `file ${digestOf(path)}${stat.nlink > 1n ? ` ${stat.nlink} names` : ''}`;
}

function digestOf(path: string): string {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  const descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const digest = createHash('sha256');
    const piece = Buffer.allocUnsafe(PIECE);
    // Not further than it is long: a file that grows as fast as it is read has no end.
    for (let left = fstatSync(descriptor).size; left > 0; ) {
      const count = readSync(descriptor, piece, 0, Math.min(left, piece.length), null);
      if (count === 0) break;
      digest.update(piece.subarray(0, count));
      left -= count;
    }
    return digest.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** Null where it has gone since its name was read. Anything else is said, not swallowed. */
function whileThere<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}
