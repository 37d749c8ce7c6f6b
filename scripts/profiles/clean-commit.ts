/** A copy of the checkout as a repository of its own, with everything committed. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

function git(root: string, args: readonly string[]): string {
  // Variables of an outer git command (a hook) must not point us at another repository.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return execFileSync('git', ['-c', 'user.name=copy', '-c', 'user.email=copy@localhost', ...args], {
    cwd: root,
    env: Object.fromEntries(env),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Copies what git knows of, and what it would be told of next, into an empty folder.
 * @param keeps which of the files; all, unless given.
 */
export function copyTree(
  root: string,
  folder: string,
  keeps: (path: string) => boolean = () => true,
): void {
  const listed = git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  for (const path of new Set(listed.split('\0'))) {
    if (path === '' || !keeps(path) || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(join(root, path), join(folder, path));
  }
}

/** Commits everything in the folder, which becomes a repository where it is none. */
export function commitAll(folder: string): void {
  if (!existsSync(join(folder, '.git'))) git(folder, ['init', '--quiet']);
  git(folder, ['add', '--all']);
  git(folder, ['commit', '--quiet', '--no-verify', '--message', 'copy']);
}
