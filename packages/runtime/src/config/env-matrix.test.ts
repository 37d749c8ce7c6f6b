import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseText } from '@holdfast/core/parse';
import { describe, expect, it } from 'vitest';
import { parseEnvMatrix } from './env-matrix.ts';

const TEXT = readFileSync(
  join(import.meta.dirname, '../../../..', 'config/env-matrix.json'),
  'utf8',
);

type Json = Record<string, unknown>;

/** The matrix in the tree with one key (dotted path) set, or removed when `value` is undefined. */
function changed(path: string, value: unknown): Json {
  const document: Json = JSON.parse(TEXT);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let node = document;
  for (const key of keys) node = node[key] as Json;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return document;
}

function rules(document: unknown): readonly string[] {
  const parsed = parseEnvMatrix(document);
  return parsed.ok ? [] : parsed.violations.map(({ path, rule }) => `${path} ${rule}`);
}

it('P0-B the matrix in the tree is valid, and is strict JSON', () => {
  const parsed = parseText(TEXT, parseEnvMatrix);
  expect(parsed.ok ? [] : parsed.violations).toEqual([]);
});

describe('P0-B a matrix that opens a way between environments is refused', () => {
  it.each([
    ['PAPER.key_type', 'TRADE_LIVE', 'key_type', 'key_type_not_for_environment'],
    ['PAPER.scopes', ['trade'], 'scopes', 'paper_can_trade'],
    ['PAPER.account', 'paper_acct_001', 'account', 'keyless_environment'],
    ['PAPER.key_id', 'key_paper', 'key_id', 'keyless_environment'],
    ['PAPER.secrets_source', 'vault', 'secrets_source', 'keyless_environment'],
    ['PAPER.withdraw_enabled', true, 'withdraw_enabled', 'keyless_environment'],
    ['PAPER.notes', 'the paper account', 'notes', 'paper_note'],
    ['DEV.key_type', 'TRADE_TESTNET', 'key_type', 'key_type_not_for_environment'],
    ['DEV.outbound', ['test.deribit.com'], 'outbound/0', 'host_not_for_environment'],
    ['DEV.base_url', 'www.deribit.com', 'base_url', 'host_not_for_environment'],
    ['DEV.scopes', ['trade'], 'scopes', 'keyless_environment'],
    ['STAGING.base_url', 'www.deribit.com', 'base_url', 'host_not_for_environment'],
    ['STAGING.outbound', ['www.deribit.com'], 'outbound/0', 'host_not_for_environment'],
    ['STAGING.key_type', 'TRADE_LIVE', 'key_type', 'key_type_not_for_environment'],
    ['STAGING.withdraw_enabled', true, 'withdraw_enabled', 'withdraw_enabled'],
    ['STAGING.withdraw_enabled', null, 'withdraw_enabled', 'withdraw_enabled'],
    ['STAGING.scopes', ['trade'], 'scopes', 'scope_missing'],
    ['LIVE.secrets_source', 'local_env_file', 'secrets_source', 'secrets_not_for_environment'],
    ['LIVE.account', null, 'account', 'key_incomplete'],
    ['LIVE.account', 'testnet_acct_001', 'account', 'shared_between_environments'],
    ['LIVE.key_id', 'key_staging_trade_***', 'key_id', 'shared_between_environments'],
    ['LIVE.scopes', ['read_account', 'trade', 'read_market_data'], 'scopes', 'scope_surplus'],
    ['LIVE.scopes', ['read_account', 'trade', 'withdraw'], 'scopes/2', 'enum'],
    ['LIVE.nickname', 'x', 'nickname', 'unknown_key'],
  ])('%s as %j', (path, value, at, rule) => {
    const [environment = ''] = path.split('.');
    const found = rules(changed(`environments.${path}`, value));
    expect(found).toContain(`/environments/${environment}/${at} ${rule}`);
  });

  it('an environment more or less', () => {
    expect(rules(changed('environments.QA', {}))).toEqual(['/environments/QA unknown_key']);
    expect(rules(changed('environments.LIVE', undefined))).toEqual([
      '/environments/LIVE missing_key',
    ]);
  });
});

it('PAPER may hold a key that only reads market data, and nothing else', () => {
  const document = changed('environments.PAPER.key_type', 'DATA_ONLY');
  const paper = (document['environments'] as Json)['PAPER'] as Json;
  Object.assign(paper, {
    account: 'paper_acct_001',
    key_id: 'key_paper_data_***',
    scopes: ['read_market_data'],
    withdraw_enabled: false,
    secrets_source: 'vault',
  });
  expect(rules(document)).toEqual([]);
  paper['scopes'] = ['read_market_data', 'trade'];
  expect(rules(document)).toContain('/environments/PAPER/scopes paper_can_trade');
});
