import { type Checker, demand } from './checker.ts';

/** Across every crash and restart, one label reaches the venue at most once. */
export function noDuplicateDispatch(): Checker {
  const name = 'no-duplicate-dispatch';
  const seen = new Set<string>();
  return {
    name,
    onPlacement({ label }) {
      demand(!seen.has(label), name, () => `${label} reached the venue twice`);
      seen.add(label);
    },
  };
}
