import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closed, createParser, parseText } from '@holdfast/core/parse';
import { Type } from 'typebox';

export const PROFILES = ['CSP', 'GOP', 'FULL'] as const;
export type Profile = (typeof PROFILES)[number];

/** A part of the build that enforces more than core safety; whoever composes the build names it. */
export interface LinkedProfile {
  readonly profile: 'GOP';
}

/** Acceptance tests of the governance profile that nothing proves yet; null: it cannot be told. */
export type PlannedRules = readonly string[] | null;

/**
 * What this build may say it can enforce. Core safety is what every build is made of. Governance
 * counts where it is linked and not one of its acceptance tests is only planned (D-39): to claim a
 * profile without enforcing all of it is a violation (contract-1 section 1.4).
 */
export function supportedProfiles(
  linked: readonly LinkedProfile[],
  planned: PlannedRules,
): readonly Profile[] {
  const isLinked = linked.some(({ profile }) => profile === 'GOP');
  return isLinked && planned !== null && planned.length === 0 ? PROFILES : ['CSP'];
}

const RULES_PATH = 'docs/contract/rules.json';

const parseRules = createParser(
  Type.Array(
    closed({
      id: Type.String(),
      profile: Type.Enum(['CSP', 'GOP']),
      title: Type.String(),
      status: Type.Enum(['planned', 'tested']),
      tests: Type.Array(Type.String()),
    }),
    { minItems: 1 },
  ),
);

/**
 * The list of rules of the project at `root`. A list that is missing, malformed or names no
 * governance rule at all proves nothing.
 */
export function plannedRules(root: string): PlannedRules {
  let text: string;
  try {
    text = readFileSync(join(root, RULES_PATH), 'utf8');
  } catch {
    return null;
  }
  const parsed = parseText(text, parseRules);
  if (!parsed.ok) return null;
  const rules = parsed.value.filter(({ profile }) => profile === 'GOP');
  if (rules.length === 0) return null;
  return rules.filter(({ status }) => status === 'planned').map(({ id }) => id);
}
