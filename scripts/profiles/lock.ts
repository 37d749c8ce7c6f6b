/** The committed lock, cut down to what a build installs: same versions, same digests. */
import { posix } from 'node:path';

type Names = Readonly<Record<string, string>>;

/** A place in the lock of npm, version 3; what is not read here is carried along. */
interface LockEntry {
  readonly dependencies?: Names;
  readonly optionalDependencies?: Names;
  readonly peerDependencies?: Names;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly [key: string]: unknown;
}

export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
  readonly [key: string]: unknown;
}

/** Marks of who asked for a package; in the build nobody develops. */
const MARKS = new Set(['dev', 'devOptional', 'peer']);

/**
 * @param roots the manifests of the build as the lock writes them: the root's under `''`, those of
 * the workspaces under their folders. They replace what the lock says of these places.
 * @throws where a package that is needed is not in the lock.
 */
export function pruneLock(lock: Lock, roots: Readonly<Record<string, LockEntry>>): Lock {
  const kept = new Map<string, LockEntry>(Object.entries(roots));
  const queue = Object.keys(roots);
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    const entry = kept.get(place);
    if (entry === undefined) continue;
    for (const [name, isNeeded] of wantedBy(entry)) {
      const found = resolveIn(lock, place, name);
      if (found === null && isNeeded) {
        throw new Error(`${place || 'the root'} needs ${name}, which is not in the lock`);
      }
      if (found === null || kept.has(found)) continue;
      const { [found]: locked = {} } = lock.packages;
      const marks = Object.entries(locked).filter(([key]) => !MARKS.has(key));
      kept.set(found, Object.fromEntries(marks));
      queue.push(found);
    }
  }
  const packages = Object.fromEntries([...kept].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { ...lock, packages };
}

function wantedBy(entry: LockEntry): readonly (readonly [string, boolean])[] {
  const peers = Object.keys(entry.peerDependencies ?? {});
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => [name, true] as const),
    ...Object.keys(entry.optionalDependencies ?? {}).map((name) => [name, false] as const),
    ...peers
      .filter((name) => entry.peerDependenciesMeta?.[name]?.optional !== true)
      .map((name) => [name, true] as const),
  ];
}

/** As Node looks for it: in the place's own `node_modules`, then in those above. */
function resolveIn({ packages }: Lock, place: string, name: string): string | null {
  for (let folder = place; ; folder = posix.dirname(folder)) {
    const candidate = posix.join(folder === '.' ? '' : folder, 'node_modules', name);
    if (packages[candidate] !== undefined) return candidate;
    if (folder === '.' || folder === '') return null;
  }
}
