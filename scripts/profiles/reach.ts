/** What a program is made of: every file its imports lead to, and how they lead there. */
import { builtinModules } from 'node:module';
import type { Manifests } from '../tidy/imports.ts';
import { packageOf, resolveRelative } from '../tidy/source.ts';
import type { Mention, Source } from '../tidy/source.ts';

export interface Reach {
  /** Each file reached, with the file that mentioned it first; null for an entry. */
  readonly files: ReadonlyMap<string, string | null>;
  /** By package folder: what its files import that is no file of it. */
  readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>;
  /** Mentions that lead nowhere. */
  readonly dangling: readonly string[];
}

type Target =
  | { readonly kind: 'file'; readonly path: string; readonly dependency: string | null }
  | { readonly kind: 'library'; readonly dependency: string }
  | { readonly kind: 'builtin' }
  | { readonly kind: 'nowhere' };

/**
 * Follows every mention, types included: what only a type needs is needed to compile. Workers,
 * which are named by a URL, count as well.
 */
export function reachFrom(
  entries: readonly string[],
  sources: readonly Source[],
  manifests: Manifests,
): Reach {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const files = new Map<string, string | null>();
  const dependencies = new Map<string, Set<string>>();
  const dangling: string[] = [];
  const queue: (readonly [string, string | null])[] = entries.map((path) => [path, null]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [path, from] = next;
    const source = byPath.get(path);
    if (source === undefined) dangling.push(`${from ?? 'entry'} -> ${path}`);
    if (source === undefined || files.has(path)) continue;
    files.set(path, from);
    const home = packageOf(path) ?? '';
    for (const mention of source.mentions) {
      const target = targetOf(path, mention, manifests);
      if (target.kind === 'nowhere') dangling.push(`${path} -> ${mention.specifier}`);
      if (target.kind === 'file') queue.push([target.path, path]);
      if (target.kind === 'builtin' || target.kind === 'nowhere') continue;
      if (target.dependency === null) continue;
      const known = dependencies.get(home) ?? new Set<string>();
      dependencies.set(home, known.add(target.dependency));
    }
  }
  return { files, dependencies, dangling };
}

const BUILTINS = new Set(builtinModules);

function targetOf(from: string, { specifier }: Mention, manifests: Manifests): Target {
  if (specifier.startsWith('.')) {
    return { kind: 'file', path: resolveRelative(from, specifier), dependency: null };
  }
  if (specifier.startsWith('node:') || BUILTINS.has(specifier)) return { kind: 'builtin' };
  const parts = specifier.split('/');
  const dependency = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  if (!specifier.startsWith('@holdfast/')) return { kind: 'library', dependency };
  const [, name = '', ...rest] = parts;
  const door = rest.length === 0 ? '.' : `./${rest.join('/')}`;
  const file = manifests[name]?.exports?.[door];
  if (file === undefined) return { kind: 'nowhere' };
  return { kind: 'file', path: resolveRelative(`packages/${name}/package.json`, file), dependency };
}

/** The way from an entry to the file, for the message that says why it is in. */
export function wayTo({ files }: Reach, path: string): string {
  const way = [path];
  for (let from = files.get(path) ?? null; from !== null; from = files.get(from) ?? null) {
    way.unshift(from);
  }
  return way.join(' -> ');
}
