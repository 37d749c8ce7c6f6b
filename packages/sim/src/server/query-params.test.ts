import { METHODS } from '@holdfast/deribit/protocol';
import { describe, expect, it } from 'vitest';
import { readQuery } from './query-params.ts';

const read = (method: keyof typeof METHODS, query: string): unknown =>
  readQuery(new URLSearchParams(query), METHODS[method].params);

describe('a query string', () => {
  it.each([
    [
      'private/buy',
      'amount=0.1&label=7&post_only=true',
      { amount: 0.1, label: '7', post_only: true },
    ],
    ['private/buy', 'amount=1e-1&reduce_only=false', { amount: 0.1, reduce_only: false }],
    ['public/get_order_book', 'depth=5&instrument_name=A', { depth: 5, instrument_name: 'A' }],
    [
      'public/auth',
      'grant_type=client_signature&timestamp=12&nonce=3',
      { grant_type: 'client_signature', timestamp: 12, nonce: '3' },
    ],
    ['public/subscribe', 'channels=["a","b"]', { channels: ['a', 'b'] }],
    ['public/subscribe', 'channels=a&channels=b', { channels: ['a', 'b'] }],
    ['public/subscribe', 'channels=[a', { channels: ['[a'] }],
    ['public/get_time', 'unknown=1', { unknown: '1' }],
  ] as const)('of %s, %s, is typed', (method, query, params) => {
    expect(read(method, query)).toEqual(params);
  });

  it.each(['', ' ', 'x', '0x10', '1_000', 'NaN', 'Infinity', '1 ', '+1'])(
    'leaves %j as text where a number is asked for',
    (text) => {
      expect(read('private/buy', `amount=${encodeURIComponent(text)}`)).toEqual({ amount: text });
    },
  );

  it('leaves what is no boolean as text', () => {
    expect(read('private/buy', 'post_only=1')).toEqual({ post_only: '1' });
  });

  it('takes one value where one is asked for', () => {
    expect(read('public/ticker', 'instrument_name=A&instrument_name=B')).toBeNull();
  });
});
