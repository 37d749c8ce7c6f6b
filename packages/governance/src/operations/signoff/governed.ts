/** Which files of the repository nobody changes without an operation (section 9.12). */
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { Type } from 'typebox';
import { pathPattern } from '../glob.ts';

/** Read from the repository, where it is there. */
export const GOVERNED_FILE = 'config/ops/governed.json';

export interface Governed {
  readonly governed_globs: readonly string[];
  readonly exempt_globs: readonly string[];
  /** Where the repository lies on the hosts that declarations speak of; null: where it is here. */
  readonly checkout: string | null;
  /**
   * `first_operation`: the commit that brought the first ledger; before it there was nothing a
   * change could have been declared with. A commit: what came behind it.
   */
  readonly enforced_from: string;
}

export const GOVERNED_DEFAULTS: Governed = {
  governed_globs: [
    'ops/**',
    'docs/governance/**',
    'docs/OPS_*.md',
    'config/ops/**',
    'config/governance/**',
    'deploy/**',
  ],
  exempt_globs: ['ops/ledger/**', 'ops/runs/**', 'docs/OPS_CHANGELOG.md'],
  checkout: null,
  enforced_from: 'first_operation',
};

const globs = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { maxItems: 256 });
const parseGoverned = createParser(
  closed({
    governed_globs: globs,
    exempt_globs: globs,
    checkout: Type.Union([Type.String({ pattern: '^/' }), Type.Null()]),
    enforced_from: Type.String({ pattern: '^(always|first_operation|[0-9a-f]{40})$' }),
  }),
);

/** Null for a text that is no such document: nothing can then be let through. */
export function readGoverned(text: string): Governed | null {
  const parsed = parseText(text, parseGoverned);
  return parsed.ok ? parsed.value : null;
}

/** Whether a path, relative to the repository, is governed. The rule itself always is. */
export function isGoverned(path: string, { governed_globs, exempt_globs }: Governed): boolean {
  if (path === GOVERNED_FILE) return true;
  const matches = (glob: string): boolean => pathPattern(glob).test(path);
  return governed_globs.some(matches) && !exempt_globs.some(matches);
}
