import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_PREDICATE, SIGN_OFF_PREDICATE } from '@holdfast/core/proof';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ENVIRONMENT_RULES, type SignOffName } from './environments.ts';
import { loadConfiguration } from './load.ts';
import type { Environment } from './runtime-document.ts';
import { type SignOff, signOffFaults, signOffPath } from './sign-offs.ts';
import { SignedProject, type Who } from './signed-project.fixture.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;
const POLICY_HASH = 'c'.repeat(64);
const project = new SignedProject();
const { root } = project;
afterAll(() => project.remove());

interface Given {
  readonly change?: Partial<Record<keyof SignOff, unknown>>;
  readonly by?: readonly [Who, ...Who[]];
  readonly predicateType?: typeof SIGN_OFF_PREDICATE | typeof FILE_PREDICATE;
}

function signOff(name: SignOffName, { change = {}, by = ['ana', 'ben'], ...rest }: Given = {}) {
  const evidence = `evidence/${name}/manifest.json`;
  project.put(evidence, `{"pack":"${name}"}`);
  const document = {
    sign_off_version: 1,
    sign_off: name,
    policy_hash: POLICY_HASH,
    evidence,
    evidence_sha256: createHash('sha256').update(`{"pack":"${name}"}`).digest('hex'),
    prepared_by: 'carl',
    valid_until_ms: NOW + DAY_MS,
    ...change,
  };
  const path = signOffPath(root, name);
  project.put(path, JSON.stringify(document));
  const { predicateType = SIGN_OFF_PREDICATE } = rest;
  project.sign(path, { predicateType, predicate: { signed_ts_ms: NOW - 1 } }, by);
}

const faults = (environment: Environment): readonly string[] =>
  signOffFaults({ root, environment, policyHash: POLICY_HASH, now: NOW }).map(
    ({ place, rule }) => `${place.replace(`${root}/config/`, '')} ${rule}`,
  );

const everything = (environment: Environment): void => {
  for (const name of ENVIRONMENT_RULES[environment].signOffs) signOff(name);
};

beforeEach(() => {
  rmSync(join(root, 'config'), { recursive: true, force: true });
  project.trust();
});

describe('an environment that needs sign-offs', () => {
  it.each([
    ['staging', 1],
    ['paper', 3],
    ['micro-live', 5],
    ['prod', 8],
  ] as const)('%s is refused without any, and each of the %d is named', (environment, count) => {
    const { signOffs } = ENVIRONMENT_RULES[environment];
    expect(signOffs).toHaveLength(count);
    expect(faults(environment)).toEqual(
      signOffs.map((name) => `sign-offs/${name}.json sign_off_missing`),
    );
    const [first] = signOffFaults({ root, environment, policyHash: POLICY_HASH, now: NOW });
    expect(first?.message).toBe(`${environment} needs phase0, which is not there`);
  });

  it.each(['staging', 'paper', 'micro-live', 'prod'] as const)(
    '%s opens with all of them, and not without any one of them',
    (environment) => {
      everything(environment);
      expect(faults(environment)).toEqual([]);
      for (const name of ENVIRONMENT_RULES[environment].signOffs) {
        rmSync(signOffPath(root, name));
        expect(faults(environment)).toEqual([`sign-offs/${name}.json sign_off_missing`]);
        signOff(name);
      }
    },
  );

  it('dev needs none, and reads none', () => {
    rmSync(join(root, 'config'), { recursive: true });
    expect(faults('dev')).toEqual([]);
  });
});

describe('a sign-off that is not one', () => {
  it.each<readonly [string, Given, string]>([
    ['by a service', { by: ['robot'] }, 'sign_off_not_trusted'],
    ['by a development key', { by: ['dev'] }, 'sign_off_not_trusted'],
    ['by a stranger', { by: ['stranger'] }, 'sign_off_not_trusted'],
    ['by a person and a stranger', { by: ['ana', 'stranger'] }, 'sign_off_not_trusted'],
    ['by its author alone', { change: { prepared_by: 'ana' }, by: ['ana'] }, 'too_few_signers'],
    ['signed as a file', { predicateType: FILE_PREDICATE }, 'sign_off_not_trusted'],
    ['of another thing', { change: { sign_off: 'phase2' } }, 'sign_off_of_another'],
    [
      'of another policy',
      { change: { policy_hash: 'd'.repeat(64) } },
      'sign_off_of_another_policy',
    ],
    ['that is over', { change: { valid_until_ms: NOW } }, 'sign_off_expired'],
    ['with a key too many', { change: { note: 'x' } as never }, 'sign_off_not_trusted'],
    [
      'with evidence that changed',
      { change: { evidence_sha256: 'e'.repeat(64) } },
      'evidence_changed',
    ],
    ['with evidence elsewhere', { change: { evidence: '../x' } }, 'sign_off_not_trusted'],
    [
      'with evidence that is gone',
      { change: { evidence: 'evidence/no.json' } },
      'evidence_changed',
    ],
  ])('%s is refused by name', (_how, given, rule) => {
    everything('paper');
    signOff('phase1', given);
    expect(faults('paper')).toEqual([expect.stringContaining(`sign-offs/phase1.json`)]);
    expect(faults('paper')[0]).toContain(rule);
  });

  it('NON-TRIP: one millisecond before its end it still counts', () => {
    everything('paper');
    signOff('phase1', { change: { valid_until_ms: NOW + 1 } });
    expect(faults('paper')).toEqual([]);
  });

  it('needs two people where real money scales, and one before', () => {
    everything('prod');
    signOff('phase4', { by: ['ana'] });
    expect(faults('prod')).toEqual(['sign-offs/phase4.json sign_off_too_few_signers']);
    signOff('phase4', { by: ['ana', 'ben'], change: { prepared_by: 'ben' } });
    expect(faults('prod')).toEqual(['sign-offs/phase4.json sign_off_too_few_signers']);
    everything('micro-live');
    for (const name of ENVIRONMENT_RULES['micro-live'].signOffs) signOff(name, { by: ['ben'] });
    expect(faults('micro-live')).toEqual([]);
  });

  it('counts for nothing once a byte of it has changed, or the signer’s key is over', () => {
    everything('staging');
    const path = signOffPath(root, 'phase0');
    writeFileSync(path, readFileSync(path, 'utf8').replace('carl', 'dora'));
    expect(faults('staging')).toEqual(['sign-offs/phase0.json sign_off_not_trusted']);
    everything('staging');
    project.trust(NOW - 1);
    expect(faults('staging')).toEqual(['sign-offs/phase0.json sign_off_not_trusted']);
  });

  it('cannot be told from one where nobody says whose signature counts', () => {
    everything('staging');
    rmSync(join(root, 'config/trust-roots.json'));
    expect(faults('staging')).toEqual([
      'trust-roots.json trust_roots_missing',
      'sign-offs/phase0.json sign_off_missing',
    ]);
  });
});

describe('the loader', () => {
  const checkout = join(import.meta.dirname, '../../../..');
  const policy = readFileSync(join(checkout, 'config/policy.json'), 'utf8');
  const runtime = readFileSync(join(checkout, 'config/runtime/dev.json'), 'utf8');

  function load(environment: Environment, stage: string) {
    const policyPath = join(root, 'policy.json');
    const runtimePath = join(root, 'runtime.json');
    project.put(policyPath, policy.replace('"stage": "experiment"', `"stage": "${stage}"`));
    project.put(
      runtimePath,
      runtime.replace('"environment": "dev"', `"environment": "${environment}"`),
    );
    const env = { HOLDFAST_TRADING_ENV: ENVIRONMENT_RULES[environment].machine };
    return loadConfiguration({ policyPath, runtimePath, env, root, now: NOW });
  }

  it('refuses staging without its sign-off, opens it with that, on the built-in exchange', () => {
    expect(violationsOf('staging', 'experiment')).toEqual(['sign_offs sign_off_missing']);
    const { signOffs } = ENVIRONMENT_RULES.staging;
    for (const name of signOffs) signOff(name, { change: { policy_hash: hashOf('experiment') } });
    expect(violationsOf('staging', 'experiment')).toEqual([]);
  });

  it('refuses paper without sign-offs and without a bundle', () => {
    expect(violationsOf('paper', 'paper')).toEqual([
      'bundle bundle_missing',
      'sign_offs sign_off_missing',
      'sign_offs sign_off_missing',
      'sign_offs sign_off_missing',
    ]);
    const { signOffs } = ENVIRONMENT_RULES.paper;
    for (const name of signOffs) signOff(name, { change: { policy_hash: hashOf('paper') } });
    expect(violationsOf('paper', 'paper')).toEqual(['bundle bundle_missing']);
  });

  it.each(['staging', 'paper', 'micro-live', 'prod'] as const)(
    'refuses %s with a policy of another stage',
    (environment) => {
      const loaded = load(environment, environment === 'paper' ? 'pilot' : 'paper');
      const rules = loaded.ok ? [] : loaded.violations.map(({ rule }) => rule);
      expect(rules).toContain('stage_not_for_environment');
    },
  );

  function violationsOf(environment: Environment, stage: string): readonly string[] {
    const loaded = load(environment, stage);
    return loaded.ok ? [] : loaded.violations.map(({ document, rule }) => `${document} ${rule}`);
  }

  function hashOf(stage: string): string {
    const loaded = load('dev', stage);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.violations));
    return loaded.value.policyHash;
  }
});
