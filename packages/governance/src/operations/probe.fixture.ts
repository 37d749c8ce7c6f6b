/** A file system that is only told of, and the rules of a judge who looks at it. */
import { join, posix } from 'node:path';
import { type Forbidden, loadForbidden } from './forbidden.ts';
import type { LintRules } from './lint.ts';
import type { Found, PathProbe } from './probe.ts';

/** A link says where it leads; a file how many names it has. */
export type Pretended =
  | 'folder'
  | 'device'
  | { readonly link: string }
  | { readonly links: number };

const LINKS_MAX = 32;

/** What is not named and lies above nothing named does not exist. */
export function pretend(entries: Readonly<Record<string, Pretended>>): PathProbe {
  const all = new Map<string, Pretended>([['/', 'folder']]);
  for (const [path, what] of Object.entries(entries)) {
    for (let up = posix.dirname(path); !all.has(up); up = posix.dirname(up)) all.set(up, 'folder');
    all.set(path, what);
  }
  const real = (path: string, left = LINKS_MAX): string | null => {
    if (left === 0) throw new Error('ELOOP: too many links');
    if (path === '/') return '/';
    const folder = real(posix.dirname(path), left);
    if (folder === null) return null;
    const at = posix.join(folder, posix.basename(path));
    const what = all.get(at);
    if (what === undefined) return null;
    if (typeof what === 'string' || 'links' in what) return at;
    return real(posix.resolve(folder, what.link), left - 1);
  };
  const lstat = (path: string): Found | null => {
    const folder = path === '/' ? '/' : real(posix.dirname(path));
    if (folder === null) return null;
    const what = all.get(path === '/' ? '/' : posix.join(folder, posix.basename(path)));
    if (what === undefined) return null;
    if (what === 'folder') return { kind: 'directory', links: 2 };
    if (what === 'device') return { kind: 'other', links: 1 };
    if ('link' in what) return { kind: 'symlink', links: 1 };
    return { kind: 'file', links: what.links };
  };
  return { lstat, realpath: (path) => real(path) };
}

export const PROJECT = join(import.meta.dirname, '../../../..');

/** The published list. */
export function publishedList(): Forbidden {
  const read = loadForbidden(PROJECT);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.forbidden;
}

/** A day before the declaration of the fixture expires, on a machine that has its folders. */
export function rulesOf(probe: PathProbe = BUNDLES): LintRules {
  return {
    forbidden: publishedList(),
    probe,
    now: Date.UTC(2026, 2, 1, 9),
    environments: ['DEV', 'PAPER'],
  };
}

const BUNDLES = pretend({
  '/srv/gov/bundles': 'folder',
  '/srv/gov/bundles/alpha.json': { links: 1 },
  '/usr/bin/promtool': { links: 1 },
});
