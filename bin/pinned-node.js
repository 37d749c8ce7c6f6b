/**
 * The Node this checkout brings with it (D-28). Plain JavaScript, so that an older Node can read it
 * and step aside.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const MAJOR = 24;

/**
 * Path of the pinned Node, or of the running one where the platform has no pinned package and the
 * running one is new enough. Throws with the way out where neither is there.
 */
export function pinnedNode(running = process, resolve = createRequire(import.meta.url).resolve) {
  const platform = running.platform === 'win32' ? 'win' : running.platform;
  const name = `node-${platform}-${running.arch}`;
  const binary = running.platform === 'win32' ? 'node.exe' : 'node';
  try {
    const path = join(dirname(resolve(`${name}/package.json`)), 'bin', binary);
    if (existsSync(path)) return path;
  } catch {
    // Not installed, or there is no such package for this platform.
  }
  const major = Number.parseInt(running.versions.node, 10);
  if (major >= MAJOR) return running.execPath;
  throw new Error(
    `Node ${MAJOR} is needed, this is ${running.versions.node} and ${name} is not installed.\n` +
      `Run \`npm install\` in the root of the repository, or start with Node ${MAJOR} or later.`,
  );
}
