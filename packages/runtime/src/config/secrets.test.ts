import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RuntimeDocument } from './runtime-document.ts';
import { createSecret, readSecrets } from './secrets.ts';

const testnet: RuntimeDocument = {
  environment: 'staging',
  venue: 'testnet',
  enforced_profile: 'CSP',
  ledger: { folder: 'x', segment_bytes: 1 << 20, queue_capacity: 16, commit_deadline_ms: 10 },
  decision_log: { folder: 'y', queue_capacity: 16 },
  disk: { probe_interval_ms: 100 },
  loop: { tick_interval_ms: 10, consult_interval_ms: 10, reconcile_interval_ms: 5_000 },
  http: 'none',
};
const ID = 'HOLDFAST_DERIBIT_CLIENT_ID';
const SECRET = 'HOLDFAST_DERIBIT_CLIENT_SECRET';

describe('secrets outside the built-in venue', () => {
  it.each([
    [{}, [`/${ID}`, `/${SECRET}`]],
    [{ [ID]: 'id' }, [`/${SECRET}`]],
    [{ [ID]: 'id', [SECRET]: '  ' }, [`/${SECRET}`]],
  ])('are required: %j', (env, missing) => {
    const read = readSecrets(env, testnet);
    expect(!read.ok && read.violations.map((item) => item.path)).toEqual(missing);
    expect(!read.ok && read.violations.every((item) => item.rule === 'secret_missing')).toBe(true);
  });

  it('are given out when both are there', () => {
    const read = readSecrets({ [ID]: 'id', [SECRET]: 'hunter2' }, testnet);
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
