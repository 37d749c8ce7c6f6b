import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EnvMatrix, type MatrixEnvironment, parseEnvMatrix } from './env-matrix.ts';
import { judgeIdentity, scopesOf } from './key-identity.ts';

const root = join(import.meta.dirname, '../../../..');
const matrix = ((): EnvMatrix => {
  const text = readFileSync(join(root, 'config/env-matrix.json'), 'utf8');
  const parsed = parseEnvMatrix(JSON.parse(text));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.violations));
  return parsed.value;
})();

describe('scopes of the venue in our words', () => {
  it.each([
    ['account:read trade:read_write wallet:none block_trade:none', ['read_account', 'trade']],
    ['trade:read', []],
    ['account:read expires:900 connection session:a ip:10.0.0.1', ['read_account']],
    ['wallet:read_write', ['read_wallet', 'withdraw', 'transfer']],
    ['account:read_write mainaccount', ['read_account', 'change_account', 'mainaccount']],
    ['custody:read_write', ['custody:read_write']],
    ['', []],
  ])('%s', (granted, expected) => {
    expect(scopesOf(granted)).toEqual(expected);
  });
});

describe('P0-B a key is compared with the matrix before it may do anything', () => {
  const good = { keyId: 'a1B2', account: 'testnet_acct_001', scopes: ['read_account', 'trade'] };
  const codes = (environment: MatrixEnvironment, change: Partial<typeof good>) =>
    judgeIdentity(matrix, environment, { ...good, ...change }).map(({ code }) => code);

  it('the key of the row passes', () => {
    expect(codes('STAGING', {})).toEqual([]);
    expect(codes('LIVE', { account: 'prod_acct_001' })).toEqual([]);
    const scopes = ['read_account', 'change_account', 'trade'];
    expect(codes('DEV', { keyId: 'holdfast-trade', account: 'main', scopes })).toEqual([]);
  });

  it.each([
    ['another account', 'STAGING', { account: 'prod_acct_001' }, ['account_mismatch']],
    ['a live key in staging', 'LIVE', {}, ['account_mismatch']],
    [
      'a scope more',
      'STAGING',
      { scopes: ['read_account', 'trade', 'withdraw'] },
      ['scope_surplus'],
    ],
    ['a scope less', 'STAGING', { scopes: ['read_account'] }, ['scope_missing']],
    ['any key in PAPER', 'PAPER', {}, ['key_not_expected']],
    ['a foreign key in DEV', 'DEV', { account: 'main' }, ['key_not_listed']],
  ] as const)('%s does not', (_, environment, change, expected) => {
    expect(codes(environment, change as Partial<typeof good>)).toEqual(expected);
  });

  it('an account the venue does not name counts as another', () => {
    const reported = { ...good, account: null };
    expect(judgeIdentity(matrix, 'STAGING', reported)).toEqual([
      { code: 'account_unknown', expected: 'testnet_acct_001', found: 'nothing' },
    ]);
  });
});
