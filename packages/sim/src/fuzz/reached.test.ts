import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OUT_OF_REACH } from './out-of-reach.ts';
import { ALL_CODES, coverageOf, reachedBy } from './reached.ts';

const PACKAGES = join(import.meta.dirname, '../../..');
const PROVES_NOTHING = /\.(?:test|fixture|contract)\.ts$/;

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !PROVES_NOTHING.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

const built = ['core', 'runtime', 'deribit'].map((name) => sources(join(PACKAGES, name, 'src')));
const isBuilt = (text: string): boolean => built.some((source) => source.includes(text));

it('what is listed as out of reach is a code there is', () => {
  expect(Object.keys(OUT_OF_REACH).filter((code) => !ALL_CODES.includes(code))).toEqual([]);
});

it('what is listed as not built is not built', () => {
  const entries = Object.entries(OUT_OF_REACH);
  const stale = entries.filter(([, { builtAs }]) => builtAs !== undefined && isBuilt(builtAs));
  expect(stale.map(([code]) => code)).toEqual([]);
});

it('a refusal nothing gives is listed as out of reach', () => {
  const given = ALL_CODES.filter((code) => code.startsWith('reject ')).filter(
    (code) => !isBuilt(`reject('${code.slice('reject '.length)}'`),
  );
  expect(given.filter((code) => !Object.hasOwn(OUT_OF_REACH, code))).toEqual([]);
});

it('coverage counts what is within reach, and tells what was reached against the list', () => {
  const [listed = ''] = Object.keys(OUT_OF_REACH);
  const one = 'reject NetEdgeTooLow';
  const nothing = coverageOf({});
  expect(nothing.reached).toBe(0);
  expect(nothing.reachable + nothing.outOfReach).toBe(ALL_CODES.length);
  const some = coverageOf({ [one]: 3, [listed]: 1, 'anomaly fill_before_ack': 9 });
  expect(some.reached).toBe(1);
  expect(some.missed).not.toContain(one);
  expect(some.wronglyListed).toEqual([listed]);
});

it('reasons that stood at a tick count as well as those that were told', () => {
  const stood = new Set(['REDUCEONLY_POLICY_STALE'] as const);
  expect([...reachedBy([], stood)]).toEqual(['mode REDUCEONLY_POLICY_STALE']);
});
