import { closeSync, constants, openSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The kernel takes 107 bytes; below this no platform has an opinion. */
const PATH_BYTES_MAX = 100;
const OTHERS = 0o077;

/** A name short enough for the kernel, and what to call when it is no longer needed. */
export interface SocketName {
  readonly name: string;
  readonly release: () => void;
}

/**
 * A socket in a deep folder has a path the kernel would not take. It is then named through an open
 * handle of that folder, which is short whatever the folder is called. Linux; elsewhere the long
 * path is refused by `listen`, in so many words.
 */
export function socketName(path: string): SocketName {
  if (Buffer.byteLength(path) <= PATH_BYTES_MAX || process.platform !== 'linux') {
    return { name: path, release: () => undefined };
  }
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    name: join('/proc/self/fd', String(folder), basename(path)),
    release: () => closeSync(folder),
  };
}

/** Whoever can enter the folder can stop the engine: nobody but its owner may. Throws when not. */
export function assertPrivate(folder: string): void {
  if (process.platform === 'win32') return;
  const { mode } = statSync(folder);
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8);
  throw new Error(`${folder} is open to others (mode ${shown}); chmod 700 it, or name another`);
}
