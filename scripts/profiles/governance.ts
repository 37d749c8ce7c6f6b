/**
 * What governance is made of, by name: the parts that core safety must do without (ARCHITECTURE
 * rule 8). Named before they exist, so that the first of them meets a check that is there already.
 */

/** Packages that judge and show. */
export const GOVERNANCE_PACKAGES = ['governance', 'dashboard'] as const;

/** Libraries that are for them alone (D-29). */
export const GOVERNANCE_LIBRARIES = [
  'kysely',
  '@duckdb/node-api',
  'graphile-worker',
  'preact',
  '@preact/signals',
  'uplot',
  'lightweight-charts',
  'vite',
] as const;

const PACKAGES: ReadonlySet<string> = new Set(GOVERNANCE_PACKAGES);
const LIBRARIES: ReadonlySet<string> = new Set(GOVERNANCE_LIBRARIES);

/** Anything in a folder named `governance`, wherever it is, and both packages. */
export function isGovernance(path: string): boolean {
  const [top = '', name = '', ...rest] = path.split('/');
  if (top === 'packages' && PACKAGES.has(name)) return true;
  return [top, name, ...rest.slice(0, -1)].includes('governance');
}

export function isGovernanceLibrary(name: string): boolean {
  return LIBRARIES.has(name) || GOVERNANCE_PACKAGES.some((each) => name === `@holdfast/${each}`);
}
