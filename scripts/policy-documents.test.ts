/** The owner documents against the files the program reads, and against the code that acts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { policyDocuments } from './policy-documents.ts';
import { LIMIT_MEANINGS } from './policy-documents/limits.ts';
import { isTestSide, listFiles } from './tidy/source.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENTS = [
  'docs/launch_policy.md',
  'docs/env_matrix.md',
  'docs/keys_and_secrets.md',
  'docs/break_glass_runbook.md',
  'docs/health_endpoint.md',
];

/** First cell to second cell of every row of every table. */
function rowsOf(text: string): ReadonlyMap<string, string> {
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  return new Map(
    rows.map((line) => {
      const [, first = '', second = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      return [first.replaceAll('`', ''), second];
    }),
  );
}

function numbersIn(value: unknown, path: string): (readonly [string, number])[] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    numbersIn(inner, path === '' ? key : `${path}.${key}`),
  );
}

describe('the launch policy', () => {
  const text = read('docs/launch_policy.md');
  const policy = JSON.parse(read('config/policy.json'));

  it('P0-A shows every figure of the machine policy, and it is the same one', () => {
    const rows = rowsOf(text);
    for (const [path, value] of numbersIn(policy.risk_limits, '')) {
      expect([path, rows.get(path)]).toEqual([path, String(value)]);
    }
    for (const [key, value] of Object.entries<number>(policy.micro_live_caps)) {
      expect(text).toContain(`| \`${key}\` | ${value} | ${policy.full_caps[key]} |`);
    }
  });

  it('P0-A names venue, coins, products, order types and every environment', () => {
    const words = [
      ...policy.universe.underlyings,
      ...policy.universe.families,
      ...policy.universe.hedge_only_families,
      ...policy.allowed_order_types,
      ...policy.forbidden_order_types,
    ];
    for (const word of words) expect(text).toContain(`\`${word}\``);
    for (const name of Object.keys(policy.environments)) expect(text).toContain(`| ${name} |`);
    expect(text).toContain('One venue: Deribit');
  });

  it('P0-A has no limit whose figure is written by hand beside the tables', () => {
    const prose = text.replaceAll(/<!-- generated:[\s\S]*?:end -->/g, '');
    const figures = numbersIn(policy.risk_limits, '').map(([, value]) => value);
    const big = figures.filter((value) => value >= 1_000);
    for (const value of big) {
      const grouped = value.toLocaleString('en-US');
      expect(prose.includes(String(value)) || prose.includes(grouped)).toBe(false);
    }
  });

  it('says of every limit whether the core acts on it, and is right', () => {
    const sources = listFiles(ROOT, 'packages/core/src').filter(
      (path) => path.endsWith('.ts') && !isTestSide(path) && !/\/policy[^/]*\.ts$/.test(path),
    );
    for (const [name, { field, enforcedBy }] of Object.entries(LIMIT_MEANINGS)) {
      const word = new RegExp(`\\b${field}\\b`);
      const users = sources.filter((path) => word.test(read(path)));
      const claimed = enforcedBy === null ? [] : [`packages/core/src/${enforcedBy}`];
      expect([name, users]).toEqual([name, expect.arrayContaining(claimed)]);
      expect([name, users.length > 0]).toEqual([name, enforcedBy !== null]);
    }
  });
});

describe('the owner documents', () => {
  it('P0-A P0-B P0-C carry in every generated table what the program reads', () => {
    for (const { path, text } of policyDocuments(ROOT))
      expect([path, read(path)]).toEqual([path, text]);
  });

  it('P0-B show the matrix with its eleven columns and a row for each environment', () => {
    const text = read('docs/env_matrix.md');
    const matrix = text.split('generated:matrix:begin -->')[1]?.split('<!--')[0] ?? '';
    const rows = matrix.trim().split('\n');
    expect(rows.map((row) => row.split('|').length - 2)).toEqual(Array(6).fill(11));
    expect(rows.slice(2).map((row) => row.split('|')[1]?.trim())).toEqual([
      'DEV',
      'STAGING',
      'PAPER',
      'LIVE',
    ]);
  });

  it('are marked NOT SIGNED, each with a place for signature and date', () => {
    for (const path of DOCUMENTS) {
      const text = read(path);
      expect([path, text.includes('## Owner sign-off')]).toEqual([path, true]);
      expect([path, text.includes('- owner_signature: NOT SIGNED')]).toEqual([path, true]);
      expect([path, text.includes('- date_utc: NOT SIGNED')]).toEqual([path, true]);
    }
  });

  it('name only commands that there are', () => {
    const verbs = [...read('bin/verbs.js').matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map(
      ([, verb = '']) => verb,
    );
    expect(verbs).toContain('keys');
    const paths = [...DOCUMENTS, ...listFiles(ROOT, 'docs/runbooks'), 'docs/policy/README.md'];
    for (const path of paths) {
      const named = [...read(path).matchAll(/`?holdfast ([a-z]+)/g)].map(([, verb = '']) => verb);
      const unknown = named.filter((verb) => !verbs.includes(verb));
      expect([path, unknown]).toEqual([path, []]);
    }
  });
});
