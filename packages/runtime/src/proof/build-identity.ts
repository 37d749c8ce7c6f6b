import { spawnSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { canonicalJson } from '@holdfast/core/proof';
import { Type } from 'typebox';
import { messageOf, readBounded, replaceFile } from './bounded-file.ts';
import { decodeUtf8 } from './encoding.ts';

/**
 * Made by running, not by building: they do not change what the build is (D-37). What operations
 * leave on record is among it: else each would make another build of the one it restarts.
 */
const NOT_BUILT = ['artifacts', 'evidence', 'ops/ledger', 'ops/runs', 'docs/OPS_CHANGELOG.md'];
const BUILD_INFO = 'build-info.json';
const BUILD_INFO_LIMIT = 1 << 20;
const GIT_OUTPUT_LIMIT = 1 << 26;
const GIT_TIMEOUT_MS = 10_000;
const DIRTY = '-dirty-';

export type BuildIdentity =
  | {
      readonly ok: true;
      /**
       * A git tree hash; with `-dirty-` and a digest of what differs when the content is not
       * committed.
       */
      readonly buildId: string;
      readonly isDirty: boolean;
      readonly source: 'git' | 'build-info';
    }
  | {
      readonly ok: false;
      readonly code:
        | 'GIT_NOT_FOUND'
        | 'GIT_FAILED'
        | 'NO_COMMIT'
        | 'CONTENT_UNREADABLE'
        | 'BUILD_INFO_MISSING'
        | 'BUILD_INFO_MALFORMED';
      readonly detail: string;
    };

/** A dirty build may be certified for `dev` only (D-37). */
export function isDirtyBuild(buildId: string): boolean {
  return buildId.includes('-dirty');
}

/**
 * What the code at `root` is: the git tree hash without what is made by running it, staged or
 * not. A copy without `.git` answers by its `build-info.json`, checked against the files it names.
 * No identity is an ordinary answer; it certifies nothing.
 */
export function readBuildIdentity(root: string): BuildIdentity {
  const folder = resolve(root);
  try {
    return existsSync(join(folder, '.git')) ? identifyByGit(folder) : identifyByInfo(folder);
  } catch (error) {
    return { ok: false, code: 'CONTENT_UNREADABLE', detail: messageOf(error) };
  }
}

type GitAnswer =
  | { readonly ok: true; readonly out: Buffer }
  | Extract<BuildIdentity, { ok: false }>;

function identifyByGit(root: string): BuildIdentity {
  const listing = git(root, ['ls-tree', '-z', '--full-tree', 'HEAD']);
  if (!listing.ok) {
    const head = git(root, ['rev-parse', '--verify', '--quiet', 'HEAD']);
    if (head.ok || listing.code === 'GIT_NOT_FOUND') return listing;
    const isUnborn = git(root, ['symbolic-ref', '--quiet', 'HEAD']).ok;
    return isUnborn
      ? { ok: false, code: 'NO_COMMIT', detail: 'nothing is committed yet' }
      : listing;
  }
  const changed = git(root, ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', 'HEAD']);
  if (!changed.ok) return changed;
  const added = git(root, [
    'ls-files',
    '-z',
    '--others',
    // Only the ignore files of the checkout: what a person ignores on one machine is still content.
    '--exclude-per-directory=.gitignore',
  ]);
  if (!added.ok) return added;
  const paths = [...new Set([...split(changed.out), ...split(added.out)])].filter(isBuilt).sort();
  const buildId = identify(treeHash(root, listing.out), root, paths);
  return { ok: true, buildId, isDirty: paths.length > 0, source: 'git' };
}

/**
 * The hash of the top tree as if `NOT_BUILT` were not in it: the object git would write, without
 * writing it.
 */
function treeHash(root: string, listing: Buffer): string {
  return objectHash(builtEntries(root, listing, ''));
}

interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

function builtEntries(root: string, listing: Buffer, within: string): readonly TreeEntry[] {
  return split(listing).flatMap((entry) => {
    const tab = entry.indexOf('\t');
    const [mode = '', , id = ''] = entry.slice(0, tab).split(' ');
    const name = entry.slice(tab + 1);
    const path = within + name;
    if (!isBuilt(path)) return [];
    const isCut = mode === FOLDER && NOT_BUILT.some((each) => each.startsWith(`${path}/`));
    if (!isCut) return [{ mode, name, id }];
    const inside = git(root, ['ls-tree', '-z', '--full-tree', `HEAD:${path}`]);
    if (!inside.ok) throw new Error(inside.detail);
    const left = builtEntries(root, inside.out, `${path}/`);
    // Git keeps no empty folder.
    return left.length === 0 ? [] : [{ mode, name, id: objectHash(left) }];
  });
}

const FOLDER = '040000';

function objectHash(entries: readonly TreeEntry[]): string {
  const parts = entries.flatMap(({ mode, name, id }) => [
    // A tree is written with mode 40000, though listed as 040000.
    Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`),
    Buffer.from(id, 'hex'),
  ]);
  const body = Buffer.concat(parts);
  const object = Buffer.concat([Buffer.from(`tree ${body.length}\0`), body]);
  return hash(entries[0]?.id.length === 64 ? 'sha256' : 'sha1', object, 'hex');
}

function isBuilt(path: string): boolean {
  return !NOT_BUILT.some((each) => path === each || path.startsWith(`${each}/`));
}

/** Same content, same id: neither time stamps nor what is staged play a part. */
function identify(base: string, root: string, differing: readonly string[]): string {
  if (differing.length === 0) return base;
  const digest = createHash('sha256');
  for (const path of differing) {
    digest.update(`${path}\0${contentOf(join(root, path))}\0`);
  }
  return `${base}${DIRTY}${digest.digest('hex').slice(0, 32)}`;
}

/** What is at the path, as git sees it: kind and content. */
function contentOf(path: string): string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  if (stat.isSymbolicLink()) return `link ${hash('sha256', readlinkSync(path), 'hex')}`;
  if (stat.isDirectory()) return 'folder';
  if (!stat.isFile()) return 'special';
  const kind = (stat.mode & 0o100) === 0 ? 'file' : 'program';
  return `${kind} ${hash('sha256', readFileSync(path), 'hex')}`;
}

function git(root: string, args: readonly string[]): GitAnswer {
  // Variables of an outer git command (a hook) must not point us at another repository.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
  );
  // The code of this checkout is already running: who owns its files adds no danger to asking git
  // about it.
  const guard = [
    '-c',
    'safe.directory=*',
    '-c',
    'core.fsmonitor=false',
    '-c',
    'core.quotePath=false',
  ];
  const run = spawnSync('git', [...guard, ...args], {
    cwd: root,
    // The ceiling keeps a broken `.git` here from being answered by a repository further up.
    env: { ...env, GIT_CEILING_DIRECTORIES: dirname(root), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    maxBuffer: GIT_OUTPUT_LIMIT,
    timeout: GIT_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (run.error !== undefined) {
    const isMissing = 'code' in run.error && run.error.code === 'ENOENT';
    return {
      ok: false,
      code: isMissing ? 'GIT_NOT_FOUND' : 'GIT_FAILED',
      detail: run.error.message,
    };
  }
  if (run.status === 0) return { ok: true, out: run.stdout };
  return {
    ok: false,
    code: 'GIT_FAILED',
    detail: `git ${args[0]}: ${run.stderr.toString().trim()}`,
  };
}

function split(out: Buffer): string[] {
  return out
    .toString('utf8')
    .split('\0')
    .filter((item) => item !== '');
}

const parseBuildInfo = createParser(
  closed({
    build_id: Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' }),
    files: Type.Array(
      closed({
        path: Type.String({ pattern: '^[^\\u0000]+$' }),
        /** As `contentOf` writes it. */
        content: Type.String({ pattern: '^(file|program|link) [0-9a-f]{64}$' }),
      }),
      { minItems: 1, maxItems: 20_000 },
    ),
  }),
);

/**
 * A file that is not the one the info names makes the copy dirty, exactly as an edit does in a
 * checkout.
 */
function identifyByInfo(root: string): BuildIdentity {
  const read = readBounded(join(root, BUILD_INFO), BUILD_INFO_LIMIT);
  if (!read.ok) {
    const detail = `no .git and no readable ${BUILD_INFO}: ${read.detail}`;
    return { ok: false, code: 'BUILD_INFO_MISSING', detail };
  }
  const text = decodeUtf8(read.bytes);
  const parsed = text === null ? null : parseText(text, parseBuildInfo);
  if (parsed === null || !parsed.ok) {
    const detail = parsed?.violations[0].message ?? 'not UTF-8';
    return { ok: false, code: 'BUILD_INFO_MALFORMED', detail };
  }
  const { build_id: base, files } = parsed.value;
  const differing = files
    .filter((file) => contentOf(join(root, file.path)) !== file.content)
    .map((file) => file.path)
    .sort();
  const buildId = identify(base, root, differing);
  return { ok: true, buildId, isDirty: differing.length > 0, source: 'build-info' };
}

export type BuildInfoOutcome =
  | { readonly ok: true; readonly buildId: string; readonly path: string }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/**
 * Writes the `build-info.json` a copy without `.git` at `target` carries. Only a clean checkout has
 * one.
 * @param shipped the files of a copy that is not the whole checkout, as they stand at `target`.
 */
export function writeBuildInfo(
  root: string,
  target: string,
  shipped?: readonly string[],
): BuildInfoOutcome {
  const identity = readBuildIdentity(root);
  if (!identity.ok) return identity;
  if (identity.isDirty || identity.source !== 'git') {
    return { ok: false, code: 'NOT_CLEAN', detail: `${identity.buildId} is no clean checkout` };
  }
  const listing = git(resolve(root), ['ls-files', '-z']);
  if (!listing.ok) return listing;
  const from = shipped === undefined ? root : target;
  const files = (shipped ?? split(listing.out).filter(isBuilt))
    .toSorted()
    .map((path) => ({ path, content: contentOf(join(from, path)) }));
  const info = canonicalJson({ build_id: identity.buildId, files });
  if (!info.ok) return { ok: false, code: 'NOT_WRITTEN', detail: `${info.path}: ${info.rule}` };
  const path = join(target, BUILD_INFO);
  try {
    replaceFile(path, `${info.text}\n`);
  } catch (error) {
    return { ok: false, code: 'NOT_WRITTEN', detail: messageOf(error) };
  }
  return { ok: true, buildId: identity.buildId, path };
}
