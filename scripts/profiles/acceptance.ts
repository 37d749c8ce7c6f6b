/** What a run of acceptance tests says of a profile: which rules it proved, and what is missing. */
import { leadingRules } from '../trace/citations.ts';
import { isRequired, type Rule } from '../trace/rules.ts';

export type TestProfile = 'CSP' | 'GOP';

/**
 * Rules the contract tags CSP by where they stand and means for governance (contract-2 Q-07,
 * contract-1 AMB-30). They are listed as they are tagged, and are tested with governance.
 */
const MEANT_FOR_GOVERNANCE: ReadonlySet<string> = new Set([
  'AT-034',
  'AT-258',
  'AT-259',
  'AT-416',
  'AT-431',
  'AT-432',
  'AT-1064',
]);

/** The one profile under which the tests of a rule run. */
export function runsUnder({ id, profile }: Rule): TestProfile {
  return MEANT_FOR_GOVERNANCE.has(id) ? 'GOP' : profile;
}

/** A test or a scenario that ran. */
export interface Executed {
  readonly title: string;
  /** The first line of why it failed. */
  readonly why?: string;
  readonly passed: boolean;
  readonly rules: readonly string[];
}

/**
 * Which titles a run selects: for core safety all that cite no rule of governance (a test that
 * cites none may be what a later one stands on), for governance those that cite one of its rules.
 */
export function titlePattern(profile: TestProfile, rules: readonly Rule[]): string {
  const governance = rules.filter((rule) => runsUnder(rule) === 'GOP').map(({ id }) => id);
  const ids = `(?:^|[\\s,;:/])(?:${governance.join('|')})(?![\\w-])`;
  return profile === 'GOP' ? ids : `^(?!.*${ids})`;
}

interface ReportedTest {
  readonly title?: unknown;
  readonly ancestorTitles?: unknown;
  readonly status?: unknown;
  readonly failureMessages?: unknown;
}

/** What ran, of a report of Vitest's JSON reporter; null where it is no such report. */
export function executedTests(report: unknown): readonly Executed[] | null {
  const files = listAt(report, 'testResults');
  if (files === null) return null;
  const executed: Executed[] = [];
  for (const file of files) {
    const tests = listAt(file, 'assertionResults') ?? [];
    const failed = fieldOf(file, 'status') === 'failed';
    const ran = tests
      .map((test) => executedTest(test as ReportedTest))
      .filter((each) => each !== null);
    executed.push(...ran);
    // A file that broke before its first test has failed, though no test of it has.
    if (failed && ran.every(({ passed }) => passed)) {
      const why = firstLine(fieldOf(file, 'message'));
      executed.push({ title: String(fieldOf(file, 'name')), passed: false, rules: [], why });
    }
  }
  return executed;
}

function executedTest(test: ReportedTest): Executed | null {
  const { title, ancestorTitles, status, failureMessages } = test;
  if (status !== 'passed' && status !== 'failed') return null;
  const titles = [...(Array.isArray(ancestorTitles) ? ancestorTitles : []), title].map(String);
  return {
    title: titles.join(' > '),
    passed: status === 'passed',
    rules: titles.flatMap(leadingRules),
    ...(status === 'failed' ? { why: firstLine(failureMessages) } : {}),
  };
}

function firstLine(said: unknown): string {
  const [line = ''] = String(Array.isArray(said) ? said[0] : said).split('\n');
  return line;
}

/** The lines of `holdfast drill --json`; null where one is missing. */
export function executedScenarios(output: string, expected: number): readonly Executed[] | null {
  const executed: Executed[] = [];
  for (const line of output.split('\n')) {
    if (!line.startsWith('{"path"')) continue;
    const said: unknown = JSON.parse(line);
    executed.push({
      title: String(fieldOf(said, 'scenario')),
      passed: fieldOf(said, 'ok') === true,
      rules: (listAt(said, 'rules') ?? []).map(String),
    });
  }
  return executed.length === expected ? executed : null;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function listAt(value: unknown, key: string): readonly unknown[] | null {
  const list = fieldOf(value, key);
  return Array.isArray(list) ? list : null;
}

export interface Verdict {
  readonly profile: TestProfile;
  /** 0: all that must pass does. 1: something does not. 2: nothing shows that all of it does. */
  readonly code: 0 | 1 | 2;
  readonly passed: number;
  readonly failed: number;
  /** What failed, and why. */
  readonly failures: readonly string[];
  /** Rules of the other profile that were executed; there must be none in a run of core safety. */
  readonly foreign: readonly string[];
  /** How many rules the profile has, and how many of them this run proved. */
  readonly rules: number;
  readonly proven: number;
  /** Rules that have tests, none of which passed here. */
  readonly unproven: readonly string[];
  /** Rules without a test. */
  readonly planned: readonly string[];
  /** Rules without a test that may not be without one. */
  readonly missing: readonly string[];
}

/** Of governance every rule must be tested before anything of it is claimed (D-39). */
export function judge(
  profile: TestProfile,
  rules: readonly Rule[],
  executed: readonly Executed[],
): Verdict {
  const own = rules.filter((rule) => runsUnder(rule) === profile);
  const ids = new Set(own.map(({ id }) => id));
  const others = new Set(rules.map(({ id }) => id).filter((id) => !ids.has(id)));
  const shown = new Set<string>();
  for (const each of executed) if (each.passed) for (const id of each.rules) shown.add(id);
  for (const each of executed) if (!each.passed) for (const id of each.rules) shown.delete(id);
  const failures = executed
    .filter((each) => !each.passed)
    .map(({ title, why }) => (why === undefined ? title : `${title}: ${why}`));
  const foreign =
    profile === 'GOP'
      ? []
      : [...new Set(executed.flatMap((each) => each.rules.filter((id) => others.has(id))))];
  const planned = own.filter(({ status }) => status === 'planned').map(({ id }) => id);
  const unproven = own
    .filter(({ id, status }) => status === 'tested' && !shown.has(id))
    .map(({ id }) => id);
  const missing = own
    .filter((rule) => rule.status === 'planned' && (profile === 'GOP' || isRequired(rule)))
    .map(({ id }) => id);
  const isWrong = failures.length > 0 || foreign.length > 0 || unproven.length > 0;
  const isUnknown = executed.length === 0 || missing.length > 0;
  return {
    profile,
    code: isWrong ? 1 : isUnknown ? 2 : 0,
    passed: executed.length - failures.length,
    failed: failures.length,
    failures,
    foreign,
    rules: own.length,
    proven: own.filter(({ id }) => shown.has(id)).length,
    unproven,
    planned,
    missing,
  };
}
