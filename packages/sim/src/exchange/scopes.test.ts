import { METHODS } from '@holdfast/deribit/protocol';
import { describe, expect, it } from 'vitest';
import { allows, parseScope, type Scope } from './scopes.ts';

const ours = 'account:read trade:read_write wallet:none block_trade:none';

function scope(text: string): Scope {
  const parsed = parseScope(text);
  if (parsed === null) throw new Error(`not a scope: ${text}`);
  return parsed;
}

describe('scopes', () => {
  it('read_write includes read, and what is not named is none', () => {
    const least = scope(ours);
    expect(allows(least, { area: 'trade', level: 'read' })).toBe(true);
    expect(allows(least, { area: 'trade', level: 'read_write' })).toBe(true);
    expect(allows(least, { area: 'account', level: 'read' })).toBe(true);
    expect(allows(least, { area: 'account', level: 'read_write' })).toBe(false);
    expect(allows(scope('trade:read'), { area: 'trade', level: 'read_write' })).toBe(false);
    expect(allows(scope(''), { area: 'account', level: 'read' })).toBe(false);
    expect(allows(scope(''), null)).toBe(true);
  });

  it('withdrawals are refused to every key of ours', () => {
    expect(allows(scope(ours), METHODS['private/withdraw'].scope)).toBe(false);
    expect(allows(scope('wallet:read'), METHODS['private/withdraw'].scope)).toBe(false);
    expect(allows(scope('wallet:read_write'), METHODS['private/withdraw'].scope)).toBe(true);
  });

  it('every method of the protocol asks for something that can be granted', () => {
    const all = scope('account:read_write trade:read_write wallet:read_write mainaccount');
    for (const { scope: need } of Object.values(METHODS)) expect(allows(all, need)).toBe(true);
  });

  it('words about the token itself grant nothing', () => {
    const parsed = scope('session:desk connection expires:2592000 ip:* trade:read mainaccount');
    expect(parsed).toEqual({ ...scope('trade:read'), mainaccount: true });
    expect(allows(parsed, { area: 'mainaccount', level: 'read' })).toBe(true);
    expect(allows(scope('trade:read'), { area: 'mainaccount', level: 'read' })).toBe(false);
  });

  it.each(['trade', 'trade:all', 'withdraw:read', 'trade:read:write', 'trade:read trade:none'])(
    '%s is no scope',
    (text) => expect(parseScope(text)).toBeNull(),
  );
});
