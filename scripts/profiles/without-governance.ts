/** The checkout as it is when governance is deleted: no file of it, no library, no workspace. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { commitAll, copyTree } from './clean-commit.ts';
import { isGovernance, isGovernanceLibrary } from './governance.ts';

/**
 * Makes it in an empty folder, committed, with the libraries of `modules` in reach.
 * @param modules the installed `node_modules` it borrows from.
 */
export function deleteGovernance(root: string, folder: string, modules: string): void {
  copyTree(root, folder, (path) => !isGovernance(path));
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { workspaces: readonly string[] };
  const workspaces = manifest.workspaces.filter((each) => existsSync(join(folder, each)));
  writeFileSync(path, `${JSON.stringify({ ...manifest, workspaces }, null, 2)}\n`);
  writeFileSync(join(folder, '.gitignore'), 'node_modules/\nartifacts/\n');
  commitAll(folder);
  borrow(modules, join(folder, 'node_modules'), '');
  for (const each of workspaces) {
    const { name } = JSON.parse(readFileSync(join(folder, each, 'package.json'), 'utf8')) as {
      readonly name: string;
    };
    link(join(folder, each), join(folder, 'node_modules', name));
  }
}

/** Links every library; scopes are folders of their own, and ours is made of the copy. */
function borrow(from: string, to: string, scope: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    const name = `${scope}${entry}`;
    if (name === '@holdfast' || name === '.package-lock.json' || isGovernanceLibrary(name))
      continue;
    if (scope === '' && entry.startsWith('@'))
      borrow(join(from, entry), join(to, entry), `${entry}/`);
    else if (!entry.startsWith('.') || entry === '.bin') link(join(from, entry), join(to, entry));
  }
}

function link(target: string, path: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  symlinkSync(target, path);
}
