import { existsSync, readdirSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

/** Every scenario file below `scenarios/`, sorted by path. */
export function allScenarios(root: string): readonly string[] {
  const folder = join(root, 'scenarios');
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => join(folder, name))
    .toSorted();
}

export type FoundScenario =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly fault: string };

/** A file by its path, or a scenario by its name: `break-glass` or `drills/break-glass`. */
export function findScenario(root: string, cwd: string, wanted: string): FoundScenario {
  const direct = resolve(cwd, wanted);
  if (/\.ya?ml$/.test(wanted)) {
    return existsSync(direct)
      ? { ok: true, path: direct }
      : { ok: false, fault: `${wanted}: no such file` };
  }
  const folder = join(root, 'scenarios');
  const named = allScenarios(root).filter((path) => {
    const name = relative(folder, path).replace(/\.ya?ml$/, '');
    return name === wanted || basename(name) === wanted;
  });
  const [path, ...others] = named;
  if (path === undefined) return { ok: false, fault: `${wanted}: no scenario of this name` };
  if (others.length === 0) return { ok: true, path };
  const names = named.map((each) => relative(folder, each)).join(', ');
  return { ok: false, fault: `${wanted} is more than one: ${names}` };
}
