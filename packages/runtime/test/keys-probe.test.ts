import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeRecord } from '../src/cli/keys-record.ts';
import { base, ROOT, run } from './cli-fixture.ts';
import { openScopedExchange, type ScopedExchange } from './scoped-exchange.ts';

const TRADE = 'account:read_write trade:read_write wallet:none block_trade:none';
const KEYS = {
  'holdfast-trade': { secret: 'trade-secret', scope: TRADE, account: 'main' },
  'holdfast-read': { secret: 'read-secret', scope: 'account:read trade:read', account: 'main' },
  'holdfast-rich': { secret: 'rich', scope: `${TRADE} wallet:read_write`, account: 'main' },
};
const ENV = {
  TRADE_SECRET: 'trade-secret',
  READ_SECRET: 'read-secret',
  RICH_SECRET: 'rich',
  GONE_SECRET: 'gone-secret',
};

let exchange: ScopedExchange;
beforeAll(async () => {
  exchange = await openScopedExchange(KEYS);
});
afterAll(async () => {
  await exchange.close();
  rmSync(base, { recursive: true });
});

const REVOKED = ['--revoked-client-id', 'holdfast-revoked', '--revoked-secret-env', 'GONE_SECRET'];

const probe = (key: string, secret: string, url: string, ...more: string[]) =>
  run(
    [
      'keys',
      'probe',
      '--env',
      'DEV',
      '--url',
      url,
      '--client-id',
      key,
      '--secret-env',
      secret,
    ].concat(more),
    { env: ENV },
  );

function recorded(path: string): ProbeRecord {
  return JSON.parse(readFileSync(path, 'utf8')) as ProbeRecord;
}

function resultsIn(record: ProbeRecord, index = 0): Record<string, string> {
  const results = record.probes[index]?.probe_results ?? {};
  return Object.fromEntries(Object.entries(results).map(([name, { result }]) => [name, result]));
}

describe('P0-T5 test_api_keys_are_least_privilege', () => {
  it('P0-C a trading key trades and cannot move money; a revoked key does nothing', async () => {
    const out = join(base, 'trade.json');
    const said = await probe(
      'holdfast-trade',
      'TRADE_SECRET',
      exchange.url,
      '--out',
      out,
      ...REVOKED,
    );
    expect([said.code, said.err]).toEqual([0, []]);
    const record = recorded(out);
    expect(resultsIn(record)).toEqual({
      identity_check: 'success',
      read_account: 'success',
      read_market_data: 'success',
      place_order: 'success',
      withdraw: 'permission_denied',
      transfer: 'permission_denied',
      trade_with_revoked_key: 'permission_denied',
    });
    const [entry] = record.probes;
    expect(entry).toMatchObject({
      env: 'DEV',
      key_id: 'holdfast-trade',
      account: 'main',
      scopes: ['read_account', 'change_account', 'trade'],
      withdraw_enabled: false,
      transfer_enabled: false,
      provenance: { clock: 'real', venue: 'simulated', data: 'synthetic', node: process.version },
    });
    expect(record.summary).toEqual({
      total_envs_reviewed: 1,
      trade_capable_envs: ['DEV'],
      paper_trade_capability: false,
      all_withdrawals_disabled: true,
      all_transfers_disabled: true,
      revoked_trade_rejected: true,
      least_privilege_verified: true,
    });
    expect((await run(['keys', 'check', '--probe', out])).code).toBe(0);
  });

  it('a reading key may not trade, and its record stands beside the other', async () => {
    const out = join(base, 'both.json');
    await probe('holdfast-trade', 'TRADE_SECRET', exchange.url, '--out', out, ...REVOKED);
    const said = await probe(
      'holdfast-read',
      'READ_SECRET',
      exchange.url,
      '--out',
      out,
      '--append',
    );
    expect(said.code).toBe(0);
    const record = recorded(out);
    expect(record.probes.map(({ key_id }) => key_id)).toEqual(['holdfast-trade', 'holdfast-read']);
    expect(resultsIn(record, 1)).toMatchObject({ place_order: 'permission_denied' });
    expect(record.summary?.least_privilege_verified).toBe(true);
  });

  it('P1-A no probe ever calls a method that places an order', () => {
    const asked = exchange.methods.filter((method) => method.startsWith('private/'));
    expect(new Set(asked)).toEqual(
      new Set([
        'private/get_account_summary',
        'private/cancel',
        'private/withdraw',
        'private/submit_transfer_to_subaccount',
      ]),
    );
  });

  it('a refused key is not helped by another: nothing private is asked', async () => {
    const before = exchange.methods.length;
    const said = await probe('holdfast-trade', 'READ_SECRET', exchange.url);
    expect(said.code).toBe(1);
    expect(said.err.join()).toContain('the exchange did not let the key in: 13004');
    const asked = exchange.methods.slice(before);
    expect(asked.filter((method) => method.startsWith('private/'))).toEqual([]);
  });
});

describe('P0-C a probe says no', () => {
  it('to a key that could move money, though the exchange refused the amount', async () => {
    const out = join(base, 'rich.json');
    const said = await probe(
      'holdfast-rich',
      'RICH_SECRET',
      exchange.url,
      '--out',
      out,
      ...REVOKED,
    );
    expect(said.code).toBe(1);
    const record = recorded(out);
    expect(resultsIn(record)).toMatchObject({ withdraw: 'success', transfer: 'success' });
    expect(record.probes[0]).toMatchObject({ withdraw_enabled: true, transfer_enabled: true });
    expect(record.summary?.least_privilege_verified).toBe(false);
    expect((await run(['keys', 'check', '--probe', out])).code).toBe(1);
  });

  it('to a key of another account', async () => {
    const other = await openScopedExchange({
      'holdfast-trade': { ...KEYS['holdfast-trade'], account: 'prod_acct_001' },
    });
    const said = await probe('holdfast-trade', 'TRADE_SECRET', other.url, ...REVOKED);
    await other.close();
    expect(said.code).toBe(1);
    expect(said.err.join()).toContain('account_mismatch: expected main, found prod_acct_001');
  });

  it('to a trading key while nobody has shown that a revoked one is refused', async () => {
    const out = join(base, 'unrevoked.json');
    await probe('holdfast-trade', 'TRADE_SECRET', exchange.url, '--out', out);
    expect(recorded(out).summary).toMatchObject({
      revoked_trade_rejected: false,
      least_privilege_verified: false,
    });
  });
});

describe('a probe cannot tell', () => {
  it('when the exchange answers with what it does not understand', async () => {
    const odd = await openScopedExchange(KEYS, {
      'private/cancel': { error: { code: 11_094, message: 'internal_server_error' } },
    });
    const said = await probe('holdfast-trade', 'TRADE_SECRET', odd.url, ...REVOKED);
    await odd.close();
    expect(said.code).toBe(2);
  });

  it('when nobody listens', async () => {
    const gone = await openScopedExchange(KEYS);
    await gone.close();
    expect((await probe('holdfast-trade', 'TRADE_SECRET', gone.url)).code).toBe(2);
  });

  it.each([
    [
      'no secret',
      ['--env', 'DEV', '--client-id', 'a', '--secret-env', 'NOWHERE'],
      'secret_missing',
    ],
    ['an unknown environment', ['--env', 'PROD'], 'unknown_environment'],
    ['a key for PAPER', ['--env', 'PAPER', '--client-id', 'a'], 'key_not_expected'],
  ])('with %s', async (_, words, rule) => {
    const url = ['--url', 'http://127.0.0.1:1/api/v2'];
    const said = await run(['keys', 'probe', ...words, ...(words.includes('DEV') ? url : [])], {
      env: ENV,
    });
    expect([said.code, said.err.join().includes(rule)]).toEqual([2, true]);
  });

  it.each([
    ['DEV', 'https://test.deribit.com/api/v2'],
    ['STAGING', 'https://www.deribit.com/api/v2'],
    ['STAGING', 'http://test.deribit.com/api/v2'],
    ['LIVE', 'http://127.0.0.1:1/api/v2'],
    ['LIVE', 'https://www.deribit.com.example.org/api/v2'],
  ])('P0-B and a key of %s is never sent to %s', async (env, url) => {
    const key = ['--client-id', 'a', '--secret-env', 'TRADE_SECRET'];
    const said = await run(['keys', 'probe', '--env', env, '--url', url, ...key], { env: ENV });
    expect([said.code, said.err.join()]).toEqual([2, expect.stringContaining('host_not_for')]);
  });
});

it('PAPER has no key to ask with, and its record says so', async () => {
  const out = join(base, 'paper.json');
  expect((await run(['keys', 'probe', '--env', 'PAPER', '--out', out])).code).toBe(0);
  const record = recorded(out);
  expect(record.probes[0]).toMatchObject({
    env: 'PAPER',
    key_id: 'N/A',
    account: null,
    scopes: [],
  });
  expect(new Set(Object.values(resultsIn(record)))).toEqual(new Set(['not_applicable']));
  expect(record.summary?.paper_trade_capability).toBe(false);
});

it('P0-C no secret is ever said or written, even when the exchange repeats it', async () => {
  const out = join(base, 'echo.json');
  const echo = await openScopedExchange(KEYS, {
    'private/withdraw': { error: { code: 13_021, message: 'forbidden to trade-secret' } },
  });
  const said = await probe('holdfast-trade', 'TRADE_SECRET', echo.url, '--out', out);
  await echo.close();
  expect(said.code).toBe(2);
  expect([...said.out, ...said.err].join()).not.toContain('trade-secret');
  expect(said.err.join()).toContain('secret_in_answer');
  expect(() => readFileSync(out)).toThrow('ENOENT');
});

describe('P0-T5 P0-C on the built-in exchange, over a real socket', () => {
  let child: ChildProcess;
  let ready: { http: string; keys: { client_id: string; client_secret: string }[] };

  beforeAll(async () => {
    const words = ['exchange', '--port', '0', '--json', '--market', 'calm', '--seed', 'keys'];
    child = spawn(process.execPath, [join(ROOT, 'bin/holdfast.js'), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ready = await new Promise((done, fail) => {
      child.once('exit', () => fail(new Error('the exchange ended before it was ready')));
      if (child.stdout === null) return;
      createInterface({ input: child.stdout }).on('line', (line) => {
        const said = JSON.parse(line);
        if (said.event === 'ready') done(said);
      });
    });
  });
  afterAll(async () => {
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    await ended;
  });

  it('each key can do what the environment matrix says, and the revoked one nothing', async () => {
    const out = join(base, 'built-in.json');
    const env = Object.fromEntries(
      ready.keys.map((key) => [key.client_id.toUpperCase(), key.client_secret]),
    );
    const ask = (key: string, ...more: string[]) => {
      const secret = ['--client-id', key, '--secret-env', key.toUpperCase()];
      const words = ['keys', 'probe', '--env', 'DEV', '--url', ready.http, '--out', out];
      return run([...words, ...secret, ...more], { env });
    };
    const gone = ['--revoked-client-id', 'holdfast-revoked'];
    const trade = await ask('holdfast-trade', ...gone, '--revoked-secret-env', 'HOLDFAST-REVOKED');
    const read = await ask('holdfast-read', '--append');
    expect([trade.code, trade.err, read.code, read.err]).toEqual([0, [], 0, []]);
    const record = recorded(out);
    expect(resultsIn(record, 0)).toMatchObject({
      place_order: 'success',
      withdraw: 'permission_denied',
      trade_with_revoked_key: 'permission_denied',
    });
    expect(resultsIn(record, 1)).toMatchObject({
      place_order: 'permission_denied',
      withdraw: 'permission_denied',
    });
    expect(record.summary?.least_privilege_verified).toBe(true);
    for (const { client_secret: secret } of ready.keys) {
      expect(JSON.stringify(record)).not.toContain(secret);
    }
  });
});
