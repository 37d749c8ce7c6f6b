/** A repository with governed files, one sealed operation that covers some, and one declared. */
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitFault } from './commit-check.ts';
import { GOVERNED_DEFAULTS, GOVERNED_FILE } from './governed.ts';
import { beginRepository, gitIn, putIn } from './repository.fixture.ts';
import { allocated, declaredRun, enteredRun } from './sealed-run.fixture.ts';

/** On the hosts the repository lies here, wherever the check runs. */
const CHECKOUT = '/srv/holdfast';
export const GOVERNED = { ...GOVERNED_DEFAULTS, checkout: CHECKOUT };
export const SEALED = 'OPS-2026-03-01-001';
export const DECLARED = 'OPS-2026-03-01-002';

/** Made once in `home`, to be copied. `covered`: what the two operations may change. */
export function governedTemplate(home: string, covered: readonly string[]): string {
  const root = join(home, 'template');
  mkdirSync(root);
  beginRepository(root);
  const change = { ALLOWED_PATHS: covered.map((path) => `${CHECKOUT}/${path}`) };
  enteredRun(root, change);
  declaredRun(root, allocated(root), change);
  putIn(root, GOVERNED_FILE, JSON.stringify(GOVERNED));
  gitIn(root, 'add', '--all');
  gitIn(root, 'commit', '-qm', 'the beginning');
  return root;
}

export function copyOf(template: string): string {
  const root = mkdtempSync(join(template, '..', 'clone-'));
  cpSync(template, root, { recursive: true });
  return root;
}

export function namesOf(faults: readonly CommitFault[]): readonly string[] {
  return faults.map(({ code, operand }) => `${code}:${operand}`);
}
