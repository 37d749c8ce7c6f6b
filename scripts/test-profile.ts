/**
 * Acceptance tests of one profile.
 *   npm run test:csp_only    those of core safety, in a tree without governance
 *   npm run test:gop         those of governance, where it is
 *   node scripts/test-profile.ts <csp | gop> [--root TREE] [--json]
 * Exit code 0: every rule that must be proved is. 1: a test failed, a rule is not proved by its
 * tests, or core safety ran a test of governance. 2: it cannot be told, because rules have no test.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { TestProfile, Verdict } from './profiles/acceptance.ts';
import { runAcceptance } from './profiles/run-acceptance.ts';

const HELP = `usage: node scripts/test-profile.ts <csp | gop> [--root <tree>] [--json]
example: npm run test:csp_only`;
const PROFILES: Readonly<Record<string, TestProfile>> = { csp: 'CSP', gop: 'GOP' };

/** What a person is told: what ran, what it proved, and what nobody has shown. */
export function report(verdict: Verdict): readonly string[] {
  const { profile, passed, failed, rules, proven, planned, unproven, foreign, missing } = verdict;
  const executed = passed + failed;
  const lines = [
    executed === 0
      ? `${profile}  nothing was run: no test cites a rule of this profile`
      : `${profile}  ${passed} passed, ${failed} failed`,
    `rules  ${proven} of ${rules} proved by this run, ${planned.length} planned without a test`,
  ];
  if (profile === 'CSP') lines.push(`other  ${foreign.length} rules of governance executed`);
  for (const title of verdict.failures) lines.push(`failed   ${title}`);
  for (const id of foreign) lines.push(`foreign  ${id} is a rule of governance`);
  for (const id of unproven) lines.push(`unproven ${id} has tests, and none of them passed here`);
  if (missing.length > 0 && profile === 'CSP') lines.push(`missing  ${missing.join(' ')}`);
  lines.push(conclusion(verdict));
  return lines;
}

function conclusion({ profile, code, planned, rules }: Verdict): string {
  if (code === 1) return `${profile}: NO`;
  const rest = `${planned.length} of ${rules} rules are planned`;
  if (code === 2) return `${profile}: NOT SHOWN, ${rest}; nothing of it may be claimed`;
  return planned.length === 0
    ? `${profile}: yes, all of it`
    : `${profile}: yes as far as built; ${rest}`;
}

function main(words: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...words],
    options: { root: { type: 'string' }, json: { type: 'boolean', default: false } },
    allowPositionals: true,
    strict: false,
  });
  const profile = PROFILES[positionals[0] ?? ''];
  if (profile === undefined || positionals.length !== 1) {
    console.error(HELP);
    return 2;
  }
  const root = typeof values.root === 'string' ? values.root : join(import.meta.dirname, '..');
  const ran = runAcceptance(profile, resolve(root));
  if (!ran.ok) {
    console.error(`${profile}: NOT SHOWN, ${ran.fault}`);
    return 2;
  }
  if (values.json === true) console.log(JSON.stringify(ran.verdict));
  else for (const line of report(ran.verdict)) console.log(line);
  return ran.verdict.code;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
