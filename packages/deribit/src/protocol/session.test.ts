import { describe, expect, it } from 'vitest';
import { parseAuth, parseStatus, parseTime } from './index.ts';

const TOKENS = {
  access_token: 'a',
  refresh_token: 'r',
  token_type: 'bearer',
  expires_in: 900,
  scope: 'connection account:read trade:read_write',
};

describe('session answers', () => {
  it('tokens with what they allow and for how long', () => {
    expect(parseAuth({ ...TOKENS, enabled_features: [] })).toEqual({
      ok: true,
      value: { accessToken: 'a', refreshToken: 'r', expiresInS: 900, scope: TOKENS.scope },
    });
  });

  it.each(Object.keys(TOKENS))('tokens without %s are none', (field) => {
    const without = Object.fromEntries(Object.entries(TOKENS).filter(([key]) => key !== field));
    expect(parseAuth(without)).toMatchObject({ fault: 'malformed_auth', path: `/${field}` });
  });

  it('time is whole milliseconds', () => {
    expect(parseTime(1_786_000_000_123)).toEqual({ ok: true, value: { at: 1_786_000_000_123 } });
    for (const time of ['1786000000123', 1.5, -1, null]) {
      expect(parseTime(time)).toMatchObject({ fault: 'malformed_time' });
    }
  });

  it.each([
    ['false', false],
    [false, false],
    ['partial', true],
    ['true', true],
    [true, true],
  ])('a platform that is locked %j is locked: %j', (locked, expected) => {
    expect(parseStatus({ locked })).toEqual({ ok: true, value: { locked: expected } });
  });

  it('a status that says nothing is a fault, not an all-clear', () => {
    for (const status of [{}, { locked: 'maybe' }, { locked: null }, null]) {
      expect(parseStatus(status)).toMatchObject({ fault: 'malformed_status' });
    }
  });
});
