import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { trace } from './trace.ts';
import { citationsOfScenario, citationsOfTests, leadingRules } from './trace/citations.ts';
import { applyCitations, CANNOT_BE_TESTED, formatRules, untold } from './trace/rules.ts';
import type { Rule } from './trace/rules.ts';

const ROOT = join(import.meta.dirname, '..');
const RULES: Rule[] = JSON.parse(readFileSync(join(ROOT, 'docs/contract/rules.json'), 'utf8'));

/** Spelled in parts, so that the snippets below are not citations of this file. */
const AT = (number: string): string => `AT-${number}`;

describe('the list of rules', () => {
  it('holds all 335 acceptance tests, phase 0 and the seven gates of phase 1', () => {
    const acceptance = RULES.filter(({ id }) => id.startsWith('AT-'));
    expect(acceptance).toHaveLength(335);
    expect(acceptance.filter(({ profile }) => profile === 'CSP')).toHaveLength(260);
    expect(acceptance.filter(({ profile }) => profile === 'GOP')).toHaveLength(75);
    const gates = RULES.filter(({ id }) => !id.startsWith('AT-')).map(({ id }) => id);
    expect(gates).toEqual([
      ...['A', 'B', 'C', 'D', 'E', 'F', 'T1', 'T2', 'T3', 'T4', 'T5', 'T6'].map((n) => `P0-${n}`),
      ...['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((letter) => `P1-${letter}`),
    ]);
  });

  it('says of each rule in one sentence of its own what must hold', () => {
    const titles = RULES.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    expect(titles.filter((title) => title.length < 30 || title.endsWith('.'))).toEqual([]);
    for (const rule of RULES) {
      expect(Object.keys(rule)).toEqual(['id', 'profile', 'title', 'status', 'tests']);
    }
  });
});

describe('citations', () => {
  it('are the rule numbers a title begins with, and only those', () => {
    expect(leadingRules(`${AT('016')} ${AT('017')}, P1-C: refused`)).toEqual([
      'AT-016',
      'AT-017',
      'P1-C',
    ]);
    expect(leadingRules(`refused (${AT('016')})`)).toEqual([]);
    expect(leadingRules(`${AT('016')}x`)).toEqual([]);
  });

  it('are found in every form of a test, and not in comments or other calls', () => {
    const code = [
      `it('${AT('001')} one', f);`,
      `test.each(rows)('${AT('002')} two %s', f);`,
      `describe(\`${AT('003')} \${name} three\`, f);`,
      `// it('${AT('004')} four', f)`,
      `log('${AT('005')} five');`,
    ].join('\n');
    expect(citationsOfTests('a.test.ts', code)).toEqual([
      { rule: 'AT-001', test: `a.test.ts: ${AT('001')} one` },
      { rule: 'AT-002', test: `a.test.ts: ${AT('002')} two %s` },
      { rule: 'AT-003', test: `a.test.ts: ${AT('003')} … three` },
    ]);
  });

  it('of a scenario are its list of rules, and an unreadable one is a problem', () => {
    const good = `scenario: a calm day\nrules: [${AT('117')}, ${AT('118')}]\n`;
    expect(citationsOfScenario('s.yaml', good)).toEqual([
      { rule: 'AT-117', test: 's.yaml: a calm day' },
      { rule: 'AT-118', test: 's.yaml: a calm day' },
    ]);
    expect(citationsOfScenario('s.yaml', 'scenario: none\n')).toEqual([]);
    for (const bad of [
      'rules: [1]',
      'scenario: a\nrules: all',
      'scenario: [',
      'scenario: a\nrules: [1]',
    ]) {
      expect(citationsOfScenario('s.yaml', bad)).toHaveProperty('fault');
    }
  });
});

describe('trace', () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true });
  });

  const rule = (id: string): Rule => ({
    id,
    profile: 'CSP',
    title: `Something about ${id} holds in every case`,
    status: 'planned',
    tests: [],
  });

  /** A small repository with two rules, one of which is required, and one test file. */
  function repository(
    test: string,
    rules: readonly Rule[] = [rule('AT-001'), { ...rule('AT-002'), profile: 'GOP' }],
  ) {
    const root = mkdtempSync(join(tmpdir(), 'trace-'));
    roots.push(root);
    const files: Record<string, string> = {
      'docs/contract/rules.json': formatRules(rules),
      'docs/CONTRACT.md': '<!-- rules:begin -->\n<!-- rules:end -->\n',
      'packages/core/src/a.test.ts': test,
    };
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return root;
  }

  it('finds derived files behind the tests, and none once they are written', () => {
    const root = repository(`it('${AT('001')} holds', f);`);
    const before = trace(root);
    expect(before.problems).toEqual([]);
    expect(Object.keys(before.drift)).toEqual(['docs/contract/rules.json', 'docs/CONTRACT.md']);
    for (const [path, content] of Object.entries(before.drift)) {
      writeFileSync(join(root, path), content);
    }
    const after = trace(root);
    expect(after.drift).toEqual({});
    expect(after.rules[0]).toMatchObject({
      status: 'tested',
      tests: [`packages/core/src/a.test.ts: ${AT('001')} holds`],
    });
  });

  it('takes the status back when the test is gone', () => {
    const tested: Rule = { ...rule('AT-001'), status: 'tested', tests: ['gone: AT-001'] };
    expect(applyCitations([tested], [])).toEqual([rule('AT-001')]);
  });

  it('names a rule that is required and has no test', () => {
    const both = [rule('AT-001'), rule('AT-002')];
    const { problems } = trace(repository(`it('${AT('001')} holds', f);`, both));
    expect(problems).toEqual([`AT-002 has no test: ${rule('AT-002').title}`]);
  });

  it('excuses a rule for one reason, for as long as it has no test', () => {
    const reasons = { 'AT-001': 'nothing makes it yet' };
    expect(untold([rule('AT-001')], reasons)).toEqual([]);
    expect(untold([{ ...rule('AT-001'), status: 'tested' }], reasons)).toHaveLength(1);
    expect(untold([{ ...rule('AT-001'), profile: 'GOP' }], reasons)).toHaveLength(1);
  });

  it('has no reason for a rule that is none', () => {
    const known = new Set(RULES.map(({ id }) => id));
    expect(Object.keys(CANNOT_BE_TESTED).filter((id) => !known.has(id))).toEqual([]);
  });

  it('names a number no rule has, in a test and in a document', () => {
    const root = repository(`it('${AT('999')} holds', f);`, []);
    writeFileSync(join(root, 'docs/plan.md'), `as ${AT('888')} says`);
    const { problems } = trace(root);
    const cited = `packages/core/src/a.test.ts: ${AT('999')} holds`;
    expect(problems).toEqual([
      `docs/plan.md: ${AT('888')} is no rule of the contract`,
      `${AT('999')} is no rule of the contract, cited by ${cited}`,
    ]);
  });

  it('refuses a list in which a rule stands twice or out of order', () => {
    const listed = (...ids: readonly string[]): string =>
      repository(
        '',
        ids.map((id) => ({ ...rule(id), profile: 'GOP' })),
      );
    const twice = listed('AT-001', 'AT-001');
    const disordered = listed('AT-002', 'AT-001');
    const right = listed('AT-999', 'AT-1046', 'P1-A');
    expect(trace(twice).problems).toHaveLength(1);
    expect(trace(disordered).problems).toHaveLength(1);
    expect(trace(right).problems).toEqual([]);
  });
});
