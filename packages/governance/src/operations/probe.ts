import { lstatSync, realpathSync } from 'node:fs';

/** What stands at a path, its last part not followed. */
export interface Found {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  /** Names the same file has. */
  readonly links: number;
}

/** What a judge may ask of the file system. Both throw where it cannot be said. */
export interface PathProbe {
  /** Null where there is nothing. */
  lstat(path: string): Found | null;
  /** Where it really is, every link followed; null where that is nowhere. */
  realpath(path: string): string | null;
}

/** The file system of this machine. */
export const realProbe: PathProbe = {
  lstat: (path) =>
    orNull(() => {
      const stat = lstatSync(path);
      if (stat.isSymbolicLink()) return { kind: 'symlink', links: stat.nlink };
      if (stat.isFile()) return { kind: 'file', links: stat.nlink };
      return { kind: stat.isDirectory() ? 'directory' : 'other', links: stat.nlink };
    }),
  realpath: (path) => orNull(() => realpathSync.native(path)),
};

/** Nothing there is an answer; not being told is none. */
function orNull<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
