import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { PredicateType } from '@holdfast/core/proof';
import { LOSS_RESET_PREDICATE, PRESENCE_PREDICATE } from '@holdfast/core/proof';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClock } from '../src/clock.ts';
import {
  attestPresence,
  endPresence,
  type Handed,
  PRESENCE_MS_MAX,
  resetLoss,
  type Trust,
} from '../src/control/attested.ts';
import type { Engine } from '../src/control/engine.ts';
import { createKeyFile, formatTrustRoots, type SigningKey, signFile } from '../src/proof/index.ts';
import { openInMemory } from './memory-open.ts';
import { startTrader, type Trader } from './trader-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-attested-'));
afterAll(() => rmSync(folder, { recursive: true }));
const HOUR_MS = 3_600_000;

function keyOf(name: string): SigningKey {
  const made = createKeyFile(join(folder, `${name}.private.pem`));
  if (!made.ok) throw new Error(made.detail);
  return made.key;
}

const ANA = keyOf('ana');
const DEV = keyOf('dev');
const trustRootsPath = join(folder, 'trust-roots.json');
writeFileSync(
  trustRootsPath,
  formatTrustRoots({
    roots_version: 1,
    holders: [
      { id: 'ana', kind: 'person', roles: ['approver'], key: ANA } as const,
      { id: 'dev', kind: 'service', roles: ['development'], key: DEV } as const,
    ].map(({ key, roles, ...holder }) => ({
      ...holder,
      name: holder.id,
      roles: [...roles],
      keys: [
        {
          key_id: key.keyId,
          public_key: key.publicKey,
          valid_from_ms: 0,
          valid_until_ms: null,
        },
      ],
    })),
  }),
);

const now = (): number => Date.now();
const TRUST: Trust = {
  environment: 'micro-live',
  runId: 'run-1',
  trustRootsPath,
  acceptsDevelopmentKeys: false,
  now,
};

function handed(document: object, predicateType: PredicateType, key = ANA): Handed {
  const path = join(folder, 'document.json');
  writeFileSync(path, JSON.stringify(document));
  const signed = signFile(path, { predicateType, predicate: { signed_ts_ms: now() } } as never, [
    key,
  ]);
  if (!signed.ok) throw new Error(signed.detail);
  return {
    name: basename(path),
    document: readFileSync(path).toString('base64'),
    envelope: readFileSync(signed.envelopePath).toString('base64'),
    operator: 'op',
  };
}

const presence = (change: object = {}): object => ({
  presence_version: 1,
  run_id: 'run-1',
  environment: 'micro-live',
  from_ms: now(),
  until_ms: now() + HOUR_MS,
  ...change,
});

let trader: Trader;
let engine: Engine;
beforeEach(async () => {
  trader = await startTrader({
    runId: 'run-1',
    journal: null,
    needsSupervisor: true,
    openLedger: openInMemory(createClock()),
    telemetry: { report: () => undefined },
  });
  await vi.waitFor(() => expect(trader.runtime.state.facts.equityMarks.size).toBe(3), 5_000);
  const { runtime } = trader;
  engine = { state: runtime.state, post: runtime.post, now, isRunning: () => true };
});
afterEach(() => trader.stop());

const causes = (): readonly string[] => [...engine.state.observations.riskCauses.keys()];

describe('a signed statement of presence', () => {
  it('is taken, recorded, and ends early by a word', async () => {
    expect(causes()).toContain('supervisor_absent');
    const answer = await attestPresence(engine, TRUST, handed(presence(), PRESENCE_PREDICATE));
    expect(answer).toMatchObject({ result: 'ACCEPTED', cause: null });
    expect(causes()).not.toContain('supervisor_absent');
    expect(engine.state.observations.presence?.person).toBe('ana');
    expect(endPresence(engine, 'ana')).toMatchObject({ result: 'ACCEPTED' });
    expect(causes()).toContain('supervisor_absent');
  });

  it.each<readonly [string, object, string]>([
    ['of another run', { run_id: 'run-2' }, 'another_run'],
    ['of another environment', { environment: 'prod' }, 'another_environment'],
    [
      'that has not begun',
      { from_ms: now() + 2 * HOUR_MS, until_ms: now() + 3 * HOUR_MS },
      'not_begun',
    ],
    ['that is over', { from_ms: now() - HOUR_MS, until_ms: now() - 1 }, 'over'],
    ['longer than a shift', { from_ms: 1_000, until_ms: now() + HOUR_MS }, 'too_long'],
    ['with a key too many', { note: 1 }, 'document_malformed'],
  ])('%s is refused, and changes nothing', async (_how, change, cause) => {
    const given = handed(presence(change), PRESENCE_PREDICATE);
    expect(await attestPresence(engine, TRUST, given)).toMatchObject({ result: 'REJECTED', cause });
    expect(causes()).toContain('supervisor_absent');
  });

  it('NON-TRIP: as long as a shift is taken', async () => {
    const from = now();
    const change = { from_ms: from, until_ms: from + PRESENCE_MS_MAX };
    const given = handed(presence(change), PRESENCE_PREDICATE);
    expect(await attestPresence(engine, TRUST, given)).toMatchObject({ result: 'ACCEPTED' });
  });

  it('that nobody of ours signed as such is refused', async () => {
    const asked = async (given: Handed, trust = TRUST) =>
      (await attestPresence(engine, trust, given)).cause;
    expect(await asked(handed(presence(), LOSS_RESET_PREDICATE))).toBe('predicate_mismatch');
    const byMachine = handed(presence(), PRESENCE_PREDICATE, DEV);
    expect(await asked(byMachine)).toBe('no_person');
    expect(await asked({ ...byMachine, name: 'other.json' })).toBe('subject_name_mismatch');
    const good = handed(presence(), PRESENCE_PREDICATE);
    const changed = Buffer.from(JSON.stringify(presence({ until_ms: now() + 2 }))).toString(
      'base64',
    );
    expect(await asked({ ...good, document: changed })).toBe('subject_digest_mismatch');
    expect(await asked({ ...good, envelope: 'AAAA' })).toBe('envelope_malformed');
    const nowhere = { ...TRUST, trustRootsPath: join(folder, 'none.json') };
    expect(await asked(good, nowhere)).toBe('trust_roots_missing');
    expect(causes()).toContain('supervisor_absent');
    expect(await asked(byMachine, { ...TRUST, acceptsDevelopmentKeys: true })).toBeNull();
  });
});

describe('a signed approval of a reset', () => {
  const reset = (change: object = {}): object => ({
    loss_reset_version: 1,
    environment: 'micro-live',
    limit: 'daily_loss',
    latched_at_ms: 5,
    prepared_by: 'carl',
    reason: 'looked into',
    valid_until_ms: now() + HOUR_MS,
    ...change,
  });

  it.each<readonly [string, object, string]>([
    ['of nothing that is latched', {}, 'not_latched'],
    ['of another environment', { environment: 'prod' }, 'another_environment'],
    ['that is over', { valid_until_ms: now() - 1 }, 'approval_expired'],
    ['by its author', { prepared_by: 'ana' }, 'approved_by_its_author'],
    ['of an unknown limit', { limit: 'hourly_loss' }, 'document_malformed'],
  ])('%s is refused', async (_how, change, cause) => {
    const given = handed(reset(change), LOSS_RESET_PREDICATE);
    expect(await resetLoss(engine, TRUST, given)).toMatchObject({ result: 'REJECTED', cause });
  });

  it('of a latch that stands is taken once the loss is below its limit, and recorded', async () => {
    const { facts } = engine.state;
    const latch = { type: 'lossLatched', at: 5, limit: 'daily_loss' } as const;
    facts.lossLatches.set('daily_loss', latch as never);
    const given = handed(reset(), LOSS_RESET_PREDICATE);
    const answer = await resetLoss(engine, TRUST, given);
    expect(answer).toMatchObject({ result: 'ACCEPTED', cause: null });
    expect(facts.lossLatches.has('daily_loss')).toBe(false);
    const again = await resetLoss(engine, TRUST, given);
    expect(again).toMatchObject({ result: 'REJECTED', cause: 'not_latched' });
  });
});
