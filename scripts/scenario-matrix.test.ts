import { expect, it } from 'vitest';
import { faultsOf, type MatrixRow } from './scenario-matrix.ts';
import type { Rule } from './trace/rules.ts';

const RULES: readonly Rule[] = [
  { id: 'AT-001', profile: 'CSP', title: 'one', status: 'tested', tests: ['a.test.ts: AT-001'] },
  { id: 'AT-002', profile: 'CSP', title: 'two', status: 'planned', tests: [] },
];
const ROW: MatrixRow = { id: 'CM-001', what: 'a crash', rules: ['AT-001'] };

const faults = (row: Partial<MatrixRow>): readonly string[] =>
  faultsOf({ ...ROW, ...row }, RULES, (path) => path === 'scenarios/here.yaml');

it('a row is good when its rules are cited, a file proves it, or it says why not', () => {
  expect(faults({})).toEqual([]);
  expect(faults({ rules: [], proofs: ['scenarios/here.yaml'] })).toEqual([]);
  expect(faults({ rules: ['AT-002'], notBuilt: 'later' })).toEqual([]);
});

it('a row that nothing proves is a fault, and so is one that is said not to be and is', () => {
  expect(faults({ rules: [] })).toEqual(['CM-001: nothing proves it']);
  expect(faults({ rules: ['AT-001', 'AT-002'] })).toEqual(['CM-001: nothing cites AT-002']);
  expect(faults({ notBuilt: 'later' })).toEqual(['CM-001: it is proved, and said not to be built']);
});

it('a rule or a file that is not there is a fault', () => {
  expect(faults({ rules: ['AT-001', 'AT-003'] })).toEqual([
    'CM-001: AT-003 is no rule of the contract',
  ]);
  expect(faults({ proofs: ['scenarios/gone.yaml'] })).toEqual([
    'CM-001: scenarios/gone.yaml is no file',
  ]);
});
