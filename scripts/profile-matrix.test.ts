import { describe, expect, it } from 'vitest';
import { type MatrixFacts, matrixOf } from './evidence/phase2/profile-matrix.ts';
import { profileMatrixFaults } from './evidence/phase2/profile-matrix-schema.ts';
import { judge } from './profiles/acceptance.ts';
import type { Rule } from './trace/rules.ts';

const rule = (id: string, profile: Rule['profile'], status: Rule['status']): Rule => ({
  id,
  profile,
  title: id,
  status,
  tests: [],
});
const RULES = [rule('AT-001', 'CSP', 'tested'), rule('AT-992', 'GOP', 'planned')];
const ran = (passed: boolean) => [{ title: 'AT-001 t', passed, rules: ['AT-001'] }];

const FACTS: MatrixFacts = {
  madeUtc: '2026-01-05T09:00:00Z',
  commit: 'a'.repeat(40),
  buildId: 'b'.repeat(40),
  node: 'v24',
  build: {
    ok: true,
    build_id: 'b'.repeat(40),
    tarball: '/somewhere/holdfast.tar',
    sha256: 'c'.repeat(64),
    bytes: 1_024,
    files: 3,
    libraries: ['typebox'],
  },
  tests: {
    CSP: { ok: true, verdict: judge('CSP', RULES, ran(true)) },
    GOP: { ok: true, verdict: judge('GOP', RULES, []) },
  },
};
const faultsOf = (facts: Partial<MatrixFacts>): readonly string[] =>
  profileMatrixFaults(JSON.stringify(matrixOf({ ...FACTS, ...facts })));

describe('the profile matrix', () => {
  it('claims core safety alone, and says what is planned of each profile', () => {
    const matrix = matrixOf(FACTS);
    expect(profileMatrixFaults(JSON.stringify(matrix))).toEqual([]);
    expect(matrix.supported_profiles).toEqual(['CSP']);
    const [core, governance, full] = matrix.profiles;
    expect(core).toMatchObject({
      profile: 'CSP',
      build: { outcome: 'pass', tarball: 'holdfast.tar', sha256: 'c'.repeat(64) },
      tests: { outcome: 'pass', exit_code: 0, passed: 1, foreign_rules_executed: [] },
      acceptance: { rules: 1, proven: 1, planned: [], complete: true },
      claimed: true,
    });
    expect(governance).toMatchObject({
      build: null,
      tests: { outcome: 'inconclusive', exit_code: 2, passed: 0 },
      acceptance: { rules: 1, proven: 0, planned: ['AT-992'] },
      claimed: false,
    });
    expect(full).toMatchObject({ claimed: false, acceptance: { rules: 2, complete: false } });
  });

  it('shows nothing where the build, a test or the run failed', () => {
    expect(faultsOf({ build: { ok: false, faults: ['NOT_CLEAN'] } })).toEqual(['CSP: not built']);
    const failed = judge('CSP', RULES, ran(false));
    const shown = 'CSP: its acceptance tests are not shown';
    expect(faultsOf({ tests: { ...FACTS.tests, CSP: { ok: true, verdict: failed } } })).toContain(
      shown,
    );
    const untested = judge('CSP', [...RULES, rule('AT-003', 'CSP', 'planned')], ran(true));
    expect(untested).toMatchObject({ code: 2, missing: ['AT-003'] });
    expect(faultsOf({ tests: { ...FACTS.tests, CSP: { ok: true, verdict: untested } } })).toContain(
      shown,
    );
    const error = { ok: false, fault: 'no report' } as const;
    expect(faultsOf({ tests: { ...FACTS.tests, CSP: error } })).toContain(shown);
    const stray = { title: 'AT-992 t', passed: true, rules: ['AT-992'] };
    const foreign = judge('CSP', RULES, [...ran(true), stray]);
    expect(faultsOf({ tests: { ...FACTS.tests, CSP: { ok: true, verdict: foreign } } })).toContain(
      'CSP: executed rules of governance: AT-992',
    );
  });

  it.each([
    ['not JSON', (): unknown => undefined],
    ['an unknown key', (matrix: object): unknown => ({ ...matrix, more: 1 })],
    ['a missing row', (matrix: object): unknown => ({ ...matrix, profiles: [] })],
    ['no commit', (matrix: object): unknown => ({ ...matrix, commit: 'HEAD' })],
    ['a claim', (matrix: object): unknown => ({ ...matrix, supported_profiles: ['CSP', 'GOP'] })],
  ])('is no evidence with %s', (_, change) => {
    expect(profileMatrixFaults(JSON.stringify(change(matrixOf(FACTS))) ?? '')).not.toEqual([]);
  });
});
