/**
 * Every rule of the contract against every test that cites it. `node scripts/trace.ts` fails where
 * they disagree and says how to mend it; `--write` renews what is derived (rules.json,
 * CONTRACT.md).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listFiles } from './tidy/source.ts';
import {
  citationsOfScenario,
  citationsOfTests,
  isScenario,
  isTestFile,
  rulesMentioned,
} from './trace/citations.ts';
import type { Citation } from './trace/citations.ts';
import {
  applyCitations,
  formatRules,
  isSorted,
  renewTable,
  unknownCitations,
  untold,
} from './trace/rules.ts';
import type { Rule } from './trace/rules.ts';

const RULES = 'docs/contract/rules.json';
const CONTRACT = 'docs/CONTRACT.md';

export interface Trace {
  readonly rules: readonly Rule[];
  readonly problems: readonly string[];
  /** New content by path, for the derived files that are behind the tests. */
  readonly drift: Readonly<Record<string, string>>;
}

/** Reads the repository at `root` and says what is wrong. Changes nothing. */
export function trace(root: string): Trace {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const files = listFiles(root);
  const citations: Citation[] = [];
  const problems: string[] = [];
  for (const path of files) {
    if (isTestFile(path)) citations.push(...citationsOfTests(path, read(path)));
    if (!isScenario(path)) continue;
    const found = citationsOfScenario(path, read(path));
    if ('fault' in found) problems.push(`${found.path}: ${found.fault}`);
    else citations.push(...found);
  }
  const written: Rule[] = JSON.parse(read(RULES));
  const rules = applyCitations(written, citations);
  const known = new Set(rules.map(({ id }) => id));
  if (known.size !== rules.length || !isSorted(rules)) {
    problems.push(`${RULES}: a rule stands twice or out of order`);
  }
  for (const path of files.filter((name) => /^docs\/.+\.md$/.test(name))) {
    for (const id of rulesMentioned(read(path))) {
      if (!known.has(id)) problems.push(`${path}: ${id} is no rule of the contract`);
    }
  }
  problems.push(...unknownCitations(rules, citations), ...untold(rules));
  const drift: Record<string, string> = {};
  const renewed = formatRules(rules);
  if (renewed !== read(RULES)) drift[RULES] = renewed;
  const contract = renewTable(read(CONTRACT), rules);
  if (contract === null) problems.push(`${CONTRACT}: the rules:begin and rules:end marks are gone`);
  else if (contract !== read(CONTRACT)) drift[CONTRACT] = contract;
  return { rules, problems, drift };
}

function main(): void {
  const root = join(import.meta.dirname, '..');
  const { rules, problems, drift } = trace(root);
  const write = process.argv.includes('--write');
  for (const [path, content] of Object.entries(drift)) {
    if (write) writeFileSync(join(root, path), content);
    console.log(write ? `renewed ${path}` : `${path} is behind the tests`);
  }
  if (!write && Object.keys(drift).length > 0) console.log('mend: node scripts/trace.ts --write');
  for (const problem of problems) console.log(problem);
  const tested = rules.filter(({ status }) => status === 'tested').length;
  const failed = problems.length > 0 || (!write && Object.keys(drift).length > 0);
  console.log(`${rules.length} rules, ${tested} tested, ${problems.length} problems`);
  process.exitCode = failed ? 1 : 0;
}

if (import.meta.main) main();
