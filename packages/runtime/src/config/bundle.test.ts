import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from '@holdfast/core/policy';
import {
  BUNDLE_APPROVAL_PREDICATE,
  FILE_PREDICATE,
  SIGN_OFF_PREDICATE,
} from '@holdfast/core/proof';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { adoptBundle } from './adopt.ts';
import { bundleFaults, bundlePath, contentHash } from './bundle.ts';
import type { Bundle, BundleApproval } from './bundle-document.ts';
import { documentHash } from './identity.ts';
import type { Environment } from './runtime-document.ts';
import { SignedProject, type Who } from './signed-project.fixture.ts';

const NOW = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;
const CHECKOUT = join(import.meta.dirname, '../../../..');
const STRATEGY = 'config/strategies/one.json';
const project = new SignedProject();
const { root } = project;
afterAll(() => project.remove());

const policyPath = join(root, 'config/policy.json');

function policyWith(change: (document: PolicyDocument) => unknown = () => null): PolicyDocument {
  const text = readFileSync(join(CHECKOUT, 'config/policy.json'), 'utf8');
  const document = { ...(JSON.parse(text) as PolicyDocument), stage: 'paper' as const };
  change(document);
  return document;
}

interface Given {
  readonly policy?: PolicyDocument;
  readonly parameters?: number;
  readonly change?: Partial<Record<keyof Bundle, unknown>>;
  readonly content?: Partial<Bundle['content']>;
  readonly by?: readonly [Who, ...Who[]];
  readonly predicateType?: typeof FILE_PREDICATE | typeof SIGN_OFF_PREDICATE;
}

/** Publishes a bundle, and puts in place what it speaks of. */
function publish(given: Given = {}): Bundle {
  const { policy = policyWith(), parameters = 1, by = ['press'], change, content } = given;
  const strategy = { strategy: 'one', version: 'one.1', parameters: { parameters } };
  project.put(policyPath, JSON.stringify(policy));
  project.put(STRATEGY, JSON.stringify(strategy));
  const sha256 = documentHash(strategy);
  const bundle = {
    schema_version: 'policy-bundle.v1',
    content: {
      policy_id: 'LP-001',
      tactic_id: 'one',
      stage: policy.stage,
      policy_hash: documentHash(policy),
      strategies: [{ path: STRATEGY, version: 'one.1', sha256 }],
      ...content,
    },
    declared_stage: policy.stage,
    thresholds: { warn_confidence_floor: 0.75 },
    router_guardrails: {},
    determinism: [{ strategy_sha256: sha256, data_sha256: sha256, output_sha256: sha256, runs: 2 }],
    ledger_head: { seq: 3, hash: 'a'.repeat(64) },
    code_hash: 'unknown',
    prepared_by: 'ben',
    ...change,
  } as Bundle;
  const path = bundlePath(root);
  project.put(path, JSON.stringify(bundle));
  const { predicateType = FILE_PREDICATE } = given;
  project.sign(path, { predicateType, predicate: { signed_ts_ms: NOW - 1 } }, by);
  return bundle;
}

interface Approving {
  readonly by?: readonly [Who, ...Who[]];
  readonly change?: Partial<BundleApproval>;
  readonly predicateType?: typeof BUNDLE_APPROVAL_PREDICATE | typeof SIGN_OFF_PREDICATE;
}

function approve(who: Who, bundle: Bundle, given: Approving = {}): void {
  const { by = [who], change, predicateType = BUNDLE_APPROVAL_PREDICATE } = given;
  const path = join(root, 'config/bundle/approvals', `${who}.json`);
  const document = {
    bundle_approval_version: 1,
    content_sha256: contentHash(bundle.content),
    approver: who,
    role: 'risk',
    approved_at_ms: NOW - 1,
    valid_until_ms: NOW + DAY_MS,
    ...change,
  };
  project.put(path, JSON.stringify(document));
  project.sign(path, { predicateType, predicate: { signed_ts_ms: NOW - 1 } }, by);
}

function faults(environment: Environment = 'paper', strategies = [STRATEGY]) {
  const policy = JSON.parse(readFileSync(policyPath, 'utf8')) as PolicyDocument;
  const policyHash = documentHash(policy);
  return bundleFaults({ root, environment, policyPath, policy, policyHash, strategies, now: NOW });
}
const rules = (...given: Parameters<typeof faults>): readonly string[] =>
  faults(...given).map(({ rule }) => rule);

/** One that was approved and has run. */
function adopted(given: Given = {}): Bundle {
  const bundle = publish(given);
  approve('ana', bundle);
  expect(rules()).toEqual([]);
  adoptBundle(root, 'paper', policyPath);
  rmSync(join(root, 'config/bundle/approvals'), { recursive: true });
  expect(rules()).toEqual([]);
  return bundle;
}

const higher = policyWith((made) => (made.risk_limits.max_daily_loss_usd += 1));
const lower = policyWith((made) => (made.risk_limits.max_daily_loss_usd -= 1));

beforeEach(() => {
  rmSync(join(root, 'config'), { recursive: true, force: true });
  rmSync(join(root, 'artifacts'), { recursive: true, force: true });
  project.trust();
  project.put(policyPath, JSON.stringify(policyWith()));
  project.put(STRATEGY, '{}');
});

describe('where a bundle is needed', () => {
  it.each(['paper', 'micro-live', 'prod'] as const)('TRIP: %s runs nothing else', (environment) => {
    expect(rules(environment)).toEqual(['bundle_missing']);
  });

  it.each(['dev', 'staging'] as const)('NON-TRIP: %s runs without, while none is there', (name) => {
    expect(rules(name)).toEqual([]);
    publish();
    expect(rules(name)).not.toEqual([]);
  });

  it('a policy beside the launch policy is no part of it, and runs where none is needed', () => {
    publish();
    const elsewhere = { root, policyPath: join(root, 'config/demo.json'), now: NOW };
    const policy = policyWith();
    const rest = { policy, policyHash: 'b'.repeat(64), strategies: [] };
    expect(bundleFaults({ ...elsewhere, ...rest, environment: 'staging' })).toEqual([]);
    expect(bundleFaults({ ...elsewhere, ...rest, environment: 'paper' })).not.toEqual([]);
  });
});

describe('dev', () => {
  it('takes its own development key for publisher and people, and nothing of the project’s', () => {
    project.trust(null, 'artifacts/trust-roots.dev.json');
    const bundle = publish({ by: ['dev'] });
    expect(rules('dev')).toEqual(['raise_not_approved']);
    approve('dev', bundle);
    expect(rules('dev')).toEqual([]);
    publish({ by: ['press'] });
    expect(rules('dev')).toEqual(['bundle_not_trusted']);
  });
});

describe('a bundle that is not one', () => {
  it.each<readonly [string, Given]>([
    ['by an approver', { by: ['ana'] }],
    ['by a development key', { by: ['dev'] }],
    ['by a stranger', { by: ['stranger'] }],
    ['signed as something else', { by: ['ana'], predicateType: SIGN_OFF_PREDICATE }],
  ])('%s is not trusted', (_how, given) => {
    publish(given);
    expect(rules()).toEqual(['bundle_not_trusted']);
  });

  it('without its signature, or with a byte changed, is not trusted', () => {
    publish();
    const path = bundlePath(root);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"tactic_id":"one"', '"tactic_id":"two"'));
    expect(rules()).toEqual(['bundle_not_trusted']);
    writeFileSync(path, text);
    expect(rules()).toEqual(['raise_not_approved']);
    rmSync(`${path}.dsse`);
    expect(rules()).toEqual(['bundle_not_trusted']);
  });

  it('is nobody’s where nobody says whose signature counts', () => {
    publish();
    rmSync(join(root, 'config/trust-roots.json'));
    expect(rules()).toEqual(['bundle_not_trusted']);
  });

  it('with a key too many is malformed, and the key is named', () => {
    publish({ change: { note: 'x' } as never });
    expect(faults()).toMatchObject([{ rule: 'bundle_malformed' }]);
    expect(faults()[0]?.message).toContain('note');
  });

  it('in the place of a folder is unreadable, and not missing', () => {
    project.put('config/bundle/bundle.json/x', '');
    expect(rules()).toEqual(['bundle_unreadable']);
  });
});

describe('what runs', () => {
  it.each<readonly [string, Given['content'], string]>([
    ['another policy', { policy_hash: 'c'.repeat(64) }, 'bundle_of_another_policy'],
    ['another stage', { stage: 'pilot' }, 'bundle_stage_mismatch'],
    ['a strategy it does not hold', { strategies: [] }, 'strategy_not_in_bundle'],
  ])('%s is refused, whoever approves', (_what, content, rule) => {
    approve('ana', publish(content === undefined ? {} : { content }));
    expect(rules()).toEqual([rule]);
  });

  it('is refused with a strategy that was changed since, or cannot be read', () => {
    approve('ana', publish());
    expect(rules()).toEqual([]);
    project.put(STRATEGY, '{"strategy":"one"}');
    expect(rules()).toEqual(['strategy_changed']);
    project.put(STRATEGY, '{');
    expect(faults()).toMatchObject([{ rule: 'strategy_changed' }]);
    expect(faults()[0]?.message).toContain('unreadable');
    expect(rules('paper', [])).toEqual([]);
  });
});

describe('a raise', () => {
  it('TRIP: what runs first is more than nothing, and needs an approver', () => {
    const bundle = publish();
    expect(faults()[0]?.message).toBe(
      'it allows more than what ran before (nothing was adopted here before) ' +
        'and has 0 approvers beside its author, not 1',
    );
    approve('ana', bundle);
    expect(rules()).toEqual([]);
  });

  it('TRIP: a higher limit is named and waits for an approver; NON-TRIP: a lower does not', () => {
    adopted();
    publish({ policy: lower });
    expect(rules()).toEqual([]);
    const bundle = publish({ policy: higher });
    expect(rules()).toEqual(['raise_not_approved']);
    expect(faults()[0]?.message).toContain('/risk_limits/max_daily_loss_usd from 5000 to 5001');
    approve('ana', bundle);
    expect(rules()).toEqual([]);
  });

  it('is measured at what ran last, not at what was lowest or highest', () => {
    adopted();
    publish({ policy: lower });
    adoptBundle(root, 'paper', policyPath);
    publish();
    expect(rules()).toEqual(['raise_not_approved']);
  });

  it('of the stage is one', () => {
    adopted();
    publish({ policy: { ...policyWith(), stage: 'pilot' } });
    expect(faults()[0]?.message).toContain('/stage from paper to pilot');
  });

  it('of more than five places is told with their number', () => {
    adopted();
    publish({ policy: policyWith((made) => (made.parameters = { stale_order_sec: 31 })) });
    expect(faults()[0]?.message).not.toContain('more)');
    const six = policyWith((made) => {
      made.micro_live_caps.max_daily_volume_usd += 1;
      made.micro_live_caps.max_open_positions += 1;
      made.full_caps.max_daily_volume_usd += 1;
      made.full_caps.max_open_positions += 1;
      made.risk_limits.max_vega_usd += 1;
      made.risk_limits.max_gamma_btc_equiv += 1;
    });
    publish({ policy: six });
    expect(faults()[0]?.message).toContain(' and 1 more)');
  });

  it('another strategy is one, and needs to have been seen to do the same twice', () => {
    adopted();
    const bundle = publish({ parameters: 2 });
    expect(rules()).toEqual(['raise_not_approved']);
    expect(faults()[0]?.message).toContain(`${STRATEGY} has changed`);
    approve('ana', bundle);
    expect(rules()).toEqual([]);
    const unseen = publish({ parameters: 2, change: { determinism: [] } });
    approve('ana', unseen);
    expect(rules()).toEqual(['strategy_not_repeatable']);
  });

  it('needs two people where real money scales', () => {
    const bundle = publish({ policy: { ...policyWith(), stage: 'limited_live' } });
    approve('ana', bundle);
    expect(faults('prod')[0]?.message).toContain('has 1 approvers beside its author, not 2');
    const other = publish({
      policy: { ...policyWith(), stage: 'limited_live' },
      change: { prepared_by: 'carl' },
    });
    approve('ana', other);
    approve('ben', other);
    expect(rules('prod')).toEqual([]);
  });
});

describe('an approval that is none', () => {
  it.each<readonly [string, Who, Approving]>([
    ['of another content', 'ana', { change: { content_sha256: 'd'.repeat(64) } }],
    ['that is over', 'ana', { change: { valid_until_ms: NOW } }],
    ['that has not begun', 'ana', { change: { approved_at_ms: NOW + 1 } }],
    ['of the author', 'ben', {}],
    ['of a service', 'robot', {}],
    ['of a development key', 'dev', {}],
    ['of a stranger', 'stranger', {}],
    ['in another’s name', 'ana', { by: ['ben'] }],
    ['of two at once', 'ana', { by: ['ana', 'ben'] }],
    ['signed as something else', 'ana', { predicateType: SIGN_OFF_PREDICATE }],
    ['with a key too many', 'ana', { change: { note: 'x' } as never }],
  ])('%s does not count', (_how, who, given) => {
    const bundle = publish();
    approve(who, bundle, given);
    expect(rules()).toEqual(['raise_not_approved']);
  });

  it('NON-TRIP: it counts from the moment it was given to the last before its end', () => {
    const bundle = publish();
    approve('ana', bundle, { change: { approved_at_ms: NOW, valid_until_ms: NOW + 1 } });
    expect(rules()).toEqual([]);
  });

  it('one person twice is one', () => {
    const bundle = publish({ policy: { ...policyWith(), stage: 'limited_live' } });
    approve('ana', bundle);
    const folder = join(root, 'config/bundle/approvals');
    const again = join(folder, 'again.json');
    cpSync(join(folder, 'ana.json'), again);
    const claim = { predicateType: BUNDLE_APPROVAL_PREDICATE, predicate: { signed_ts_ms: NOW } };
    project.sign(again, claim as never, ['ana']);
    expect(faults('prod')[0]?.message).toContain('has 1 approvers');
  });

  it('among more than anybody reads none counts', () => {
    const bundle = publish();
    approve('ana', bundle);
    for (let index = 0; index < 63; index += 1) {
      project.put(`config/bundle/approvals/x${index}.json`, '{}');
    }
    expect(rules()).toEqual([]);
    project.put('config/bundle/approvals/y.json', '{}');
    expect(rules()).toEqual(['raise_not_approved']);
  });
});

describe('what was adopted', () => {
  const kept = (name: string): string => join(root, 'artifacts/adopted/paper', name);

  it('counts for nothing once it is not whole: then all that runs is more', () => {
    adopted();
    publish({ policy: lower });
    expect(rules()).toEqual([]);
    for (const name of ['bundle.json', 'bundle.json.dsse', 'policy.json']) {
      const text = readFileSync(kept(name), 'utf8');
      writeFileSync(kept(name), text.replace('1', '2'));
      expect(rules()).toEqual(['raise_not_approved']);
      writeFileSync(kept(name), text);
      expect(rules()).toEqual([]);
    }
  });

  it('is another’s in another environment', () => {
    adopted();
    expect(rules('micro-live')).toEqual(['raise_not_approved']);
  });

  it('is nothing where no bundle runs', () => {
    adoptBundle(root, 'dev', policyPath);
    expect(() => readFileSync(join(root, 'artifacts/adopted/dev/policy.json'))).toThrow('ENOENT');
  });
});
