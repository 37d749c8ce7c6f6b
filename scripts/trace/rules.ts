/** The list of rules and its upkeep: what changes, what is wrong, and how it is shown. */
import type { Citation } from './citations.ts';

export interface Rule {
  readonly id: string;
  readonly profile: 'CSP' | 'GOP';
  readonly title: string;
  readonly status: 'planned' | 'tested';
  /** `path: title` of every test that cites the rule, sorted. */
  readonly tests: readonly string[];
}

/** The rules as the tests found make them: status and tests are derived, never written by hand. */
export function applyCitations(rules: readonly Rule[], citations: readonly Citation[]): Rule[] {
  const tests = new Map<string, Set<string>>();
  for (const { rule, test } of citations) {
    const known = tests.get(rule) ?? new Set<string>();
    tests.set(rule, known.add(test));
  }
  return rules.map((rule) => {
    const found = [...(tests.get(rule.id) ?? [])].sort();
    return { ...rule, status: found.length > 0 ? 'tested' : 'planned', tests: found };
  });
}

/** Tests that cite a number no rule has. */
export function unknownCitations(rules: readonly Rule[], citations: readonly Citation[]): string[] {
  const known = new Set(rules.map(({ id }) => id));
  return citations
    .filter(({ rule }) => !known.has(rule))
    .map(({ rule, test }) => `${rule} is no rule of the contract, cited by ${test}`);
}

/** Rules that must have a test now and have none; numbers in the list that name no rule. */
export function missingFromScope(rules: readonly Rule[], scope: readonly string[]): string[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  return scope.flatMap((id) => {
    const rule = byId.get(id);
    if (rule === undefined) return [`${id} is in scope and is no rule of the contract`];
    return rule.status === 'tested' ? [] : [`${id} has no test: ${rule.title}`];
  });
}

/** The order of the file: acceptance tests by number, then the gates of the phases. */
export function isSorted(rules: readonly Rule[]): boolean {
  const rank = ({ id }: Rule): string =>
    id.startsWith('AT-') ? `0${id.slice(3).padStart(6, '0')}` : `1${id}`;
  return rules.every((rule, index) => {
    const before = rules[index - 1];
    return before === undefined || rank(before) < rank(rule);
  });
}

/** JSON as the formatter leaves it: a list stands on one line where it fits. */
export function formatRules(rules: readonly Rule[]): string {
  const entries = rules.map(({ id, profile, title, status, tests }) => {
    const flat = `    "tests": [${tests.map((test) => JSON.stringify(test)).join(', ')}]`;
    const items = tests.map((test) => `      ${JSON.stringify(test)}`).join(',\n');
    const tall = `    "tests": [\n${items}\n    ]`;
    return [
      '  {',
      `    "id": ${JSON.stringify(id)},`,
      `    "profile": ${JSON.stringify(profile)},`,
      `    "title": ${JSON.stringify(title)},`,
      `    "status": ${JSON.stringify(status)},`,
      flat.length <= 100 ? flat : tall,
      '  }',
    ].join('\n');
  });
  return `[\n${entries.join(',\n')}\n]\n`;
}

const BEGIN = '<!-- rules:begin -->';
const END = '<!-- rules:end -->';

/** The document with its table renewed, or null where the markers are missing. */
export function renewTable(
  document: string,
  rules: readonly Rule[],
  scope: readonly string[],
): string | null {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) return null;
  const head = document.slice(0, begin + BEGIN.length);
  return `${head}\n\n${table(rules, scope)}\n\n${document.slice(end)}`;
}

function table(rules: readonly Rule[], scope: readonly string[]): string {
  const inScope = new Set(scope);
  const count = (profile: string, choose: (rule: Rule) => boolean): number =>
    rules.filter((rule) => rule.profile === profile && choose(rule)).length;
  const summary = ['CSP', 'GOP'].map((profile) => {
    const tested = count(profile, ({ status }) => status === 'tested');
    const planned = count(profile, ({ status }) => status === 'planned');
    const due = count(profile, ({ id }) => inScope.has(id));
    return `| ${profile} | ${tested + planned} | ${tested} | ${planned} | ${due} |`;
  });
  const rows = rules.map(({ id, profile, title, status, tests }) => {
    const due = inScope.has(id) ? 'yes' : '';
    return `| ${id} | ${profile} | ${title} | ${status} | ${tests.length} | ${due} |`;
  });
  return [
    '| profile | rules | tested | planned | required now |',
    '| --- | --- | --- | --- | --- |',
    ...summary,
    '',
    '| rule | profile | what must hold | status | tests | required now |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
