/** A git repository as somebody at a keyboard would treat it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function gitIn(root: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
}

export function beginRepository(root: string): void {
  gitIn(root, 'init', '-q');
  gitIn(root, 'config', 'user.name', 'ana');
  gitIn(root, 'config', 'user.email', 'ana@firm.example');
}

export function putIn(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Changes these files, whatever they hold, in one commit. */
export function commitIn(root: string, paths: readonly string[], message: string): void {
  for (const path of paths) putIn(root, path, `${message} ${Math.random()}`);
  gitIn(root, 'add', '--force', ...paths);
  gitIn(root, 'commit', '-qm', message);
}
