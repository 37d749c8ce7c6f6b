import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RpcAnswer } from '@holdfast/deribit/protocol';
import { parseText } from '@holdfast/core/parse';
import { describe, expect, it } from 'vitest';
import { parseEnvMatrix } from './config/env-matrix.ts';
import { httpAddressOf, identityFaults, matrixRowOf, type VenueCaller } from './key-identity.ts';

const PATH = resolve(import.meta.dirname, '../../../config/env-matrix.json');
const parsed = parseText(readFileSync(PATH, 'utf8'), parseEnvMatrix);
if (!parsed.ok) throw new Error('the matrix of this checkout is not readable');
const MATRIX = parsed.value;
const KEY = { clientId: 'holdfast-trade', clientSecret: 'a secret' };
const SCOPE = 'account:read_write trade:read_write wallet:none connection';

function venue(answers: Readonly<Record<string, RpcAnswer>>): VenueCaller {
  const silent: RpcAnswer = { ok: null, fault: 'timed_out' };
  return { call: (method) => Promise.resolve(answers[method] ?? silent) };
}

const welcome = (scope: string): RpcAnswer => ({ ok: true, result: { access_token: 't', scope } });
const account = (username: string): RpcAnswer => ({ ok: true, result: { username } });

describe('P0-C the key of an engine', () => {
  it('is let in when account and scopes are those of the matrix', async () => {
    const answers = {
      'public/auth': welcome(SCOPE),
      'private/get_account_summary': account('main'),
    };
    expect(await identityFaults(venue(answers), KEY, MATRIX, 'DEV')).toEqual([]);
  });

  it.each([
    ['another account', SCOPE, account('somebody'), 'account_mismatch'],
    [
      'an account nobody names',
      SCOPE,
      { ok: null, fault: 'timed_out' } as const,
      'account_unknown',
    ],
    ['a wallet it may empty', `${SCOPE} wallet:read_write`, account('main'), 'scope_surplus'],
    ['no right to trade', 'account:read_write trade:read', account('main'), 'scope_missing'],
  ])('is refused with %s', async (_name, scope, summary, code) => {
    const answers = { 'public/auth': welcome(scope), 'private/get_account_summary': summary };
    const faults = await identityFaults(venue(answers), KEY, MATRIX, 'DEV');
    expect(faults.join('\n')).toContain(code);
  });

  it('is refused where the exchange refuses it or is silent; no secret is repeated', async () => {
    const wrong = { ok: false, error: { code: 13_004, message: 'invalid_credentials' } } as const;
    const refused = await identityFaults(venue({ 'public/auth': wrong }), KEY, MATRIX, 'DEV');
    expect(refused).toEqual([expect.stringContaining('13004')]);
    expect(await identityFaults(venue({}), KEY, MATRIX, 'DEV')).toHaveLength(1);
    expect(refused.join()).not.toContain(KEY.clientSecret);
  });

  it('paper has none', async () => {
    const answers = {
      'public/auth': welcome(SCOPE),
      'private/get_account_summary': account('main'),
    };
    const faults = await identityFaults(venue(answers), KEY, MATRIX, 'PAPER');
    expect(faults).toEqual([expect.stringContaining('key_not_expected')]);
  });
});

it.each([
  ['ws://127.0.0.1:4000/ws/api/v2', 'http://127.0.0.1:4000/api/v2'],
  ['wss://test.deribit.com/ws/api/v2', 'https://test.deribit.com/api/v2'],
])('%s is asked at %s', (socket, http) => expect(httpAddressOf(socket)).toBe(http));

it('both live environments are one row', () => {
  expect(
    ['dev', 'staging', 'paper', 'micro-live', 'prod'].map((each) => matrixRowOf(each as never)),
  ).toEqual(['DEV', 'STAGING', 'PAPER', 'LIVE', 'LIVE']);
});
