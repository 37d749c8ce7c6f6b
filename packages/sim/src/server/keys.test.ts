import { describe, expect, it } from 'vitest';
import { developmentKeys, parseKeys } from './keys.ts';

const KEY = {
  client_id: 'desk',
  client_secret: 'a-secret-of-some-length',
  account: 'main',
  scope: 'account:read trade:read_write',
};

const faultsOf = (keys: readonly unknown[]): readonly string[] => {
  const parsed = parseKeys(JSON.stringify({ keys }, null, 1));
  return parsed.ok ? [] : parsed.faults;
};

describe('a keys file', () => {
  it('gives its keys', () => {
    expect(
      parseKeys(JSON.stringify({ keys: [KEY, { ...KEY, client_id: 'b', revoked: true }] })),
    ).toMatchObject({
      ok: true,
      keys: [
        { clientId: 'desk', account: 'main', revoked: false },
        { clientId: 'b', revoked: true },
      ],
    });
  });

  it.each([
    ['a missing field', [{ ...KEY, scope: undefined }], /^\d+:\d+: \/keys\/0\/scope: missing_key/],
    ['an unknown field', [{ ...KEY, secret: 'x' }], /\/keys\/0\/secret: unknown_key/],
    ['a short secret', [{ ...KEY, client_secret: 'short' }], /client_secret: minLength/],
    ['an unknown scope', [{ ...KEY, scope: 'trade:all' }], /\/keys\/0\/scope: scope/],
    ['one id twice', [KEY, KEY], /\/keys\/1\/client_id: unique/],
    ['no key', [], /\/keys: minItems/],
  ])('with %s is refused with place and rule', (_what, keys, fault) => {
    const faults = faultsOf(keys);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });

  it('that is no JSON is refused where it breaks', () => {
    const parsed = parseKeys('{"keys": [');
    expect(parsed.ok ? '' : parsed.faults[0]).toMatch(/^1:\d+: /);
    expect(parseKeys('')).toMatchObject({ ok: false });
  });

  it('is never repeated in a fault', () => {
    const faults = faultsOf([{ ...KEY, client_secret: 'oh-no', scope: 'x' }]);
    expect(faults.join()).not.toContain('oh-no');
  });
});

it('development keys are themselves a valid file', () => {
  const keys = developmentKeys().map((key) => ({
    client_id: key.clientId,
    client_secret: key.clientSecret,
    account: key.account,
    scope: key.scope,
    revoked: key.revoked,
  }));
  expect(parseKeys(JSON.stringify({ keys }))).toEqual({ ok: true, keys: developmentKeys() });
});
