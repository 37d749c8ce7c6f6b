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

type Reasons = Readonly<Record<string, string>>;

const REPLAY = 'judges the replay of a policy patch, which governance makes';

/**
 * Rules of core safety that cannot be tested in this build, each with its one reason. Their texts
 * stand among those of core safety and speak of governance (contract-2 Q-07, contract-1 AMB-30).
 */
export const CANNOT_BE_TESTED: Reasons = {
  'AT-034': REPLAY,
  'AT-258': 'pauses the bulk archives of the market, which governance keeps',
  'AT-259': REPLAY,
  'AT-416': 'measures the evidence chain, which governance makes',
  'AT-431': REPLAY,
  'AT-432': REPLAY,
  'AT-1064': REPLAY,
};

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

/** A rule of core safety must be tested, or have the one reason for which it cannot be. */
export function isRequired({ id, profile }: Rule, reasons: Reasons = CANNOT_BE_TESTED): boolean {
  return profile === 'CSP' && !(id in reasons);
}

/** Required rules without a test; reasons that are none, or no longer. */
export function untold(rules: readonly Rule[], reasons: Reasons = CANNOT_BE_TESTED): string[] {
  const planned = rules
    .filter((rule) => rule.status === 'planned' && isRequired(rule, reasons))
    .map(({ id, title }) => `${id} has no test: ${title}`);
  const unreasonable = rules
    .filter((rule) => rule.id in reasons && (rule.status === 'tested' || rule.profile !== 'CSP'))
    .map(({ id, status }) => `${id} is ${status} and needs no reason not to be tested`);
  return [...planned, ...unreasonable];
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
export function renewTable(document: string, rules: readonly Rule[]): string | null {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) return null;
  const head = document.slice(0, begin + BEGIN.length);
  return `${head}\n\n${table(rules)}\n\n${document.slice(end)}`;
}

function table(rules: readonly Rule[]): string {
  const count = (profile: string, choose: (rule: Rule) => boolean): number =>
    rules.filter((rule) => rule.profile === profile && choose(rule)).length;
  const summary = ['CSP', 'GOP'].map((profile) => {
    const tested = count(profile, ({ status }) => status === 'tested');
    const planned = count(profile, ({ status }) => status === 'planned');
    const due = count(profile, (rule) => isRequired(rule));
    return `| ${profile} | ${tested + planned} | ${tested} | ${planned} | ${due} |`;
  });
  const rows = rules.map((rule) => {
    const { id, profile, title, status, tests } = rule;
    const due = isRequired(rule) ? 'yes' : (CANNOT_BE_TESTED[id] ?? '');
    return `| ${id} | ${profile} | ${title} | ${status} | ${tests.length} | ${due} |`;
  });
  return [
    '| profile | rules | tested | planned | required now |',
    '| --- | --- | --- | --- | --- |',
    ...summary,
    '',
    '| rule | profile | what must hold | status | tests | required now, or why it cannot be |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
