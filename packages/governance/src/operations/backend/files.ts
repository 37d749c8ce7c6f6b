/** Files below the allowed paths: what is checked is what is opened (specification 9.14, O-03). */
import { hash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import type { FileBefore } from '../audit/event.ts';
import type { Fault } from '../fault.ts';
import type { Kept } from '../run/backend.ts';
import { fault, FILE_MAX, refuse, trouble, type Try } from './answer.ts';
import { isUnitFile } from '../unit-file.ts';
import { patchBytes, type Setting } from './patch.ts';
import { type Held, type PathRules, withHeld } from './walk.ts';

const NEW_FILE_MODE = 0o644;
const PERMISSIONS = 0o7777;
const DRAFT = /^\.holdfast-[0-9a-f]{18}\.tmp$/;
const NOTHING = Buffer.alloc(0);

/** The hands on files, for one scope. */
export interface Files {
  /** Also below what may only be read. */
  read(path: string): Try<Buffer>;
  /** Whether something of whatever kind has that name; read as `read` reads. */
  isAbsent(path: string): Try<boolean>;
  write(path: string, content: Uint8Array, mode?: number): Try<Uint8Array>;
  copy(from: string, to: string): Try<Uint8Array>;
  remove(path: string): Try<Uint8Array>;
  chmod(path: string, mode: number): Try<Uint8Array>;
  patch(path: string, set: readonly Setting[]): Try<Uint8Array>;
  before(path: string): Kept | Fault;
  restore(path: string, before: FileBefore, content: Uint8Array | null): Try<Uint8Array>;
  /** Removes what a process that was killed left unfinished in the folder of the file. */
  clearDrafts(path: string): Try<Uint8Array>;
}

/** Judges what would become of a unit file; null lets it through. */
export type UnitJudge = (
  path: string,
  before: Uint8Array | null,
  after: Uint8Array | null,
) => Fault | null;

/** What nobody can judge is refused. */
export const unjudged: UnitJudge = (path) =>
  fault('unit_unreadable', path, 'nobody here can say what it may become');

/** `readable` holds what may be looked at and not changed, beside what may be changed. */
export function createFiles(
  rules: PathRules,
  readable: readonly string[],
  judge: UnitJudge = unjudged,
  isUnreadable: PathRules['isForbidden'] = (path) => rules.isForbidden(path),
): Files {
  const looking: PathRules = { roots: [...rules.roots, ...readable], isForbidden: isUnreadable };
  const read = (path: string): Try<Buffer> => withHeld(path, looking, contentOf);
  return {
    read,
    isAbsent: (path) => isAbsent(path, looking),
    write: (path, content, mode) =>
      withHeld(path, rules, (held) => judged(held, content, judge, ownerOf(held, mode))),
    copy: (from, to) => copy(from, to, looking, rules, judge),
    remove: (path) => withHeld(path, rules, (held) => judged(held, null, judge)),
    chmod: (path, mode) => withHeld(path, rules, (held) => chmod(held, mode)),
    patch: (path, set) =>
      withHeld(path, rules, (held) => {
        const content = contentOf(held);
        if (!content.ok) return content;
        const patched = patchBytes(path, content.value, set);
        return patched.ok ? judged(held, patched.value, judge, ownerOf(held)) : patched;
      }),
    before: (path) => before(path, rules),
    restore: (path, was, content) => restore(path, was, content, rules),
    clearDrafts: (path) => withHeld(path, rules, clearDrafts, () => ({ ok: true, value: NOTHING })),
  };
}

/** Written, or removed, unless it is a unit file and may not become this. */
function judged(
  held: Held,
  after: Uint8Array | null,
  judge: UnitJudge,
  owner: Owner = ownerOf(held),
): Try<Uint8Array> {
  if (isUnitFile(held.path)) {
    const was = held.file === null ? null : contentOf(held);
    if (was !== null && !was.ok) return was;
    const refused = judge(held.path, was === null ? null : was.value, after);
    if (refused !== null) return refuse(refused);
  }
  return after === null ? remove(held) : replace(held, after, owner);
}

interface Owner {
  readonly mode: number;
  /** Null for a new file: it belongs to whoever runs this. */
  readonly of: { readonly uid: number; readonly gid: number } | null;
}

/** An existing file keeps its owner, and its mode where none is asked for. */
function ownerOf({ file }: Held, mode?: number): Owner {
  if (file === null) return { mode: mode ?? NEW_FILE_MODE, of: null };
  const { uid, gid } = file.stat;
  return { mode: mode ?? file.stat.mode & PERMISSIONS, of: { uid, gid } };
}

/** Reads the very file that was checked, through its descriptor. */
function contentOf({ path, file }: Held): Try<Buffer> {
  if (file === null) return trouble(`${path} is not there`);
  const descriptor = openSync(
    `/proc/self/fd/${file.fd}`,
    constants.O_RDONLY | constants.O_NONBLOCK,
  );
  try {
    const { size, nlink } = fstatSync(descriptor);
    if (nlink > 1) return refuse(fault('path_hard_linked', path, `it has ${nlink} names now`));
    if (size > FILE_MAX) return trouble(`${path} is larger than ${FILE_MAX} bytes`);
    const buffer = Buffer.alloc(size + 1);
    let length = 0;
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, length);
      if (count === 0) return { ok: true, value: buffer.subarray(0, length) };
      length += count;
    }
    return trouble(`${path} grew while it was read`);
  } finally {
    closeSync(descriptor);
  }
}

/** A reader sees the old content or the new; a link put in its place is replaced, not followed. */
function replace(held: Held, content: Uint8Array, owner: Owner): Try<Uint8Array> {
  const { folder, name, path } = held;
  if (content.length > FILE_MAX) return trouble(`more than ${FILE_MAX} bytes for ${path}`);
  const draft = `${folder}/.holdfast-${randomBytes(9).toString('hex')}.tmp`;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const descriptor = openSync(draft, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  let isPlaced = false;
  try {
    writeFileSync(descriptor, content);
    if (owner.of !== null) fchownSync(descriptor, owner.of.uid, owner.of.gid);
    fchmodSync(descriptor, owner.mode);
    fsyncSync(descriptor);
    renameSync(draft, `${folder}/${name}`);
    isPlaced = true;
  } finally {
    closeSync(descriptor);
    if (!isPlaced) unlinkSync(draft);
  }
  settle(folder);
  return { ok: true, value: report(`wrote ${content.length} bytes`, path, content) };
}

function clearDrafts({ folder }: Held): Try<Uint8Array> {
  const drafts = readdirSync(`${folder}/.`).filter((name) => DRAFT.test(name));
  for (const name of drafts) unlinkSync(`${folder}/${name}`);
  if (drafts.length > 0) settle(folder);
  return { ok: true, value: NOTHING };
}

/** The new entry of the folder is on disk as well. */
function settle(folder: string): void {
  const descriptor = openSync(`${folder}/.`, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function report(what: string, path: string, content: Uint8Array): Buffer {
  return Buffer.from(`${what}: ${path} sha256 ${hash('sha256', content, 'hex')}\n`);
}

/** The copy has the content and the mode of what was copied, and an existing one its old owner. */
function copy(
  from: string,
  to: string,
  looking: PathRules,
  rules: PathRules,
  judge: UnitJudge,
): Try<Uint8Array> {
  const source = withHeld(from, looking, (held) => {
    const content = contentOf(held);
    if (!content.ok) return content;
    const mode = (held.file?.stat.mode ?? NEW_FILE_MODE) & PERMISSIONS;
    return { ok: true, value: { content: content.value, mode } };
  });
  if (!source.ok) return source;
  const { content, mode } = source.value;
  return withHeld(to, rules, (held) =>
    judged(held, content, judge, ownerOf(held, held.file === null ? mode : undefined)),
  );
}

function remove(held: Held): Try<Uint8Array> {
  const { path, folder, name, file } = held;
  if (file === null) return trouble(`${path} is not there`);
  unlinkSync(`${folder}/${name}`);
  settle(folder);
  // A name cannot be removed by its file: what we still hold tells whether it was the one checked.
  if (fstatSync(file.fd).nlink !== 0) return trouble(`${path} was replaced while it was removed`);
  return { ok: true, value: Buffer.from(`removed ${path}\n`) };
}

function chmod({ path, file }: Held, mode: number): Try<Uint8Array> {
  if (file === null) return trouble(`${path} is not there`);
  if (mode > 0o777) return refuse(fault('path_forbidden', path, 'set-id and sticky bits stay out'));
  chmodSync(`/proc/self/fd/${file.fd}`, mode);
  return { ok: true, value: Buffer.from(`mode 0${mode.toString(8)}: ${path}\n`) };
}

function isAbsent(path: string, rules: PathRules): Try<boolean> {
  const found = withHeld(
    path,
    rules,
    ({ file }) => ({ ok: true, value: file === null }),
    () => ({ ok: true, value: true }),
  );
  if (found.ok || found.refused === null) return found;
  // What is there and may not be touched is there all the same.
  const isThere = ['path_not_a_file', 'path_hard_linked'].includes(found.refused.code);
  return isThere ? { ok: true, value: false } : found;
}

function before(path: string, rules: PathRules): Kept | Fault {
  const kept = withHeld<Kept>(path, rules, (held) => {
    if (held.file === null)
      return { ok: true, value: { before: { state: 'absent' }, content: null } };
    const content = contentOf(held);
    if (!content.ok) return content;
    const sha256 = hash('sha256', content.value, 'hex');
    const { uid, gid, mode } = held.file.stat;
    const was = { contentRef: sha256, sha256, mode: mode & PERMISSIONS, uid, gid } as const;
    return { ok: true, value: { before: { state: 'file', ...was }, content: content.value } };
  });
  if (kept.ok) return kept.value;
  if (kept.refused !== null) return kept.refused;
  return fault('path_not_a_file', path, `what it is cannot be kept for undoing: ${kept.why}`);
}

/** Idempotent: a file that is as it was is written again, and one that is gone stays gone. */
function restore(
  path: string,
  was: FileBefore,
  content: Uint8Array | null,
  rules: PathRules,
): Try<Uint8Array> {
  if (was.state === 'absent') {
    return withHeld(path, rules, (held) =>
      held.file === null ? { ok: true, value: Buffer.from(`${path} is absent\n`) } : remove(held),
    );
  }
  if (content === null || hash('sha256', content, 'hex') !== was.sha256) {
    return trouble(`what ${path} held is not what was kept`);
  }
  if (was.mode > 0o1777) return refuse(fault('path_forbidden', path, 'set-id bits stay out'));
  const { mode, uid, gid } = was;
  return withHeld(path, rules, (held) => replace(held, content, { mode, of: { uid, gid } }));
}
