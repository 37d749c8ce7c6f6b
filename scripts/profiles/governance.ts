/**
 * What governance is made of, by name: the parts that core safety must do without (ARCHITECTURE
 * rule 8). Named before they exist, so that the first of them meets a check that is there already.
 */

/** Packages that judge and show. */
const PACKAGES: ReadonlySet<string> = new Set(['governance', 'dashboard']);

/** Libraries that are for them alone (D-29). */
const LIBRARIES: ReadonlySet<string> = new Set([
  'kysely',
  '@duckdb/node-api',
  'graphile-worker',
  'preact',
  '@preact/signals',
  'uplot',
  'lightweight-charts',
  'vite',
]);

/** Files of governance that have to lie elsewhere: beside others of their kind. */
const FILES: ReadonlySet<string> = new Set([
  'docs/OPS_RUNBOOK_TEMPLATE.md',
  'docs/generated/operation.schema.json',
]);

/** Anything in a folder named `governance`, wherever it is, both packages, and what ops reads. */
export function isGovernance(path: string): boolean {
  if (FILES.has(path) || path.startsWith('config/ops/')) return true;
  const folders = path.split('/').slice(0, -1);
  if (folders[0] === 'packages' && PACKAGES.has(folders[1] ?? '')) return true;
  return folders.includes('governance');
}

export function isGovernanceLibrary(name: string): boolean {
  return LIBRARIES.has(name) || PACKAGES.has(name.replace(/^@holdfast\//, ''));
}
