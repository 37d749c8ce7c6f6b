/** What decision D-31 asks mutation scores of, and how much. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Percent of the mutants of one subject that the tests must notice. */
export const MINIMUM_SCORE = 85;

/** One part of the code that is judged by itself. */
export interface Subject {
  /** As the command line and the table call it. */
  readonly name: string;
  /** A folder or a single module, from the root of the repository. */
  readonly path: string;
}

/** A subject whose path does not exist is not built yet; it is judged from the day it is. */
export const SUBJECTS: readonly Subject[] = [
  { name: 'order', path: 'packages/core/src/order' },
  { name: 'gates', path: 'packages/core/src/gates' },
  { name: 'guard', path: 'packages/core/src/guard' },
  { name: 'containment', path: 'packages/core/src/containment' },
  { name: 'graduation', path: 'packages/governance/src/promotion/graduation' },
  { name: 'manifest', path: 'packages/governance/src/rollout/manifest.ts' },
];

/** Code that runs in the product, as against what tests it or stands in for it. */
export function isProduct(path: string): boolean {
  return path.endsWith('.ts') && !/\.(test|fixture|contract|bench)\.ts$/.test(path);
}

/** The product files of a subject in order, or null when it is not built. */
export function filesOf(root: string, { path }: Subject): readonly string[] | null {
  if (!existsSync(join(root, path))) return null;
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .map((file) => `${path}/${file.replaceAll('\\', '/')}`)
    .filter(isProduct)
    .toSorted();
}
