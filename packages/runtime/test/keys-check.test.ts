import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProbeEntry, ProbeResult } from '../src/cli/keys-record.ts';
import { base, run, runJson } from './cli-fixture.ts';

afterAll(() => rmSync(base, { recursive: true }));

const probe = join(base, 'probe.json');

const denied: ProbeResult = { attempted: true, result: 'permission_denied' };
const success: ProbeResult = { attempted: true, result: 'success' };

function entry(change: Partial<ProbeEntry> = {}): ProbeEntry {
  return {
    env: 'STAGING',
    exchange: 'Deribit testnet',
    key_id: 'a1B2***',
    scopes: ['read_account', 'trade'],
    withdraw_enabled: false,
    transfer_enabled: false,
    probe_results: { withdraw: denied, place_order: success },
    timestamp_utc: '2026-01-16T08:00:00Z',
    operator: 'NOT SIGNED',
    ...change,
  };
}

const reader = (change: Partial<ProbeEntry> = {}): ProbeEntry =>
  entry({ scopes: ['read_account'], probe_results: { place_order: denied }, ...change });

async function check(content: unknown, ...more: string[]) {
  writeFileSync(probe, typeof content === 'string' ? content : JSON.stringify(content));
  const { code, document } = await runJson(['keys', 'check', '--probe', probe, ...more]);
  return { code, ...(document as { ok: boolean; checked_entries: number; errors: string[] }) };
}

describe('a record of keys that can do what they must and no more', () => {
  it('P0-C is accepted, as a list and as one flat entry', async () => {
    const list = await check({ probes: [entry(), reader({ env: 'LIVE', key_id: 'c' })] });
    expect(list).toMatchObject({ code: 0, ok: true, checked_entries: 2, errors: [] });
    expect(await check(entry())).toMatchObject({ code: 0, checked_entries: 1 });
    const plain = await run(['keys', 'check', '--probe', probe]);
    expect([plain.code, plain.err]).toEqual([0, []]);
  });

  it('can be asked of one environment', async () => {
    const probes = [entry(), entry({ env: 'LIVE', withdraw_enabled: true })];
    expect(await check({ probes }, '--env', 'STAGING')).toMatchObject({
      code: 0,
      checked_entries: 1,
      env_filter: 'STAGING',
    });
    expect(await check({ probes }, '--env', 'LIVE')).toMatchObject({ code: 1 });
    expect((await check({ probes }, '--env', 'PAPER')).errors).toEqual([
      'the record holds no probe of PAPER',
    ]);
  });

  it.each(['permission_denied', 'forbidden', 'rejected', 'failed', 'not_allowed'])(
    'a withdrawal answered with %s is a refusal',
    async (result) => {
      const refused = entry({ probe_results: { withdraw: { attempted: true, result } } });
      expect((await check(refused)).code).toBe(0);
    },
  );
});

describe('P0-C a key that can do too much is refused', () => {
  it.each<[string, ProbeEntry, string]>([
    ['withdrawals on', entry({ withdraw_enabled: true }), 'withdraw_enabled is not false'],
    ['transfers on', entry({ transfer_enabled: true }), 'transfer_enabled is not false'],
    ['a transfer scope', entry({ scopes: ['trade', 'transfer'] }), 'scope transfer can move'],
    ['a withdraw scope', entry({ scopes: ['trade', 'withdraw'] }), 'scope withdraw can move'],
    ['a wallet scope', entry({ scopes: ['trade', 'wallet:read_write'] }), 'can move money'],
    [
      'a withdrawal that went through',
      entry({ probe_results: { withdraw: success } }),
      'a withdrawal was not refused: success',
    ],
    [
      'a withdrawal nobody tried',
      entry({ probe_results: {} }),
      'a withdrawal was not refused: not probed',
    ],
    [
      'a transfer that went through',
      entry({ probe_results: { withdraw: denied, transfer: success } }),
      'a transfer went through: success',
    ],
    [
      'a reading key that places orders',
      reader({ probe_results: { place_order: success } }),
      'a key without the trade scope may place orders',
    ],
    [
      'a reading key that transfers',
      reader({ probe_results: { transfer: { attempted: true, result: 'accepted' } } }),
      'a transfer went through: accepted',
    ],
    ['PAPER that trades', entry({ env: 'PAPER' }), 'PAPER must not hold a key that can trade'],
    ['an unknown environment', entry({ env: 'PROD' }), 'an unknown environment'],
    [
      'another account',
      entry({
        probe_results: {
          withdraw: denied,
          identity_check: { ...success, matched_expected_account: false },
        },
      }),
      'another account than the environment matrix says',
    ],
  ])('%s', async (_, item, error) => {
    const answer = await check({ probes: [item] });
    expect(answer).toMatchObject({ code: 1, ok: false });
    expect(answer.errors.join('\n')).toContain(error);
  });

  it('an entry without transfer_enabled says nothing about transfers, which is a no', async () => {
    const { transfer_enabled: _, ...flat } = entry();
    expect((await check(flat)).errors).toEqual(['STAGING a1B2***: transfer_enabled is not false']);
  });

  it('the same key twice', async () => {
    const { errors } = await check({ probes: [entry(), entry()] });
    expect(errors).toEqual(['STAGING a1B2***: stands in the record twice']);
  });
});

describe('P0-C a record that cannot be judged is a no', () => {
  it.each([
    ['half a file', '{"probes": ['],
    ['no entry', '{"probes": []}'],
    ['a list', '[]'],
    ['a withdrawal that is not a truth value', { ...entry(), withdraw_enabled: 'false' }],
    ['a key nobody knows', { ...entry(), withdraw_enable: false }],
    ['a duplicate key', '{"probes": [], "probes": []}'],
  ])('%s', async (_, content) => {
    const answer = await check(content);
    expect(answer).toMatchObject({ code: 1, ok: false, checked_entries: 0 });
    expect(answer.errors.length).toBeGreaterThan(0);
  });

  it('no file', async () => {
    const path = join(base, 'nowhere.json');
    const { code, document } = await runJson(['keys', 'check', '--probe', path]);
    expect([code, document]).toMatchObject([1, { ok: false, checked_entries: 0 }]);
  });
});
