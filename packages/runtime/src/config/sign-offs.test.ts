import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FILE_PREDICATE, SIGN_OFF_PREDICATE } from '@holdfast/core/proof';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFile, formatTrustRoots, type SigningKey, signFile } from '../proof/index.ts';
import { ENVIRONMENT_RULES, type SignOffName } from './environments.ts';
import { loadConfiguration } from './load.ts';
import type { Environment } from './runtime-document.ts';
import { type SignOff, signOffFaults, signOffPath } from './sign-offs.ts';

const NOW = Date.UTC(2026, 10, 21);
const DAY_MS = 86_400_000;
const POLICY_HASH = 'c'.repeat(64);
const root = mkdtempSync(join(tmpdir(), 'holdfast-sign-offs-'));
afterAll(() => rmSync(root, { recursive: true }));

function keyOf(name: string): SigningKey {
  const made = createKeyFile(join(root, 'keys', `${name}.private.pem`));
  if (!made.ok) throw new Error(made.detail);
  return made.key;
}

const KEYS = {
  ana: keyOf('ana'),
  ben: keyOf('ben'),
  robot: keyOf('robot'),
  dev: keyOf('dev'),
  stranger: keyOf('stranger'),
};
type Who = keyof typeof KEYS;

const HOLDERS = [
  { id: 'ana', kind: 'person', roles: ['approver'] },
  { id: 'ben', kind: 'person', roles: ['approver'] },
  { id: 'robot', kind: 'service', roles: ['approver'] },
  { id: 'dev', kind: 'service', roles: ['development'] },
] as const;

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function trust(validUntil: number | null = null): void {
  const holders = HOLDERS.map(({ id, kind, roles }) => ({
    id,
    name: id,
    kind,
    roles: [...roles],
    keys: [
      {
        key_id: KEYS[id].keyId,
        public_key: KEYS[id].publicKey,
        valid_from_ms: 0,
        valid_until_ms: validUntil,
      },
    ],
  }));
  put(join(root, 'config/trust-roots.json'), formatTrustRoots({ roots_version: 1, holders }));
}

interface Given {
  readonly change?: Partial<Record<keyof SignOff, unknown>>;
  readonly by?: readonly [Who, ...Who[]];
  readonly predicateType?: typeof SIGN_OFF_PREDICATE | typeof FILE_PREDICATE;
}

function signOff(name: SignOffName, { change = {}, by = ['ana', 'ben'], ...rest }: Given = {}) {
  const evidence = `evidence/${name}/manifest.json`;
  put(join(root, evidence), `{"pack":"${name}"}`);
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
  put(path, JSON.stringify(document));
  const { predicateType = SIGN_OFF_PREDICATE } = rest;
  const [first, ...more] = by.map((who) => KEYS[who]);
  if (first === undefined) throw new Error('nobody signs');
  const signed = signFile(path, { predicateType, predicate: { signed_ts_ms: NOW - 1 } }, [
    first,
    ...more,
  ]);
  if (!signed.ok) throw new Error(signed.detail);
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
  trust();
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
    trust(NOW - 1);
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
  const project = join(import.meta.dirname, '../../../..');
  const policy = readFileSync(join(project, 'config/policy.json'), 'utf8');
  const runtime = readFileSync(join(project, 'config/runtime/dev.json'), 'utf8');

  function load(environment: Environment, stage: string) {
    const policyPath = join(root, 'policy.json');
    const runtimePath = join(root, 'runtime.json');
    put(policyPath, policy.replace('"stage": "experiment"', `"stage": "${stage}"`));
    put(runtimePath, runtime.replace('"environment": "dev"', `"environment": "${environment}"`));
    const env = { HOLDFAST_TRADING_ENV: ENVIRONMENT_RULES[environment].machine };
    return loadConfiguration({ policyPath, runtimePath, env, root, now: NOW });
  }

  it('refuses paper without sign-offs, opens it with them, on the built-in exchange', () => {
    const closed = load('paper', 'paper');
    expect(
      closed.ok ? [] : closed.violations.map(({ document, rule }) => [document, rule]),
    ).toEqual([
      ['sign_offs', 'sign_off_missing'],
      ['sign_offs', 'sign_off_missing'],
      ['sign_offs', 'sign_off_missing'],
    ]);
    const policyHash = hashOf();
    for (const name of ENVIRONMENT_RULES.paper.signOffs) {
      signOff(name, { change: { policy_hash: policyHash } });
    }
    expect(load('paper', 'paper').ok).toBe(true);
  });

  it.each(['staging', 'paper', 'micro-live', 'prod'] as const)(
    'refuses %s with a policy of another stage',
    (environment) => {
      const loaded = load(environment, environment === 'paper' ? 'pilot' : 'paper');
      const rules = loaded.ok ? [] : loaded.violations.map(({ rule }) => rule);
      expect(rules).toContain('stage_not_for_environment');
    },
  );

  function hashOf(): string {
    const loaded = load('dev', 'paper');
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.violations));
    return loaded.value.policyHash;
  }
});
