import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RuntimeDocument } from './runtime-document.ts';
import { createSecret, type Environ, readSecrets } from './secrets.ts';

const testnet: RuntimeDocument = {
  environment: 'staging',
  venue: 'testnet',
  enforced_profile: 'CSP',
  connection: { url: null, request_timeout_ms: 100, heartbeat_interval_s: 10, settle_ms: 500 },
  run_folder: 'z',
  strategies: [],
  ledger: { segment_bytes: 1 << 20, queue_capacity: 16, commit_deadline_ms: 10 },
  decision_log: { queue_capacity: 16 },
  event_tape: { max_bytes: 0 },
  disk: { probe_interval_ms: 100, budget_bytes: 1 << 28 },
  watchdog: { silence_ms: 500, kill_after_ms: 1_000 },
  loop: { tick_interval_ms: 10, consult_interval_ms: 10, reconcile_interval_ms: 5_000 },
  http: 'none',
};
const ID = 'HOLDFAST_DERIBIT_CLIENT_ID';
const SECRET = 'HOLDFAST_DERIBIT_CLIENT_SECRET';
const MACHINE = 'HOLDFAST_TRADING_ENV';
const SOURCE = 'HOLDFAST_SECRETS_SOURCE';
const STAGING = { [MACHINE]: 'STAGING' };
const KEY = { [ID]: 'id', [SECRET]: 'hunter2' };

/** `variable rule` of each violation. */
function faults(env: Environ, runtime: RuntimeDocument): readonly string[] {
  const read = readSecrets(env, runtime);
  return read.ok ? [] : read.violations.map(({ path, rule }) => `${path.slice(1)} ${rule}`);
}

describe('secrets outside the built-in venue', () => {
  it.each([
    [{}, [`/${ID}`, `/${SECRET}`]],
    [{ [ID]: 'id' }, [`/${SECRET}`]],
    [{ [ID]: 'id', [SECRET]: '  ' }, [`/${SECRET}`]],
  ])('are required: %j', (env, missing) => {
    const read = readSecrets({ ...STAGING, ...env }, testnet);
    expect(!read.ok && read.violations.map((item) => item.path)).toEqual(missing);
    expect(!read.ok && read.violations.every((item) => item.rule === 'secret_missing')).toBe(true);
  });

  it('are given out when both are there', () => {
    const read = readSecrets({ ...STAGING, ...KEY }, testnet);
    expect(read.ok && read.value.venueKey?.clientId).toBe('id');
    expect(read.ok && read.value.venueKey?.clientSecret.reveal()).toBe('hunter2');
  });
});

it('a secret never shows itself by accident', () => {
  const secret = createSecret('hunter2');
  const shown = [String(secret), JSON.stringify({ secret }), inspect({ secret }), inspect(secret)];
  shown.push(JSON.stringify(Object.entries(secret)), inspect({ ...secret }, { showHidden: true }));
  expect(shown.join()).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
});

describe('what the machine is', () => {
  const dev: RuntimeDocument = { ...testnet, environment: 'dev', venue: 'simulated' };
  const live: RuntimeDocument = { ...testnet, environment: 'prod', venue: 'live' };
  const paper: RuntimeDocument = { ...testnet, environment: 'paper', venue: 'live' };

  it('is DEV when nothing is said, and then nothing else starts', () => {
    expect(faults({}, dev)).toEqual([]);
    expect(faults({ [MACHINE]: ' ' }, dev)).toEqual([]);
    expect(faults(KEY, testnet)).toEqual([`${MACHINE} environment_mismatch`]);
  });

  it.each([
    ['DEV', dev, true],
    ['STAGING', dev, false],
    ['LIVE', dev, false],
    ['DEV', testnet, false],
    ['STAGING', testnet, true],
  ])('%s with runtime file %j: %s', (machine, runtime, fits) => {
    const env = { [MACHINE]: machine, ...(runtime === dev ? {} : KEY) };
    expect(faults(env, runtime)).toEqual(fits ? [] : [`${MACHINE} environment_mismatch`]);
  });

  it.each(['dev', 'PROD', 'Live', '__proto__'])('%s is no machine', (machine) => {
    expect(faults({ [MACHINE]: machine }, dev)).toEqual([`${MACHINE} environment_unknown`]);
  });

  it('LIVE takes its key from the vault alone', () => {
    const env = { [MACHINE]: 'LIVE', ...KEY };
    expect(faults({ ...env, [SOURCE]: 'vault' }, live)).toEqual([]);
    expect(faults({ ...env, [SOURCE]: 'vault' }, { ...live, environment: 'micro-live' })).toEqual(
      [],
    );
    expect(faults(env, live)).toEqual([`${SOURCE} live_without_vault`]);
    expect(faults({ ...env, [SOURCE]: 'env-file' }, live)).toEqual([`${SOURCE} live_from_file`]);
    expect(faults({ ...env, [SOURCE]: 'me' }, live)).toEqual([`${SOURCE} secrets_source_unknown`]);
    expect(faults({ [MACHINE]: 'LIVE', [SOURCE]: 'vault' }, live)).toEqual([
      `${ID} secret_missing`,
      `${SECRET} secret_missing`,
    ]);
  });

  it('PAPER holds no credential of any kind', () => {
    const env = { [MACHINE]: 'PAPER' };
    expect(faults(env, paper)).toEqual([]);
    for (const name of [ID, SECRET, 'VAULT_TOKEN']) {
      expect(faults({ ...env, [name]: 'hunter2' }, paper)).toEqual([
        `${name} paper_with_credential`,
      ]);
    }
  });

  it('STAGING may take its key from a file', () => {
    expect(faults({ ...STAGING, ...KEY, [SOURCE]: 'env-file' }, testnet)).toEqual([]);
  });
});
