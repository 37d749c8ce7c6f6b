/** The hooks of a clone: they tell early what the check over a range refuses anyway. */
import { chmodSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '@holdfast/runtime/proof';
import { putDurably } from '../audit/durable-file.ts';
import { git } from './git.ts';

const HOOKS = ['pre-commit', 'commit-msg', 'pre-push'] as const;
const MARK = '# Installed by holdfast ops: renewed by it, and by nobody else.';

export type HooksInstalled =
  | { readonly ok: true; readonly paths: readonly string[] }
  | {
      readonly ok: false;
      /** `hook_foreign`: somebody else's hook stands there; it is not written over. */
      readonly code: 'hook_foreign' | 'hooks_unwritable' | 'repository_unreadable';
      readonly detail: string;
    };

/**
 * Installs all or none. `command` is what they call, with the hook's name and arguments behind it:
 * `holdfast ops hook`. Where it cannot be found, nothing is committed.
 */
export function installHooks(
  root: string,
  command: readonly [string, ...string[]],
): HooksInstalled {
  const folder = git(root, ['rev-parse', '--git-path', 'hooks']);
  if (!folder.ok) return { ok: false, code: 'repository_unreadable', detail: folder.detail };
  const place = resolve(root, folder.text.trim());
  const paths = HOOKS.map((name) => join(place, name));
  try {
    const foreign = paths.find(isForeign);
    if (foreign !== undefined) return { ok: false, code: 'hook_foreign', detail: foreign };
    mkdirSync(place, { recursive: true });
    HOOKS.forEach((name, at) => {
      const path = paths[at] ?? '';
      putDurably(path, scriptOf(name, command), 0o755);
      chmodSync(path, 0o755);
    });
  } catch (error) {
    return { ok: false, code: 'hooks_unwritable', detail: messageOf(error) };
  }
  return { ok: true, paths };
}

function scriptOf(name: (typeof HOOKS)[number], command: readonly string[]): string {
  const called = [...command, name].map(quoted).join(' ');
  return `#!/bin/sh\n${MARK}\nexec ${called} "$@"\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A link, a folder, or a file without our mark; nothing at all is not. */
function isForeign(path: string): boolean {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return false;
  return !there.isFile() || readFileSync(path, 'utf8').split('\n')[1] !== MARK;
}
